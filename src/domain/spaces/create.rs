//! Making a space.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        quotas, space_life,
        spaces::{self, NewSpace, Space},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use super::{SPACES_MAX, SpaceError, act, author, change, in_settings, keys, name_refused, slug, told};
use crate::domain::{
    accounts::{caller::Caller, settings::Refused},
    audit,
};

/// What a space is to be.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// 1 to 100 characters.
    pub name: String,
    /// One made from the name where there is none.
    pub slug: Option<String>,
    /// A merge patch of the defaults.
    pub settings: Option<Value>,
    pub allowed_origins: Vec<String>,
}

/// The same, checked.
struct Sound {
    name: String,
    slug: Option<String>,
    settings: Value,
    allowed_origins: Vec<String>,
}

impl Wanted {
    fn checked(self) -> Result<Sound, SpaceError> {
        let name = self.name.trim().to_owned();
        let mut refused: Vec<Refused> = name_refused(&name).into_iter().collect();
        if let Some(detail) = self.slug.as_deref().and_then(slug::refused) {
            refused.push(change::of_slug(detail));
        }
        let patch = self.settings.unwrap_or_else(|| json!({}));
        let settings = change::patched(&json!({}), &patch);
        let settings = settings.map_err(|problems| refused.extend(in_settings(problems)));
        let origins = change::origins(&self.allowed_origins).map_err(|problems| refused.extend(problems));
        match (settings, origins) {
            (Ok((settings, _)), Ok(allowed_origins)) if refused.is_empty() => Ok(Sound {
                name,
                slug: self.slug,
                settings,
                allowed_origins,
            }),
            _ => Err(SpaceError::Unsound(refused)),
        }
    }
}

/// Makes a space that nobody may use yet.
///
/// # Errors
/// `Unsound`, `SlugTaken` where a slug was asked for, `Full`, and of the store `QuotaReached`.
pub async fn create(
    db: &TenantDb,
    caller: &Caller,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<Space, SpaceError> {
    db.transaction(async |conn| create_in(conn, caller, wanted.clone(), now).await)
        .await
}

/// The same in a transaction that does more, as signing up does.
///
/// # Errors
/// As [`create`].
pub async fn create_in(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<Space, SpaceError> {
    let wanted = wanted.checked()?;
    if space_life::count_to_add(conn).await? >= SPACES_MAX {
        return Err(SpaceError::Full);
    }
    quotas::room_for_space(conn).await?;
    let slug = match wanted.slug {
        Some(slug) => slug,
        None => {
            let free = space_life::free_slug(conn, &slug::of_name(&wanted.name)).await?;
            free.ok_or(SpaceError::SlugTaken)?
        }
    };
    let new = NewSpace {
        id: SpaceId::new(),
        slug,
        name: wanted.name,
        public_key: keys::fresh(),
        settings: wanted.settings,
        published: false,
        allowed_origins: wanted.allowed_origins,
        at: now,
    };
    let id = new.id;
    spaces::create_by(conn, new, &author(caller)).await?;
    let space = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
    let mut act = act(caller, "space.create", id, now);
    act.after = Some(told(&space));
    audit::record(conn, act).await?;
    Ok(space)
}
