//! What the conversation actor reads and commits: one transaction each, and the events to publish
//! once it is durable. Nothing here touches the actor.

use std::{future::Future, sync::Arc};

use parlance_store::{
    error::StoreError,
    ids::{ConversationId, MessageId, ReservationId, TenantId},
    queries::{
        attachments::SentWith,
        conversations::{self, ConversationStatus},
        inbox,
        ledger::{CallKind, NewReservation},
        log, messages,
        notes::Note,
    },
    tenant::TenantConn,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    Deps, attach,
    heard::Heard,
    live::Live,
    messages::{Ack, ActorError, Published, Say},
    mirror::Mirror,
    moved::Moved,
    release::{give_back, released},
    ticket,
};
use crate::domain::{
    accounts::space::Space,
    answering::{answerer, turn::RESERVED_INPUT},
    billing::settlement::RESERVED_FOR,
    conversations::{
        event::{Author, Event, Message, Reason, Via, numbered},
        mood,
        state::Transition,
    },
};

/// Events read from the log at once.
const PAGE: i64 = 500;
/// Durable events kept in memory from the start.
const TAIL: i64 = 16;

/// Events that are durable now, in order of `seq`.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub events: Vec<Published>,
    /// For agents, behind the events.
    pub note: Option<Note>,
    /// The question had an answer that is not known here: another owner wrote it.
    pub elsewhere: bool,
}

impl Written {
    pub(super) fn of(events: Vec<Published>) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }
}

/// A visitor's message that is durable.
#[derive(Debug)]
pub(super) struct Said {
    pub ack: Ack,
    pub written: Written,
    /// The version of the space's knowledge when it was said.
    pub knowledge_version: i64,
    /// Whether the plan left nothing for its answer.
    pub refused: bool,
    pub heard: Heard,
}

/// A conversation as found in the store.
pub(super) struct Loaded {
    pub mirror: Mirror,
    pub unanswered: Vec<MessageId>,
    /// The newest answers, since the status last changed, that found nothing.
    pub abstentions: u8,
    pub tail: Vec<Published>,
    pub space: Arc<Space>,
}

/// Where the events after a cursor are.
pub(super) enum Missed {
    Unknown,
    Here(Vec<Published>),
    Stored,
}

pub(super) fn store(error: StoreError) -> ActorError {
    match error {
        StoreError::NotFound => ActorError::NotFound,
        // No connection could be had, so nothing was tried: the same again may work.
        StoreError::Pool(_) => ActorError::Busy,
        other => ActorError::Store(other.to_string()),
    }
}

/// The event under its `seq`, as it goes out.
pub(super) fn durable(kind: &'static str, seq: i64, body: &str) -> Published {
    Published {
        seq: u64::try_from(seq).ok(),
        kind,
        json: numbered(seq, body).into(),
    }
}

fn logged(event: &log::LoggedEvent) -> Published {
    #[derive(serde::Deserialize)]
    struct Kind {
        r#type: String,
    }
    let kind = serde_json::from_str::<Kind>(&event.body).map(|kind| kind.r#type);
    durable(
        if kind.is_ok_and(|kind| kind == "status") {
            "status"
        } else {
            "message"
        },
        event.seq,
        &event.body,
    )
}

pub(super) fn body(event: &Event) -> Result<Value, ActorError> {
    serde_json::to_value(event).map_err(|error| ActorError::Store(error.to_string()))
}

pub(super) async fn load(
    deps: Arc<Deps>,
    tenant: TenantId,
    id: ConversationId,
) -> Result<Option<Loaded>, ActorError> {
    let db = deps.db.tenant(tenant);
    let found = db
        .read(async |conn| {
            let Some(conversation) = conversations::load(conn, id).await? else {
                return Ok(None);
            };
            let glimpse = inbox::glimpses(conn, vec![id]).await?.into_iter().next();
            let glimpse = glimpse.ok_or(StoreError::NotFound)?;
            let open = messages::unanswered(conn, id).await?;
            let tail = log::read_after(conn, id, (conversation.head_seq - TAIL).max(0), TAIL).await?;
            let abstentions = match conversation.status {
                ConversationStatus::Bot => log::abstentions(conn, id).await?,
                _ => 0,
            };
            let mirror = Mirror::loaded(conversation, glimpse);
            Ok::<_, StoreError>(Some((mirror, open, abstentions, tail)))
        })
        .await
        .map_err(store)?;
    let Some((mirror, open, abstentions, tail)) = found else {
        return Ok(None);
    };
    let space = deps.spaces.space(tenant, mirror.row.space_id).await;
    let space = space
        .map_err(|error| ActorError::Store(error.to_string()))?
        .ok_or(ActorError::NotFound)?
        .in_conversation(id);
    Ok(Some(Loaded {
        mirror,
        unanswered: open.into_iter().map(|message| message.id).collect(),
        abstentions: u8::try_from(abstentions).unwrap_or(u8::MAX),
        tail: tail.iter().map(logged).collect(),
        space,
    }))
}

/// Every durable event after `after`.
pub(super) async fn missed(
    deps: Arc<Deps>,
    tenant: TenantId,
    id: ConversationId,
    after: u64,
    missed: Missed,
) -> Result<Vec<Published>, ActorError> {
    match missed {
        Missed::Unknown => Err(ActorError::NotFound),
        Missed::Here(events) => Ok(events),
        Missed::Stored => {
            let db = deps.db.tenant(tenant);
            let read = db.read(async |conn| {
                let mut events = Vec::new();
                let mut cursor = i64::try_from(after).unwrap_or(i64::MAX);
                loop {
                    let page = log::read_after(conn, id, cursor, PAGE).await?;
                    let Some(last) = page.last() else { break };
                    cursor = last.seq;
                    events.extend(page.iter().map(logged));
                }
                Ok::<_, StoreError>(events)
            });
            read.await.map_err(store)
        }
    }
}

/// The visitor's message, the status change it causes and, where the bot answers, the reservation
/// for it.
pub(super) fn say(
    deps: Arc<Deps>,
    tenant: TenantId,
    live: &Live,
    heard: Heard,
    reservation: ReservationId,
    said: &Say,
    transition: &Transition,
) -> impl Future<Output = Result<Said, ActorError>> + use<> {
    let (at, id) = (deps.clock.now(), heard.message);
    let (conversation, visitor, space) = (
        live.mirror.row.id,
        live.mirror.row.visitor_id,
        live.mirror.row.space_id,
    );
    let (model, estimate_output) = deps.answerer.reserved_for(&live.space.settings.ai);
    let reservation = transition.answers(id).then(|| NewReservation {
        id: reservation,
        space_id: space,
        conversation_id: None,
        message_id: None,
        kind: CallKind::Chat,
        model,
        at,
        expires_at: at + RESERVED_FOR,
        estimate_input: RESERVED_INPUT,
        estimate_output,
    });
    let mut message = Message::plain(id, conversation, Author::visitor(visitor), said.text.clone(), at);
    message.client_id = Some(said.client_id);
    if let Some(mailed) = &said.mailed {
        (message.via, message.sender) = (Some(Via::Email), mailed.stranger.clone());
    }
    let (client_id, text, files) = (said.client_id, said.text.clone(), said.attachments.clone());
    let mut moved = Moved::of(&deps, live, transition, Author::visitor(visitor));
    let (released, has_ticket) = (released(transition), live.mirror.glimpse.ticket.is_some());
    async move {
        // The message alone, which is nearly always, needs no second round trip to commit.
        let alone = moved.is_none() && released.is_empty() && files.is_empty() && !has_ticket;
        if let Some(moved) = &mut moved {
            moved.measure(&deps).await;
        }
        let reopening = moved.as_mut().and_then(Moved::reopening);
        let db = deps.db.tenant(tenant);
        let begun = Instant::now();
        let say = async |conn: &mut TenantConn<'_>| {
            // A conversation reopens before the message, which is of the new epoch; a person is asked for after it.
            let (before, after) = match &moved {
                Some(moved) if moved.change.reason == Reason::Reopened => (Some(moved), None),
                other => (reopening.as_ref(), other.as_ref()),
            };
            let mut events = Vec::new();
            if let Some(moved) = before {
                events.extend(moved.write(conn, conversation, at).await?);
            }
            let files = attach::found(conn, conversation, attach::visitor(visitor), &files).await?;
            message.attachments = files.clone();
            let event_body = body(&Event::Message(Box::new(message)))?;
            let json = event_body.to_string();
            let new = messages::NewVisitorMessage {
                id,
                conversation_id: conversation,
                space_id: space,
                visitor_id: visitor,
                client_id,
                text,
                attachments: attach::names(&files),
                event_body,
                at,
                reading: mood::stored(&heard.mood),
                weight: heard.weight,
                reservation,
            };
            let now = messages::say(conn, new).await?;
            let seq = match now.said {
                messages::Said::New { seq, .. } => seq,
                // Rolls the status change back: a second delivery reopens nothing.
                messages::Said::Duplicate { message_id, seq } => {
                    return Err(NotSaid::Before(message_id, seq));
                }
            };
            attach::send(conn, &files, SentWith::Message(id)).await?;
            events.push(durable("message", seq, &json));
            if has_ticket {
                events.extend(ticket::visitor_wrote(conn, conversation, visitor, at).await?);
            }
            if let Some(moved) = after {
                events.extend(moved.write(conn, conversation, at).await?);
            }
            give_back(conn, &deps, &released).await?;
            Ok((ack(id, seq, false), Written::of(events), now))
        };
        let done = if alone {
            db.at_once(say).await
        } else {
            db.transaction(say).await
        };
        answerer::took("commit", begun);
        let (ack, written, knowledge_version, refused) = match done {
            Ok((ack, written, now)) => (ack, written, now.knowledge_version, now.refused),
            Err(NotSaid::Before(message, seq)) => (ack(message, seq, true), Written::default(), 0, false),
            Err(NotSaid::Refused(refused)) => return Err(refused),
        };
        Ok(Said {
            ack,
            written,
            knowledge_version,
            refused,
            heard,
        })
    }
}

/// Where it stands in the log.
pub(super) fn seq_of(said: messages::Said) -> i64 {
    match said {
        messages::Said::New { seq, .. } | messages::Said::Duplicate { seq, .. } => seq,
    }
}

pub(super) fn ack(message: MessageId, seq: i64, duplicate: bool) -> Ack {
    Ack {
        message,
        seq: u64::try_from(seq).unwrap_or(0),
        duplicate,
    }
}

enum NotSaid {
    Before(MessageId, i64),
    Refused(ActorError),
}

impl From<StoreError> for NotSaid {
    fn from(error: StoreError) -> Self {
        Self::Refused(store(error))
    }
}

impl From<ActorError> for NotSaid {
    fn from(refused: ActorError) -> Self {
        Self::Refused(refused)
    }
}
