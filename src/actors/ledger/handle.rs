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
    /// Starts the ledger. It is told by [`Self::settled`] what an earlier run left to record.
    #[must_use]
    pub fn start(db: Db, clock: SharedClock, arbiter: &ArbiterHandle) -> Self {
        let addr = LedgerActor::start_in_arbiter(arbiter, move |_| LedgerActor {
            db,
            clock,
            behind_since: None,
            dirty: BTreeSet::new(),
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
