//! How what a visitor says sounds: what is read of it at once and written with it, and what is read of it once
//! more, beside the mailbox, when its vector is known or a model has been asked. Agents are told, no visitor is.

use std::collections::BTreeMap;

use actix::{ActorContext, ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler, WrapFuture};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId, TenantId},
    queries::moods::{self, Flagged, Reread, Weight},
};
use tracing::warn;

use super::{
    Deps,
    actor::ConversationActor,
    live::Live,
    messages::{ActorError, Published, ReadAgain},
    mirror::Mirror,
    moved::Moved,
    turn,
    write::store,
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

/// What of that which the bot had not answered when the conversation was left calls for a person, and why.
pub(super) fn alarms(
    mirror: &Mirror,
    space: &Space,
    unanswered: &[MessageId],
) -> BTreeMap<MessageId, Reason> {
    let readings = mirror.readings().into_iter();
    let left = readings.filter(|reading| unanswered.contains(&reading.message));
    left.filter_map(|reading| Some((reading.message, space.settings.handoff.alarm(&reading.mood())?)))
        .collect()
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

    /// What follows where a message is read again.
    fn reread(&self, again: &ReadAgain) -> Option<Again> {
        let live = self.live.as_ref()?;
        let seq = i64::try_from(again.seq).ok()?;
        let readings = live.mirror.readings();
        // It is of an epoch that is over, or eight others were said since.
        readings.iter().find(|reading| reading.message == again.message)?;
        let readings = mood::with(readings, Reading::of(again.message, seq, &again.mood));
        let weight = live.mirror.weight(&readings, &live.space.settings.queue);
        let alarm = live.space.settings.handoff.alarm(&again.mood);
        let reread = Command::Reread {
            message: again.message,
            // Whoever changed the status since knew of it.
            alarm: alarm.filter(|_| seq > live.mirror.glimpse.status_seq),
        };
        let transition = state::apply(&live.state, reread);
        Some(Again {
            readings,
            reread: Reread {
                conversation_id: self.id,
                message_id: again.message,
                reading: mood::stored(&again.mood),
                weight,
                said_at: again.at,
            },
            moved: Moved::of(&self.deps, live, &transition, Author::system()),
            transition,
        })
    }

    /// Takes what is durable of it.
    fn has_read(&mut self, again: Again, events: Vec<Published>, ctx: &mut Context<Self>) {
        let Some(live) = self.live.as_mut() else { return };
        let Reread {
            message_id,
            weight,
            said_at,
            ..
        } = again.reread;
        live.mirror.weigh(&again.readings, weight, said_at);
        live.tell_mood(message_id, true);
        if live.publish_all(events) {
            live.state = again.transition.next;
            self.carry_out(&again.transition.effects, None, ctx);
            self.tell_inbox();
        } else {
            ctx.stop();
        }
    }
}

/// A message that is read again, and the person who is asked for because of it.
struct Again {
    /// Of the conversation.
    readings: Vec<Reading>,
    reread: Reread,
    transition: Transition,
    moved: Option<Moved>,
}

impl Again {
    /// Writes all of it or nothing: what was read at first stands then.
    async fn write(&mut self, deps: &Deps, tenant: TenantId) -> Result<Vec<Published>, ActorError> {
        if let Some(moved) = &mut self.moved {
            moved.measure(deps).await;
        }
        let (at, conversation) = (deps.clock.now(), self.reread.conversation_id);
        let db = deps.db.tenant(tenant);
        let written = db.transaction(async |conn| {
            moods::read_again(conn, self.reread.clone()).await?;
            match &self.moved {
                Some(moved) => moved.write(conn, conversation, at).await,
                None => Ok(Vec::new()),
            }
        });
        written.await.map_err(store)
    }
}

impl Handler<ReadAgain> for ConversationActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, again: ReadAgain, _: &mut Self::Context) -> Self::Result {
        let planned = self.reread(&again);
        let (deps, tenant) = (self.deps.clone(), self.tenant);
        let write = async move {
            let mut again = planned?;
            let written = again.write(&deps, tenant).await;
            Some(written.map(|events| (again, events)))
        };
        AtomicResponse::new(Box::pin(write.into_actor(self).map(
            |read, actor, ctx| match read {
                Some(Ok((again, events))) => actor.has_read(again, events, ctx),
                Some(Err(error)) => {
                    warn!(conversation.id = %actor.id, %error, "what was read of a message is not written down");
                    actor.reload_after(&error, ctx);
                }
                None => {}
            },
        )))
    }
}
