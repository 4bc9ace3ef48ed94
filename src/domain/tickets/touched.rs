//! Tickets that change because something else does: who has them leaves, their team or category goes, their
//! contact becomes another one. Those that are not finished change one at a time, through [`kept`]; of the
//! finished ones nothing is awaited, and nothing is told.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ContactId, ConversationId, UserId},
    queries::tickets::{self as store, events::Kind, losing},
    tenant::TenantConn,
};
use serde_json::json;

use super::{Author, Change, Ticket, TicketError, kept, put};

pub use losing::Lost;

/// Tickets changed in one transaction at most.
const BATCH: i64 = 100;

/// A ticket that has changed, to be told of once that is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    pub number: i64,
    pub conversation: Option<ConversationId>,
}

impl From<&Ticket> for Touched {
    fn from(ticket: &Ticket) -> Self {
        Self {
            number: ticket.number,
            conversation: ticket.conversation_id,
        }
    }
}

/// Takes what a member has who leaves: it is nobody's from then on. To be called before they are removed, as
/// what notes who is given something comes behind the tickets.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn take_from(
    conn: &mut TenantConn<'_>,
    user: UserId,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Vec<Touched>, StoreError> {
    let mut touched = Vec::new();
    for id in store::list::left_by(conn, user).await? {
        let ticket = store::lock(conn, id).await?;
        if ticket.assignee_id != Some(user) {
            continue;
        }
        let change = Change {
            assignee: Some(None),
            ..Change::default()
        };
        let ticket = put(conn, ticket, change, None, by, at).await.map_err(stored)?;
        touched.push(Touched::from(&ticket));
    }
    Ok(touched)
}

/// Takes what is about to be removed from all tickets that have it, in transactions of bounded size. Some may be
/// given it meanwhile: whoever removes it does [`lose_some`] in that transaction.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lose(
    db: &TenantDb,
    lost: Lost,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Vec<Touched>, StoreError> {
    let mut touched = Vec::new();
    loop {
        let some = db
            .transaction(async |conn| lose_some(conn, lost, by, at).await)
            .await?;
        if some.is_empty() {
            return Ok(touched);
        }
        touched.extend(some);
    }
}

/// The same of some of them; none where none has it any more.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lose_some(
    conn: &mut TenantConn<'_>,
    lost: Lost,
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Vec<Touched>, StoreError> {
    let mut touched = Vec::new();
    for before in losing::unfinished(conn, lost, BATCH).await? {
        let mut ticket = before.clone();
        let difference = match lost {
            Lost::Team(team) => {
                ticket.team_id = None;
                json!({ "team": { "from": team, "to": null } })
            }
            Lost::Category(category) => {
                (ticket.category_id, ticket.category_by, ticket.category_score) = (None, None, None);
                json!({ "category": { "from": category, "to": null } })
            }
        };
        let told = (Kind::Changed, difference);
        let ticket = kept(conn, Some(&before), ticket, told, by, at)
            .await
            .map_err(stored)?;
        touched.push(Touched::from(&ticket));
    }
    if touched.is_empty() {
        // Not with the others, for tickets are locked in the order of their ids.
        let finished = losing::finished(conn, lost, BATCH * 10).await?;
        // Nothing is awaited in their conversations.
        let told = |number| Touched {
            number,
            conversation: None,
        };
        touched.extend(finished.into_iter().map(told));
    }
    Ok(touched)
}

/// Gives the tickets of a contact to the one it is part of from now on.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn become_of(
    conn: &mut TenantConn<'_>,
    (from, into): (ContactId, ContactId),
    by: &Author,
    at: DateTime<Utc>,
) -> Result<Vec<Touched>, StoreError> {
    let mut touched = Vec::new();
    for before in losing::of_contact(conn, from).await? {
        let ticket = Ticket {
            contact_id: Some(into),
            ..before.clone()
        };
        let told = (Kind::Changed, json!({ "contact": { "from": from, "to": into } }));
        let ticket = kept(conn, Some(&before), ticket, told, by, at)
            .await
            .map_err(stored)?;
        touched.push(Touched::from(&ticket));
    }
    Ok(touched)
}

/// Whatever is taken away was sound: only the database refuses.
fn stored(error: TicketError) -> StoreError {
    match error {
        TicketError::Store(error) => error,
        _ => StoreError::NotFound,
    }
}
