//! Collects hints for a short while, then records each tenant's settled reservations at once.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use actix::{Actor, ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler, Message, WrapFuture};
use futures_util::{StreamExt, stream};
use parlance_store::{db::Db, error::StoreError, ids::TenantId, queries::ledger};
use tracing::error;

use crate::kernel::clock::SharedClock;

/// Hints that may wait; one more is dropped, for the sweep at start and the next hint find the rows.
const MAILBOX: usize = 4096;

/// How long hints are collected before they are acted on.
const BATCH_EVERY: Duration = Duration::from_secs(1);

/// Reservations recorded in one transaction at most: some 50 ms of the database.
const BATCH: i64 = 2_000;

/// Tenants whose reservations are recorded at the same time: they share no row, and two are two processors of the
/// database where there is much to record.
const AT_ONCE: usize = 2;

pub(super) struct LedgerActor {
    pub(super) db: Db,
    pub(super) clock: SharedClock,
    pub(super) dirty: BTreeSet<TenantId>,
    /// Since when something waits to be recorded.
    pub(super) behind_since: Option<Instant>,
}

impl Actor for LedgerActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_interval(BATCH_EVERY, |actor, ctx| actor.record_dirty(ctx));
    }
}

impl LedgerActor {
    fn record_dirty(&mut self, ctx: &mut Context<Self>) {
        if self.dirty.is_empty() {
            return;
        }
        let tenants = std::mem::take(&mut self.dirty);
        let work = record(self.db.clone(), self.clock.clone(), tenants).into_actor(self);
        // Hints wait in the mailbox meanwhile, and so does who asks for a flush.
        ctx.wait(work.map(|failed, actor, _| actor.recorded(failed)));
    }
}

impl LedgerActor {
    fn recorded(&mut self, failed: BTreeSet<TenantId>) {
        if failed.is_empty() {
            self.behind_since = None;
        }
        let lag = self.behind_since.map(|since| since.elapsed());
        metrics::gauge!("parlance_ledger_lag_seconds").set(lag.unwrap_or_default());
        self.dirty.extend(failed);
    }
}

/// Records what `tenants` have settled; gives back those for whom it failed.
async fn record(db: Db, clock: SharedClock, tenants: BTreeSet<TenantId>) -> BTreeSet<TenantId> {
    let recorded = stream::iter(tenants).map(async |tenant| {
        let error = record_tenant(&db, &clock, tenant).await.err()?;
        error!(tenant.id = %tenant, %error, "usage could not be recorded, will try again");
        Some(tenant)
    });
    let failed: BTreeSet<TenantId> = recorded
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    metrics::gauge!("parlance_ledger_tenants_behind").set(u32::try_from(failed.len()).unwrap_or(u32::MAX));
    failed
}

async fn record_tenant(db: &Db, clock: &SharedClock, tenant: TenantId) -> Result<(), StoreError> {
    loop {
        let now = clock.now();
        let recorded = db
            .tenant(tenant)
            .transaction(async |conn| ledger::record_settled(conn, BATCH, now).await)
            .await?;
        metrics::counter!("parlance_ledger_recorded_total").increment(u64::try_from(recorded).unwrap_or(0));
        if recorded < BATCH {
            return Ok(());
        }
    }
}

/// `tenant` has settled reservations.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Settled {
    pub tenant: TenantId,
}

impl Handler<Settled> for LedgerActor {
    type Result = ();

    fn handle(&mut self, msg: Settled, _: &mut Self::Context) {
        self.behind_since.get_or_insert_with(Instant::now);
        self.dirty.insert(msg.tenant);
    }
}

/// Records everything known now; answers when it is done.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Flush;

impl Handler<Flush> for LedgerActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, _: Flush, _: &mut Self::Context) -> Self::Result {
        let tenants = std::mem::take(&mut self.dirty);
        let work = record(self.db.clone(), self.clock.clone(), tenants).into_actor(self);
        AtomicResponse::new(Box::pin(work.map(|failed, actor, _| actor.recorded(failed))))
    }
}
