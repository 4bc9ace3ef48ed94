//! How what a visitor says sounds: what is read of it at once and written with it, and what is read of it once
//! more, beside the mailbox, when its vector is known or a model has been asked. Agents are told, no visitor is.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler, WrapFuture};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId, TenantId},
    queries::moods::{self, Flagged, Reread, Weight},
};
use tracing::{error, warn};

use super::{
    Deps,
    actor::ConversationActor,
    live::Live,
    messages::{ActorError, Published, ReadAgain},
    mirror::Mirror,
    turn,
    write::{Moved, store},
};
use crate::domain::{
    accounts::space::Space,
    answering::mood::is_unsure,
    conversations::{
        event::{Author, Event, Reason, Status},
        mood::{self, Reading},
        state::{self, Command, Transition},
    },
    mood::Mood,
};

/// Messages of a conversation that an agent who comes is told of.
const FLAGGED: i64 = 200;

/// A visitor's message as it is read when it is said.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub message: MessageId,
    pub text: String,
    pub mood: Mood,
    /// What was read before it in this epoch.
    before: Vec<Reading>,
    pub weight: Weight,
}

impl Heard {
    pub(super) fn new(
        live: &Live,
        message: MessageId,
        (text, mood): (&str, Mood),
        transition: &Transition,
    ) -> Self {
        let reopens = transition.status.is_some() && live.state.status == Status::Resolved;
        let before = match reopens {
            true => Vec::new(),
            false => live.mirror.readings(),
        };
        let mut heard = Self {
            message,
            text: text.to_owned(),
            mood,
            before,
            weight: Weight::default(),
        };
        let queue = &live.space.settings.queue;
        heard.weight = live.mirror.weight(&heard.readings(i64::MAX), queue);
        heard
    }

    /// All that was read, where it has this place in the log.
    pub(super) fn readings(&self, seq: i64) -> Vec<Reading> {
        mood::with(self.before.clone(), Reading::of(self.message, seq, &self.mood))
    }
}

/// Why a person is to see what the bot had not answered when the conversation was left.
pub(super) fn alarm(mirror: &Mirror, space: &Space, unanswered: &[MessageId]) -> Option<Reason> {
    let readings = mirror.readings();
    let mut left = readings
        .iter()
        .filter(|reading| unanswered.contains(&reading.message));
    left.find_map(|reading| space.settings.handoff.alarm(&reading.mood()))
}

/// The messages of a conversation that are angry or cannot wait, as agents are told.
pub(super) async fn flagged(
    deps: &Deps,
    tenant: TenantId,
    id: ConversationId,
) -> Result<Vec<Published>, ActorError> {
    let db = deps.db.tenant(tenant);
    let found = db.read(async |conn| moods::flagged(conn, id, Mood::ANGRY, FLAGGED).await);
    let found: Result<Vec<Flagged>, StoreError> = found.await;
    let events = found.map_err(store)?.into_iter().map(|flagged| {
        let reading = Reading {
            message: flagged.message_id,
            seq: flagged.seq,
            valence: flagged.valence,
            anger: flagged.anger,
            urgency: flagged.urgency,
            words: serde_json::from_value(flagged.words).unwrap_or_default(),
        };
        Published::ephemeral(&Event::mood(id, reading))
    });
    Ok(events.flatten().collect())
}

impl ConversationActor {
    /// Reads a message once more beside the mailbox, by its vector, and where the space wants it by a model.
    pub(super) fn listen(&self, heard: &Heard, seq: u64, ctx: &mut Context<Self>) {
        let Some(live) = &self.live else { return };
        let (deps, tenant) = (self.deps.clone(), self.tenant);
        let mut question = turn::question(tenant, live, heard.message, false, None);
        let (heard, at, actor) = (heard.clone(), deps.clock.now(), ctx.address());
        self.deps.tasks.spawn_local("mood", async move {
            let (db, space) = (deps.db.tenant(tenant), question.space.id);
            let again = |mood: &Mood| ReadAgain {
                message: heard.message,
                seq,
                mood: mood.clone(),
                at,
            };
            let vector = deps.answerer.retriever.vector(&db, space, &heard.text).await;
            let read = crate::domain::mood::read(&heard.text, vector.as_deref());
            // A conversation that ended is known by what was read at first.
            if mood::differ(&heard.mood, &read) {
                let _ = actor.send(again(&read)).await;
            }
            // As it is set now.
            if let Ok(Some(now)) = deps.spaces.space(tenant, space).await {
                question.space = now;
            }
            if !question.space.settings.handoff.sentiment_by_model || !is_unsure(&read) {
                return;
            }
            let said = deps.answerer.classify(&db, question, &heard.text, &read).await;
            deps.ledger.settled(tenant);
            if let Some(said) = said.filter(|said| mood::differ(&read, said)) {
                let _ = actor.send(again(&said)).await;
            }
        });
    }

    /// Writes down what the conversation weighs where the visitor turns out to have another plan.
    pub(super) fn weigh_again(&mut self) {
        let Some(live) = self.live.as_mut() else { return };
        let readings = live.mirror.readings();
        let weight = live.mirror.weight(&readings, &live.space.settings.queue);
        if weight.credit == live.mirror.glimpse.credit {
            return;
        }
        live.mirror.credit(weight.credit);
        let (db, id) = (self.deps.db.tenant(self.tenant), self.id);
        self.deps.tasks.spawn_local("credit", async move {
            let written = db.transaction(async |conn| moods::weigh(conn, id, weight.credit).await);
            let written: Result<(), StoreError> = written.await;
            if let Err(error) = written {
                error!(conversation.id = %id, %error, "what a plan is worth is not written down");
            }
        });
    }

    /// What is written of a message that was read again: it, and what the conversation weighs by it.
    fn reread(&self, again: &ReadAgain) -> Option<(Vec<Reading>, Reread, Option<Reason>)> {
        let live = self.live.as_ref()?;
        let seq = i64::try_from(again.seq).ok()?;
        let readings = live.mirror.readings();
        // It is of an epoch that is over, or eight others were said since.
        readings.iter().find(|reading| reading.message == again.message)?;
        let readings = mood::with(readings, Reading::of(again.message, seq, &again.mood));
        let weight = live.mirror.weight(&readings, &live.space.settings.queue);
        let alarm = live.space.settings.handoff.alarm(&again.mood);
        let reread = Reread {
            conversation_id: self.id,
            message_id: again.message,
            reading: mood::stored(&again.mood),
            weight,
            said_at: again.at,
        };
        // Whoever changed the status since knew of it.
        Some((
            readings,
            reread,
            alarm.filter(|_| seq > live.mirror.glimpse.status_seq),
        ))
    }
}

impl Handler<ReadAgain> for ConversationActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, again: ReadAgain, _: &mut Self::Context) -> Self::Result {
        let planned = self.reread(&again);
        let (deps, tenant) = (self.deps.clone(), self.tenant);
        let write = async move {
            let (readings, reread, alarm) = planned?;
            let weight = reread.weight;
            write(&deps, tenant, reread)
                .await
                .then_some((readings, weight, alarm))
        };
        AtomicResponse::new(Box::pin(write.into_actor(self).map(move |read, actor, ctx| {
            let Some((live, (readings, weight, alarm))) = actor.live.as_mut().zip(read) else {
                return;
            };
            live.mirror.weigh(&readings, weight, again.at);
            live.tell_mood(again.message, true);
            actor.tell_inbox();
            if let Some(reason) = alarm {
                actor.alarm(reason, ctx);
            }
        })))
    }
}

/// Whether it is written. Where it is not, what was read at first stands.
async fn write(deps: &Arc<Deps>, tenant: TenantId, reread: Reread) -> bool {
    let id = reread.conversation_id;
    let db = deps.db.tenant(tenant);
    let written = db.transaction(async |conn| moods::read_again(conn, reread.clone()).await);
    let written: Result<(), StoreError> = written.await;
    if let Err(error) = &written {
        warn!(conversation.id = %id, %error, "what was read of a message is not written down");
    }
    written.is_ok()
}

impl ConversationActor {
    /// Hands over for what a message says, now or when its answer has ended.
    fn alarm(&mut self, reason: Reason, ctx: &mut Context<Self>) {
        let Some(live) = &self.live else { return };
        let transition = state::apply(&live.state, Command::Alarm { reason });
        let moved = Moved::of(&self.deps, live, &transition, Author::system());
        let gone = self.go(Ok((transition, moved)));
        ctx.wait(gone.map(|gone, actor, _| {
            if let Err(error) = gone {
                error!(conversation.id = %actor.id, %error, "an alarm led to nothing");
            }
        }));
    }
}
