//! Looks for deadlines of tickets that came to be at risk or have passed, and has it told. What there is to
//! find is in the rows, so nothing is missed while the server stands still.

use std::time::Duration;

use chrono::{DateTime, Utc};
use parlance_store::StoreError;
use tracing::{error, info};

use crate::{actors::services::Services, domain::tickets::deadlines::tell};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);
/// Deadlines looked at at once.
const BATCH: i32 = 64;

/// Looks for as long as the application runs.
pub async fn keep_looking(services: Services) {
    let looking = async {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = look(&services).await {
                error!(%error, "deadlines are left for the next look");
            }
        }
    };
    tokio::select! {
        () = services.tasks.stopping().cancelled_owned() => {}
        () = looking => {}
    }
}

async fn look(services: &Services) -> Result<(), StoreError> {
    let now: DateTime<Utc> = services.clock.now();
    let due = services.db.control().deadlines_to_look_at(now, BATCH).await?;
    for (tenant, ticket) in due {
        match tell::tell(&services.db.tenant(tenant), ticket, now).await {
            Ok(Some(told)) => {
                services.consoles.ticket(tenant, told.number);
                info!(tenant.id = %tenant, ticket.id = %ticket, "a deadline is at risk or breached");
                services.bell.ring(tenant);
            }
            Ok(None) => {}
            Err(error) => {
                error!(tenant.id = %tenant, ticket.id = %ticket, %error, "its deadline is left for the next look");
            }
        }
    }
    Ok(())
}
