//! Mail about a conversation that begins to wait while nobody is there to answer. Outside the hours of its
//! space it is held until they begin: one job for all of the space that wait by then.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::Role,
    ids::{ConversationId, JobId, SpaceId, UserId},
    queries::{spaces, waiting_mail},
    tenant::TenantConn,
};

use super::mail::{self, Errand};
use crate::domain::{
    accounts::{
        permission::{Permission, may},
        space::Space,
    },
    hours::Hours,
    jobs::{self, Priority, Work},
};

/// Between two such mails to a member of one workspace at least.
const REST: TimeDelta = TimeDelta::minutes(15);

/// Puts a mail in line for everyone who may answer and wants it, in the transaction in which the
/// conversation begins to wait.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let answers = |role: &&Role| may(**role, Permission::ConversationsWrite);
    let roles: Vec<Role> = Role::ALL.iter().filter(answers).copied().collect();
    for user in waiting_mail::claim(conn, &roles, at - REST, at).await? {
        mail::enqueue(conn, Errand::Waiting { user, conversation }, at).await?;
    }
    Ok(())
}

/// Has those told when hours begin who wait then, and waited since `at`. Where they never do nobody is.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hold(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    hours: Option<&Hours>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    hold_since(conn, space, hours, at, at).await
}

/// The same where it was not told of those who wait already: hours are others now, or the space was away.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hold_all(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    hours: Option<&Hours>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let since = waiting_mail::waiting_since(conn, space).await?;
    hold_since(conn, space, hours, since.unwrap_or(now), now).await
}

async fn hold_since(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    hours: Option<&Hours>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let due = match hours.filter(|hours| !hours.is_open(now)) {
        Some(hours) => hours.next_opening(now),
        None => Some(now),
    };
    let Some(due) = due else { return Ok(()) };
    let work = Work::TellWaiting { space };
    // Of several the first stays, and with it since when.
    jobs::enqueue_at(conn, &work, space, Priority::Now, due, since).await?;
    Ok(())
}

/// Hours have begun, or are others: puts a mail in line about the one who waits longest of those that
/// were held by `job`. Done twice it is one mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn tell_held(
    db: &TenantDb,
    space: SpaceId,
    job: JobId,
    now: DateTime<Utc>,
    is_someone_there: bool,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let Some(row) = spaces::load(conn, space)
            .await?
            .filter(|row| row.archived_at.is_none())
        else {
            return Ok(());
        };
        let hours = Space::from(row).settings.hours;
        let held = waiting_mail::held(conn, space, job).await?;
        if hours.as_ref().is_some_and(|hours| !hours.is_open(now)) {
            return hold_since(conn, space, hours.as_ref(), held.since, now).await;
        }
        match held.conversation {
            Some(conversation) if !is_someone_there => enqueue(conn, conversation, now).await,
            _ => Ok(()),
        }
    })
    .await
}

/// Whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn wanted(db: &TenantDb, user: UserId) -> Result<bool, StoreError> {
    db.read(async |conn| waiting_mail::wanted(conn, user).await).await
}

/// Notes whether a member wants such mail.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn want(db: &TenantDb, user: UserId, on: bool) -> Result<(), StoreError> {
    db.transaction(async |conn| waiting_mail::want(conn, user, on).await)
        .await
}
