//! What the payment provider tells by itself, and what falls due though nobody tells: an event is kept before anything
//! follows from it, and what could not be done is done by a later look.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt};
use parlance_store::{
    StoreError, control::billing_events::NewEvent, ids::TenantId, queries::subscriptions::Subscription,
};
use tokio::time::timeout;
use tracing::{error, info, warn};

use super::payments::{PaymentError, Payments};
use crate::adapters::billing::BadEvent;

/// Types of events that something follows from; the others are kept.
const KINDS: &[&str] = &[
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
];
/// How long after an event failed it is tried again: twice as long each time, up to the longest.
const RETRY: TimeDelta = TimeDelta::seconds(30);
const LONGEST_RETRY: TimeDelta = TimeDelta::hours(6);
/// A provider that waits longer for our word sends its event again; what takes longer is done by the next look.
const HANDLED_WITHIN: Duration = Duration::from_secs(5);
/// Events and subscriptions looked at at once.
const BATCH: i32 = 64;
/// Of these, asked of the provider at the same time: a slow answer delays few others, and its rate limit is kept.
const AT_ONCE: usize = 4;

/// Why an event was not taken; the provider is to send it again.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error(transparent)]
    Bad(#[from] BadEvent),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Payments {
    /// Takes an event: keeps it, then does what follows. One that was handled before does nothing; one that
    /// cannot be handled now is tried again by [`Self::look`].
    ///
    /// # Errors
    /// [`ReceiveError`].
    pub async fn receive(&self, body: &[u8], signature: &str) -> Result<(), ReceiveError> {
        let event = self.provider.event(body, signature)?;
        let (provider, at) = (self.provider.name(), self.clock.now());
        let new = NewEvent {
            provider,
            id: &event.id,
            kind: &event.kind,
            customer: event.customer.as_deref(),
            body,
            at,
            retry_at: at + RETRY,
        };
        if !self.db.control().keep_billing_event(new).await? {
            let handled = self.handle(&event.id, &event.kind, event.customer.as_deref(), 0);
            if let Ok(handled) = timeout(HANDLED_WITHIN, handled).await {
                handled?;
            }
        }
        Ok(())
    }

    /// Does what is due by itself: events that could not be handled, graces that end, and subscriptions whose
    /// period is over while nobody told what became of them.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn look(&self) -> Result<(), StoreError> {
        let (control, now) = (self.db.control(), self.clock.now());
        let provider = self.provider.name();
        // What fails for one is left for the next look, and delays no other.
        let events = control.billing_events_to_handle(provider, now, BATCH).await?;
        stream::iter(events)
            .for_each_concurrent(AT_ONCE, async |event| {
                let handled = self.handle(&event.id, &event.kind, event.customer.as_deref(), event.tries);
                if let Err(error) = handled.await {
                    error!(event.id, %error, "an event of the payment provider is left for the next look");
                }
            })
            .await;
        let due = control.subscriptions_to_look_at(now, BATCH).await?;
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, async |tenant| {
                if let Err(error) = self.look_at(tenant, now).await {
                    error!(tenant.id = %tenant, %error, "its subscription is left for the next look");
                }
            })
            .await;
        Ok(())
    }

    async fn look_at(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<(), StoreError> {
        // Written first, with when to look again: a provider that is away is not asked every second.
        let known = self.settle(tenant, None).await?;
        let is_over = |known: &Subscription| known.current_period_end.is_some_and(|end| end < now);
        let is_in_doubt = |known: &Subscription| known.granted.is_none() || is_over(known);
        if known.is_some_and(|known| known.provider == self.provider.name() && is_in_doubt(&known))
            && let Err(error) = self.sync(tenant).await
        {
            error!(tenant.id = %tenant, %error, "its subscription is asked for again in an hour");
        }
        Ok(())
    }

    async fn handle(
        &self,
        id: &str,
        kind: &str,
        customer: Option<&str>,
        tries: i32,
    ) -> Result<(), StoreError> {
        let (provider, control) = (self.provider.name(), self.db.control());
        let followed = self.follow(kind, customer).await;
        let now = self.clock.now();
        match followed {
            Ok(()) => control.note_billing_event((provider, id), None, now).await,
            Err(error) => {
                let error = error.to_string();
                warn!(event.id = id, event.kind = kind, %error, "an event of the payment provider is tried again");
                let longer = RETRY * (1 << tries.clamp(0, 12));
                let again = now + longer.min(LONGEST_RETRY);
                control
                    .note_billing_event((provider, id), Some((&error, again)), now)
                    .await
            }
        }
    }

    async fn follow(&self, kind: &str, customer: Option<&str>) -> Result<(), PaymentError> {
        let Some(customer) = customer.filter(|_| KINDS.contains(&kind)) else {
            return Ok(());
        };
        let (control, provider) = (self.db.control(), self.provider.name());
        match control.tenant_of_customer(provider, customer).await? {
            Some(tenant) => {
                self.sync(tenant).await?;
            }
            None => info!(event.kind = kind, "an event is about nobody who is known here"),
        }
        Ok(())
    }
}
