//! Reading messages and their sources.

use diesel::sql_types::{BigInt, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::{Citation, Message};
use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId},
    statement::sql,
    tenant::TenantConn,
};

/// Loads a message.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn message(conn: &mut TenantConn, id: MessageId) -> Result<Option<Message>, StoreError> {
    let found = sql("SELECT * FROM messages WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .get_results(conn.db())
        .await?;
    Ok(found.into_iter().next())
}

/// Messages with `seq > after`, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    Ok(sql("SELECT * FROM messages WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
        .bind::<SqlUuid, _>(conversation)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit)
        .get_results(conn.db())
        .await?)
}

/// The last `limit` messages of an epoch, in order: what the model is told.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn history(
    conn: &mut TenantConn,
    conversation: ConversationId,
    epoch: i32,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    Ok(sql("SELECT * FROM (SELECT * FROM messages WHERE conversation_id = $1 AND epoch = $2 \
                           ORDER BY seq DESC LIMIT $3) AS latest ORDER BY seq")
    .bind::<SqlUuid, _>(conversation)
    .bind::<Integer, _>(epoch)
    .bind::<BigInt, _>(limit)
    .get_results(conn.db())
    .await?)
}

/// The open turns: visitor's messages with an open reservation for their answer and none yet, in
/// order. To be answered after a restart.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unanswered(
    conn: &mut TenantConn,
    conversation: ConversationId,
) -> Result<Vec<Message>, StoreError> {
    Ok(sql("SELECT m.* FROM messages m WHERE m.conversation_id = $1 AND m.author_kind = 'visitor' \
              AND EXISTS (SELECT FROM reservations r \
                          WHERE r.message_id = m.id AND r.kind = 'chat' AND r.state = 'open') \
              AND NOT EXISTS (SELECT FROM messages a \
                              WHERE a.in_reply_to = m.id AND a.author_kind = 'assistant') \
            ORDER BY m.seq")
    .bind::<SqlUuid, _>(conversation)
    .get_results(conn.db())
    .await?)
}

/// The sources of an answer, by number.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn citations(conn: &mut TenantConn, message: MessageId) -> Result<Vec<Citation>, StoreError> {
    Ok(sql("SELECT * FROM citations WHERE message_id = $1 ORDER BY n")
        .bind::<SqlUuid, _>(message)
        .get_results(conn.db())
        .await?)
}
