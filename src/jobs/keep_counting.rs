//! Keeps the counters of what happened, beside the workers: adds to them what was counted, and once a day
//! proves them.

use std::time::Duration;

use parlance_store::db::Db;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    domain::insight::keeping::{self, Look, cause},
    kernel::clock::SharedClock,
};

/// What is counted is seen at once; folding keeps reading it cheap.
const FOLD_EVERY: Duration = Duration::from_secs(5);
/// How often somebody may be due for the daily look.
const LOOK_EVERY: Duration = Duration::from_secs(15 * 60);
/// Differences of a tenant that are logged one by one.
const LOGGED: usize = 20;

/// Folds and looks until `stopping` is cancelled.
pub async fn keep_counting(db: Db, clock: SharedClock, stopping: CancellationToken) {
    let folding = async {
        loop {
            fold_all(&db).await;
            sleep(FOLD_EVERY).await;
        }
    };
    let looking = async {
        loop {
            look_at_all(&db, &clock).await;
            sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        () = stopping.cancelled() => {}
        () = folding => {}
        () = looking => {}
    }
}

/// What one workspace is in the way of, others do not wait for.
async fn fold_all(db: &Db) {
    let tenants = match db.control().tenants_with_rollup_deltas().await {
        Ok(tenants) => tenants,
        Err(error) => return warn!(%error, "what was counted is added up in a moment"),
    };
    for tenant in tenants {
        if let Err(error) = keeping::fold(&db.tenant(tenant)).await {
            warn!(tenant.id = %tenant, %error, "what was counted is added up in a moment");
        }
    }
}

async fn look_at_all(db: &Db, clock: &SharedClock) {
    let tenants = match db.control().tenants().await {
        Ok(tenants) => tenants,
        Err(error) => return warn!(%error, "counters are looked at in a quarter of an hour"),
    };
    for tenant in tenants {
        match keeping::look(&db.tenant(tenant), clock.now()).await {
            Ok(Look::NotDue | Look::Begun(0)) => {}
            Ok(Look::Begun(counted)) => {
                info!(tenant.id = %tenant, counters = counted, "what is older than its counters is counted");
            }
            Ok(Look::Found(differences)) => {
                metrics::counter!("parlance_rollup_differences_total")
                    .increment(u64::try_from(differences.len()).unwrap_or(u64::MAX));
                for found in differences.iter().take(LOGGED) {
                    error!(
                        tenant.id = %tenant, space.id = %found.space_id, channel = found.channel, at = %found.at,
                        metric = found.metric,
                        counted = found.counted, there = found.there, cause = cause(found),
                        "a counter is not what it counts: parlance rollups --check --repair"
                    );
                }
            }
            Err(error) => {
                warn!(tenant.id = %tenant, %error, "its counters are looked at in a quarter of an hour");
            }
        }
    }
}
