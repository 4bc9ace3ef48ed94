//! Payments with no money: a provider that keeps its customers in our database, has pages of its own at
//! `/billing/mock` and signs its events as Stripe does. Its clock can be turned to the end of a period.

mod state;

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    db::Db,
    ids::TenantId,
    queries::subscriptions::{self, SubscriptionStatus},
};
use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use self::state::{Door, Session, State};
use super::{
    Amount, BadEvent, BillingError, BillingProvider, Event, Invoice, NewCustomer, Order, Subscription,
    read_event, signature,
};
use crate::kernel::clock::SharedClock;

pub use self::state::Card;

const CUSTOMER: &str = "cus_mock_";

/// A plan as it is sold.
#[derive(Clone, Debug)]
pub struct MockPlan {
    pub name: String,
    /// In a month.
    pub price: Amount,
}

/// The provider.
pub struct Mock {
    db: Db,
    /// Those that are sold, by their ids.
    plans: BTreeMap<String, MockPlan>,
    secret: SecretString,
    clock: SharedClock,
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mock")
    }
}

/// What somebody does on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Pays on the page of a checkout, by a card that works or one that is declined.
    Pay(Card),
    /// Goes back.
    Leave,
    Cancel,
    Resume,
    Change(String),
    /// Has another card, which pays what is owed if it works.
    Replace(Card),
    /// Turns the clock to the end of the period.
    Turn,
}

/// An event as it is sent, with its signature.
#[derive(Clone, Debug)]
pub struct Sent {
    pub body: Vec<u8>,
    pub signature: String,
}

/// What a page shows.
#[derive(Clone, Debug)]
pub enum Page {
    Checkout {
        plan: String,
        price: Amount,
        trial_days: u16,
    },
    Portal {
        subscription: Option<Subscription>,
        card: Card,
        /// Others that it could be changed to: their ids and names.
        plans: Vec<(String, String)>,
        /// The time by its clock.
        now: DateTime<Utc>,
        invoices: Vec<Invoice>,
    },
}

impl Mock {
    /// Its word in addresses and tables.
    pub const NAME: &'static str = "mock";

    /// Signs with `secret`, which nobody else has.
    #[must_use]
    pub fn new(db: Db, plans: BTreeMap<String, MockPlan>, secret: SecretString, clock: SharedClock) -> Self {
        Self {
            db,
            plans,
            secret,
            clock,
        }
    }

    /// What the page of this address shows; none where there is no such page, or no more.
    ///
    /// # Errors
    /// [`BillingError`].
    pub async fn page(&self, address: &str) -> Result<Option<Page>, BillingError> {
        let Some((tenant, secret)) = read_address(address) else {
            return Ok(None);
        };
        self.with(tenant, |state, now| {
            if let Some(session) = state.session(secret) {
                let plan = self.plan(&session.plan)?;
                return Ok(Some(Page::Checkout {
                    plan: plan.name.clone(),
                    price: plan.price.clone(),
                    trial_days: session.trial_days,
                }));
            }
            if state.door(secret).is_none() {
                return Ok(None);
            }
            let subscription = state.told();
            let current = subscription.as_ref().and_then(|one| one.plan.clone());
            let others = self.plans.iter().filter(|(id, _)| Some(*id) != current.as_ref());
            Ok(Some(Page::Portal {
                subscription,
                card: state.card,
                plans: others.map(|(id, plan)| (id.clone(), plan.name.clone())).collect(),
                now,
                invoices: state.invoices.clone(),
            }))
        })
        .await
    }

    /// Does it, and answers what is to be sent to our webhook and where the browser goes then; none where it
    /// stays. Nothing where there is no such page.
    ///
    /// # Errors
    /// `Refused` where the card is declined; [`BillingError`].
    pub async fn act(
        &self,
        address: &str,
        act: Act,
    ) -> Result<Option<(Vec<Sent>, Option<String>)>, BillingError> {
        let Some((tenant, secret)) = read_address(address) else {
            return Ok(None);
        };
        let done = self.with(tenant, |state, now| {
            let session = state.session(secret).cloned();
            let door = state.door(secret).cloned();
            let price = |plan: &str| self.plan(plan).map(|plan| plan.price.clone());
            Ok(match (act, session, door) {
                (Act::Pay(card), Some(session), _) => {
                    let price = price(&session.plan)?;
                    Some((state.subscribe(&session, card, price, now)?, Some(session.paid)))
                }
                (Act::Leave, Some(session), _) => Some((Vec::new(), Some(session.left))),
                (Act::Leave, _, Some(door)) => Some((Vec::new(), Some(door.back))),
                (Act::Cancel, _, Some(_)) => Some((state.end_with_period(true)?, None)),
                (Act::Resume, _, Some(_)) => Some((state.end_with_period(false)?, None)),
                (Act::Change(plan), _, Some(_)) => {
                    let (before, after) = (price(&state.running()?.plan)?, price(&plan)?);
                    Some((state.change(&plan, (&before, &after), now)?, None))
                }
                (Act::Replace(card), _, Some(_)) => Some((state.replace(card), None)),
                (Act::Turn, _, Some(_)) => Some((state.turn(now, price)?, None)),
                _ => None,
            })
        });
        let done = done.await?;
        let signed = |kinds: Vec<&str>| kinds.into_iter().map(|kind| self.sign(tenant, kind)).collect();
        Ok(done.map(|(kinds, to)| (signed(kinds), to)))
    }

    fn sign(&self, tenant: TenantId, kind: &str) -> Sent {
        let now = self.clock.now();
        let event = json!({
            "id": format!("evt_mock_{}", Uuid::now_v7().simple()),
            "object": "event",
            "type": kind,
            "created": now.timestamp(),
            "data": { "object": { "customer": customer_of(tenant) } },
        });
        let body = event.to_string().into_bytes();
        let secrets = std::slice::from_ref(&self.secret);
        let signature = signature::sign(&body, secrets, now);
        Sent { body, signature }
    }

    fn plan(&self, id: &str) -> Result<&MockPlan, BillingError> {
        let plan = self.plans.get(id);
        plan.ok_or_else(|| BillingError::Refused(format!("there is no plan {id}")))
    }

    /// Reads and changes what is known of a tenant, by the time of the mock's own clock.
    async fn with<T: Send>(
        &self,
        tenant: TenantId,
        change: impl FnOnce(&mut State, DateTime<Utc>) -> Result<T, BillingError> + Send,
    ) -> Result<T, BillingError> {
        let now = self.clock.now();
        let db = self.db.tenant(tenant);
        db.transaction(async |conn| {
            let kept = subscriptions::lock_mock(conn).await?;
            let unreadable = |error: serde_json::Error| BillingError::Unreadable(error.to_string());
            let mut state = match &kept {
                Some(kept) => State::deserialize(kept).map_err(unreadable)?,
                None => State::default(),
            };
            let before = serde_json::to_value(&state).map_err(unreadable)?;
            let now = now + TimeDelta::seconds(state.ahead);
            state.advance(now, |plan| self.plan(plan).map(|plan| plan.price.clone()))?;
            let done = change(&mut state, now)?;
            let after = serde_json::to_value(&state).map_err(unreadable)?;
            // Whoever looks at an address that was made up leaves nothing behind.
            if after != before {
                subscriptions::keep_mock(conn, after).await?;
            }
            Ok(done)
        })
        .await
    }
}

#[async_trait]
impl BillingProvider for Mock {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn sells(&self, plan: &str) -> bool {
        self.plans.contains_key(plan)
    }

    async fn create_customer(&self, new: NewCustomer<'_>) -> Result<String, BillingError> {
        Ok(customer_of(new.tenant))
    }

    async fn checkout(&self, order: Order<'_>) -> Result<String, BillingError> {
        self.plan(order.plan)?;
        let secret = Uuid::new_v4().simple().to_string();
        let page = page_of(order.paid, "checkout", order.tenant, &secret)?;
        let session = Session {
            secret,
            plan: order.plan.to_owned(),
            trial_days: order.trial_days,
            paid: order.paid.to_owned(),
            left: order.left.to_owned(),
        };
        self.with(order.tenant, |state, _| {
            state.checkout = Some(session);
            Ok(page)
        })
        .await
    }

    async fn portal(&self, customer: &str, back: &str) -> Result<String, BillingError> {
        let (tenant, secret) = (tenant_of(customer)?, Uuid::new_v4().simple().to_string());
        let page = page_of(back, "portal", tenant, &secret)?;
        let back = back.to_owned();
        self.with(tenant, |state, _| {
            state.portal = Some(Door { secret, back });
            Ok(page)
        })
        .await
    }

    async fn subscription(&self, customer: &str) -> Result<Option<Subscription>, BillingError> {
        self.with(tenant_of(customer)?, |state, _| Ok(state.told())).await
    }

    async fn preview(&self, customer: &str, plan: &str) -> Result<Amount, BillingError> {
        self.with(tenant_of(customer)?, |state, now| {
            let running = state.running()?;
            let before = self.plan(&running.plan)?;
            let due = running.difference((&before.price, &self.plan(plan)?.price), now);
            Ok(state.beyond_credit(&due))
        })
        .await
    }

    async fn change_plan(&self, customer: &str, plan: &str) -> Result<(), BillingError> {
        self.with(tenant_of(customer)?, |state, now| {
            let before = &self.plan(&state.running()?.plan)?.price;
            state.change(plan, (before, &self.plan(plan)?.price), now)?;
            Ok(())
        })
        .await
    }

    async fn cancel_at_period_end(&self, customer: &str, cancel: bool) -> Result<(), BillingError> {
        self.with(tenant_of(customer)?, |state, _| {
            state.end_with_period(cancel)?;
            Ok(())
        })
        .await
    }

    async fn invoices(&self, customer: &str) -> Result<Vec<Invoice>, BillingError> {
        self.with(tenant_of(customer)?, |state, _| Ok(state.invoices.clone()))
            .await
    }

    fn event(&self, body: &[u8], header: &str) -> Result<Event, BadEvent> {
        let secrets = std::slice::from_ref(&self.secret);
        signature::verify(body, header, secrets, self.clock.now())?;
        read_event(body)
    }

    fn mock(&self) -> Option<&Mock> {
        Some(self)
    }
}

fn customer_of(tenant: TenantId) -> String {
    format!("{CUSTOMER}{}", Uuid::from(tenant).simple())
}

fn tenant_of(customer: &str) -> Result<TenantId, BillingError> {
    let id = customer
        .strip_prefix(CUSTOMER)
        .and_then(|id| Uuid::parse_str(id).ok());
    let id = id.ok_or_else(|| BillingError::Refused("there is no such customer".to_owned()))?;
    Ok(id.into())
}

/// A page of this kind on the server that `here` is on; its address has the tenant and a secret in it.
fn page_of(here: &str, kind: &str, tenant: TenantId, secret: &str) -> Result<String, BillingError> {
    let path = format!("/billing/mock/{kind}/{}.{secret}", Uuid::from(tenant).simple());
    let url = Url::parse(here).and_then(|here| here.join(&path));
    url.map(String::from)
        .map_err(|_| BillingError::Refused("the address to return to is none".to_owned()))
}

fn read_address(address: &str) -> Option<(TenantId, &str)> {
    let (tenant, secret) = address.split_once('.')?;
    Some((Uuid::parse_str(tenant).ok()?.into(), secret))
}

/// Whether it is charged when its period ends.
fn is_charged(status: SubscriptionStatus) -> bool {
    matches!(
        status,
        SubscriptionStatus::Trialing | SubscriptionStatus::Active | SubscriptionStatus::PastDue
    )
}
