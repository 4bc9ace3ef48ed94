//! The face of a tenant's actor, and the map of all of them.

use std::{net::IpAddr, sync::Arc, time::Duration};

use actix::{Actor, Addr};
use dashmap::{DashMap, DashSet};
use parlance_store::ids::{TenantId, VisitorId};

use super::actor::{Admit, AdmitFrame, AdmitUpload, AdmitVisit, TenantActor};
use crate::{
    actors::placement::Placement,
    domain::quota::rate::{Buckets, ChatRates, Limited},
    kernel::{clock::SharedClock, code::Code, problem::Problem},
};

/// What is said for an actor that has ended; the next look-up starts another.
const UNANSWERED: Result<(), Limited> = Err(Limited {
    scope: "workspace",
    retry_after: Duration::from_secs(1),
});

/// A reference to one tenant's actor.
#[derive(Clone, Debug)]
pub struct TenantHandle {
    addr: Addr<TenantActor>,
}

impl TenantHandle {
    /// Whether a message of `visitor` from `address` may go in now; takes its place if so.
    ///
    /// # Errors
    /// [`Limited`] says which bucket is empty and for how long.
    pub async fn admit(&self, visitor: VisitorId, address: Option<IpAddr>) -> Result<(), Limited> {
        self.addr
            .send(Admit { visitor, address })
            .await
            .unwrap_or(UNANSWERED)
    }

    /// Whether a frame of `visitor` that came over HTTP may go in now; takes its place if so.
    ///
    /// # Errors
    /// [`Limited`].
    pub async fn admit_frame(&self, visitor: VisitorId) -> Result<(), Limited> {
        self.addr.send(AdmitFrame { visitor }).await.unwrap_or(UNANSWERED)
    }

    /// Whether a file of `visitor` from `address` may come in now; takes its place if so.
    ///
    /// # Errors
    /// [`Limited`].
    pub async fn admit_upload(&self, visitor: VisitorId, address: Option<IpAddr>) -> Result<(), Limited> {
        self.addr
            .send(AdmitUpload { visitor, address })
            .await
            .unwrap_or(UNANSWERED)
    }

    /// Whether a new session or conversation may begin from `address`; takes its place if so.
    ///
    /// # Errors
    /// [`Limited`].
    pub async fn admit_visit(&self, address: Option<IpAddr>) -> Result<(), Limited> {
        let Some(address) = address else { return Ok(()) };
        self.addr.send(AdmitVisit { address }).await.unwrap_or(UNANSWERED)
    }
}

/// The tenants alive in this process.
#[derive(Clone, Debug)]
pub struct Tenants {
    rates: ChatRates,
    clock: SharedClock,
    placement: Arc<Placement>,
    alive: Arc<DashMap<TenantId, TenantHandle>>,
    /// Whose plan left nothing for the last message of theirs.
    limited: Arc<DashSet<TenantId>>,
}

impl Tenants {
    #[must_use]
    pub fn new(rates: ChatRates, clock: SharedClock, placement: Arc<Placement>) -> Self {
        Self {
            rates,
            clock,
            placement,
            alive: Arc::default(),
            limited: Arc::default(),
        }
    }

    /// Whether the plan left nothing for the last message of the tenant's: then nothing is prepared for the next
    /// before it is known that there is room again, which the database decides with each.
    #[must_use]
    pub fn is_limited(&self, tenant: TenantId) -> bool {
        self.limited.contains(&tenant)
    }

    /// Notes whether the plan left nothing for a message of the tenant's.
    pub fn note_limited(&self, tenant: TenantId, limited: bool) {
        if limited {
            self.limited.insert(tenant);
        } else {
            self.limited.remove(&tenant);
        }
    }

    /// The tenant's actor; `None` only after shutdown.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Option<TenantHandle> {
        if let Some(known) = self.alive.get(&tenant)
            && known.addr.connected()
        {
            return Some(known.clone());
        }
        let arbiter = self.placement.of(tenant)?;
        let (rates, clock) = (self.rates, self.clock.clone());
        let mut place = self
            .alive
            .entry(tenant)
            .or_insert_with(|| start(&arbiter, rates, clock.clone()));
        if !place.addr.connected() {
            *place = start(&arbiter, rates, clock);
        }
        Some(place.clone())
    }
}

fn start(arbiter: &actix::ArbiterHandle, rates: ChatRates, clock: SharedClock) -> TenantHandle {
    let addr = TenantActor::start_in_arbiter(arbiter, move |_| TenantActor {
        buckets: Buckets::new(rates, clock),
    });
    TenantHandle { addr }
}

impl From<Limited> for Problem {
    fn from(limited: Limited) -> Self {
        Self::new(Code::RateLimited, limited.to_string()).retry_after(limited.retry_after)
    }
}
