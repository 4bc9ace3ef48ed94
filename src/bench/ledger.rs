//! How many calls a second the ledger's actor takes from settled to booked: the product's own actor, statement, policies
//! and triggers. What is not measured is settling, which is the work of whoever made the call.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use parlance_store::{
    StoreError, TenantDb,
    db::Db,
    ids::{ReservationId, SpaceId},
    queries::{
        bulk::{self, SettledCalls},
        ledger as books,
    },
};

use super::tenant;
use crate::{
    actors::{ledger::LedgerHandle, placement::Placement},
    kernel::clock::{Clock, SharedClock, SystemClock},
};

/// Calls of one statement.
const AT_ONCE: usize = 2_000;
const COST_NANOS: i64 = 5_400_000;

/// What to record.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub tenants: usize,
    /// Calls of each tenant.
    pub calls: usize,
}

/// The outcome.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    load: Load,
    took: Duration,
}

/// Lets settled calls lie, as after a burst, tells the actor of each, and waits until all are in the books.
///
/// # Errors
/// When the database fails, or a call is missing in the books or there twice.
pub async fn measure(db: &Db, load: Load) -> Result<Recorded> {
    let clock: SharedClock = Arc::new(SystemClock);
    let mut tenants = Vec::with_capacity(load.tenants);
    for _ in 0..load.tenants {
        let (tenant, space) = tenant(db, None).await?;
        settle(&tenant, space, load.calls).await?;
        tenants.push(tenant);
    }
    let placement = Placement::new(1);
    let thread = placement.of("ledger").context("no thread to run on")?;
    let ledger = LedgerHandle::start(db.clone(), clock, &thread);
    let started = Instant::now();
    for _ in 0..load.calls {
        for tenant in &tenants {
            ledger.settled(tenant.tenant_id());
        }
        // The actor drinks meanwhile: hints that find its mailbox full are dropped.
        tokio::task::yield_now().await;
    }
    ledger.flush().await;
    let took = started.elapsed();
    for tenant in &tenants {
        check(tenant, load.calls).await?;
    }
    Ok(Recorded { load, took })
}

async fn settle(tenant: &TenantDb, space: SpaceId, calls: usize) -> Result<()> {
    let ids: Vec<ReservationId> = (0..calls).map(|_| ReservationId::new()).collect();
    for ids in ids.chunks(AT_ONCE) {
        let calls = SettledCalls {
            space,
            ids,
            cost_nanos: COST_NANOS,
            at: SystemClock.now(),
        };
        tenant
            .transaction(async |conn| bulk::settle(conn, &calls).await)
            .await?;
    }
    Ok(())
}

/// Each call is booked once, and so are the sums.
async fn check(tenant: &TenantDb, calls: usize) -> Result<()> {
    let today = SystemClock.now().date_naive();
    let yesterday = today.pred_opt().unwrap_or(today);
    let (booked, wrong) = tenant
        .read(async |conn| {
            let mut wrong = Vec::new();
            for roll_up in books::ROLL_UPS {
                for day in [yesterday, today] {
                    wrong.extend(books::wrong_sums(conn, roll_up, day).await?);
                }
            }
            let booked = books::usage_totals(conn, yesterday, today).await?;
            Ok::<_, StoreError>((booked, wrong))
        })
        .await?;
    let calls = i64::try_from(calls)?;
    ensure!(
        booked.calls == calls && booked.cost_nanos == calls * COST_NANOS,
        "{calls} calls were settled, and {} are in the books",
        booked.calls
    );
    ensure!(wrong.is_empty(), "the sums are not those of the calls");
    Ok(())
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load { tenants, calls } = self.load;
        #[expect(clippy::cast_precision_loss, reason = "millions of calls")]
        let a_second = (tenants * calls) as f64 / self.took.as_secs_f64();
        writeln!(
            f,
            "{a_second:.0} calls a second: {calls} of each of {tenants} workspaces booked once in {:.2?}",
            self.took
        )
    }
}
