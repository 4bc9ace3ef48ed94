//! The face of the ledger's actor.

use std::collections::BTreeSet;

use actix::{Actor, Addr, ArbiterHandle};
use parlance_store::{db::Db, ids::TenantId};

use super::actor::{Flush, LedgerActor, Settled};
use crate::kernel::clock::SharedClock;

/// A reference to the ledger.
#[derive(Clone, Debug)]
pub struct LedgerHandle {
    addr: Addr<LedgerActor>,
}

impl LedgerHandle {
    /// Starts the ledger; `behind` are tenants that have work left from an earlier run.
    #[must_use]
    pub fn start(
        db: Db,
        clock: SharedClock,
        behind: impl IntoIterator<Item = TenantId>,
        arbiter: &ArbiterHandle,
    ) -> Self {
        let dirty: BTreeSet<_> = behind.into_iter().collect();
        let addr = LedgerActor::start_in_arbiter(arbiter, move |_| LedgerActor {
            db,
            clock,
            behind_since: (!dirty.is_empty()).then(std::time::Instant::now),
            dirty,
        });
        Self { addr }
    }

    /// Says that `tenant` has settled reservations. Never waits; a hint lost to a full mailbox is
    /// made good by the next one.
    pub fn settled(&self, tenant: TenantId) {
        if self.addr.try_send(Settled { tenant }).is_err() {
            metrics::counter!("parlance_ledger_hints_dropped_total").increment(1);
        }
    }

    /// Records everything settled so far.
    pub async fn flush(&self) {
        let _ = self.addr.send(Flush).await;
    }
}
