//! How long deltas are joined on this thread: for as long as is configured, and two or three times that while the
//! thread has hardly any time left. A frame costs more than a word in it, so a thread with more answers than it
//! can send word by word sends all of them a little later, and none of them late.

use std::{cell::Cell, time::Duration};

use tokio::{runtime::Handle, time::Instant};

/// How often a thread is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Of the time between two looks: a thread that worked for more joins more, one that worked for less joins less. Far
/// enough apart for what joining saves not to undo itself.
const BUSY: f64 = 0.85;
const IDLE: f64 = 0.5;
/// The longest, in windows.
const LONGEST: u32 = 3;

#[derive(Clone, Copy)]
struct Pace {
    looked_at: Instant,
    /// What the thread had worked by then.
    worked: Duration,
    windows: u32,
}

thread_local! {
    static PACE: Cell<Option<Pace>> = const { Cell::new(None) };
}

/// `window`, or longer where this thread is busy.
pub(super) fn stretched(window: Duration) -> Duration {
    let (now, pace) = (Instant::now(), PACE.get());
    let due = pace.is_none_or(|pace| now.duration_since(pace.looked_at) >= LOOK_EVERY);
    let windows = match (due, worked()) {
        (true, Some(worked)) => {
            let windows = pace.map_or(1, |pace| pace.windows_at(now, worked));
            PACE.set(Some(Pace {
                looked_at: now,
                worked,
                windows,
            }));
            windows
        }
        _ => pace.map_or(1, |pace| pace.windows),
    };
    window * windows
}

impl Pace {
    fn windows_at(self, now: Instant, worked: Duration) -> u32 {
        let passed = now.duration_since(self.looked_at).as_secs_f64();
        let share = worked.saturating_sub(self.worked).as_secs_f64() / passed.max(f64::MIN_POSITIVE);
        match share {
            share if share > BUSY => (self.windows + 1).min(LONGEST),
            share if share < IDLE => (self.windows - 1).max(1),
            _ => self.windows,
        }
    }
}

/// How long the runtime of this thread has not slept since it began; `None` where it is not the thread's own.
fn worked() -> Option<Duration> {
    let metrics = Handle::try_current().ok()?.metrics();
    (metrics.num_workers() == 1).then(|| metrics.worker_total_busy_duration(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_thread_joins_more_step_by_step_and_an_idle_one_less() {
        let began = Instant::now();
        let mut pace = Pace {
            looked_at: began,
            worked: Duration::ZERO,
            windows: 1,
        };
        let mut after = |share: f64| {
            let now = pace.looked_at + Duration::from_secs(1);
            let worked = pace.worked + Duration::from_secs_f64(share);
            let windows = pace.windows_at(now, worked);
            pace = Pace {
                looked_at: now,
                worked,
                windows,
            };
            windows
        };
        let shares = [0.7, 0.9, 0.7, 0.9, 0.99, 0.7, 0.4, 0.6, 0.1, 0.1];
        assert_eq!(shares.map(&mut after), [1, 2, 2, 3, 3, 3, 2, 2, 1, 1]);
    }

    #[tokio::test]
    async fn a_thread_that_was_not_looked_at_yet_joins_for_one_window() {
        let window = Duration::from_millis(16);
        assert_eq!(stretched(window), window);
    }
}
