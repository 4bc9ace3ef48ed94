//! What the consoles of a workspace are told of its conversations and of each other.

use bytestring::ByteString;
use parlance_store::ids::ConversationId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    conversations::{event::Agent, summary::ConversationSummary},
    tickets::view::TicketSummary,
};

/// A frame to every console of a workspace. Each says how something is now, so the last one counts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum InboxEvent {
    /// A conversation is new or has changed.
    #[serde(rename = "inbox.upsert")]
    Upsert { conversation: Box<ConversationSummary> },
    /// A ticket is new or has changed.
    #[serde(rename = "ticket.upsert")]
    Ticket { ticket: Box<TicketSummary> },
    /// Who looks at a conversation.
    #[serde(rename = "viewers")]
    Viewers {
        #[schema(value_type = uuid::Uuid)]
        conversation: ConversationId,
        agents: Vec<Agent>,
    },
    /// Who is there.
    #[serde(rename = "presence")]
    Presence { agents: Vec<Present> },
    /// More of the plan is used, so that it is nearly used up, or is.
    #[serde(rename = "usage")]
    Usage {},
}

/// Somebody whose console is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Present {
    #[serde(flatten)]
    pub agent: Agent,
    /// There, and taking nothing new.
    pub away: bool,
}

impl InboxEvent {
    /// The frame as JSON text.
    #[must_use]
    pub fn text(&self) -> ByteString {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}
