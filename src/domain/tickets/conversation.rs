//! How a ticket follows its conversation, in the transaction in which something happens there. A conversation
//! never follows its ticket.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::ConversationId,
    queries::{audit::ActorKind, tickets as store},
    tenant::TenantConn,
};

use super::{Author, Change, Status, Ticket, TicketError, Via, Wanted};
use crate::domain::conversations::event::{self, Agent, AuthorKind};

/// What happens in a conversation, as far as tickets are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It waits for a person; `opens` is whether that makes a ticket.
    HandedOver {
        opens: bool,
    },
    /// An agent has it from now on.
    Taken(Agent),
    /// It is over.
    Resolved,
    AgentWrote,
    VisitorWrote,
}

/// Changes the conversation's ticket as what happened asks, or makes one. Gives the number of the ticket
/// that it is in from now on, where there is one. What happened in the conversation stays also where its ticket
/// cannot follow.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn follow(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    happened: Happened,
    by: &event::Author,
    at: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let newest = store::of_conversation(conn, conversation, 1).await?.pop();
    if newest.is_none() && !matches!(happened, Happened::HandedOver { opens: true }) {
        return Ok(None);
    }
    let by = author(by);
    let work = async |conn: &mut TenantConn<'_>| match current(conn, newest).await? {
        Some(ticket) if !stands_with(&ticket, conversation, &happened) => Ok(Some(ticket)),
        Some(ticket) => change(conn, ticket, happened, &by, at).await.map(Some),
        None => open(conn, conversation, &happened, &by, at).await,
    };
    match conn.attempt(work).await? {
        Ok(ticket) => Ok(ticket.map(|ticket| ticket.number)),
        Err(TicketError::Store(StoreError::Archived)) => Ok(None),
        Err(TicketError::Store(error)) if !matches!(error, StoreError::Conflict { .. }) => Err(error),
        Err(error) => {
            tracing::error!(conversation.id = %conversation, %error, "a ticket does not follow its conversation");
            Ok(None)
        }
    }
}

/// The ticket that a conversation's newest one leads to, where it is not closed, locked. What it is, is what it is
/// behind the lock: it may have been closed, or merged into another one, by whom this has waited for.
async fn current(conn: &mut TenantConn<'_>, newest: Option<Ticket>) -> Result<Option<Ticket>, StoreError> {
    let Some(newest) = newest else {
        return Ok(None);
    };
    let mut ticket = store::lock(conn, newest.merged_into.unwrap_or(newest.id)).await?;
    while let Some(into) = ticket.merged_into {
        ticket = store::lock(conn, into).await?;
    }
    Ok(Some(ticket).filter(|ticket| ticket.status != Status::Closed))
}

/// Whether what happened in a conversation is the ticket's concern. One whose own ticket was merged into this one
/// may reopen it; its end, and who answers there, is not the end of what the ticket is of.
fn stands_with(ticket: &Ticket, conversation: ConversationId, happened: &Happened) -> bool {
    let reopens = matches!(happened, Happened::HandedOver { .. } | Happened::VisitorWrote);
    reopens || ticket.conversation_id == Some(conversation)
}

/// Changes a locked ticket as what happened asks.
async fn change(
    conn: &mut TenantConn<'_>,
    ticket: Ticket,
    happened: Happened,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let change = led_to(&ticket, &happened, at);
    let named = match happened {
        Happened::Taken(agent) => Some((agent.id, agent.name)),
        _ => None,
    };
    super::put(conn, ticket, change, named, by, at).await
}

/// Makes a ticket, where what happened does.
async fn open(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    happened: &Happened,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Option<Ticket>, TicketError> {
    let Happened::HandedOver { opens: true } = happened else {
        return Ok(None);
    };
    let wanted = Wanted::of(conversation, Via::Handoff);
    super::create(conn, wanted, by, at).await.map(Some)
}

/// What becomes of a ticket that is not closed.
fn led_to(ticket: &Ticket, happened: &Happened, at: DateTime<Utc>) -> Change {
    let reopened = (ticket.status != Status::Open).then_some(Status::Open);
    match happened {
        Happened::HandedOver { .. } | Happened::VisitorWrote => Change {
            status: reopened,
            ..Change::default()
        },
        Happened::Taken(agent) => Change {
            assignee: Some(Some(agent.id)),
            status: reopened.filter(|_| ticket.status == Status::Resolved),
            ..Change::default()
        },
        Happened::Resolved => Change {
            status: Some(Status::Resolved),
            ..Change::default()
        },
        // Who says a last word to what somebody has resolved does not ask the customer for anything.
        Happened::AgentWrote => Change {
            status: (ticket.status == Status::Open).then_some(Status::Pending),
            responded_at: Some(at),
            ..Change::default()
        },
    }
}

/// Who did it, as events of tickets name them.
fn author(by: &event::Author) -> Author {
    let kind = match by.kind {
        AuthorKind::Visitor => ActorKind::Visitor,
        AuthorKind::Agent => ActorKind::User,
        AuthorKind::Assistant | AuthorKind::System => return Author::default(),
    };
    let id = by.id.as_ref().and_then(|id| id.parse().ok());
    let name = by.name.clone().unwrap_or_else(|| "Customer".to_owned());
    Author { kind, id, name }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use parlance_store::ids::{SpaceId, TicketId, UserId};

    use super::*;
    use crate::domain::tickets::{Priority, changes};

    fn ticket(status: Status) -> Ticket {
        Ticket {
            id: TicketId::new(),
            number: 1,
            space_id: SpaceId::new(),
            conversation_id: Some(ConversationId::new()),
            contact_id: None,
            subject: "Where is it?".to_owned(),
            status,
            priority: Priority::Normal,
            category_id: None,
            category_by: None,
            category_score: None,
            team_id: None,
            assignee_id: None,
            assignee_name: None,
            tags: Vec::new(),
            via: Via::Handoff,
            requester_name: None,
            requester_email: None,
            locale: None,
            first_responded_at: None,
            resolved_at: status.is_over().then_some(DateTime::UNIX_EPOCH),
            merged_into: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_ticket_stands_where_its_conversation_does() {
        let (id, at) = (UserId::new(), DateTime::UNIX_EPOCH);
        let ada = || Agent {
            id,
            name: "Ada".to_owned(),
        };
        let handed_over = || Happened::HandedOver { opens: true };
        for (from, happened, to) in [
            (Status::Open, handed_over(), Status::Open),
            (Status::Pending, handed_over(), Status::Open),
            (Status::Resolved, handed_over(), Status::Open),
            (Status::Open, Happened::VisitorWrote, Status::Open),
            (Status::Pending, Happened::VisitorWrote, Status::Open),
            (Status::Resolved, Happened::VisitorWrote, Status::Open),
            (Status::Open, Happened::Taken(ada()), Status::Open),
            (Status::Pending, Happened::Taken(ada()), Status::Pending),
            (Status::Resolved, Happened::Taken(ada()), Status::Open),
            (Status::Open, Happened::AgentWrote, Status::Pending),
            (Status::Pending, Happened::AgentWrote, Status::Pending),
            (Status::Resolved, Happened::AgentWrote, Status::Resolved),
            (Status::Open, Happened::Resolved, Status::Resolved),
            (Status::Pending, Happened::Resolved, Status::Resolved),
        ] {
            let before = ticket(from);
            let named = Some((id, "Ada".to_owned()));
            let (after, _) = changes::apply(&before, led_to(&before, &happened, at), named, at).unwrap();
            assert_eq!(after.status, to, "{from} to {to}");
            assert_eq!(after.resolved_at.is_some(), to.is_over(), "{from} to {to}");
        }
    }

    #[test]
    fn a_merged_tickets_conversation_only_reopens() {
        let (own, merged) = (ConversationId::new(), ConversationId::new());
        let ticket = Ticket {
            conversation_id: Some(own),
            ..ticket(Status::Open)
        };
        for (happened, stands) in [
            (Happened::HandedOver { opens: true }, true),
            (Happened::VisitorWrote, true),
            (Happened::AgentWrote, false),
            (Happened::Resolved, false),
        ] {
            assert!(stands_with(&ticket, own, &happened));
            assert_eq!(stands_with(&ticket, merged, &happened), stands, "{happened:?}");
        }
    }

    #[test]
    fn an_agent_first_responds_once() {
        let (first, later) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::hours(1));
        let before = ticket(Status::Open);
        let change = led_to(&before, &Happened::AgentWrote, first);
        let (answered, told) = changes::apply(&before, change, None, first).unwrap();
        assert_eq!(answered.first_responded_at, Some(first));
        assert_eq!(told["status"]["to"], "pending");
        let change = led_to(&answered, &Happened::AgentWrote, later);
        let (again, told) = changes::apply(&answered, change, None, later).unwrap();
        assert_eq!(again.first_responded_at, Some(first));
        assert!(told.is_empty(), "nothing is different");
    }
}
