//! A circuit breaker per upstream: after repeated failures it answers for the upstream at once,
//! so that visitors get the next best in milliseconds instead of a time limit later.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Outcomes remembered within the window.
const REMEMBERED: usize = 256;

/// When to open and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Opens at this many failures within `window`, if they are at least half of the outcomes.
    pub failures: usize,
    pub window: Duration,
    /// Time open before a single probe is let through.
    pub cooldown: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 5,
            window: Duration::from_secs(30),
            cooldown: Duration::from_secs(10),
        }
    }
}

/// What the operator sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    Closed,
    Open,
    HalfOpen,
}

#[derive(Debug)]
enum State {
    /// Latest outcomes, oldest first; `true` is a failure.
    Closed(VecDeque<(Instant, bool)>),
    Open {
        until: Instant,
    },
    /// A probe is out.
    Probing,
}

/// The decisions, with the time as an argument.
#[derive(Debug)]
struct Core {
    policy: BreakerPolicy,
    state: State,
}

impl Core {
    /// Whether a call may go out now, and whether it is the probe.
    fn admit(&mut self, now: Instant) -> Option<Probe> {
        match self.state {
            State::Closed(_) => Some(Probe(false)),
            State::Open { until } if now >= until => {
                self.state = State::Probing;
                Some(Probe(true))
            }
            State::Open { .. } | State::Probing => None,
        }
    }

    fn record(&mut self, now: Instant, Probe(probe): Probe, failed: bool) {
        match &mut self.state {
            State::Probing if probe && failed => self.open(now),
            State::Probing if probe => self.state = State::Closed(VecDeque::new()),
            State::Closed(outcomes) => {
                outcomes.push_back((now, failed));
                while outcomes.len() > REMEMBERED
                    || outcomes
                        .front()
                        .is_some_and(|(at, _)| now.duration_since(*at) > self.policy.window)
                {
                    outcomes.pop_front();
                }
                let failures = outcomes.iter().filter(|(_, failed)| *failed).count();
                if failures >= self.policy.failures && failures * 2 >= outcomes.len() {
                    self.open(now);
                }
            }
            // A call from before the breaker opened: the probe decides now.
            State::Open { .. } | State::Probing => {}
        }
    }

    fn open(&mut self, now: Instant) {
        self.state = State::Open {
            until: now + self.policy.cooldown,
        };
    }

    /// The probe came to nothing: its place is free.
    fn release(&mut self, now: Instant, Probe(probe): Probe) {
        if probe && matches!(self.state, State::Probing) {
            self.state = State::Open { until: now };
        }
    }

    fn state(&self, now: Instant) -> BreakerState {
        match self.state {
            State::Closed(_) => BreakerState::Closed,
            State::Open { until } if now < until => BreakerState::Open,
            State::Open { .. } | State::Probing => BreakerState::HalfOpen,
        }
    }
}

/// Whether a call is the one that tries a resting upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Probe(bool);

/// Cheap to clone; clones share the state.
#[derive(Clone, Debug)]
pub struct Breaker(Arc<Mutex<Core>>);

impl Breaker {
    #[must_use]
    pub fn new(policy: BreakerPolicy) -> Self {
        Self(Arc::new(Mutex::new(Core {
            policy,
            state: State::Closed(VecDeque::new()),
        })))
    }

    /// Leave to call, or `None` while open. In half-open state one caller gets it.
    #[must_use]
    pub fn admit(&self) -> Option<Permit> {
        let probe = self.lock().admit(Instant::now())?;
        Some(Permit {
            breaker: self.clone(),
            probe,
            settled: false,
        })
    }

    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.lock().state(Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to make one call. Say how it went; dropped without a word (the visitor left) it counts
/// as nothing, and a probe's place is free again.
#[derive(Debug)]
pub struct Permit {
    breaker: Breaker,
    probe: Probe,
    settled: bool,
}

impl Permit {
    /// The upstream answered. A later `failed` still counts: it may break off afterwards.
    pub fn succeeded(&mut self) {
        if !std::mem::replace(&mut self.settled, true) {
            self.breaker.lock().record(Instant::now(), self.probe, false);
        }
    }

    /// The upstream failed. A refusal is no failure: it shows that the upstream lives.
    pub fn failed(&mut self) {
        // A probe that had succeeded has closed the breaker: this is a failure like any other.
        let probe = Probe(self.probe.0 && !std::mem::replace(&mut self.settled, true));
        self.breaker.lock().record(Instant::now(), probe, true);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.settled {
            self.breaker.lock().release(Instant::now(), self.probe);
        }
    }
}

#[cfg(test)]
mod tests;
