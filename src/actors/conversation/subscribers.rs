//! Who is listening. Each has a bounded queue; one that is full is closed with the mark
//! `lagged`, and its owner resumes from its cursor. Nobody is ever waited for.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parlance_store::ids::ConversationId;
use tokio::sync::mpsc;

use super::messages::Published;

/// Events a reader may fall behind before it is closed. An answer of 200 tokens at 20 ms a delta
/// fits four times over.
const QUEUE: usize = 256;

/// Listeners of one conversation on either side: a visitor's tabs and devices, and agents who watch. One
/// more is refused, for those who are there would only come back.
const ROOM: usize = 32;

/// Which side a listener is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Visitor,
    /// They are told everything, and of which conversation it is.
    Agents,
}

#[derive(Debug)]
struct Subscriber {
    audience: Audience,
    /// Holds room for 32 items even when empty: a pointer each.
    queue: mpsc::Sender<Arc<Published>>,
    lagged: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
pub(super) struct Subscribers(Vec<Subscriber>);

impl Subscribers {
    /// A queue of what happens from now on and its mark; `None` when [`ROOM`] listen on that side.
    pub(super) fn add(
        &mut self,
        audience: Audience,
    ) -> Option<(mpsc::Receiver<Arc<Published>>, Arc<AtomicBool>)> {
        self.count();
        if self.of(audience).count() >= ROOM {
            return None;
        }
        let (queue, events) = mpsc::channel(QUEUE);
        let lagged = Arc::new(AtomicBool::new(false));
        self.0.push(Subscriber {
            audience,
            queue,
            lagged: lagged.clone(),
        });
        Some((events, lagged))
    }

    fn of(&self, audience: Audience) -> impl Iterator<Item = &Subscriber> {
        self.0
            .iter()
            .filter(move |subscriber| subscriber.audience == audience)
    }

    /// Hands `event` of `conversation` to everyone; drops those who left and those who lag.
    pub(super) fn publish(&mut self, event: &Published, conversation: ConversationId) {
        if self.of(Audience::Visitor).next().is_some() {
            self.hand(Audience::Visitor, &Arc::new(event.clone()));
        }
        self.publish_to_agents(event, conversation);
    }

    /// The same for agents alone.
    pub(super) fn publish_to_agents(&mut self, event: &Published, conversation: ConversationId) {
        if self.of(Audience::Agents).next().is_some() {
            self.hand(Audience::Agents, &Arc::new(event.addressed(conversation)));
        }
    }

    fn hand(&mut self, audience: Audience, event: &Arc<Published>) {
        self.0.retain(|subscriber| {
            if subscriber.audience != audience {
                return true;
            }
            match subscriber.queue.try_send(event.clone()) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    subscriber.lagged.store(true, Ordering::Release);
                    metrics::counter!("parlance_subscribers_lagged_total").increment(1);
                    false
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            }
        });
    }

    /// Ends the visitor's events: who still may listen resumes.
    pub(super) fn dismiss_visitor(&mut self) {
        self.0
            .retain(|subscriber| subscriber.audience == Audience::Agents);
    }

    /// Whether one of the visitor's is still there.
    pub(super) fn visitor_listens(&mut self) -> bool {
        self.count();
        self.of(Audience::Visitor).next().is_some()
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
        let id = ConversationId::new();
        let (mut slow, slow_lagged) = all.add(Audience::Visitor).unwrap();
        let (mut quick, quick_lagged) = all.add(Audience::Visitor).unwrap();
        let total = QUEUE as u64 + 10;
        for n in 0..total {
            all.publish(&event(n), id);
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
    fn there_is_room_for_so_many_on_a_side_and_again_when_one_has_left() {
        let mut all = Subscribers::default();
        let mut listening: Vec<_> = (0..ROOM).map(|_| all.add(Audience::Agents).unwrap()).collect();
        assert!(all.add(Audience::Agents).is_none());
        assert!(all.add(Audience::Visitor).is_some());
        listening.pop();
        assert!(all.add(Audience::Agents).is_some());
    }

    #[test]
    fn agents_are_told_of_which_conversation_it_is_and_what_no_visitor_is_told() {
        let (mut all, id) = (Subscribers::default(), ConversationId::new());
        let (mut visitor, _) = all.add(Audience::Visitor).unwrap();
        let (mut agent, _) = all.add(Audience::Agents).unwrap();
        let status = Published {
            seq: Some(1),
            kind: "status",
            json: "{\"seq\":1}".into(),
        };
        all.publish(&status, id);
        assert_eq!(visitor.try_recv().unwrap().json, "{\"seq\":1}");
        assert_eq!(
            agent.try_recv().unwrap().json,
            format!("{{\"conversation\":\"{id}\",\"seq\":1}}")
        );
        all.publish_to_agents(&status, id);
        assert!(visitor.try_recv().is_err() && agent.try_recv().is_ok());
        all.dismiss_visitor();
        assert_eq!(all.count(), 1);
    }
}
