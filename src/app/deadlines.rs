//! Looks for deadlines of tickets that came to be at risk or have passed, and has it told. What there is to
//! find is in the rows, so nothing is missed while the server stands still.

use std::time::Duration;

use chrono::{DateTime, Utc};
use parlance_store::StoreError;
use tracing::{error, info};

use crate::{
    actors::{services::Services, tickets},
    domain::tickets::deadlines::tell,
};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);
/// Tickets looked at at once, in turns between tenants.
const BATCH: i32 = 64;

/// Looks for as long as the application runs.
pub async fn keep_looking(services: Services) {
    let looking = async {
        loop {
            match look(&services).await {
                // There may be more.
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(EVERY).await,
                Err(error) => {
                    error!(%error, "deadlines are left for the next look");
                    tokio::time::sleep(EVERY).await;
                }
            }
        }
    };
    tokio::select! {
        () = services.tasks.stopping().cancelled_owned() => {}
        () = looking => {}
    }
}

/// Whether there was as much to tell as is looked at at once, and all of it was told.
async fn look(services: &Services) -> Result<bool, StoreError> {
    let now: DateTime<Utc> = services.clock.now();
    let due = services.db.control().deadlines_to_look_at(now, BATCH).await?;
    let mut more = i32::try_from(due.len()).unwrap_or(BATCH) >= BATCH;
    for (tenant, ticket) in due {
        match tell::tell(&services.db.tenant(tenant), ticket, now).await {
            Ok(Some(told)) => {
                let (db, registry) = (services.db.tenant(tenant), Some(&services.registry));
                tickets::tell(&db, &services.consoles, registry, (&told).into()).await;
                info!(tenant.id = %tenant, ticket.id = %ticket, "a deadline is at risk or breached");
                services.bell.ring(tenant);
            }
            Ok(None) => more = false,
            Err(error) => {
                more = false;
                error!(tenant.id = %tenant, ticket.id = %ticket, %error, "its deadline is left for the next look");
            }
        }
    }
    Ok(more)
}
