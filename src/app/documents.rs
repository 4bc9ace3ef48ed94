//! Documents that an earlier run did not finish, and those that were made by another recipe or
//! another embedding model: read in the background, while what is there is searched.

use std::time::Duration;

use parlance_store::ids::TenantId;
use tracing::error;

use crate::{actors::services::Services, domain::knowledge::ingest::Ingest};

/// How long what failed for now is left alone.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Reads what is unfinished until nothing is left or the application stops. Stopping in the middle
/// of a document loses nothing: the next start goes on from there.
pub async fn read_unfinished(services: Services, ingest: Ingest) {
    let stopping = services.tasks.stopping();
    let read = async {
        let mut left = match services.db.control().tenants().await {
            Ok(tenants) => tenants,
            Err(error) => return error!(%error, "unfinished documents are left for the next start"),
        };
        loop {
            left = read_of(&services, &ingest, left).await;
            if left.is_empty() {
                return;
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    };
    tokio::select! {
        () = stopping.cancelled() => {}
        () = read => {}
    }
}

/// Reads the unfinished documents of `tenants`; gives back those who have some left.
async fn read_of(services: &Services, ingest: &Ingest, tenants: Vec<TenantId>) -> Vec<TenantId> {
    let mut left = Vec::new();
    for tenant in tenants {
        match ingest.resume(&services.db.tenant(tenant)).await {
            Ok(resumed) if resumed.left == 0 => {}
            Ok(_) => left.push(tenant),
            Err(error) => {
                error!(tenant.id = %tenant, %error, "unfinished documents are looked for again");
                left.push(tenant);
            }
        }
    }
    left
}
