//! What is done to a ticket besides changing it: notes, watchers, links, and merging it into another one.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    control::members,
    ids::{ClientId, ConversationId, TicketId, TicketLinkId, UserId},
    queries::tickets::{
        self as store,
        events::{self, Kind, NewEvent},
        relations::{self, LinkKind},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

use super::{Author, Status, TEXT_MAX, Ticket, TicketError, kept, optional, ticket_mail, unsound};

/// Writes a note on a ticket, for agents. One of the same client id that is there stays.
///
/// # Errors
/// `Unsound`, and of the store `NotFound`.
pub async fn note(
    conn: &mut TenantConn<'_>,
    id: TicketId,
    text: String,
    client_id: Option<ClientId>,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let text = optional("text", Some(text), TEXT_MAX)?;
    let text = text.ok_or_else(|| unsound("text", &format!("give 1 to {TEXT_MAX} characters")))?;
    let ticket = store::lock(conn, id).await?;
    let event = NewEvent {
        ticket_id: id,
        kind: Kind::Note,
        body: json!({ "text": text }),
        by,
        client_id,
        at,
    };
    events::add(conn, event).await?;
    ticket_mail::follow(conn, None, &ticket, Kind::Note, by, at).await?;
    Ok(ticket)
}

/// Lets a member watch a ticket, or no more.
///
/// # Errors
/// `Unsound` where they are no member; of the store `NotFound`.
pub async fn watch(
    conn: &mut TenantConn<'_>,
    id: TicketId,
    user: UserId,
    watches: bool,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Ticket, TicketError> {
    let ticket = store::lock(conn, id).await?;
    let (changed, kind) = match watches {
        true => (relations::watch(conn, id, user).await?, Kind::Watched),
        false => (relations::unwatch(conn, id, user).await?, Kind::Unwatched),
    };
    if changed {
        let members = members::list(conn).await?;
        let name = members.into_iter().find(|member| member.user_id == user);
        let body = json!({ "user": user, "name": name.map(|member| member.name) });
        tell(conn, id, (kind, body), by, at).await?;
    }
    Ok(ticket)
}

/// What a ticket is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// The ticket of this number.
    Ticket(i64),
    Conversation(ConversationId),
}

/// Links a ticket. Both tickets tell of it; gives the number of the other one.
///
/// # Errors
/// `Unsound` where there is no such other, `Merged`; of the store `NotFound`.
pub async fn link(
    conn: &mut TenantConn<'_>,
    id: TicketId,
    other: Other,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Option<i64>, TicketError> {
    let number = match other {
        Other::Ticket(number) => number,
        Other::Conversation(conversation) => {
            store::lock(conn, id).await?;
            if relations::link_conversation(conn, id, conversation, at).await? {
                let body = json!({ "conversation": conversation });
                tell(conn, id, (Kind::Linked, body), by, at).await?;
            }
            return Ok(None);
        }
    };
    let other = super::find(conn, number).await.map_err(|error| match error {
        StoreError::NotFound => unsound("ticket", "the workspace has no such ticket"),
        error => error.into(),
    })?;
    if other.id == id {
        return Err(unsound("ticket", "name another ticket than this one"));
    }
    let (ticket, other) = lock_both(conn, id, other.id).await?;
    if ticket.merged_into.is_some() || other.merged_into.is_some() {
        return Err(TicketError::Merged);
    }
    if relations::link_ticket(conn, id, other.id, LinkKind::Related, at).await? {
        both_tell(conn, Kind::Linked, (&ticket, &other), by, at).await?;
    }
    Ok(Some(other.number))
}

/// Takes a link away, from either end. Both tickets tell of it; gives the number of the other one.
///
/// # Errors
/// Of the store `NotFound` where the ticket has no such link.
pub async fn unlink(
    conn: &mut TenantConn<'_>,
    id: TicketId,
    link: TicketLinkId,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Option<i64>, TicketError> {
    let ends = relations::ends(conn, id, link).await?;
    let other = ends
        .other_id
        .map(|other| if other == id { ends.ticket_id } else { other });
    let Some(other) = other else {
        store::lock(conn, id).await?;
        relations::unlink(conn, link).await?;
        let body = json!({ "conversation": ends.conversation_id });
        tell(conn, id, (Kind::Unlinked, body), by, at).await?;
        return Ok(None);
    };
    let (ticket, other) = lock_both(conn, id, other).await?;
    relations::unlink(conn, link).await?;
    both_tell(conn, Kind::Unlinked, (&ticket, &other), by, at).await?;
    Ok(Some(other.number))
}

/// Locks two tickets in the order of their ids, so that two who want the same two do not wait for each other.
async fn lock_both(
    conn: &mut TenantConn<'_>,
    one: TicketId,
    other: TicketId,
) -> Result<(Ticket, Ticket), StoreError> {
    if other < one {
        let other = store::lock(conn, other).await?;
        return Ok((store::lock(conn, one).await?, other));
    }
    let one = store::lock(conn, one).await?;
    Ok((one, store::lock(conn, other).await?))
}

/// Each tells of the other.
async fn both_tell(
    conn: &mut TenantConn<'_>,
    kind: Kind,
    (one, other): (&Ticket, &Ticket),
    by: &Author,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (ticket, other) in [(one, other), (other, one)] {
        let body = json!({ "ticket": other.number });
        tell(conn, ticket.id, (kind, body), by, at).await?;
    }
    Ok(())
}

/// Two tickets that became one.
#[derive(Clone, Debug)]
pub struct Merged {
    pub from: Ticket,
    pub into: Ticket,
}

/// Makes a ticket part of another one, which keeps its own properties: it has the tags, the watchers and, where
/// it has none, the conversation of both, and is open again where it was over and the other was not. The number of
/// the merged one leads to it.
///
/// # Errors
/// `Unsound` where the two are one, `Merged`; of the store `NotFound`.
pub async fn merge(
    conn: &mut TenantConn<'_>,
    from: TicketId,
    into: TicketId,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Merged, TicketError> {
    if from == into {
        return Err(unsound("into", "name another ticket than this one"));
    }
    let (old, survivor) = lock_both(conn, from, into).await?;
    if old.merged_into.is_some() || survivor.merged_into.is_some() {
        return Err(TicketError::Merged);
    }
    let gone = Ticket {
        status: Status::Closed,
        resolved_at: old.resolved_at.or(Some(at)),
        merged_into: Some(into),
        ..old.clone()
    };
    let named = |ticket: &Ticket| json!({ "number": ticket.number, "subject": ticket.subject });
    let gone = kept(
        conn,
        Some(&old),
        gone,
        (Kind::MergedInto, named(&survivor)),
        by,
        at,
    )
    .await?;
    store::lead_on(conn, from, into).await?;
    for watcher in relations::watchers(conn, from).await? {
        relations::watch(conn, into, watcher.id).await?;
    }
    let mut both = survivor.clone();
    both.conversation_id = both.conversation_id.or(old.conversation_id);
    if both.status.is_over() && !old.status.is_over() {
        (both.status, both.resolved_at) = (Status::Open, None);
    }
    if let Some(conversation) = old
        .conversation_id
        .filter(|_| both.conversation_id != old.conversation_id)
    {
        relations::link_conversation(conn, into, conversation, at).await?;
    }
    both.tags.extend(old.tags.clone());
    both.tags.sort();
    both.tags.dedup();
    both.tags.truncate(super::TAGS_MAX);
    let into = kept(conn, Some(&survivor), both, (Kind::Merged, named(&gone)), by, at).await?;
    Ok(Merged { from: gone, into })
}

async fn tell(
    conn: &mut TenantConn<'_>,
    ticket_id: TicketId,
    (kind, body): (Kind, Value),
    by: &Author,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let event = NewEvent {
        ticket_id,
        kind,
        body,
        by,
        client_id: None,
        at,
    };
    events::add(conn, event).await
}
