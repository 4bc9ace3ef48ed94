//! The newest durable events of a conversation, kept in memory so that a resume after a short
//! drop asks the database nothing.

use std::collections::VecDeque;

use parlance_store::ids::MessageId;
use serde::Deserialize;

use super::{attach::names, messages::Published};
use crate::domain::{
    answering::memory::Spoken,
    attachments::told,
    conversations::event::{Attachment, Author, Status},
};

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

    /// What was said since the conversation began or was reopened, oldest first, or `None` when
    /// some of it is no longer here.
    pub(super) fn context(&self, head: u64) -> Option<Vec<Spoken>> {
        #[derive(Deserialize)]
        #[serde(tag = "type", rename_all = "lowercase")]
        enum Event {
            Message {
                id: MessageId,
                author: Author,
                in_reply_to: Option<MessageId>,
                text: String,
                #[serde(default)]
                attachments: Vec<Attachment>,
            },
            Status {
                status: Status,
            },
        }
        let oldest = self.0.front().map_or(head + 1, |event| event.seq.unwrap_or(0));
        let (mut whole, mut resolved) = (oldest == 1, false);
        let mut spoken = Vec::new();
        for event in &self.0 {
            match serde_json::from_str(&event.json).ok()? {
                Event::Message {
                    id,
                    author,
                    in_reply_to,
                    text,
                    attachments,
                } => spoken.push(Spoken {
                    id,
                    author: author.kind,
                    in_reply_to,
                    text: told(text, &names(&attachments)),
                }),
                Event::Status { status } => {
                    if resolved && status != Status::Resolved {
                        spoken.clear();
                        whole = true;
                    }
                    resolved = status == Status::Resolved;
                }
            }
        }
        whole.then_some(spoken)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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

    #[test]
    fn the_context_is_what_was_said_since_the_last_reopening() {
        let message = |text: &str| {
            let id = MessageId::new();
            json!({"type": "message", "id": id, "author": {"kind": "visitor"}, "text": text, "citations": []})
        };
        let status = |status: &str| json!({"type": "status", "status": status, "reason": "agent"});
        let mut tail = Tail::default();
        assert_eq!(tail.context(0), Some(vec![]), "nothing was said yet");
        assert_eq!(tail.context(3), None, "nothing is here of three events");
        let texts = |tail: &Tail| {
            let spoken = tail.context(99)?;
            Some(spoken.into_iter().map(|spoken| spoken.text).collect::<Vec<_>>())
        };
        let mut seq = 0..;
        let mut push = |tail: &mut Tail, event: serde_json::Value| {
            tail.push(Published {
                seq: seq.next().map(|n: u64| n + 1),
                kind: "message",
                json: event.to_string().into(),
            });
        };
        push(&mut tail, message("a"));
        push(&mut tail, status("snoozed"));
        push(&mut tail, status("bot"));
        push(&mut tail, message("b"));
        assert_eq!(texts(&tail), Some(vec!["a".to_owned(), "b".to_owned()]));
        push(&mut tail, status("resolved"));
        push(&mut tail, status("bot"));
        push(&mut tail, message("c"));
        assert_eq!(texts(&tail), Some(vec!["c".to_owned()]));
        for _ in 0..KEEP {
            push(&mut tail, message("d"));
        }
        assert_eq!(texts(&tail), None);
    }
}
