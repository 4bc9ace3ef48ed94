//! Mail about a conversation that begins to wait while nobody is there to answer.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::Role,
    ids::{ConversationId, UserId},
    queries::waiting_mail,
    tenant::TenantConn,
};

use super::mail::{self, Errand};
use crate::domain::accounts::permission::{Permission, may};

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
