//! What agents and Parlance itself say.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use uuid::Uuid;

use super::{AuthorKind, Said, Written, write_locked};
use crate::{
    error::StoreError,
    ids::{ClientId, ConversationId, MessageId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A message that is neither a visitor's nor the answer to one.
pub struct NewMessage {
    /// Chosen by the caller; not used where it turns out to be a duplicate.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Who speaks.
    pub author_kind: AuthorKind,
    /// The user, where there is one.
    pub author_id: Option<Uuid>,
    /// The name shown.
    pub author_name: Option<String>,
    /// The client's own id of it, for exactly-once delivery.
    pub client_id: Option<ClientId>,
    /// What is said, without NUL characters.
    pub text: String,
    /// The names of the files sent with it.
    pub attachments: Vec<String>,
    /// What it answers.
    pub in_reply_to: Option<MessageId>,
    /// The wire event without `seq`.
    pub event_body: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes a message and its event. One round trip.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation.
pub async fn append_message(conn: &mut TenantConn<'_>, new: NewMessage) -> Result<Said, StoreError> {
    let write = sql("WITH existing AS ( \
             SELECT id, seq, epoch FROM messages WHERE conversation_id = $2 AND client_id = $6), \
         head AS ( \
             UPDATE conversations SET head_seq = head_seq + 1, updated_at = $10, \
                    waiting_since = CASE WHEN $3 <> 'agent' THEN waiting_since END, \
                    alarmed_at = CASE WHEN $3 <> 'agent' THEN alarmed_at END \
             WHERE id = $2 AND NOT EXISTS (SELECT FROM existing) \
             RETURNING tenant_id, id, head_seq, epoch), \
         message AS ( \
             INSERT INTO messages (tenant_id, id, conversation_id, seq, epoch, author_kind, author_id, author_name, \
                                   client_id, text, in_reply_to, state, created_at, attachments) \
             SELECT tenant_id, $1, id, head_seq, epoch, $3, $4, $5, $6, $7, $8, 'complete', $10, $11 FROM head), \
         event AS ( \
             INSERT INTO conversation_events (tenant_id, conversation_id, seq, kind, message_id, body, at) \
             SELECT tenant_id, id, head_seq, 'message', $1, $9::json, $10 FROM head) \
         SELECT false AS existing, $1 AS message_id, head_seq AS seq, epoch FROM head \
         UNION ALL SELECT true, id, seq, epoch FROM existing")
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.conversation_id)
    .bind::<Text, _>(new.author_kind)
    .bind::<Nullable<SqlUuid>, _>(new.author_id)
    .bind::<Nullable<Text>, _>(new.author_name)
    .bind::<Nullable<SqlUuid>, _>(new.client_id)
    .bind::<Text, _>(new.text)
    .bind::<Nullable<SqlUuid>, _>(new.in_reply_to)
    .bind::<Text, _>(new.event_body.to_string())
    .bind::<Timestamptz, _>(new.at)
    .bind::<Array<Text>, _>(new.attachments);
    let written: Written = write_locked(conn.db(), new.conversation_id, write).await?;
    Ok(written.into())
}

/// Whether another agent wrote something behind `after`. Takes the conversation's row, so that what is
/// written next in this transaction follows what was seen.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation.
pub async fn another_agent_wrote(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    agent: UserId,
    after: i64,
) -> Result<bool, StoreError> {
    let look = sql(
        "SELECT EXISTS (SELECT FROM messages WHERE conversation_id = $1 AND seq > $3 \
                                   AND author_kind = 'agent' AND author_id IS DISTINCT FROM $2) AS wrote \
         FROM conversations WHERE id = $1",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<SqlUuid, _>(agent)
    .bind::<BigInt, _>(after);
    let found: Wrote = write_locked(conn.db(), conversation, look).await?;
    Ok(found.wrote)
}

#[derive(QueryableByName)]
struct Wrote {
    #[diesel(sql_type = Bool)]
    wrote: bool,
}
