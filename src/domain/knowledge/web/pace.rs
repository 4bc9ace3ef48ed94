//! One request after another to each host, however many crawls go there.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Hosts remembered before those whose time has come are forgotten.
const HOSTS: usize = 1_000;

/// When each host may be asked again.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<String, Instant>>);

impl Pace {
    /// Waits for one's turn at `host`, and holds the next one up for `gap`.
    pub(super) async fn turn(&self, host: &str, gap: Duration) {
        let turn = self.book(host, gap, Instant::now());
        sleep_until(turn).await;
    }

    /// Leaves the host alone for a while.
    pub(super) fn rest(&self, host: &str, time: Duration) {
        self.book(host, time, Instant::now());
    }

    fn book(&self, host: &str, gap: Duration, now: Instant) -> Instant {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() > HOSTS {
            hosts.retain(|_, free| *free > now);
        }
        let free = hosts.entry(host.to_owned()).or_insert(now);
        let turn = now.max(*free);
        *free = turn + gap;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_at_one_host_are_a_gap_apart() {
        let (pace, now, gap) = (Pace::default(), Instant::now(), Duration::from_secs(2));
        assert_eq!(pace.book("a", gap, now), now);
        assert_eq!(pace.book("a", gap, now), now + gap);
        assert_eq!(pace.book("b", gap, now), now, "another host is free");
        let later = now + Duration::from_secs(60);
        assert_eq!(pace.book("a", gap, later), later);
    }

    #[test]
    fn hosts_are_forgotten() {
        let (pace, now) = (Pace::default(), Instant::now());
        for host in 0..3 * HOSTS {
            pace.book(&host.to_string(), Duration::ZERO, now);
        }
        assert!(pace.0.lock().unwrap().len() <= HOSTS + 1);
    }
}
