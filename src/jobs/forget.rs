//! Forgets the jobs and the sessions that ended long ago, the files that were never sent and the bodies of payment
//! events, beside the workers: it looks at every tenant, and nothing that is due waits for that.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantConn, TenantDb,
    db::Db,
    queries::{attachments, jobs},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{domain::attachments::UNSENT_FOR, kernel::clock::SharedClock};

/// How long the body of a payment provider's event is kept.
const BODIES_KEPT: TimeDelta = TimeDelta::days(90);
/// How long what ended can be looked up.
const KEPT: TimeDelta = TimeDelta::days(30);
const EVERY: Duration = Duration::from_secs(3_600);
/// Jobs that are forgotten in one statement.
const AT_ONCE: i32 = 1_000;
/// The same of files, of 10 MiB at most.
const FILES_AT_ONCE: i32 = 50;

/// Forgets every hour what ended long ago, until `stopping` is cancelled.
pub async fn keep_forgetting(db: Db, clock: SharedClock, stopping: CancellationToken) {
    let forgetting = async {
        loop {
            sleep(EVERY).await;
            forget(&db, clock.now()).await;
        }
    };
    stopping.run_until_cancelled(forgetting).await;
}

async fn forget(db: &Db, now: DateTime<Utc>) {
    if let Err(error) = forget_sessions(db, now - KEPT).await {
        warn!(%error, "ended sessions are kept for another hour");
    }
    if let Err(error) = forget_bodies(db, now - BODIES_KEPT).await {
        warn!(%error, "bodies of events of the payment provider are kept for another hour");
    }
    let tenants = match db.control().tenants().await {
        Ok(tenants) => tenants,
        Err(error) => return warn!(%error, "what ended is kept for another hour"),
    };
    for tenant in tenants {
        if let Err(error) = forget_of(&db.tenant(tenant), now).await {
            warn!(tenant.id = %tenant, %error, "what ended is kept for another hour");
        }
    }
}

async fn forget_sessions(db: &Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let (control, most) = (db.control(), i64::from(AT_ONCE));
    while control.forget_sessions(before, most).await? >= most {}
    Ok(())
}

async fn forget_bodies(db: &Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let (control, all) = (db.control(), usize::try_from(AT_ONCE).unwrap_or(0));
    while control.forget_billing_bodies(before, AT_ONCE.into()).await? >= all {}
    Ok(())
}

async fn forget_of(db: &TenantDb, now: DateTime<Utc>) -> Result<(), StoreError> {
    let before = now - KEPT;
    let forget = async |conn: &mut TenantConn<'_>| jobs::forget_ended(conn, before, AT_ONCE).await;
    let all = usize::try_from(AT_ONCE).unwrap_or(0);
    while db.transaction(forget).await? >= all {}
    let never_sent = now - UNSENT_FOR;
    let forget =
        async |conn: &mut TenantConn<'_>| attachments::forget_unsent(conn, never_sent, FILES_AT_ONCE).await;
    let all = usize::try_from(FILES_AT_ONCE).unwrap_or(0);
    while db.transaction(forget).await? >= all {}
    Ok(())
}
