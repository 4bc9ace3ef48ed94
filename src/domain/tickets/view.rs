//! A ticket as lists and consoles show it.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ContactId, ConversationId, SpaceId, TeamId, TicketCategoryId, TicketId},
    queries::tickets::Ticket,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{domain::conversations::event::Agent, kernel::words};

/// A ticket.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TicketSummary {
    #[schema(value_type = uuid::Uuid)]
    pub id: TicketId,
    /// What people call it by; from 1 without gaps in the workspace.
    #[schema(minimum = 1)]
    pub number: i64,
    #[schema(value_type = uuid::Uuid)]
    pub space: SpaceId,
    /// In which it is dealt with.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub conversation: Option<ConversationId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact: Option<ContactId>,
    pub subject: String,
    /// `pending` waits for the customer.
    #[schema(value_type = words::TicketStatus)]
    pub status: &'static str,
    #[schema(value_type = words::TicketPriority)]
    pub priority: &'static str,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub category: Option<TicketCategoryId>,
    /// Who says that it is of that category.
    #[schema(value_type = Option<words::CategoryBy>)]
    pub category_by: Option<&'static str>,
    /// How sure the classifier is, 0 to 1.
    pub category_score: Option<f32>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub team: Option<TeamId>,
    pub assignee: Option<Agent>,
    pub tags: Vec<String>,
    #[schema(value_type = words::TicketVia)]
    pub via: &'static str,
    pub requester_name: Option<String>,
    pub requester_email: Option<String>,
    pub locale: Option<String>,
    /// When an agent first wrote to the requester.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// When it was resolved or closed, where it is.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Rises with every change.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<Ticket> for TicketSummary {
    fn from(ticket: Ticket) -> Self {
        let assignee = ticket.assignee_id.zip(ticket.assignee_name);
        Self {
            id: ticket.id,
            number: ticket.number,
            space: ticket.space_id,
            conversation: ticket.conversation_id,
            contact: ticket.contact_id,
            subject: ticket.subject,
            status: ticket.status.as_str(),
            priority: ticket.priority.as_str(),
            category: ticket.category_id,
            category_by: ticket.category_by.map(|by| by.as_str()),
            category_score: ticket.category_score,
            team: ticket.team_id,
            assignee: assignee.map(|(id, name)| Agent { id, name }),
            tags: ticket.tags,
            via: ticket.via.as_str(),
            requester_name: ticket.requester_name,
            requester_email: ticket.requester_email,
            locale: ticket.locale,
            first_responded_at: ticket.first_responded_at,
            resolved_at: ticket.resolved_at,
            version: ticket.version,
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
        }
    }
}
