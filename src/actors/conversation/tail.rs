//! The newest durable events of a conversation, kept in memory so that a resume after a short
//! drop asks the database nothing.

use std::collections::VecDeque;

use super::messages::Published;

/// Events kept. A reconnect within one exchange needs two or three.
const KEEP: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<Published>);

impl Tail {
    pub(super) fn new(newest: Vec<Published>) -> Self {
        let mut tail = Self::default();
        newest.into_iter().for_each(|event| tail.push(event));
        tail
    }

    pub(super) fn push(&mut self, event: Published) {
        if self.0.len() == KEEP {
            self.0.pop_front();
        }
        self.0.push_back(event);
    }

    pub(super) fn events(&self) -> impl Iterator<Item = &Published> {
        self.0.iter()
    }

    /// Every durable event with `seq > after`, or `None` when some are no longer here.
    pub(super) fn after(&self, after: u64, head: u64) -> Option<Vec<Published>> {
        if after >= head {
            return Some(Vec::new());
        }
        let oldest = self.0.front().and_then(|event| event.seq)?;
        (oldest <= after + 1).then(|| {
            self.0
                .iter()
                .filter(|event| event.seq > Some(after))
                .cloned()
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_only_when_nothing_is_missing() {
        let event = |n| Published {
            seq: Some(n),
            kind: "message",
            json: "{}".into(),
        };
        let mut tail = Tail::default();
        assert_eq!(tail.after(0, 3), None);
        for n in 1..=20 {
            tail.push(event(n));
        }
        assert_eq!(tail.after(20, 20), Some(vec![]));
        assert_eq!(tail.after(18, 20), Some(vec![event(19), event(20)]));
        assert_eq!(tail.after(4, 20).map(|events| events.len()), Some(16));
        assert_eq!(tail.after(3, 20), None);
    }
}
