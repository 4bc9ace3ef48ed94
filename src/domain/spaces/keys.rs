//! The public key of a space, and another in its place. Visitors keep their sessions: those are of the
//! space, whatever its key.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{TenantDb, ids::SpaceId, queries::space_life};
use serde_json::json;
use uuid::Uuid;

use super::{Changed, SpaceError, act, changed, lock_open};
use crate::domain::{
    accounts::{caller::Caller, settings::Refused},
    audit,
};

/// Hours for which the key before still works, where nobody says how many, and at most.
pub const OVERLAP: u16 = 7 * 24;
pub const OVERLAP_MAX: u16 = 30 * 24;

/// A key that nobody has.
#[must_use]
pub fn fresh() -> String {
    format!("pk_{}", Uuid::new_v4().simple())
}

/// Gives a space another key, which works at once. The one it had works for `overlap` more hours, 0 to
/// 720; one that was still at its end is over.
///
/// # Errors
/// `Unsound`; of the store `NotFound` and `Archived`.
pub async fn rotate(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    overlap: u16,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let space = lock_open(conn, id).await?;
        if overlap > OVERLAP_MAX {
            return Err(SpaceError::Unsound(vec![Refused {
                field: "overlap_hours".to_owned(),
                detail: format!("give 0 to {OVERLAP_MAX} hours"),
            }]));
        }
        let until = (overlap > 0).then(|| now + TimeDelta::hours(overlap.into()));
        let key = fresh();
        space_life::rotate_key(conn, id, &key, until, now).await?;
        let mut act = act(caller, "space.rotate_key", id, now);
        act.before = Some(json!({ "public_key": space.public_key }));
        act.after = Some(json!({ "public_key": key, "old_key_until": until }));
        audit::record(conn, act).await?;
        changed(conn, space).await
    })
    .await
}
