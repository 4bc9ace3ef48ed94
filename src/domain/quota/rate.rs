//! Rate limits of chat by visitor, address and tenant: the generic cell rate algorithm (GCRA, as
//! in ITU-T I.371) of the `governor` crate on Parlance's own clock.

use std::{net::IpAddr, num::NonZeroU32, str::FromStr, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, keyed::DashMapStateStore},
};
use parlance_store::ids::VisitorId;

use crate::kernel::clock::SharedClock;

/// A bucket: `burst` at once, refilled at `per_minute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub burst: NonZeroU32,
    pub per_minute: NonZeroU32,
}

impl Rate {
    /// One at once and one a minute: the slowest there is.
    pub const ONE: Self = Self {
        burst: NonZeroU32::MIN,
        per_minute: NonZeroU32::MIN,
    };

    /// `None` when either is 0.
    #[must_use]
    pub fn new(burst: u32, per_minute: u32) -> Option<Self> {
        Some(Self {
            burst: NonZeroU32::new(burst)?,
            per_minute: NonZeroU32::new(per_minute)?,
        })
    }

    #[must_use]
    pub fn quota(self) -> Quota {
        Quota::per_minute(self.per_minute).allow_burst(self.burst)
    }
}

/// `burst/per_minute`, as in the configuration.
impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once('/').and_then(|(burst, per_minute)| {
            Self::new(burst.trim().parse().ok()?, per_minute.trim().parse().ok()?)
        });
        parsed.ok_or_else(|| format!("`{text}` is not a rate: write burst/per-minute, as in 10/30"))
    }
}

/// The three rates a message must pass, and the two of a file that is uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatRates {
    pub visitor: Rate,
    pub address: Rate,
    pub tenant: Rate,
    pub uploads: Rate,
    pub uploads_of_address: Rate,
}

/// At once, and per second.
const FRAMES: (NonZeroU32, NonZeroU32) = (NonZeroU32::new(60).unwrap(), NonZeroU32::new(20).unwrap());

/// Frames of a visitor, on each socket and over HTTP.
#[must_use]
pub const fn frames() -> Quota {
    Quota::per_second(FRAMES.1).allow_burst(FRAMES.0)
}

/// Which bucket was empty, and when it has room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much from this {scope}, try again in {} s", .retry_after.as_secs() + 1)]
pub struct Limited {
    pub scope: &'static str,
    pub retry_after: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct KernelClock(SharedClock);

impl KernelClock {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self(clock)
    }
}

impl GovernorClock for KernelClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let nanos = self.0.now().timestamp_nanos_opt().unwrap_or(i64::MAX);
        Nanos::from(u64::try_from(nanos).unwrap_or(0))
    }
}

pub(super) type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, KernelClock, NoOpMiddleware<Nanos>>;

/// The buckets of one tenant.
#[derive(Debug)]
pub struct Buckets {
    clock: KernelClock,
    visitors: Keyed<VisitorId>,
    frames: Keyed<VisitorId>,
    uploads: Keyed<VisitorId>,
    uploads_of_address: Keyed<IpAddr>,
    addresses: Keyed<IpAddr>,
    tenant: RateLimiter<NotKeyed, InMemoryState, KernelClock, NoOpMiddleware<Nanos>>,
}

impl Buckets {
    #[must_use]
    pub fn new(rates: ChatRates, clock: SharedClock) -> Self {
        let clock = KernelClock(clock);
        Self {
            visitors: RateLimiter::new(rates.visitor.quota(), DashMapStateStore::default(), clock.clone()),
            frames: RateLimiter::new(frames(), DashMapStateStore::default(), clock.clone()),
            uploads: RateLimiter::new(rates.uploads.quota(), DashMapStateStore::default(), clock.clone()),
            uploads_of_address: RateLimiter::new(
                rates.uploads_of_address.quota(),
                DashMapStateStore::default(),
                clock.clone(),
            ),
            addresses: RateLimiter::new(rates.address.quota(), DashMapStateStore::default(), clock.clone()),
            tenant: RateLimiter::direct_with_clock(rates.tenant.quota(), clock.clone()),
            clock,
        }
    }

    /// Takes one message from each bucket, the narrowest first: what one visitor is refused does
    /// not use up the tenant's room.
    ///
    /// # Errors
    /// Names the empty bucket and the time until it has room.
    pub fn take(&self, visitor: VisitorId, address: Option<IpAddr>) -> Result<(), Limited> {
        let now = self.clock.now();
        let limited = |scope, empty: governor::NotUntil<Nanos>| Limited {
            scope,
            retry_after: empty.wait_time_from(now),
        };
        self.visitors
            .check_key(&visitor)
            .map_err(|empty| limited("visitor", empty))?;
        if let Some(address) = address {
            self.addresses
                .check_key(&address)
                .map_err(|empty| limited("address", empty))?;
        }
        self.tenant.check().map_err(|empty| limited("workspace", empty))
    }

    /// Takes a visit from the address's bucket: a new session or conversation.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_visit(&self, address: IpAddr) -> Result<(), Limited> {
        let now = self.clock.now();
        self.addresses.check_key(&address).map_err(|empty| Limited {
            scope: "address",
            retry_after: empty.wait_time_from(now),
        })
    }

    /// Takes a frame that came over HTTP.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_frame(&self, visitor: VisitorId) -> Result<(), Limited> {
        let now = self.clock.now();
        self.frames.check_key(&visitor).map_err(|empty| Limited {
            scope: "visitor",
            retry_after: empty.wait_time_from(now),
        })
    }

    /// Takes an upload from the visitor's bucket of them, and from the address's.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_upload(&self, visitor: VisitorId, address: Option<IpAddr>) -> Result<(), Limited> {
        let now = self.clock.now();
        let limited = |scope, empty: governor::NotUntil<Nanos>| Limited {
            scope,
            retry_after: empty.wait_time_from(now),
        };
        self.uploads
            .check_key(&visitor)
            .map_err(|empty| limited("visitor", empty))?;
        let Some(address) = address else { return Ok(()) };
        self.uploads_of_address
            .check_key(&address)
            .map_err(|empty| limited("address", empty))
    }

    /// Forgets keys whose buckets are full again.
    pub fn sweep(&self) {
        self.visitors.retain_recent();
        self.frames.retain_recent();
        self.uploads.retain_recent();
        self.uploads_of_address.retain_recent();
        self.addresses.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::kernel::clock::ManualClock;

    fn rates(visitor: &str, address: &str, tenant: &str) -> ChatRates {
        let rate = |text: &str| text.parse().unwrap();
        ChatRates {
            visitor: rate(visitor),
            address: rate(address),
            tenant: rate(tenant),
            uploads: rate("2/60"),
            uploads_of_address: rate("3/60"),
        }
    }

    fn buckets(rates: ChatRates) -> (Buckets, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ));
        (Buckets::new(rates, clock.clone()), clock)
    }

    #[test]
    fn a_visitor_has_a_burst_and_then_exactly_its_rate() {
        let (buckets, clock) = buckets(rates("3/30", "100/100", "100/100"));
        let visitor = VisitorId::new();
        for _ in 0..3 {
            buckets.take(visitor, None).unwrap();
        }
        let refused = buckets.take(visitor, None).unwrap_err();
        assert_eq!(
            refused,
            Limited {
                scope: "visitor",
                retry_after: Duration::from_secs(2)
            }
        );
        clock.advance(TimeDelta::milliseconds(1_999));
        assert!(buckets.take(visitor, None).is_err());
        clock.advance(TimeDelta::milliseconds(1));
        buckets.take(visitor, None).unwrap();
        assert!(buckets.take(visitor, None).is_err());
    }

    #[test]
    fn visitors_of_one_address_share_it_and_others_are_not_touched() {
        let (buckets, _) = buckets(rates("10/10", "2/2", "100/100"));
        let (here, there) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        buckets.take(VisitorId::new(), here).unwrap();
        buckets.take(VisitorId::new(), here).unwrap();
        assert_eq!(buckets.take(VisitorId::new(), here).unwrap_err().scope, "address");
        buckets.take(VisitorId::new(), there).unwrap();
        assert!(buckets.take_visit("192.0.2.1".parse().unwrap()).is_err());
    }

    #[test]
    fn a_refused_visitor_costs_the_tenant_nothing() {
        let (buckets, _) = buckets(rates("1/1", "100/100", "2/2"));
        let loud = VisitorId::new();
        buckets.take(loud, None).unwrap();
        for _ in 0..10 {
            assert_eq!(buckets.take(loud, None).unwrap_err().scope, "visitor");
        }
        buckets.take(VisitorId::new(), None).unwrap();
        assert_eq!(
            buckets.take(VisitorId::new(), None).unwrap_err().scope,
            "workspace"
        );
    }

    #[test]
    fn files_cost_no_messages() {
        let (buckets, _) = buckets(rates("1/1", "100/100", "100/100"));
        let (visitor, here) = (VisitorId::new(), "192.0.2.1".parse().ok());
        buckets.take_upload(visitor, here).unwrap();
        buckets.take_upload(visitor, here).unwrap();
        assert_eq!(buckets.take_upload(visitor, here).unwrap_err().scope, "visitor");
        buckets.take(visitor, here).unwrap();
        buckets.take_upload(VisitorId::new(), here).unwrap();
        let refused = buckets.take_upload(VisitorId::new(), here).unwrap_err();
        assert_eq!(
            (refused.scope, refused.retry_after),
            ("address", Duration::from_secs(1))
        );
    }

    #[test]
    fn a_rate_is_written_burst_per_minute() {
        assert_eq!("10/30".parse(), Ok(Rate::new(10, 30).unwrap()));
        for wrong in ["", "10", "0/5", "5/0", "a/b"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }
}
