//! Behind the scenes: deltas become counters, and counters are proven to be what they count.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantConn, TenantDb,
    queries::rollups::{self, Difference, Window},
};

/// Deltas that are folded in one statement.
const AT_ONCE: i64 = 5_000;
/// How long looking at all that a tenant ever said may take.
const CHECKED_WITHIN: Duration = Duration::from_secs(10 * 60);
/// Differences that are told of; there may be more.
const TOLD: i64 = 200;
/// How often counters are compared with what they count.
const EVERY: TimeDelta = TimeDelta::days(1);
/// What is looked at again: what happened since the comparison before, and so long before it.
const OVERLAP: TimeDelta = TimeDelta::days(1);

/// Adds what waits to the counters, as long as nobody else does.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn fold(db: &TenantDb) -> Result<(), StoreError> {
    let fold = async |conn: &mut TenantConn<'_>| {
        if !rollups::begin_folding(conn).await? {
            return Ok::<_, StoreError>(0);
        }
        rollups::fold(conn, AT_ONCE).await
    };
    while db.transaction(fold).await? >= AT_ONCE {}
    Ok(())
}

/// What a comparison came to.
#[derive(Debug, Default)]
pub struct Checked {
    /// The first 200 differences.
    pub differences: Vec<Difference>,
    /// Counters that were put right; visitors one by one.
    pub repaired: i64,
}

/// Compares all counters, and puts them right where that is wanted. Nobody waits for either.
///
/// # Errors
/// [`StoreError`] where the database fails, or folding does not come to an end.
pub async fn check(db: &TenantDb, window: Window, repair: bool) -> Result<Checked, StoreError> {
    let differences = db
        .long(CHECKED_WITHIN, async |conn| {
            rollups::check(conn, window, TOLD).await
        })
        .await?;
    let repaired = if repair && !differences.is_empty() {
        self::repair(db, window).await?
    } else {
        0
    };
    Ok(Checked {
        differences,
        repaired,
    })
}

/// Folds what waits, so that every counter is in one place, and puts them right.
async fn repair(db: &TenantDb, window: Window) -> Result<i64, StoreError> {
    fold(db).await?;
    db.long(CHECKED_WITHIN, async |conn| {
        // Somebody folds: they are done in a moment.
        rollups::wait_to_fold(conn).await?;
        while rollups::fold(conn, AT_ONCE).await? >= AT_ONCE {}
        rollups::repair(conn, window).await
    })
    .await
}

/// What the daily look at a tenant came to.
#[derive(Debug)]
pub enum Look {
    /// It was looked at less than a day ago.
    NotDue,
    /// For the first time: this much was from before there were counters, and is in them now.
    Begun(i64),
    /// These were found, and left as they are: whoever runs it decides.
    Found(Vec<Difference>),
}

/// Looks at a tenant once a day. The first look counts what is older than the counters.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn look(db: &TenantDb, now: DateTime<Utc>) -> Result<Look, StoreError> {
    let last = db.read(async |conn| rollups::last_check(conn).await).await?;
    if last.is_some_and(|last| now < last + EVERY) {
        return Ok(Look::NotDue);
    }
    let window = Window {
        since: last.map(|last| quarter(last - OVERLAP)),
    };
    let found = check(db, window, last.is_none()).await?;
    let differences = i32::try_from(found.differences.len()).unwrap_or(i32::MAX);
    let left = if last.is_none() { 0 } else { differences };
    db.transaction(async |conn| rollups::checked(conn, now, left).await)
        .await?;
    Ok(match last {
        None => Look::Begun(found.repaired),
        Some(_) => Look::Found(found.differences),
    })
}

fn quarter(at: DateTime<Utc>) -> DateTime<Utc> {
    at - TimeDelta::seconds(at.timestamp().rem_euclid(900))
        - TimeDelta::nanoseconds(at.timestamp_subsec_nanos().into())
}

/// Why a counter may differ, as far as it can be told from the two.
#[must_use]
pub fn cause(difference: &Difference) -> &'static str {
    match (difference.counted, difference.there) {
        (0, _) => "none of it was counted: it was written while counting was off",
        (_, 0) => "all of it was counted, and its rows are gone",
        (counted, there) if counted < there => "some of it was written while counting was off",
        _ => "counted more than there is: rows are gone, or the counter was changed",
    }
}
