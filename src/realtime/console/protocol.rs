//! Frames of a member's socket, as in `docs/PROTOCOL.md`. That the server moves is said as on a visitor's
//! ([`super::super::protocol`]).

use bytestring::ByteString;
use chrono::{DateTime, Utc};
use parlance_store::ids::{ClientId, ConversationId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
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
        #[schema(min_length = 1, max_length = 4_000)]
        text: String,
        #[serde(default)]
        #[schema(format = "uint64")]
        after: Option<u64>,
    },
    Note {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        #[schema(min_length = 1, max_length = 4_000)]
        text: String,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
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
    Error {
        #[schema(value_type = Code)]
        code: &'static str,
        detail: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<uuid::Uuid>)]
        conversation: Option<ConversationId>,
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
            Self::Watch { conversation, .. }
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
