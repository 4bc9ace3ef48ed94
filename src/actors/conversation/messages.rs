//! What the conversation actor is told and what it answers. Private to the folder but for the
//! types a handle gives back.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actix::Message;
use bytestring::ByteString;
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{
        AttachmentId, ClientId, ContactId, ConversationId, DraftId, MessageId, SpaceId, TenantId, UserId,
        VisitorId,
    },
    queries::messages::RatedVia,
};
use tokio::sync::mpsc;

use super::subscribers::Audience;
use crate::domain::{
    accounts::{email::EmailAddress, space::Space},
    answering::turn::{Outcome, Progress},
    attachments::Links,
    conversations::{
        event::{Agent, Event, Status},
        state::{Act, Command, TurnNumber},
        summary::ConversationSummary,
    },
    mood::Mood,
    quota::rate::Limited,
};

/// An event, serialised once and shared by all who receive it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Set on durable events only.
    pub seq: Option<u64>,
    /// The word in `type`.
    pub kind: &'static str,
    pub json: ByteString,
}

impl Published {
    /// An event without a `seq`.
    pub(crate) fn ephemeral(event: &Event) -> Option<Self> {
        let json = serde_json::to_string(event).ok()?;
        Some(Self {
            seq: None,
            kind: event.kind(),
            json: json.into(),
        })
    }

    /// The same with the addresses of its files, as they are from now on: what is kept has none.
    pub(super) fn linked(&self, links: &Links, tenant: TenantId) -> Self {
        let linked = (self.kind == "message").then(|| links.event(tenant, &self.json));
        Self {
            json: linked.flatten().map_or_else(|| self.json.clone(), Into::into),
            ..self.clone()
        }
    }

    /// The same with its conversation, for who listens to several.
    pub(super) fn addressed(&self, conversation: ConversationId) -> Self {
        // These name it themselves.
        if matches!(self.kind, "message" | "note" | "mailed" | "mood") {
            return self.clone();
        }
        let rest = self.json.strip_prefix('{').unwrap_or_default();
        Self {
            json: format!("{{\"conversation\":\"{conversation}\",{rest}").into(),
            ..self.clone()
        }
    }
}

/// A live view of a conversation, from a cursor on.
#[derive(Debug)]
pub struct Subscription {
    pub space: SpaceId,
    pub status: Status,
    /// The newest durable event's `seq`.
    pub head: u64,
    /// What the cursor had missed, then the snapshot of an answer in flight.
    pub backlog: Vec<Published>,
    pub events: mpsc::Receiver<Arc<Published>>,
    pub(super) lagged: Arc<AtomicBool>,
}

impl Subscription {
    /// True when the stream of events ended because this reader was too slow.
    #[must_use]
    pub fn lagged(&self) -> bool {
        self.lagged.load(Ordering::Acquire)
    }
}

/// Why an actor refused.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ActorError {
    #[error("no such conversation")]
    NotFound,
    #[error("the conversation is busy, try again")]
    Busy,
    #[error("the server is shutting down")]
    Draining,
    #[error("the conversation is open in too many places, close one")]
    Crowded,
    #[error(transparent)]
    Limited(Limited),
    #[error("the message is not in this conversation")]
    NoSuchMessage,
    #[error("nothing was said here yet that could be rated")]
    NothingSaid,
    #[error("a file is not of this conversation, was sent before, or is gone: attach it again")]
    NoSuchAttachment,
    /// Another agent answers; it is named.
    #[error("{0} has this conversation: take it over before you answer")]
    Held(String),
    /// What the agent has not seen, among it what another agent wrote.
    #[error("another agent has written meanwhile")]
    Stale(Vec<Published>),
    #[error("this chat is not available to you")]
    Blocked,
    #[error("storage failed: {0}")]
    Store(String),
}

/// What an agent does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentCommand {
    Take,
    Release,
    Transfer { to: Agent },
    Resolve,
    Snooze { until: DateTime<Utc> },
    Reopen,
}

impl AgentCommand {
    pub(super) fn act(&self) -> Act {
        match self {
            Self::Take => Act::Take,
            Self::Release => Act::Release,
            Self::Transfer { to } => Act::Transfer { to: to.id },
            Self::Resolve => Act::Resolve,
            Self::Snooze { .. } => Act::Snooze,
            Self::Reopen => Act::Reopen,
        }
    }
}

/// A message is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    pub message: MessageId,
    pub seq: u64,
    /// Said before with this client id: nothing new happened.
    pub duplicate: bool,
}

/// What a test or an operator sees of a conversation actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    pub visitor: VisitorId,
    /// Who the visitor is proven to be.
    pub contact: Option<ContactId>,
    /// Whether the visitor may not chat.
    pub blocked: bool,
    pub space: SpaceId,
    pub status: Status,
    /// The agent who has it.
    pub assignee: Option<UserId>,
    pub head: u64,
    pub subscribers: usize,
    /// The visitor's among them.
    pub visitor_listens: bool,
    pub answering: bool,
    pub queued: usize,
}

#[derive(Message)]
#[rtype(result = "Result<Subscription, ActorError>")]
pub(super) struct Subscribe {
    pub audience: Audience,
    pub after: u64,
}

#[derive(Message)]
#[rtype(result = "Result<ConversationSummary, ActorError>")]
pub(super) struct ByAgent {
    pub agent: Agent,
    pub command: AgentCommand,
}

#[derive(Message)]
#[rtype(result = "Result<Ack, ActorError>")]
pub(super) struct Reply {
    pub agent: Agent,
    pub client_id: ClientId,
    pub text: String,
    pub attachments: Vec<AttachmentId>,
    /// The newest event they have seen; not asked where absent.
    pub after: Option<u64>,
    /// What they were proposed to say.
    pub draft: Option<DraftId>,
}

#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct AddNote {
    pub agent: Agent,
    pub client_id: ClientId,
    pub text: String,
    pub attachments: Vec<AttachmentId>,
    /// What they were proposed to write.
    pub draft: Option<DraftId>,
}

/// It is an agent's turn.
#[derive(Message)]
#[rtype(result = "Result<ConversationSummary, ActorError>")]
pub(super) struct Assign {
    pub agent: Agent,
}

/// What nobody does: a snooze is over, an agent is gone.
#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct ByItself(pub Command);

#[derive(Message)]
#[rtype(result = "Result<Ack, ActorError>")]
pub(super) struct Say {
    pub client_id: ClientId,
    /// Where it comes from, where that is known.
    pub address: Option<IpAddr>,
    pub text: String,
    pub attachments: Vec<AttachmentId>,
    /// It was mailed.
    pub mailed: Option<Mailed>,
}

/// What is known of a message that was mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailed {
    /// The address it came from, where that is none that was written to.
    pub stranger: Option<String>,
}

/// Where the visitor says that they can be written to.
#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct GiveEmail(pub EmailAddress);

/// A message was read once more, with what was not known at once.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct ReadAgain {
    pub message: MessageId,
    pub seq: u64,
    pub mood: Mood,
    /// When it was said.
    pub at: DateTime<Utc>,
}

/// These messages were mailed to the visitor.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct NoteMailed {
    pub messages: Vec<MessageId>,
    pub at: DateTime<Utc>,
}

#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct Stop;

#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct AskHuman;

#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct Feedback {
    pub message: MessageId,
    pub up: bool,
    pub comment: Option<String>,
}

#[derive(Message)]
#[rtype(result = "Result<(), ActorError>")]
pub(super) struct Rate {
    pub score: i16,
    pub comment: Option<String>,
    pub via: RatedVia,
}

/// Ephemeral news of the visitor, or of an agent, for the others.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) enum Presence {
    Typing { agent: Option<Agent>, on: bool },
    Read { agent: bool, seq: u64 },
}

#[derive(Message)]
#[rtype(result = "Result<Observation, ActorError>")]
pub(super) struct Observe;

/// Who the visitor is has changed: whoever listens as a visitor must show that they still may.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Identify;

/// Take no new command, and stop when the running answer has ended. Whether one runs.
#[derive(Message)]
#[rtype(result = "bool")]
pub(super) struct Drain;

/// Stop, for the server does.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Leave;

/// News from the task that writes the answer.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct TurnProgress {
    pub turn: TurnNumber,
    pub progress: Progress,
}

#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct TurnEnded {
    pub turn: TurnNumber,
    pub outcome: Box<Outcome>,
    /// The space as the answer was prepared for it, where it was.
    pub space: Option<Arc<Space>>,
}
