//! Who is listening. Each has a bounded queue; one that is full is closed with the mark
//! `lagged`, and its owner resumes from its cursor. Nobody is ever waited for.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::mpsc;

use super::messages::Published;

/// Events a reader may fall behind before it is closed. An answer of 200 tokens at 20 ms a delta
/// fits four times over.
const QUEUE: usize = 256;

/// Listeners of one conversation: a visitor's tabs and devices, and who watches. One more is refused,
/// for those who are there would only come back.
const ROOM: usize = 32;

#[derive(Debug)]
struct Subscriber {
    /// Holds room for 32 items even when empty: a pointer each.
    queue: mpsc::Sender<Arc<Published>>,
    lagged: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
pub(super) struct Subscribers(Vec<Subscriber>);

impl Subscribers {
    /// A queue of what happens from now on and its mark; `None` when [`ROOM`] listen.
    pub(super) fn add(&mut self) -> Option<(mpsc::Receiver<Arc<Published>>, Arc<AtomicBool>)> {
        if self.count() >= ROOM {
            return None;
        }
        let (queue, events) = mpsc::channel(QUEUE);
        let lagged = Arc::new(AtomicBool::new(false));
        self.0.push(Subscriber {
            queue,
            lagged: lagged.clone(),
        });
        Some((events, lagged))
    }

    /// Hands `event` to everyone; drops those who left and those who lag.
    pub(super) fn publish(&mut self, event: &Published) {
        if self.0.is_empty() {
            return;
        }
        let event = Arc::new(event.clone());
        self.0
            .retain(|subscriber| match subscriber.queue.try_send(event.clone()) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    subscriber.lagged.store(true, Ordering::Release);
                    metrics::counter!("parlance_subscribers_lagged_total").increment(1);
                    false
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            });
    }

    /// Ends everyone's events: who still may listen resumes.
    pub(super) fn dismiss(&mut self) {
        self.0.clear();
    }

    /// How many are still there.
    pub(super) fn count(&mut self) -> usize {
        self.0.retain(|subscriber| !subscriber.queue.is_closed());
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: u64) -> Published {
        Published {
            seq: Some(n),
            kind: "message",
            json: format!("{{\"seq\":{n}}}").into(),
        }
    }

    #[test]
    fn a_slow_reader_is_closed_and_the_others_miss_nothing() {
        let mut all = Subscribers::default();
        let (mut slow, slow_lagged) = all.add().unwrap();
        let (mut quick, quick_lagged) = all.add().unwrap();
        let total = QUEUE as u64 + 10;
        for n in 0..total {
            all.publish(&event(n));
            assert_eq!(*quick.try_recv().unwrap(), event(n));
        }
        assert!(slow_lagged.load(Ordering::Acquire));
        assert!(!quick_lagged.load(Ordering::Acquire));
        let mut read = 0;
        while let Ok(got) = slow.try_recv() {
            assert_eq!(
                *got,
                event(read),
                "what it did get is gapless, so its cursor is exact"
            );
            read += 1;
        }
        assert_eq!(read, QUEUE as u64);
        assert_eq!(all.count(), 1);
    }

    #[test]
    fn there_is_room_for_so_many_and_again_when_one_has_left() {
        let mut all = Subscribers::default();
        let mut listening: Vec<_> = (0..ROOM).map(|_| all.add().unwrap()).collect();
        assert!(all.add().is_none());
        listening.pop();
        assert!(all.add().is_some());
    }
}
