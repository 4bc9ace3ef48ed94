//! Putting a space away, and bringing it back. While it is away it is not published, nothing of it is
//! changed, and nobody reads the web for it.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{jobs as queued, space_life, spaces},
    tenant::TenantConn,
};
use serde_json::json;

use super::{Changed, SpaceError, act, change::settings_of, changed};
use crate::domain::{
    accounts::caller::Caller,
    audit,
    jobs::Work,
    knowledge::{intake, places},
    notify::waiting,
};

/// Work that is not done for a space that is away. What was given to be read is read to its end.
const STOPS: &[&str] = &["read_source", "replay_golden"];

/// Puts a space away; one that is away stays so.
///
/// # Errors
/// Of the store `NotFound`.
pub async fn archive(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let space = space_life::lock_out(conn, id).await?;
        if space.archived_at.is_none() {
            space_life::set_archived(conn, id, Some(now), now).await?;
            call_off(conn, id, STOPS, now).await?;
            let mut act = act(caller, "space.archive", id, now);
            act.before = Some(json!({ "published": space.published }));
            audit::record(conn, act).await?;
        }
        changed(conn, space).await
    })
    .await
}

/// Brings a space back, not published. What is to be read again and again is in line again, and those who
/// wait in it are told of.
///
/// # Errors
/// Of the store `NotFound`.
pub async fn unarchive(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    now: DateTime<Utc>,
) -> Result<Changed, SpaceError> {
    db.transaction(async |conn| {
        let space = spaces::lock(conn, id).await?;
        if space.archived_at.is_some() {
            space_life::set_archived(conn, id, None, now).await?;
            places::resume(conn, id, now).await?;
            let hours = settings_of(&space).hours;
            waiting::hold_all(conn, id, hours.as_ref(), now).await?;
            audit::record(conn, act(caller, "space.unarchive", id, now)).await?;
        }
        changed(conn, space).await
    })
    .await
}

/// Calls off the jobs of these kinds, in the transaction that puts the space away.
async fn call_off(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    kinds: &[&str],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for job in queued::call_off(conn, space, kinds, now).await? {
        if let Some(work) = Work::of(&job) {
            intake::given_up(conn, &work, intake::CALLED_OFF, now).await?;
        }
    }
    Ok(())
}
