//! Frames of a member's socket, as in `docs/PROTOCOL.md`. That the server moves is said as on a visitor's
//! ([`super::super::protocol`]).

use bytestring::ByteString;
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{AttachmentId, ClientId, ConversationId, DraftId, MessageId, UserId},
    queries::drafts::DraftKind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    domain::drafting::Draft,
    kernel::{code::Code, problem::Problem, words},
    realtime::protocol,
};

/// What a member's client sends.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = ConsoleClientFrame)]
pub enum MemberFrame {
    /// The first frame; later, a newer token of the same person in the same workspace.
    Hello {
        token: String,
    },
    Ping,
    /// Tell what happens in a conversation, behind the event `after`.
    Watch {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[serde(default)]
        #[schema(format = "uint64")]
        after: u64,
    },
    Unwatch {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
    },
    /// Say something to the visitor. Refused with `stale` where another agent wrote behind `after`.
    Say {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        #[schema(max_length = 4_000)]
        text: String,
        /// Uploaded before, and not sent yet; with any, `text` may be empty.
        #[serde(default)]
        #[schema(value_type = Vec<uuid::Uuid>, max_items = 10)]
        attachments: Vec<AttachmentId>,
        #[serde(default)]
        #[schema(format = "uint64")]
        after: Option<u64>,
        /// The draft that it was, changed or not.
        #[serde(default)]
        #[schema(value_type = Option<uuid::Uuid>)]
        draft: Option<DraftId>,
    },
    Note {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        #[schema(max_length = 4_000)]
        text: String,
        #[serde(default)]
        #[schema(value_type = Vec<uuid::Uuid>, max_items = 10)]
        attachments: Vec<AttachmentId>,
        /// The draft that it was, changed or not.
        #[serde(default)]
        #[schema(value_type = Option<uuid::Uuid>)]
        draft: Option<DraftId>,
    },
    /// Have something drafted, in the place of what is being drafted here.
    Draft {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        /// Your own id of it.
        #[schema(value_type = uuid::Uuid)]
        id: DraftId,
        #[schema(value_type = words::DraftKind)]
        kind: DraftKind,
        /// What is rewritten: of `rephrase`, `shorter` and `translate`.
        #[serde(default)]
        #[schema(min_length = 1, max_length = 4_000)]
        text: Option<String>,
        /// A language tag, of `translate`; the visitor's unless told.
        #[serde(default)]
        #[schema(min_length = 2, max_length = 35)]
        to: Option<String>,
    },
    /// What there is of it is kept.
    #[serde(rename = "draft.stop")]
    DraftStop {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
    },
    /// It will not be sent.
    #[serde(rename = "draft.discard")]
    DraftDiscard {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        id: DraftId,
    },
    Take {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
    },
    Release {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
    },
    Transfer {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        to: UserId,
    },
    Resolve {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
    },
    Snooze {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        until: DateTime<Utc>,
    },
    Reopen {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
    },
    Typing {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        on: bool,
    },
    Read {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(format = "uint64")]
        seq: u64,
    },
    /// Take nothing new for a while.
    Away {
        on: bool,
    },
}

/// What the server answers to it, besides events.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = ConsoleServerFrame)]
pub enum ServerFrame {
    Ready {
        #[schema(value_type = uuid::Uuid)]
        user: UserId,
        #[schema(value_type = words::Role)]
        role: String,
    },
    /// A conversation is watched from now on: its events behind `after` have been told.
    Watching {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        /// Of the newest event.
        seq: u64,
        /// What can be drafted here.
        #[schema(value_type = Vec<words::DraftKind>)]
        drafts: &'static [DraftKind],
    },
    /// What was said, or noted, is stored.
    Ack {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        /// Of what was said.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<uuid::Uuid>)]
        message: Option<MessageId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
    },
    /// The next piece of what is drafted.
    #[serde(rename = "draft.delta")]
    DraftDelta {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        id: DraftId,
        n: u64,
        text: String,
    },
    /// A draft is finished.
    #[serde(rename = "draft.end")]
    DraftEnd(Box<Draft>),
    Error {
        #[schema(value_type = Code)]
        code: &'static str,
        detail: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<uuid::Uuid>)]
        conversation: Option<ConversationId>,
        /// Of what was said, or drafted.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<uuid::Uuid>)]
        client_id: Option<ClientId>,
        /// Seconds: nothing was stored, and the same frame may go through after them. Absent: it never will.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// Of `stale`: what was not seen.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[schema(value_type = Vec<Object>)]
        events: Vec<Value>,
    },
    Pong,
}

impl MemberFrame {
    /// The conversation it is about, and the client's own id of what is said in it.
    #[must_use]
    pub fn about(&self) -> (Option<ConversationId>, Option<ClientId>) {
        match self {
            Self::Hello { .. } | Self::Ping | Self::Away { .. } => (None, None),
            Self::Say {
                conversation,
                client_id,
                ..
            }
            | Self::Note {
                conversation,
                client_id,
                ..
            } => (Some(*conversation), Some(*client_id)),
            Self::Draft { conversation, id, .. } | Self::DraftDiscard { conversation, id } => {
                (Some(*conversation), Some(ClientId(id.0)))
            }
            Self::Watch { conversation, .. }
            | Self::DraftStop { conversation }
            | Self::Unwatch { conversation }
            | Self::Take { conversation }
            | Self::Release { conversation }
            | Self::Transfer { conversation, .. }
            | Self::Resolve { conversation }
            | Self::Snooze { conversation, .. }
            | Self::Reopen { conversation }
            | Self::Typing { conversation, .. }
            | Self::Read { conversation, .. } => (Some(*conversation), None),
        }
    }
}

impl ServerFrame {
    /// A refusal of what was asked about a conversation.
    #[must_use]
    pub fn refusal(
        refused: &Problem,
        (conversation, client_id): (Option<ConversationId>, Option<ClientId>),
    ) -> Self {
        Self::Error {
            code: refused.code.name(),
            detail: refused.detail.clone(),
            conversation,
            client_id,
            retry_after: protocol::retry_after(refused),
            events: refused.events.clone(),
        }
    }

    /// The frame as JSON text.
    #[must_use]
    pub fn text(&self) -> ByteString {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}
