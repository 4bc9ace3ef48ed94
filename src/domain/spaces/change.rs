//! Setting a space, and setting it as it once was. Everything that cannot be taken is named at once;
//! what changes what visitors see or are told is another version.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        experiments::{self, Experiment},
        golden::GoldenCause,
        space_versions::{self, Reason},
        spaces::{self, Space, SpaceChange},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use super::{
    Changed, NOTE_MAX, SpaceError, act, author, changed, in_settings, lock_open, name_refused,
    origins::{self, normal},
    slug, told,
};
use crate::domain::{
    accounts::{
        self,
        caller::Caller,
        settings::{self, Refused, SpaceSettings},
    },
    audit, golden,
    notify::waiting,
    tickets::deadlines,
};

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub slug: Option<String>,
    /// A merge patch (RFC 7396).
    pub settings: Option<Value>,
    pub allowed_origins: Option<Vec<String>>,
    /// What is to be said of the version, at most 200 characters.
    pub note: Option<String>,
    /// The version that the change was made for, where it must be the present one.
    pub version: Option<i64>,
}

/// What a space is to be from now on.
struct Next {
    name: String,
    slug: String,
    settings: Value,
    allowed_origins: Vec<String>,
}

/// Changes a space. Nothing is written where nothing is different.
///
/// # Errors
/// `Unsound`, `Moved`, `SlugTaken`, and `Testing` where it would answer in another way while an experiment
/// runs; of the store `NotFound` and `Archived`.
pub async fn change(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    change: Change,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let before = lock_open(conn, id).await?;
        at_version(&before, change.version)?;
        let (next, note) = applied(&before, &change)?;
        let reason = Reason {
            note: note.as_deref(),
            restored_from: None,
        };
        put(conn, caller, before, next, reason, now).await
    })
    .await
}

/// Sets a space as it was in version `n`, by today's rules; its slug stays.
///
/// # Errors
/// As [`change`]; `NotFound` also where there is no such version.
pub async fn restore(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    n: i64,
    version: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let before = lock_open(conn, id).await?;
        at_version(&before, version)?;
        let old = space_versions::get(conn, id, n).await?;
        let old = old.ok_or(StoreError::NotFound)?;
        settings::sound(&old.settings)
            .map_err(|refused| SpaceError::Unsound(in_settings(refused).collect()))?;
        let next = Next {
            name: old.name,
            slug: before.slug.clone(),
            settings: old.settings,
            allowed_origins: origins(&old.allowed_origins).map_err(SpaceError::Unsound)?,
        };
        let reason = Reason {
            note: None,
            restored_from: Some(n),
        };
        put(conn, caller, before, next, reason, now).await
    })
    .await
}

/// Sets a space to answer as arm B of an experiment did, by today's rules; all else stays. For a
/// transaction that has locked the space and ended the experiment.
///
/// # Errors
/// `Unsound`; of the store what the database could not do.
pub(in crate::domain) async fn answer_as(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    before: Space,
    experiment: &Experiment,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    let mut settings = before.settings.clone();
    if let Some(settings) = settings.as_object_mut() {
        settings.insert("ai".to_owned(), experiment.ai_b.clone());
    }
    settings::sound(&settings).map_err(|refused| SpaceError::Unsound(in_settings(refused).collect()))?;
    let next = Next {
        name: before.name.clone(),
        slug: before.slug.clone(),
        settings,
        allowed_origins: before.allowed_origins.clone(),
    };
    let note = format!(
        "Answers of version {}, after the A/B test “{}”",
        experiment.version_b, experiment.name
    );
    let reason = Reason {
        note: Some(&note),
        restored_from: None,
    };
    put(conn, caller, before, next, reason, now).await
}

fn at_version(space: &Space, wanted: Option<i64>) -> Result<(), SpaceError> {
    match wanted {
        Some(wanted) if wanted != space.version => Err(SpaceError::Moved(space.version)),
        _ => Ok(()),
    }
}

fn applied(before: &Space, change: &Change) -> Result<(Next, Option<String>), SpaceError> {
    let mut refused = Vec::new();
    let name = match &change.name {
        Some(name) => name.trim().to_owned(),
        None => before.name.clone(),
    };
    refused.extend(change.name.as_ref().and_then(|_| name_refused(&name)));
    let slug = change.slug.as_ref().filter(|slug| **slug != before.slug);
    refused.extend(slug.and_then(|slug| slug::refused(slug)).map(of_slug));
    let none = json!({});
    let settings = patched(&before.settings, change.settings.as_ref().unwrap_or(&none));
    let settings = settings.map_err(|problems| refused.extend(in_settings(problems)));
    let sites = match &change.allowed_origins {
        Some(sites) => origins(sites).map_err(|problems| refused.extend(problems)),
        None => Ok(before.allowed_origins.clone()),
    };
    let note = change
        .note
        .as_deref()
        .map(str::trim)
        .filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > NOTE_MAX || note.chars().any(char::is_control)) {
        refused.push(Refused {
            field: "note".to_owned(),
            detail: format!("say it in at most {NOTE_MAX} characters"),
        });
    }
    match (settings, sites) {
        (Ok((settings, _)), Ok(allowed_origins)) if refused.is_empty() => {
            let next = Next {
                name,
                slug: slug.unwrap_or(&before.slug).clone(),
                settings,
                allowed_origins,
            };
            Ok((next, note.map(str::to_owned)))
        }
        _ => Err(SpaceError::Unsound(refused)),
    }
}

async fn put(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    before: Space,
    next: Next,
    reason: Reason<'_>,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    let same = (&next.name, &next.settings, &next.allowed_origins)
        == (&before.name, &before.settings, &before.allowed_origins);
    if same && next.slug == before.slug {
        return changed(conn, before).await;
    }
    let answers = |settings: &Value| settings::sound(settings).map(|settings| settings.ai);
    if answers(&before.settings) != answers(&next.settings) && experiments::runs(conn, before.id).await? {
        return Err(SpaceError::Testing);
    }
    let change = SpaceChange {
        slug: next.slug,
        name: next.name,
        public_key: before.public_key.clone(),
        settings: next.settings,
        published: before.published,
        allowed_origins: next.allowed_origins,
        at: now,
    };
    spaces::update(conn, before.id, change).await?;
    if !same {
        space_versions::write(conn, before.id, &author(caller), reason, now).await?;
    }
    let done = changed(conn, before).await?;
    let (was, is) = (settings_of(&done.before), settings_of(&done.after));
    if (&was.ai, &was.bot_name) != (&is.ai, &is.bot_name) {
        golden::after_change(conn, done.after.id, GoldenCause::Settings, now).await?;
    }
    if was.hours != is.hours {
        waiting::hold_all(conn, done.after.id, is.hours.as_ref(), now).await?;
        deadlines::policies::hours_changed(conn, now).await?;
    }
    let action = if reason.restored_from.is_some() {
        "space.restore"
    } else {
        "space.change"
    };
    let mut act = act(caller, action, done.after.id, now);
    act.before = Some(told(&done.before));
    act.after = Some(told(&done.after));
    audit::record(conn, act).await?;
    Ok(done)
}

impl Changed {
    /// Whether documents are to be cut in another way than before.
    #[must_use]
    pub fn cuts_anew(&self) -> bool {
        let limits = |space| settings_of(space).knowledge.limits();
        limits(&self.before) != limits(&self.after)
    }
}

pub(super) fn settings_of(space: &Space) -> SpaceSettings {
    accounts::space::Space::from(space.clone()).settings
}

/// Settings after a merge patch.
///
/// # Errors
/// Every field that cannot be taken; `*` where the patch is no object.
pub fn patched(stored: &Value, patch: &Value) -> Result<(Value, SpaceSettings), Vec<Refused>> {
    if !patch.is_object() {
        return Err(vec![Refused {
            field: "*".to_owned(),
            detail: "give an object".to_owned(),
        }]);
    }
    settings::changed(stored, patch)
}

pub(super) fn of_slug(detail: &str) -> Refused {
    Refused {
        field: "slug".to_owned(),
        detail: detail.to_owned(),
    }
}

/// Sites as they are stored, each once.
pub(super) fn origins(written: &[String]) -> Result<Vec<String>, Vec<Refused>> {
    if written.len() > origins::MOST {
        return Err(vec![Refused {
            field: "allowed_origins".to_owned(),
            detail: format!("name at most {} sites", origins::MOST),
        }]);
    }
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    for (n, site) in written.iter().enumerate() {
        match normal(site) {
            Ok(site) if stored.contains(&site) => {}
            Ok(site) => stored.push(site),
            Err(detail) => refused.push(Refused {
                field: format!("allowed_origins.{n}"),
                detail: detail.to_owned(),
            }),
        }
    }
    if refused.is_empty() {
        Ok(stored)
    } else {
        Err(refused)
    }
}
