//! A conversation in a list: where it stands, who it is with, and what was said last.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ContactId, ConversationId, SpaceId, VisitorId},
    queries::{
        conversations::{Conversation, ConversationStatus},
        inbox::Glimpse,
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    event::{Agent, Reason},
    mood::{self, ConversationMood},
    urgency::ConversationUrgency,
};
use crate::{domain::attachments::preview, kernel::words};

/// A conversation as the inbox shows it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConversationSummary {
    #[schema(value_type = uuid::Uuid)]
    pub id: ConversationId,
    #[schema(value_type = uuid::Uuid)]
    pub space: SpaceId,
    #[schema(value_type = uuid::Uuid)]
    pub visitor: VisitorId,
    /// The visitor's, as the host site vouches, or else as agents know, or else as the page said.
    pub name: Option<String>,
    /// The same.
    pub email: Option<String>,
    /// Who it is, where a contact is kept.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact: Option<ContactId>,
    /// Whether the host site vouches for who it is.
    pub verified: bool,
    /// Whether they may not chat.
    pub blocked: bool,
    #[schema(value_type = words::ConversationStatus)]
    pub status: &'static str,
    /// The agent who has it.
    pub assignee: Option<Agent>,
    /// Why a person is asked for, while the visitor waits for one; `assigned` where it was assigned to who
    /// has it.
    pub reason: Option<Reason>,
    /// Since when the visitor waits for a person to write.
    pub waiting_since: Option<DateTime<Utc>>,
    /// How the visitor is, where they have written.
    pub mood: Option<ConversationMood>,
    /// By when a person is to write, and why then; null where none is.
    pub urgency: Option<ConversationUrgency>,
    /// When it comes back, where it is snoozed.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Of the newest durable event.
    pub seq: i64,
    /// The message that was written last, by somebody else than Parlance itself.
    pub last: Option<LastMessage>,
    /// The number of its ticket, where it has one that is not closed.
    pub ticket: Option<i64>,
    pub locale: Option<String>,
    /// The page that it began on.
    pub page: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The beginning of a message.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LastMessage {
    #[schema(value_type = words::MessageAuthor)]
    pub by: &'static str,
    /// The author's name.
    pub name: Option<String>,
    /// The first 200 characters, or what was sent without a word.
    pub text: String,
    pub at: DateTime<Utc>,
}

impl ConversationSummary {
    #[must_use]
    pub fn of(conversation: &Conversation, glimpse: &Glimpse) -> Self {
        let Conversation {
            assignee_id,
            assignee_name,
            ..
        } = conversation;
        let assignee = assignee_id.zip(assignee_name.clone());
        let reason = glimpse.reason.clone().and_then(Reason::parse);
        let waits = conversation.status == ConversationStatus::Waiting;
        let mood = ConversationMood::of(&mood::readings(&glimpse.moods));
        let said = glimpse
            .author_kind
            .zip(glimpse.text.as_deref())
            .zip(glimpse.said_at);
        Self {
            id: conversation.id,
            space: conversation.space_id,
            visitor: conversation.visitor_id,
            name: glimpse.name.clone(),
            email: glimpse.email.clone(),
            contact: glimpse.contact_id,
            verified: glimpse.verified,
            blocked: glimpse.blocked,
            status: conversation.status.as_str(),
            assignee: assignee.map(|(id, name)| Agent { id, name }),
            reason: reason.filter(|reason| waits || *reason == Reason::Assigned),
            waiting_since: conversation.waiting_since,
            urgency: ConversationUrgency::of(conversation, glimpse, mood.as_ref()),
            mood,
            snoozed_until: conversation.snoozed_until,
            seq: conversation.head_seq,
            last: said.map(|((by, text), at)| LastMessage {
                by: by.as_str(),
                name: glimpse.author_name.clone(),
                text: preview(text, glimpse.attachments.as_deref().unwrap_or_default()),
                at,
            }),
            ticket: glimpse.ticket,
            locale: conversation.locale.clone(),
            page: conversation.page.clone(),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}
