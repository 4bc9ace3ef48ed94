//! The conversation's ticket follows it, in the transaction that writes what happened. Which ticket it has
//! then, and by when that is due, goes to the mirror among the events of that transaction, and to nobody else.

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{ConversationId, VisitorId},
    queries::deadlines,
    tenant::TenantConn,
};
use serde::{Deserialize, Serialize};

use super::{messages::Published, moved::Moved};
use crate::domain::{
    conversations::event::{Agent, Author, Status},
    tickets::conversation::{Happened, follow},
};

const KIND: &str = "ticket";

/// The ticket that a conversation has from now on, and the deadline of it that passes next.
#[derive(Serialize, Deserialize)]
pub(super) struct Has {
    pub number: i64,
    pub deadline: Option<DateTime<Utc>>,
}

/// What the event tells of the conversation's ticket, where it is not one but tells that.
pub(super) fn has(event: &Published) -> Option<Has> {
    (event.kind == KIND)
        .then(|| serde_json::from_str(&event.json).ok())
        .flatten()
}

/// A status change: it may make a ticket.
pub(super) async fn moved(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    moved: &Moved,
    at: DateTime<Utc>,
) -> Result<Option<Published>, StoreError> {
    let happened = match (moved.change.status, &moved.assignee) {
        (Status::Waiting, _) => Happened::HandedOver {
            opens: moved.notice.as_ref().is_some_and(|notice| notice.opens_ticket()),
        },
        (Status::Human, Some(agent)) => Happened::Taken(agent.clone()),
        (Status::Resolved, _) => Happened::Resolved,
        _ => return Ok(None),
    };
    told(conn, conversation, happened, &moved.by, at).await
}

pub(super) async fn visitor_wrote(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    visitor: VisitorId,
    at: DateTime<Utc>,
) -> Result<Option<Published>, StoreError> {
    let by = Author::visitor(visitor);
    told(conn, conversation, Happened::VisitorWrote, &by, at).await
}

pub(super) async fn agent_wrote(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    agent: &Agent,
    at: DateTime<Utc>,
) -> Result<Option<Published>, StoreError> {
    let by = Author::agent(agent);
    told(conn, conversation, Happened::AgentWrote, &by, at).await
}

async fn told(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    happened: Happened,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Option<Published>, StoreError> {
    let Some(number) = follow(conn, conversation, happened, by, at).await? else {
        return Ok(None);
    };
    let deadline = deadlines::next_deadline(conn, conversation).await?;
    Ok(Some(Published {
        seq: None,
        kind: KIND,
        json: serde_json::to_string(&Has { number, deadline })
            .unwrap_or_default()
            .into(),
    }))
}
