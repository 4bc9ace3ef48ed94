//! A ticket as lists and consoles show it.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{ContactId, ConversationId, SpaceId, TeamId, TicketCategoryId, TicketId},
    queries::{
        deadlines::{self, Deadline},
        tickets::Ticket,
    },
    tenant::TenantConn,
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
    /// Who says so; `person` also where somebody says that it is of none.
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
    /// The present ones, one of a kind at most.
    #[schema(max_items = 2)]
    pub deadlines: Vec<TicketDeadline>,
}

/// By when something is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketDeadline {
    #[schema(value_type = words::DeadlineKind)]
    pub kind: &'static str,
    /// The name of the policy that promises it.
    pub policy: String,
    /// Of the time that counts.
    #[schema(minimum = 60)]
    pub target_seconds: i64,
    /// Null while it is paused, and where that is not within a year of business hours.
    pub due_at: Option<DateTime<Utc>>,
    /// From when on it is at risk; null likewise.
    pub at_risk_at: Option<DateTime<Utc>>,
    pub paused_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub met_at: Option<DateTime<Utc>>,
    /// When it was due, where that has passed.
    pub breached_at: Option<DateTime<Utc>>,
}

impl From<Deadline> for TicketDeadline {
    fn from(deadline: Deadline) -> Self {
        Self {
            kind: deadline.kind.as_str(),
            policy: deadline.policy_name,
            target_seconds: deadline.target_seconds,
            due_at: deadline.due_at,
            at_risk_at: deadline.at_risk_at,
            paused_at: deadline.paused_at,
            met_at: deadline.met_at,
            breached_at: deadline.breached_at,
        }
    }
}

/// Tickets as they are shown, in the same order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn summaries(
    conn: &mut TenantConn<'_>,
    tickets: Vec<Ticket>,
) -> Result<Vec<TicketSummary>, StoreError> {
    let ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut deadlines = deadlines::of(conn, &ids).await?;
    let summary = |ticket: Ticket| {
        let of_it = deadlines.extract_if(.., |deadline| deadline.ticket_id == ticket.id);
        let of_it = of_it.map(TicketDeadline::from).collect();
        TicketSummary::of(ticket, of_it)
    };
    Ok(tickets.into_iter().map(summary).collect())
}

impl TicketSummary {
    fn of(ticket: Ticket, deadlines: Vec<TicketDeadline>) -> Self {
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
            deadlines,
        }
    }
}
