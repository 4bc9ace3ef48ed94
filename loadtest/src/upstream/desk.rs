//! What all connections of a mock share: behaviours to come, records, the simulated prompt cache.

use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    behaviour::{BadDirective, Behaviour},
    prompt::Prompt,
    records::{Records, Told},
};

/// Prefixes remembered by the simulated cache.
const MAX_CACHED: usize = 10_000;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Desk {
    standing: Mutex<Behaviour>,
    queue: Mutex<VecDeque<Behaviour>>,
    cached: Mutex<HashSet<(String, String)>>,
    records: Arc<Records>,
    connections: AtomicU64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    pub(super) fn new(standing: Behaviour) -> Self {
        Self {
            standing: Mutex::new(standing),
            queue: Mutex::default(),
            cached: Mutex::default(),
            records: Arc::default(),
            connections: AtomicU64::new(0),
        }
    }

    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    pub(super) fn shared_records(&self) -> Arc<Records> {
        Arc::clone(&self.records)
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn set_behaviour(&self, behaviour: Behaviour) {
        *locked(&self.standing) = behaviour;
    }

    pub(super) fn queue(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        locked(&self.queue).extend(behaviours);
    }

    pub(super) fn unqueue(&self) {
        locked(&self.queue).clear();
    }

    pub(super) fn reset(&self) {
        locked(&self.queue).clear();
        locked(&self.cached).clear();
        self.records.reset();
    }

    pub(super) fn behaviour(&self, directive: &str) -> Result<Behaviour, BadDirective> {
        let queued = locked(&self.queue).pop_front();
        queued
            .unwrap_or_else(|| locked(&self.standing).clone())
            .directed(directive)
    }

    /// What the prompt costs, the cache considered.
    pub(super) fn told(&self, prompt: &Prompt, min_cacheable: u64) -> Told {
        let mut told = Told {
            input: prompt.rest,
            ..Told::default()
        };
        match &prompt.cacheable {
            Some((prefix, tokens)) if *tokens >= min_cacheable => {
                let mut cached = locked(&self.cached);
                let key = (prompt.model.clone(), prefix.clone());
                if cached.contains(&key) {
                    told.cache_read = *tokens;
                } else {
                    told.cache_write_5m = *tokens;
                    if cached.len() < MAX_CACHED {
                        cached.insert(key);
                    }
                }
            }
            Some((_, tokens)) => told.input += tokens,
            None => {}
        }
        told
    }
}
