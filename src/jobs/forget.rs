//! Forgets the jobs and the sessions that ended long ago, beside the workers: it looks at every tenant, and
//! nothing that is due waits for that.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{StoreError, TenantConn, TenantDb, db::Db, queries::jobs};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::kernel::clock::SharedClock;

/// How long what ended can be looked up.
const KEPT: TimeDelta = TimeDelta::days(30);
const EVERY: Duration = Duration::from_secs(3_600);
/// Jobs that are forgotten in one statement.
const AT_ONCE: i32 = 1_000;

/// Forgets every hour what ended long ago, until `stopping` is cancelled.
pub async fn keep_forgetting(db: Db, clock: SharedClock, stopping: CancellationToken) {
    let forgetting = async {
        loop {
            sleep(EVERY).await;
            forget(&db, clock.now() - KEPT).await;
        }
    };
    stopping.run_until_cancelled(forgetting).await;
}

async fn forget(db: &Db, before: DateTime<Utc>) {
    if let Err(error) = forget_sessions(db, before).await {
        warn!(%error, "ended sessions are kept for another hour");
    }
    let tenants = match db.control().tenants().await {
        Ok(tenants) => tenants,
        Err(error) => return warn!(%error, "ended jobs are kept for another hour"),
    };
    for tenant in tenants {
        if let Err(error) = forget_of(&db.tenant(tenant), before).await {
            warn!(tenant.id = %tenant, %error, "ended jobs are kept for another hour");
        }
    }
}

async fn forget_sessions(db: &Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let (control, most) = (db.control(), i64::from(AT_ONCE));
    while control.forget_sessions(before, most).await? >= most {}
    Ok(())
}

async fn forget_of(db: &TenantDb, before: DateTime<Utc>) -> Result<(), StoreError> {
    let forget = async |conn: &mut TenantConn<'_>| jobs::forget_ended(conn, before, AT_ONCE).await;
    let all = usize::try_from(AT_ONCE).unwrap_or(0);
    while db.transaction(forget).await? >= all {}
    Ok(())
}
