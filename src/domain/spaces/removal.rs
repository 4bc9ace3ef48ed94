//! Removing a space: at once for everybody, and then, in the background, all that it has. What stays for
//! the books is written in the migration `spaces`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, SpaceId},
    queries::{jobs as queued, space_life, spaces::Space},
    tenant::TenantConn,
};
use tokio::time::{Instant, sleep};

use super::{SpaceError, act, told};
use crate::domain::{
    accounts::caller::Caller,
    audit,
    jobs::{self, Priority, Takes, Work, locks::patiently},
};

/// Rows that are taken in one step, with what hangs on them.
const AT_ONCE: i32 = 50;
/// How long a step may take: a document may have ten thousands of passages.
const STEP_WITHIN: Duration = Duration::from_secs(5 * 60);
/// The pause while work on the space has yet to hear that it is called off.
const PAUSE: Duration = Duration::from_secs(1);

/// Removes a space that is archived, or whose slug is given as `confirm`. Nobody finds it from then on.
///
/// # Errors
/// `Unconfirmed`; of the store `NotFound`.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: SpaceId,
    confirm: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Space, SpaceError> {
    db.transaction(async |conn| {
        let space = space_life::lock_out(conn, id).await?;
        if space.archived_at.is_none() && confirm != Some(space.slug.as_str()) {
            return Err(SpaceError::Unconfirmed);
        }
        // What was to be read goes with the rest: nobody need say so of each document.
        queued::call_off(conn, id, &other_kinds(), now).await?;
        space_life::remove(conn, id, now).await?;
        let work = Work::RemoveSpace { space: id };
        jobs::enqueue(conn, &work, id, Priority::Normal, now).await?;
        let mut act = act(caller, "space.remove", id, now);
        act.before = Some(told(&space));
        audit::record(conn, act).await?;
        Ok(space)
    })
    .await
}

fn other_kinds() -> Vec<&'static str> {
    let mut kinds = Takes::all_kinds();
    kinds.retain(|kind| *kind != "remove_space");
    kinds
}

/// Takes what a removed space has left, for `job`, until nothing is or `turn` is over; whether nothing
/// is. May be done twice, and goes on where it was.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn empty(
    db: &TenantDb,
    space: SpaceId,
    job: JobId,
    turn: Duration,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let begun = Instant::now();
    // Whoever still reads for it would leave something behind.
    while others_work(db, space, job, now).await? {
        if begun.elapsed() >= turn {
            return Ok(false);
        }
        sleep(PAUSE).await;
    }
    while take(db, space).await? > 0 {
        if begun.elapsed() >= turn {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn others_work(
    db: &TenantDb,
    space: SpaceId,
    job: JobId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    db.transaction(async |conn| {
        queued::call_off(conn, space, &other_kinds(), now).await?;
        Ok(queued::others_running(conn, space, job).await? > 0)
    })
    .await
}

async fn take(db: &TenantDb, space: SpaceId) -> Result<i32, StoreError> {
    patiently(|| async {
        let empty = async |conn: &mut TenantConn<'_>| space_life::empty(conn, space, AT_ONCE).await;
        db.long(STEP_WITHIN, empty).await
    })
    .await
}
