//! The events of the one log, exactly as they go over every transport (see `docs/PROTOCOL.md`).
//! Durable events carry `seq` and are replayed on resume; ephemeral ones carry none.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{AttachmentId, ClientId, ConversationId, DocumentId, MessageId, NoteId, UserId},
    queries::{attachments, notes::Note},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mood::{MoodWord, Reading, UrgencyWord};
pub use crate::domain::answering::claim::Claim;
use crate::domain::{accounts::space::WidgetConfig, answering::claim};

/// Who wrote a message or changed a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    pub kind: AuthorKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

impl Author {
    #[must_use]
    pub fn visitor(id: impl ToString) -> Self {
        Self {
            kind: AuthorKind::Visitor,
            id: Some(id.to_string()),
            name: None,
            avatar: None,
        }
    }

    #[must_use]
    pub fn assistant(name: impl Into<String>) -> Self {
        Self {
            kind: AuthorKind::Assistant,
            id: None,
            name: Some(name.into()),
            avatar: None,
        }
    }

    #[must_use]
    pub fn agent(agent: &Agent) -> Self {
        Self {
            kind: AuthorKind::Agent,
            id: Some(agent.id.to_string()),
            name: Some(agent.name.clone()),
            avatar: None,
        }
    }

    #[must_use]
    pub fn system() -> Self {
        Self {
            kind: AuthorKind::System,
            id: None,
            name: None,
            avatar: None,
        }
    }
}

/// A person of the tenant who answers visitors.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Agent {
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthorKind {
    Visitor,
    Assistant,
    Agent,
    System,
}

impl AuthorKind {
    /// The word in JSON and SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Assistant => "assistant",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    Complete,
    /// Stopped by the visitor, or by an agent who took over.
    Interrupted,
    /// The upstream failed; the text says so.
    Failed,
}

impl MessageState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

/// Who is answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Bot,
    /// A person was asked for and has not come yet.
    Waiting,
    Human,
    Snoozed,
    Resolved,
}

impl Status {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Waiting => "waiting",
            Self::Human => "human",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }

    /// The status of this name, `bot` for a word this version does not know.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "waiting" => Self::Waiting,
            "human" => Self::Human,
            "snoozed" => Self::Snoozed,
            "resolved" => Self::Resolved,
            _ => Self::Bot,
        }
    }
}

/// Why a status changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    VisitorAsked,
    Abstained,
    Upstream,
    /// The workspace's plan left nothing for an answer.
    Limit,
    /// The model asked for a person.
    Model,
    /// An agent did it.
    Agent,
    /// The agent who had it is gone.
    AgentLeft,
    /// It waited, and an agent was given it.
    Assigned,
    /// It was put off until now.
    SnoozeEnded,
    Idle,
    Reopened,
    /// The visitor answered by mail, which is for people.
    EmailReply,
    /// The visitor is angry.
    Sentiment,
    /// The visitor says something that cannot wait.
    Urgency,
}

impl Reason {
    /// The reason of this name; none for a word that this version does not know.
    #[must_use]
    pub fn parse(word: String) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word)).ok()
    }
}

/// A source the answer cites, as it was when the answer was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// The number in the text's `[Sn]`.
    pub n: u32,
    #[schema(value_type = uuid::Uuid)]
    pub document: DocumentId,
    pub title: String,
    pub excerpt: String,
    pub url: Option<String>,
    /// Page of a PDF, from 1.
    pub page: Option<i32>,
}

/// A file sent with a message or a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    #[schema(value_type = uuid::Uuid)]
    pub id: AttachmentId,
    pub name: String,
    /// The media type, by the content.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Bytes.
    pub size: i32,
    /// Pixels as shown, of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    /// Where it is read, on this server: for 12 hours at least, a day at most. What is sent or read anew
    /// has a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl From<attachments::Attachment> for Attachment {
    fn from(kept: attachments::Attachment) -> Self {
        Self {
            id: kept.id,
            name: kept.name,
            media_type: kept.media_type,
            size: kept.bytes,
            width: kept.width,
            height: kept.height,
            url: None,
        }
    }
}

/// A durable message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    #[schema(value_type = uuid::Uuid)]
    pub id: MessageId,
    #[schema(value_type = uuid::Uuid)]
    pub conversation: ConversationId,
    pub author: Author,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub in_reply_to: Option<MessageId>,
    pub state: MessageState,
    pub at: DateTime<Utc>,
    pub citations: Vec<Citation>,
    #[serde(serialize_with = "claim::score_maybe")]
    pub grounding: Option<f32>,
    pub claims: Vec<Claim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Nothing was found to answer from: offer a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abstained: bool,
    /// The answer to an earlier question, said again: no model was asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// How it came, where not by the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// The address that it was mailed from, where that is none that was written to: anybody to whom a
    /// visitor's mail is forwarded may answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// What the visitor is asked for with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A way that is not the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    Email,
}

/// What a visitor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// An address to be answered at.
    Email,
}

impl Message {
    /// A message that cites nothing.
    #[must_use]
    pub fn plain(
        id: MessageId,
        conversation: ConversationId,
        author: Author,
        text: String,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            conversation,
            author,
            text,
            client_id: None,
            in_reply_to: None,
            state: MessageState::Complete,
            at,
            citations: Vec::new(),
            grounding: None,
            claims: Vec::new(),
            model: None,
            abstained: false,
            cached: false,
            via: None,
            sender: None,
            asks: None,
            attachments: Vec::new(),
        }
    }
}

/// An event of the log.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum Event {
    #[serde(rename = "message")]
    Message(Box<Message>),
    #[serde(rename = "status")]
    Status {
        status: Status,
        by: Author,
        reason: Reason,
        /// The agent who has it from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        assignee: Option<Author>,
        /// When a snoozed one comes back.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    },
    #[serde(rename = "answer.start")]
    AnswerStart {
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        #[schema(value_type = uuid::Uuid)]
        in_reply_to: MessageId,
    },
    #[serde(rename = "answer.delta")]
    AnswerDelta {
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        n: u64,
        text: String,
    },
    #[serde(rename = "answer.snapshot")]
    AnswerSnapshot {
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        #[schema(value_type = uuid::Uuid)]
        in_reply_to: MessageId,
        n: u64,
        text: String,
    },
    #[serde(rename = "answer.claim")]
    AnswerClaim {
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        claim: Claim,
    },
    #[serde(rename = "typing")]
    Typing { author: Author, on: bool },
    #[serde(rename = "read")]
    Read { by: AuthorKind, seq: u64 },
    /// What agents wrote for each other; no visitor is told. It has no `seq`: `after` is that of the event
    /// it stands behind.
    #[serde(rename = "note")]
    Note {
        #[schema(value_type = uuid::Uuid)]
        id: NoteId,
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        author: Author,
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        text: String,
        after: i64,
        at: DateTime<Utc>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Attachment>,
    },
    /// These messages were mailed to the visitor; no visitor is told. It has no `seq`.
    #[serde(rename = "mailed")]
    Mailed {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = Vec<uuid::Uuid>)]
        messages: Vec<MessageId>,
        at: DateTime<Utc>,
    },
    /// How a visitor's message was read, where it is angry, cannot wait, or was read otherwise before; no
    /// visitor is told. It has no `seq`.
    #[serde(rename = "mood")]
    Mood {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        angry: bool,
        #[schema(value_type = Option<UrgencyWord>)]
        urgency: Option<String>,
        /// That decided it.
        words: Vec<MoodWord>,
    },
    /// The widget's settings have changed: what `config` gives from now on.
    #[serde(rename = "settings")]
    Settings {
        #[schema(value_type = WidgetConfig)]
        config: serde_json::Value,
    },
}

impl Event {
    /// A note as it is told, with the files sent with it.
    #[must_use]
    pub fn note(note: Note, attachments: Vec<Attachment>) -> Self {
        let author = Agent {
            id: note.author_id,
            name: note.author_name,
        };
        Self::Note {
            id: note.id,
            conversation: note.conversation_id,
            author: Author::agent(&author),
            client_id: note.client_id,
            text: note.text,
            after: note.after,
            at: note.at,
            attachments,
        }
    }

    /// What agents are told of how a message was read.
    #[must_use]
    pub fn mood(conversation: ConversationId, reading: Reading) -> Self {
        Self::Mood {
            conversation,
            message: reading.message,
            angry: reading.is_angry(),
            urgency: reading.urgency,
            words: reading.words,
        }
    }

    /// The word in `type`, also the SSE event name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Status { .. } => "status",
            Self::AnswerStart { .. } => "answer.start",
            Self::AnswerDelta { .. } => "answer.delta",
            Self::AnswerSnapshot { .. } => "answer.snapshot",
            Self::AnswerClaim { .. } => "answer.claim",
            Self::Typing { .. } => "typing",
            Self::Read { .. } => "read",
            Self::Note { .. } => "note",
            Self::Mailed { .. } => "mailed",
            Self::Mood { .. } => "mood",
            Self::Settings { .. } => "settings",
        }
    }
}

/// A durable event under its `seq`, as it goes out: the stored body is a JSON object without it.
#[must_use]
pub fn numbered(seq: i64, body: &str) -> String {
    let rest = body.trim_start().strip_prefix('{').unwrap_or_default();
    format!("{{\"seq\":{seq},{rest}")
}
