//! Paying for a plan. Whatever the payment provider tells, its subscription is asked for anew and what it says is
//! written ([`Payments::sync`]); so events may come twice, late, in any order or not at all.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    Db, StoreError, TenantConn,
    control::{Role, members, workspace},
    ids::TenantId,
    queries::{
        invoices, paid_plans,
        subscriptions::{self, Subscription, SubscriptionStatus},
    },
};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};
use tracing::{error, info, warn};
use uuid::Uuid;

use super::{
    dunning::{self, Notice},
    plans::Plans,
    subscription::change_plan,
};
use crate::{
    adapters::billing::{
        Amount, BillingError, BillingProvider, Invoice, Mock, NewCustomer, Order, Subscription as Told, runs,
    },
    domain::{
        accounts::caller::Caller,
        audit,
        jobs::Bell,
        notify::mail::{self, Errand},
    },
    kernel::clock::SharedClock,
};

/// Who went to pay is asked about after this time, should no event tell of it.
const ASKED_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Why somebody cannot pay, or change what they pay for.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    #[error(transparent)]
    Billing(BillingError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the plan {0} cannot be paid for; to have the free one, cancel the subscription")]
    NotSold(String),
    #[error("this workspace pays for a plan already: change that one")]
    Subscribed,
    #[error("this workspace has no subscription that could be changed")]
    NotSubscribed,
    #[error("this workspace pays for this plan already")]
    SamePlan,
    #[error("the last payment is open: pay it first, then change the plan")]
    Unpaid,
}

impl From<BillingError> for PaymentError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Store(error) => Self::Store(error),
            BillingError::NoSubscription => Self::NotSubscribed,
            other => Self::Billing(other),
        }
    }
}

/// Whose turn it is to open a page on which is paid: of one workspace one at a time, or two could be open and paid.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<[Mutex<()>; 32]>);

impl Turns {
    async fn of(&self, tenant: TenantId) -> MutexGuard<'_, ()> {
        let place = Uuid::from(tenant).as_u128() % self.0.len() as u128;
        let [first, ..] = &*self.0;
        let lock = usize::try_from(place).ok().and_then(|place| self.0.get(place));
        lock.unwrap_or(first).lock().await
    }
}

/// The payments of all workspaces. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Payments {
    pub provider: Arc<dyn BillingProvider>,
    pub db: Db,
    pub plans: Arc<Plans>,
    pub clock: SharedClock,
    pub bell: Bell,
    /// How long a plan is kept while it is not paid.
    pub grace: TimeDelta,
    pub turns: Turns,
}

impl Payments {
    /// What the workspace pays for, as far as is known here.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn read(&self, tenant: TenantId) -> Result<Option<Subscription>, StoreError> {
        let found = self.db.tenant(tenant).read(subscriptions::read).await?;
        Ok(found.filter(|one| one.provider == self.provider.name()))
    }

    /// A page of the provider's on which `plan` is paid for; it leads back to `origin`.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn checkout(&self, caller: &Caller, plan: &str, origin: &str) -> Result<String, PaymentError> {
        let sold = self.plans.get(plan).filter(|_| self.provider.sells(plan));
        let sold = sold.ok_or_else(|| PaymentError::NotSold(plan.to_owned()))?;
        let _turn = self.turns.of(caller.tenant).await;
        let customer = self.customer(caller).await?;
        let known = self.sync(caller.tenant).await?;
        let status = known.as_ref().and_then(|known| known.status);
        if status.is_some_and(runs) {
            return Err(PaymentError::Subscribed);
        }
        let (paid, left) = (
            format!("{origin}/app/billing?checkout=paid"),
            format!("{origin}/app/billing"),
        );
        let order = |customer| Order {
            tenant: caller.tenant,
            customer,
            plan,
            trial_days: if status.is_none() { sold.trial_days } else { 0 },
            paid: &paid,
            left: &left,
        };
        let page = match self.provider.checkout(order(&customer)).await {
            Err(BillingError::NoCustomer) => {
                let other = self.new_customer(caller, Some(&customer)).await?;
                self.provider.checkout(order(&other)).await?
            }
            page => page?,
        };
        let at = self.clock.now() + ASKED_AFTER;
        let db = self.db.tenant(caller.tenant);
        db.transaction(async |conn| subscriptions::look_by(conn, at).await)
            .await?;
        self.record(caller, "billing.checkout", plan).await?;
        Ok(page)
    }

    /// A page of the provider's for cards and invoices; it leads back to `origin`.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn portal(&self, caller: &Caller, origin: &str) -> Result<String, PaymentError> {
        let customer = self.known(caller.tenant).await?.customer;
        Ok(self
            .provider
            .portal(&customer, &format!("{origin}/app/billing"))
            .await?)
    }

    /// What a change to `plan` would cost at once; less than nothing is credited.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn preview(&self, tenant: TenantId, plan: &str) -> Result<Amount, PaymentError> {
        let customer = self.changeable(tenant, plan).await?;
        Ok(self.provider.preview(&customer, plan).await?)
    }

    /// Changes what is paid for; the new plan counts at once.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn change(&self, caller: &Caller, plan: &str) -> Result<Option<Subscription>, PaymentError> {
        let _turn = self.turns.of(caller.tenant).await;
        let customer = self.changeable(caller.tenant, plan).await?;
        self.provider.change_plan(&customer, plan).await?;
        self.changed(caller, "billing.change", plan).await
    }

    /// Ends the subscription with its period, or lets it go on.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn cancel(&self, caller: &Caller, cancel: bool) -> Result<Option<Subscription>, PaymentError> {
        let known = self.known(caller.tenant).await?;
        self.provider
            .cancel_at_period_end(&known.customer, cancel)
            .await?;
        let action = if cancel {
            "billing.cancel"
        } else {
            "billing.resume"
        };
        self.changed(caller, action, &known.plan.unwrap_or_default())
            .await
    }

    /// What is known after something was changed at the provider. It is done there: what fails from here on is made
    /// up for by the event that tells of it, and must not look as though it had not been done.
    async fn changed(
        &self,
        caller: &Caller,
        action: &'static str,
        plan: &str,
    ) -> Result<Option<Subscription>, PaymentError> {
        if let Err(error) = self.record(caller, action, plan).await {
            error!(tenant.id = %caller.tenant, action, plan, %error, "it is not in the audit log");
        }
        match self.sync(caller.tenant).await {
            Ok(known) => Ok(known),
            Err(error) => {
                warn!(tenant.id = %caller.tenant, %error, "what changed is told by its event");
                Ok(self.read(caller.tenant).await?)
            }
        }
    }

    /// The last invoices, newest first; none where nobody ever went to pay.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn invoices(&self, tenant: TenantId) -> Result<Vec<Invoice>, PaymentError> {
        match self.read(tenant).await? {
            Some(known) => Ok(self.provider.invoices(&known.customer).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Asks the provider for the subscription and writes what it says, unless a later question was answered
    /// meanwhile.
    ///
    /// # Errors
    /// [`PaymentError`].
    pub async fn sync(&self, tenant: TenantId) -> Result<Option<Subscription>, PaymentError> {
        let db = self.db.tenant(tenant);
        let question = db.transaction(subscriptions::ask).await?;
        let Some(question) = question.filter(|question| question.provider == self.provider.name()) else {
            return Ok(None);
        };
        let told = match self.provider.subscription(&question.customer).await {
            Err(BillingError::NoCustomer) => None,
            told => told?,
        };
        let had_one = told.is_some();
        let settled = self.settle(tenant, Some((question.number, told))).await?;
        if had_one {
            self.keep_invoices(tenant, &question.customer).await?;
        }
        Ok(settled)
    }

    /// Keeps what was charged, to be compared with the plans.
    async fn keep_invoices(&self, tenant: TenantId, customer: &str) -> Result<(), PaymentError> {
        let told = self.provider.invoices(customer).await?;
        let db = self.db.tenant(tenant);
        let kept = db.transaction(async |conn| {
            for one in &told {
                let net = one.net.as_ref().unwrap_or(&one.amount);
                let invoice = invoices::Invoice {
                    provider: self.provider.name().to_owned(),
                    number: one.number.clone(),
                    at: one.at,
                    net_thousandths: net.thousandths,
                    currency: net.currency.clone(),
                    status: one.status.clone(),
                    charge: one.charge,
                    plan: one.plan.clone(),
                };
                invoices::keep(conn, &invoice).await?;
            }
            Ok::<_, StoreError>(())
        });
        Ok(kept.await?)
    }

    /// Writes what follows from what is known, and from what the provider said to a question, with the plan and
    /// the mails, in one transaction.
    pub(super) async fn settle(
        &self,
        tenant: TenantId,
        told: Option<(i64, Option<Told>)>,
    ) -> Result<Option<Subscription>, StoreError> {
        let now = self.clock.now();
        let db = self.db.tenant(tenant);
        let settled = db.transaction(async |conn| {
            let Some(mut before) = subscriptions::lock(conn).await? else {
                return Ok(None);
            };
            let told = match told {
                Some((number, _)) if number <= before.answered => return Ok(Some((before, false))),
                Some((number, told)) => {
                    before.answered = number;
                    Some(told)
                }
                // What cost nothing ends where people pay.
                None => (before.provider == Mock::NAME && self.provider.mock().is_none()).then_some(None),
            };
            let settled = dunning::settle(&before, told, self.grace, now);
            subscriptions::write(conn, &settled.subscription).await?;
            paid_plans::note(conn, now).await?;
            let granted = (before.granted.as_deref(), settled.subscription.granted.as_deref());
            self.give(conn, granted, now).await?;
            for notice in &settled.notices {
                self.tell(conn, *notice, &settled.subscription, now).await?;
            }
            Ok::<_, StoreError>(Some((settled.subscription, !settled.notices.is_empty())))
        });
        let Some((known, is_told)) = settled.await? else {
            return Ok(None);
        };
        if is_told {
            self.bell.ring(tenant);
        }
        Ok(Some(known))
    }

    /// Puts the workspace on the plan that is `granted`, after what was before. One that never paid keeps what it was
    /// given by hand.
    async fn give(
        &self,
        conn: &mut TenantConn<'_>,
        granted: (Option<&str>, Option<&str>),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let plan = match granted {
            (_, Some(id)) => self.plans.of(id),
            (Some(_), None) => self.plans.default_plan(),
            (None, None) => return Ok(()),
        };
        let caller = Caller::system(conn.tenant_id());
        change_plan(conn, &caller, plan, now).await
    }

    async fn tell(
        &self,
        conn: &mut TenantConn<'_>,
        notice: Notice,
        subscription: &Subscription,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        info!(tenant.id = %conn.tenant_id(), notice = notice.as_str(), "a subscription changed");
        let plan = subscription.plan.as_deref().unwrap_or_default();
        let plan = self
            .plans
            .get(plan)
            .map_or(plan, |plan| plan.name.as_str())
            .to_owned();
        for owner in owners(conn).await? {
            let errand = Errand::Billing {
                user: owner.user_id,
                notice,
                plan: plan.clone(),
                until: subscription.grace_until,
            };
            mail::enqueue(conn, errand, now).await?;
        }
        Ok(())
    }

    /// The provider's id of the caller's workspace, made where it has none there.
    async fn customer(&self, caller: &Caller) -> Result<String, PaymentError> {
        match self.read(caller.tenant).await? {
            Some(known) => Ok(known.customer),
            None => self.new_customer(caller, None).await,
        }
    }

    /// Makes the caller's workspace a customer, in place of one that is `gone`; of two at once the first stays.
    async fn new_customer(&self, caller: &Caller, gone: Option<&str>) -> Result<String, PaymentError> {
        let (db, now) = (self.db.tenant(caller.tenant), self.clock.now());
        let found = db.read(async |conn| {
            let workspace = workspace::read(conn).await?;
            Ok::<_, StoreError>((workspace.name, owners(conn).await?))
        });
        let (name, owners) = found.await?;
        let is_caller = |owner: &&members::Member| Some(owner.user_id) == caller.user();
        let owner = owners.iter().find(is_caller).or(owners.first());
        let new = NewCustomer {
            tenant: caller.tenant,
            name: &name,
            email: owner.map(|owner| owner.email.as_str()).unwrap_or_default(),
        };
        let customer = self.provider.create_customer(new).await?;
        let provider = self.provider.name();
        let begun = db.transaction(async |conn| {
            let before = subscriptions::lock(conn).await?;
            let kept = subscriptions::begin(conn, provider, &customer, gone).await?;
            let granted = before
                .filter(|_| kept == customer)
                .and_then(|before| before.granted);
            self.give(conn, (granted.as_deref(), None), now).await?;
            paid_plans::note(conn, now).await?;
            Ok::<_, StoreError>(kept)
        });
        Ok(begun.await?)
    }

    async fn known(&self, tenant: TenantId) -> Result<Subscription, PaymentError> {
        self.read(tenant).await?.ok_or(PaymentError::NotSubscribed)
    }

    /// The customer, where it may change to `plan`.
    async fn changeable(&self, tenant: TenantId, plan: &str) -> Result<String, PaymentError> {
        if !self.provider.sells(plan) || self.plans.get(plan).is_none() {
            return Err(PaymentError::NotSold(plan.to_owned()));
        }
        let known = self.known(tenant).await?;
        match known.status {
            Some(SubscriptionStatus::Trialing | SubscriptionStatus::Active) => {}
            Some(status) if runs(status) => return Err(PaymentError::Unpaid),
            _ => return Err(PaymentError::NotSubscribed),
        }
        if known.plan.as_deref() == Some(plan) {
            return Err(PaymentError::SamePlan);
        }
        Ok(known.customer)
    }

    async fn record(&self, caller: &Caller, action: &'static str, plan: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let db = self.db.tenant(caller.tenant);
        db.transaction(async |conn| {
            let mut act = caller.act(action, ("workspace", caller.tenant), now);
            act.after = Some(json!({ "plan": plan }));
            audit::record(conn, act).await
        })
        .await
    }
}

async fn owners(conn: &mut TenantConn<'_>) -> Result<Vec<members::Member>, StoreError> {
    let mut all = members::list(conn).await?;
    all.retain(|member| member.role == Role::Owner);
    Ok(all)
}
