//! A loaded conversation: where it stands, the answer being streamed, and who listens.

use std::sync::Arc;

use parlance_store::{ids::MessageId, queries::messages::AuthorKind};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    heard::Heard,
    mail::Seen,
    messages::{ActorError, Published, Subscription},
    mirror::Mirror,
    subscribers::{Audience, Subscribers},
    tail::Tail,
    ticket,
};
use crate::domain::{
    accounts::space::Space,
    attachments::Links,
    conversations::{
        event::{Agent, Claim, Event},
        state::State,
    },
};

/// The answer in flight, as far as it was published.
pub(super) struct Answer {
    pub message: MessageId,
    pub question: MessageId,
    pub text: String,
    /// Number of the next delta.
    pub next_delta: u64,
    pub claims: Vec<Claim>,
}

pub(super) struct Live {
    pub state: State,
    pub head: u64,
    pub seen: Seen,
    pub mirror: Mirror,
    /// As the last question found it.
    pub space: Arc<Space>,
    pub links: Links,
    pub subscribers: Subscribers,
    pub tail: Tail,
    pub answer: Option<Answer>,
    /// The status has changed since the consoles were told last.
    pub moved: bool,
    /// Stops the answer; also when the conversation is dropped, as in a crash.
    pub cancel: Option<(CancellationToken, DropGuard)>,
}

impl Live {
    /// The agent who has it.
    pub(super) fn assignee(&self) -> Option<Agent> {
        let row = &self.mirror.row;
        let named = row.assignee_id.zip(row.assignee_name.clone());
        named.map(|(id, name)| Agent { id, name })
    }

    /// The visitor's language, or else the space's.
    pub(super) fn locale(&self) -> &str {
        let locale = self.mirror.row.locale.as_deref();
        locale.unwrap_or(&self.space.settings.locale)
    }

    /// Announces a new answer and gives it its message id and its stop switch.
    pub(super) fn begin_answer(&mut self, question: MessageId) {
        let message = MessageId::new();
        let switch = CancellationToken::new();
        self.cancel = Some((switch.clone(), switch.drop_guard()));
        self.answer = Some(Answer {
            message,
            question,
            text: String::new(),
            next_delta: 0,
            claims: Vec::new(),
        });
        self.publish_ephemeral(&Event::AnswerStart {
            message,
            in_reply_to: question,
        });
    }

    pub(super) fn delta(&mut self, text: String) {
        let Some(answer) = self.answer.as_mut() else {
            return;
        };
        answer.text.push_str(&text);
        let event = Event::AnswerDelta {
            message: answer.message,
            n: answer.next_delta,
            text,
        };
        answer.next_delta += 1;
        self.publish_ephemeral(&event);
    }

    pub(super) fn claim(&mut self, claim: Claim) {
        let Some(answer) = self.answer.as_mut() else {
            return;
        };
        answer.claims.push(claim.clone());
        let event = Event::AnswerClaim {
            message: answer.message,
            claim,
        };
        self.publish_ephemeral(&event);
    }

    /// Durable events, in order of `seq`. False when somebody else wrote to the log meanwhile (a
    /// commit of an earlier owner that landed after the load): nothing more is published, and the
    /// conversation must be loaded anew.
    #[must_use]
    pub(super) fn publish_all(&mut self, events: Vec<Published>) -> bool {
        for event in events {
            if let Some(has) = ticket::has(&event) {
                self.mirror.has_ticket(has);
                continue;
            }
            if event.seq.is_some_and(|seq| seq != self.head + 1) {
                return false;
            }
            self.head = event.seq.unwrap_or(self.head);
            let queue = &self.space.settings.queue;
            if self.mirror.follow(&event, queue) == Some(AuthorKind::Agent) {
                self.seen.agent_wrote(self.head);
            }
            self.moved |= event.kind == "status";
            let row = &self.mirror.row;
            self.subscribers
                .publish(&event.linked(&self.links, row.tenant_id), row.id);
            self.tail.push(event);
        }
        true
    }

    /// The same where a visitor's message is among them, of which this was read.
    #[must_use]
    pub(super) fn publish_heard(&mut self, heard: Heard, events: Vec<Published>) -> bool {
        let of = heard.message;
        self.mirror.heard = Some(heard);
        let gapless = self.publish_all(events);
        self.tell_mood(of, false);
        gapless
    }

    /// Tells agents of a message that is angry or cannot wait; where it was read `again`, whatever it is.
    pub(super) fn tell_mood(&mut self, of: MessageId, again: bool) {
        let reading = self
            .mirror
            .readings()
            .into_iter()
            .find(|reading| reading.message == of);
        if let Some(reading) = reading.filter(|reading| again || reading.is_flagged()) {
            let id = self.mirror.row.id;
            self.publish_to_agents(&Event::mood(id, reading));
        }
    }

    pub(super) fn publish_ephemeral(&mut self, event: &Event) {
        if let Some(published) = Published::ephemeral(event) {
            self.subscribers.publish(&published, self.mirror.row.id);
        }
    }

    /// What no visitor is told.
    pub(super) fn publish_to_agents(&mut self, event: &Event) {
        if let Some(published) = Published::ephemeral(event) {
            self.subscribers.publish_to_agents(&published, self.mirror.row.id);
        }
    }

    /// Adds a listener who has seen everything up to `backlog`, which is completed by the answer
    /// in flight. `Crowded` when there is no room for one more.
    pub(super) fn subscribe(
        &mut self,
        audience: Audience,
        mut backlog: Vec<Published>,
    ) -> Result<Subscription, ActorError> {
        let (events, lagged) = self.subscribers.add(audience).ok_or(ActorError::Crowded)?;
        for event in &mut backlog {
            *event = event.linked(&self.links, self.mirror.row.tenant_id);
        }
        if let Some(answer) = self.answer.as_ref() {
            let snapshot = Event::AnswerSnapshot {
                message: answer.message,
                in_reply_to: answer.question,
                n: answer.next_delta,
                text: answer.text.clone(),
            };
            let claims = answer.claims.iter().map(|claim| Event::AnswerClaim {
                message: answer.message,
                claim: claim.clone(),
            });
            backlog.extend(
                std::iter::once(snapshot)
                    .chain(claims)
                    .filter_map(|event| Published::ephemeral(&event)),
            );
        }
        if audience == Audience::Agents {
            let id = self.mirror.row.id;
            backlog = backlog.iter().map(|event| event.addressed(id)).collect();
        }
        Ok(Subscription {
            space: self.space.id,
            status: self.state.status,
            head: self.head,
            backlog,
            events,
            lagged,
        })
    }
}
