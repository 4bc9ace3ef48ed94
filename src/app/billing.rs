//! Looks for what falls due of payments by itself, and for events of the payment provider that are to be handled.
//! What there is to find is in the rows, so nothing is missed while the server stands still, and several servers
//! may look at once.

use std::time::Duration;

use tracing::error;

use super::database;
use crate::{
    actors::services::Services,
    adapters::billing::{Mock, Stripe},
    config::{Config, PaidBy},
    kernel::clock::{Clock, SystemClock},
};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(2);

/// Looks for as long as the application runs.
pub async fn keep_looking(services: Services) {
    let looking = async {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = services.payments.look().await {
                error!(%error, "payments are left for the next look");
            }
        }
    };
    tokio::select! {
        () = services.tasks.stopping().cancelled_owned() => {}
        () = looking => {}
    }
}

/// `parlance billing replay`: has the event of this id, or all that the payment provider sent, handled again by the
/// server. How many those are.
///
/// # Errors
/// When the database does not start or fails, or there is no such event.
pub async fn replay(config: &Config, event: Option<&str>) -> anyhow::Result<usize> {
    let opened = database::open_beside(config).await?;
    let provider = match &config.billing.paid_by {
        PaidBy::Mock => Mock::NAME,
        PaidBy::Stripe(_) => Stripe::NAME,
    };
    let control = opened.db.control();
    let marked = control
        .replay_billing_events(provider, event, SystemClock.now())
        .await;
    if let Some(postgres) = opened.embedded {
        postgres.stop().await;
    }
    match (marked?, event) {
        (0, Some(event)) => anyhow::bail!("there is no event {event} of {provider}"),
        (marked, _) => Ok(marked),
    }
}
