//! The end of a turn: the answer with its citations, claims and settled reservation, and where that
//! hands over to people, the status change with what the visitor is told, in one transaction. An
//! answer that could not be stored just now is kept for another try; the actor takes nothing else
//! meanwhile. What the database refuses is not left to the next load, which would ask the model
//! again: an apology takes its place, and where that is refused too the turn ends without.

use std::{future::Future, sync::Arc, time::Duration};

use parlance_store::{
    error::StoreError,
    ids::{ClientId, ConversationId, MessageId, NoteId, SpaceId, TenantId, UserId},
    queries::{
        experiments::Assigned,
        ledger, messages,
        notes::{self, Note},
    },
    tenant::TenantConn,
};
use tracing::{error, warn};
use uuid::Uuid;

use super::{
    Deps,
    live::Live,
    messages::{ActorError, Published},
    moved::Moved,
    release::{give_back, released},
    write::{Written, durable, store},
};
use crate::domain::{
    answering::{
        abstain, spending,
        turn::{Cited, Extra, Outcome},
    },
    conversations::{
        event::{Author, Citation, Event, MessageState},
        state::{Ending, Transition},
    },
};

/// Before each further try of an answer that could not be stored just now: a database that is
/// restarted, or a lock that is held, often takes no longer.
const AGAIN: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(10),
];

/// What an answer is stored with.
struct Finish {
    deps: Arc<Deps>,
    tenant: TenantId,
    space: SpaceId,
    conversation: ConversationId,
    bot_name: String,
    /// The arm of the experiment it was answered under.
    assigned: Option<Assigned>,
    at: chrono::DateTime<chrono::Utc>,
    moved: Option<Moved>,
    /// Questions that people answer instead.
    released: Vec<MessageId>,
    /// Why the model asked for a person.
    note: Option<Note>,
}

/// The finished answer, or what the database takes instead of it.
pub(super) fn answer(
    deps: Arc<Deps>,
    tenant: TenantId,
    live: &Live,
    outcome: &Outcome,
    transition: &Transition,
) -> impl Future<Output = Result<Written, ActorError>> + use<> {
    let at = deps.clock.now();
    let whole = outcome.clone();
    let apology = Outcome {
        text: abstain::failed(live.locale(), true),
        state: MessageState::Failed,
        spent: outcome.spent.clone(),
        extra: outcome.extra.clone(),
        ..Outcome::empty(outcome.answer, outcome.in_reply_to)
    };
    let mut finish = Finish {
        moved: Moved::of(&deps, live, transition, Author::system()),
        released: released(transition),
        note: note_of(live, outcome, transition, at),
        at,
        deps,
        tenant,
        space: live.mirror.row.space_id,
        conversation: live.mirror.row.id,
        bot_name: live.space.settings.bot_name.clone(),
        assigned: live.space.assigned,
    };
    async move {
        if let Some(moved) = &mut finish.moved {
            moved.measure(&finish.deps).await;
        }
        let mut waits = AGAIN.into_iter();
        let refused = loop {
            match finish.store(&whole).await {
                Err(error) if error.is_transient() => match waits.next() {
                    Some(wait) => {
                        warn!(conversation.id = %finish.conversation, %error, "an answer is not stored yet");
                        tokio::time::sleep(wait).await;
                    }
                    None if error.is_outage() => return Err(store(error)),
                    // Whether it is the answer shows by what is stored in its place.
                    None => break error,
                },
                Err(error) if error.is_refusal() => break error,
                done => return done.map_err(store),
            }
        };
        finish.refused("an answer", &refused);
        match finish.store(&apology).await {
            Err(error) if error.is_outage() => Err(store(error)),
            Err(error) => {
                finish.refused("an apology", &error);
                finish.give_up(&whole).await
            }
            Ok(written) => Ok(written),
        }
    }
}

impl Finish {
    async fn store(&self, outcome: &Outcome) -> Result<Written, StoreError> {
        let message = outcome.message(self.conversation, &self.bot_name, self.at);
        let (text, claims) = (message.text.clone(), serde_json::to_value(&message.claims).ok());
        let (author_name, model) = (message.author.name.clone(), message.model.clone());
        let event_body = serde_json::to_value(Event::Message(Box::new(message))).unwrap_or_default();
        let json = event_body.to_string();
        let finished = messages::FinishedAnswer {
            id: outcome.answer,
            conversation_id: self.conversation,
            in_reply_to: outcome.in_reply_to,
            author_name,
            text,
            state: stored_state(outcome.state),
            grounding: outcome.grounding,
            claims,
            citations: outcome.cited.iter().map(stored_citation).collect(),
            model,
            abstained: outcome.ending() == Ending::Abstained,
            cached: outcome.cached,
            assigned: self.assigned,
            event_body,
            at: self.at,
            settlement: outcome.spent.clone(),
        };
        let db = self.deps.db.tenant(self.tenant);
        db.transaction(async |conn| {
            self.settle_extra(conn, outcome).await?;
            if (outcome.state == MessageState::Failed || outcome.limited) && outcome.spent.is_none() {
                // What was sent before it failed may be billed, though nobody tells how much. What a
                // limit refused was never sent.
                give_back(conn, &self.deps, &[outcome.in_reply_to]).await?;
            }
            match messages::finish_answer(conn, finished).await? {
                messages::Finished::New { seq, .. } => {
                    self.hand_over(conn, durable("message", seq, &json)).await
                }
                messages::Finished::AlreadyAnswered { .. } => Ok(Written {
                    elsewhere: true,
                    ..Written::default()
                }),
            }
        })
        .await
    }

    /// What follows the answer, where people answer from now on.
    async fn hand_over(&self, conn: &mut TenantConn<'_>, answer: Published) -> Result<Written, StoreError> {
        let mut written = Written::of(vec![answer]);
        if let Some(moved) = &self.moved {
            let events = moved.write(conn, self.conversation, self.at).await?;
            written.events.extend(events);
            give_back(conn, &self.deps, &self.released).await?;
        }
        if let Some(note) = &self.note {
            written.note = Some(notes::add(conn, note.clone()).await?);
        }
        Ok(written)
    }

    async fn settle_extra(&self, conn: &mut TenantConn<'_>, outcome: &Outcome) -> Result<(), StoreError> {
        for spent in &outcome.extra {
            let (Extra::Attempt(bill) | Extra::Abandoned(bill)) = spent;
            if matches!(spent, Extra::Attempt(_)) {
                let attempt = spending::attempt(bill, self.space, self.conversation, outcome.in_reply_to);
                ledger::reserve(conn, attempt).await?;
            }
            ledger::settle(conn, bill).await?;
        }
        Ok(())
    }

    /// Ends the turn without an answer: its calls are settled, with what they told or, where even
    /// that is refused, with what was noted of them.
    async fn give_up(&self, outcome: &Outcome) -> Result<Written, ActorError> {
        let db = self.deps.db.tenant(self.tenant);
        for told in [true, false] {
            let settled = db
                .transaction(async |conn| {
                    if told {
                        self.settle_extra(conn, outcome).await?;
                        if let Some(bill) = &outcome.spent {
                            ledger::settle(conn, bill).await?;
                        }
                    }
                    give_back(conn, &self.deps, &[outcome.in_reply_to]).await
                })
                .await;
            match settled {
                Err(error) if error.is_refusal() => self.refused("what an answer cost", &error),
                Err(error) => return Err(store(error)),
                Ok(()) => break,
            }
        }
        self.deps.ledger.settled(self.tenant);
        Err(ActorError::Store("the answer was given up".to_owned()))
    }

    fn refused(&self, what: &str, error: &StoreError) {
        metrics::counter!("parlance_answers_refused_total").increment(1);
        error!(tenant.id = %self.tenant, conversation.id = %self.conversation, %error, "the database refuses {what}");
    }
}

/// The model's own word to the agents, where it has one: no visitor reads why.
fn note_of(
    live: &Live,
    outcome: &Outcome,
    transition: &Transition,
    at: chrono::DateTime<chrono::Utc>,
) -> Option<Note> {
    let text = outcome.hand_over.clone().filter(|why| !why.is_empty())?;
    transition.status?;
    Some(Note {
        id: NoteId::new(),
        conversation_id: live.mirror.row.id,
        after: 0,
        author_id: UserId::from(Uuid::nil()),
        author_name: live.space.settings.bot_name.clone(),
        client_id: ClientId::new(),
        text,
        at,
    })
}

fn stored_state(state: MessageState) -> messages::MessageState {
    match state {
        MessageState::Complete => messages::MessageState::Complete,
        MessageState::Interrupted => messages::MessageState::Interrupted,
        MessageState::Failed => messages::MessageState::Failed,
    }
}

fn stored_citation(cited: &Cited) -> messages::Citation {
    let Citation {
        n,
        document,
        title,
        excerpt,
        url,
        page,
    } = cited.citation.clone();
    let n = i32::try_from(n).unwrap_or(i32::MAX);
    messages::Citation {
        n,
        passage_id: cited.passage,
        document_id: document,
        title,
        excerpt,
        url,
        page,
    }
}
