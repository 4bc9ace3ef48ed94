//! Tells of deadlines that came to be at risk or have passed: an event of the ticket, and a mail to those
//! whose ticket it is. Both are in the transaction that notes it, so each is told once, whenever the server
//! stops.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::Role,
    ids::{TicketId, UserId},
    queries::{
        deadline_mail,
        deadlines::{self, Deadline},
        space_versions::Author,
        tickets::{
            self, Ticket,
            events::{self, Kind, NewEvent},
        },
    },
    tenant::TenantConn,
};
use serde_json::json;

use crate::domain::{
    accounts::permission::{Permission, may},
    notify::mail::{self, Errand},
};

/// Between two such mails of a kind to a member of one workspace at least.
const REST: TimeDelta = TimeDelta::minutes(15);

/// Looks at the deadlines of a ticket. The ticket, where there was something to tell.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn tell(db: &TenantDb, ticket: TicketId, now: DateTime<Utc>) -> Result<Option<Ticket>, StoreError> {
    db.transaction(async |conn| {
        let ticket = match tickets::lock(conn, ticket).await {
            Ok(ticket) => ticket,
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (mut at_risk, mut breached) = (false, false);
        for mut deadline in deadlines::lock(conn, ticket.id).await? {
            if !pass(&mut deadline, now) {
                continue;
            }
            deadlines::put(conn, &deadline).await?;
            write_down(conn, &deadline, now).await?;
            match deadline.breached_at {
                Some(_) => breached = true,
                None => at_risk = true,
            }
        }
        if !at_risk && !breached {
            return Ok(None);
        }
        enqueue(conn, ticket.id, breached, now).await?;
        Ok(Some(ticket))
    })
    .await
}

/// Notes what has passed; whether there is something new to tell.
fn pass(deadline: &mut Deadline, now: DateTime<Utc>) -> bool {
    if deadline.met_at.is_some() || deadline.breached_at.is_some() {
        return false;
    }
    let passed = |at: Option<DateTime<Utc>>| at.filter(|at| *at < now);
    if let Some(due) = passed(deadline.due_at) {
        deadline.breached_at = Some(due);
        deadline.at_risk_told_at.get_or_insert(now);
        return true;
    }
    let new = deadline.at_risk_told_at.is_none() && passed(deadline.at_risk_at).is_some();
    if new {
        deadline.at_risk_told_at = Some(now);
    }
    new
}

/// Writes an event of the ticket that a deadline is at risk, or was breached.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub(super) async fn write_down(
    conn: &mut TenantConn<'_>,
    deadline: &Deadline,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kind = match deadline.breached_at {
        Some(_) => Kind::SlaBreached,
        None => Kind::SlaAtRisk,
    };
    let new = NewEvent {
        ticket_id: deadline.ticket_id,
        kind,
        body: json!({ "deadline": deadline.kind, "due_at": deadline.due_at, "policy": deadline.policy_name }),
        by: &Author::default(),
        client_id: None,
        at: now,
    };
    events::add(conn, new).await
}

/// Puts a mail in line for everyone it is to be told to.
async fn enqueue(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    breached: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let those_who = |permission| -> Vec<Role> {
        let roles = Role::ALL.iter().copied();
        roles.filter(|role| may(*role, permission)).collect()
    };
    let answer = those_who(Permission::ConversationsWrite);
    let configure = those_who(Permission::TicketsConfigure);
    let roles = (answer.as_slice(), configure.as_slice());
    for user in deadline_mail::claim(conn, ticket, breached, roles, (now - REST, now)).await? {
        let errand = Errand::Deadline {
            user,
            ticket,
            breached,
        };
        mail::enqueue(conn, errand, now).await?;
    }
    Ok(())
}

/// Whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn wanted(db: &TenantDb, user: UserId) -> Result<bool, StoreError> {
    db.read(async |conn| deadline_mail::wanted(conn, user).await)
        .await
}

/// Notes whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn want(db: &TenantDb, user: UserId, on: bool) -> Result<(), StoreError> {
    db.transaction(async |conn| deadline_mail::want(conn, user, on).await)
        .await
}
