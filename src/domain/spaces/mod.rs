//! The life of a space: made ([`create`]), set ([`change`], with its [`versions`]), published when it is
//! ready ([`checks`], [`publish`]), given another key ([`keys`]), put away ([`archive`]) and removed
//! ([`removal`]). Each is one transaction that records who did it.
//!
//! Not here: what settings there are (`accounts::settings`), and how a space is found while people chat
//! (`accounts::space`, which is told by the caller when something changed).

pub mod archive;
pub mod change;
pub mod checks;
pub mod create;
pub mod keys;
pub mod origins;
pub mod publish;
pub mod removal;
pub mod slug;
pub mod versions;

use parlance_store::{
    StoreError,
    ids::SpaceId,
    queries::{
        space_versions::Author,
        spaces::{self, Space},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use self::checks::Check;
use super::{
    accounts::{caller::Caller, settings::Refused},
    audit::Act,
};

/// Spaces of a workspace at most, archived ones among them.
pub const SPACES_MAX: i64 = 50;
/// Characters of a space's name.
pub const NAME_MAX: usize = 100;
/// Characters of what is said of a version.
pub const NOTE_MAX: usize = 200;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum SpaceError {
    /// Every field that cannot be taken.
    #[error("{} fields cannot be taken", .0.len())]
    Unsound(Vec<Refused>),
    #[error("another space has this address: choose another")]
    SlugTaken,
    #[error("a workspace has at most {SPACES_MAX} spaces: remove one first")]
    Full,
    /// Somebody else was first; the version the space is at now.
    #[error("the space is at version {0} by now: look at it, then change it again")]
    Moved(i64),
    /// The checks that failed.
    #[error("{} things are missing", .0.len())]
    NotReady(Vec<Check>),
    #[error("archive the space first, or confirm with its slug")]
    Unconfirmed,
    #[error("an A/B test runs in the space: end it first")]
    Testing,
    #[error("the A/B test has ended")]
    Over,
    /// `NotFound`, `Archived`, and what the database could not do.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SpaceError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict("space_index_slug_once") {
            Self::SlugTaken
        } else if error.is_conflict("experiments_one_running") {
            Self::Testing
        } else {
            Self::Store(error)
        }
    }
}

/// A space before and after something was done to it.
#[derive(Clone, Debug)]
pub struct Changed {
    pub before: Space,
    pub after: Space,
}

/// A space to be changed; one that is archived is not.
pub(in crate::domain) async fn lock_open(
    conn: &mut TenantConn<'_>,
    id: SpaceId,
) -> Result<Space, SpaceError> {
    let space = spaces::lock(conn, id).await?;
    if space.archived_at.is_some() {
        return Err(SpaceError::Store(StoreError::Archived));
    }
    Ok(space)
}

/// What became of `before`, to be told to the directory and to the caller.
async fn changed(conn: &mut TenantConn<'_>, before: Space) -> Result<Changed, SpaceError> {
    let after = spaces::load(conn, before.id).await?.ok_or(StoreError::NotFound)?;
    Ok(Changed { before, after })
}

/// The part of a space that people set, for the record.
fn told(space: &Space) -> Value {
    json!({
        "name": space.name,
        "slug": space.slug,
        "settings": space.settings,
        "allowed_origins": space.allowed_origins,
    })
}

fn act<'a>(
    caller: &'a Caller,
    action: &'static str,
    space: SpaceId,
    now: chrono::DateTime<chrono::Utc>,
) -> Act<'a> {
    caller.act(action, ("space", space), now)
}

fn author(caller: &Caller) -> Author {
    let (kind, id, name) = caller.actor.row();
    Author { kind, id, name }
}

/// What is wrong with a name, if anything is.
pub(in crate::domain) fn name_refused(name: &str) -> Option<Refused> {
    let sound = !name.is_empty() && name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    (!sound).then(|| Refused {
        field: "name".to_owned(),
        detail: format!("give 1 to {NAME_MAX} characters"),
    })
}

/// Names of settings as fields of a request, such as `settings.ai.top_k`.
pub fn in_settings(refused: Vec<Refused>) -> impl Iterator<Item = Refused> {
    refused.into_iter().map(|refused| Refused {
        field: format!("settings.{}", refused.field),
        ..refused
    })
}
