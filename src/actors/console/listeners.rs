//! Who listens to a tenant. Each has a bounded queue; one that is full is closed with the mark
//! `lagged`, and its owner begins anew. Nobody is ever waited for.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use bytestring::ByteString;
use tokio::sync::mpsc;

/// Frames that are told together, shared by all who listen.
pub type Event = Arc<[ByteString]>;

/// Events a listener may fall behind before it is closed: some 15 seconds of jobs.
const QUEUE: usize = 32;
/// Sockets of one tenant. One more is refused.
const ROOM: usize = 256;

/// One who listens.
#[derive(Debug)]
pub struct Listening {
    /// What is as it is now.
    pub begin: Vec<ByteString>,
    /// What happens from then on.
    pub events: mpsc::Receiver<Event>,
    lagged: Arc<AtomicBool>,
}

impl Listening {
    /// True when the events ended because this listener was too slow.
    #[must_use]
    pub fn lagged(&self) -> bool {
        self.lagged.load(Ordering::Acquire)
    }
}

#[derive(Debug)]
struct Listener {
    queue: mpsc::Sender<Event>,
    lagged: Arc<AtomicBool>,
}

/// All of a tenant. Cheap to clone: all clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Listeners(Arc<Mutex<Vec<Listener>>>);

impl Listeners {
    /// One more; `None` when there is no room.
    pub(super) fn add(&self, begin: Vec<ByteString>) -> Option<Listening> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|listener| !listener.queue.is_closed());
        if all.len() >= ROOM {
            return None;
        }
        let (queue, events) = mpsc::channel(QUEUE);
        let lagged = Arc::new(AtomicBool::new(false));
        all.push(Listener {
            queue,
            lagged: lagged.clone(),
        });
        Some(Listening {
            begin,
            events,
            lagged,
        })
    }

    /// Hands `event` to everyone; drops those who left and those who lag.
    pub(super) fn tell(&self, event: &Event) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|listener| match listener.queue.try_send(event.clone()) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                listener.lagged.store(true, Ordering::Release);
                metrics::counter!("parlance_subscribers_lagged_total").increment(1);
                false
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        });
    }

    /// Whether nobody listens any more.
    pub(super) fn is_empty(&self) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().all(|listener| listener.queue.is_closed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: usize) -> Event {
        Arc::from([ByteString::from(n.to_string())])
    }

    #[test]
    fn a_slow_listener_is_closed_and_the_others_miss_nothing() {
        let all = Listeners::default();
        let (mut slow, mut quick) = (all.add(Vec::new()).unwrap(), all.add(Vec::new()).unwrap());
        for n in 0..QUEUE + 2 {
            all.tell(&event(n));
            assert_eq!(quick.events.try_recv().unwrap(), event(n));
        }
        assert!(slow.lagged() && !quick.lagged());
        for n in 0..QUEUE {
            assert_eq!(slow.events.try_recv().unwrap(), event(n));
        }
        assert_eq!(
            slow.events.try_recv(),
            Err(mpsc::error::TryRecvError::Disconnected)
        );
        drop(quick);
        assert!(all.is_empty());
    }

    #[test]
    fn there_is_room_for_so_many_and_again_when_one_has_left() {
        let all = Listeners::default();
        let mut listening: Vec<_> = (0..ROOM).map(|_| all.add(Vec::new()).unwrap()).collect();
        assert!(all.add(Vec::new()).is_none());
        listening.pop();
        assert!(all.add(Vec::new()).is_some());
    }
}
