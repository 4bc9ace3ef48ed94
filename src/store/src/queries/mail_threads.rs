//! Conversations that began with a mail: what it was about, and who may not begin one.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::ConversationId, statement::sql, tenant::TenantConn};

/// A conversation that begins with a mail.
#[derive(Clone, Debug)]
pub struct NewThread {
    /// Which.
    pub conversation_id: ConversationId,
    /// Who wrote it.
    pub email: String,
    /// What about, 200 characters at most.
    pub subject: String,
    /// The mail, without brackets; 500 characters at most.
    pub message_id: Option<String>,
}

/// Notes that a conversation begins with a mail.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn begin(conn: &mut TenantConn<'_>, new: NewThread) -> Result<(), StoreError> {
    sql(
        "INSERT INTO mail_threads (tenant_id, conversation_id, email, subject, message_id) \
         SELECT tenant_id, id, $2, $3, $4 FROM conversations WHERE id = $1",
    )
    .bind::<SqlUuid, _>(new.conversation_id)
    .bind::<Text, _>(new.email)
    .bind::<Text, _>(new.subject)
    .bind::<Nullable<Text>, _>(new.message_id)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Notes the newest mail of a conversation that began with one.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn go_on(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    message_id: &str,
) -> Result<(), StoreError> {
    sql("UPDATE mail_threads SET message_id = $2 WHERE conversation_id = $1")
        .bind::<SqlUuid, _>(conversation)
        .bind::<Text, _>(message_id)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// What is known of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Sender {
    /// Agents have blocked a contact of this address.
    #[diesel(sql_type = Bool)]
    pub blocked: bool,
    /// Tickets that they made by mail since then.
    #[diesel(sql_type = BigInt)]
    pub lately: i64,
}

/// What is known of a sender, by their address in whatever case.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn sender(
    conn: &mut TenantConn<'_>,
    email: &str,
    since: DateTime<Utc>,
) -> Result<Sender, StoreError> {
    Ok(sql(
        "SELECT EXISTS (SELECT FROM contacts WHERE blocked_at IS NOT NULL \
                    AND lower($1) IN (lower(email), lower(edited_email), lower(said_email))) AS blocked, \
                (SELECT count(*) FROM tickets WHERE via = 'mail' AND lower(requester_email) = lower($1) \
                    AND created_at >= $2) AS lately",
    )
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(since)
    .get_result(conn.db())
    .await?)
}
