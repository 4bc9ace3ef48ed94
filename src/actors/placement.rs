//! Which thread an actor lives on: a fixed set of arbiters, chosen by the hash of its id.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix::{Arbiter, ArbiterHandle};

/// A fixed set of arbiter threads, stopped when dropped.
#[derive(Debug)]
pub struct Placement {
    arbiters: Vec<Arbiter>,
}

impl Placement {
    /// `threads` arbiters, at least one. Must be called inside an actix system.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self {
            arbiters: (0..threads.max(1)).map(|_| Arbiter::new()).collect(),
        }
    }

    /// The arbiter of `key`: always the same one in one process. `None` only after shutdown.
    #[must_use]
    pub fn of(&self, key: impl Hash) -> Option<ArbiterHandle> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let count = self.arbiters.len() as u64;
        let index = usize::try_from(hasher.finish() % count.max(1)).unwrap_or(0);
        self.arbiters.get(index).map(Arbiter::handle)
    }
}

impl Drop for Placement {
    fn drop(&mut self) {
        for arbiter in &self.arbiters {
            arbiter.stop();
        }
    }
}
