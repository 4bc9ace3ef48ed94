//! One bucket for each key, on Parlance's own clock.

use std::{hash::Hash, time::Duration};

use governor::{Quota, RateLimiter, clock::Clock as _, state::keyed::DashMapStateStore};

use super::rate::{KernelClock, Keyed};
use crate::kernel::clock::SharedClock;

/// Buckets that are made with the first look at their key.
#[derive(Debug)]
pub struct Buckets<K: Hash + Eq + Clone> {
    clock: KernelClock,
    all: Keyed<K>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    #[must_use]
    pub fn new(quota: Quota, clock: SharedClock) -> Self {
        let clock = KernelClock::new(clock);
        Self {
            all: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
        }
    }

    /// Takes one from the bucket of `key`.
    ///
    /// # Errors
    /// How long it stays empty.
    pub fn take(&self, key: &K) -> Result<(), Duration> {
        let now = self.clock.now();
        let taken = self.all.check_key(key);
        taken.map_err(|empty| empty.wait_time_from(now))
    }

    /// Forgets keys whose buckets are full again.
    pub fn sweep(&self) {
        self.all.retain_recent();
    }
}
