//! Files that visitors and agents send. One is there before it is sent, and is then bound to its message or
//! note in the transaction that writes that.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{OptionalExtension, QueryableByName},
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::messages::AuthorKind;
use crate::{
    error::StoreError,
    ids::{AttachmentId, ConversationId, MessageId, NoteId},
    statement::sql,
    tenant::TenantConn,
};

/// A file, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Attachment {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: AttachmentId,
    /// What it was sent with, where that is a message.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub message_id: Option<MessageId>,
    /// The same of a note.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub note_id: Option<NoteId>,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What it is by its content.
    #[diesel(sql_type = Text)]
    pub media_type: String,
    /// Its length.
    #[diesel(sql_type = Integer)]
    pub bytes: i32,
    /// Pixels as shown, of images.
    #[diesel(sql_type = Nullable<Integer>)]
    pub width: Option<i32>,
    /// The same.
    #[diesel(sql_type = Nullable<Integer>)]
    pub height: Option<i32>,
}

/// Who uploaded a file, and may send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uploader {
    /// A visitor or an agent.
    pub kind: AuthorKind,
    /// The conversation's visitor, the user, or the program by its key.
    pub id: Uuid,
}

/// A file that was uploaded.
#[derive(Clone, Copy, Debug)]
pub struct NewAttachment<'a> {
    /// Chosen by the caller.
    pub id: AttachmentId,
    /// Where it may be sent.
    pub conversation_id: ConversationId,
    /// Who may send it.
    pub uploader: Uploader,
    /// What it is called.
    pub name: &'a str,
    /// What it is by its content.
    pub media_type: &'a str,
    /// Of the content.
    pub sha256: &'a [u8],
    /// Pixels as shown, width and height, of images.
    pub size: Option<(i32, i32)>,
    /// The file.
    pub content: &'a [u8],
    /// When.
    pub at: DateTime<Utc>,
}

/// How much was uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Uploaded {
    /// Files of the conversation that are not sent yet.
    #[diesel(sql_type = BigInt)]
    pub unsent: i64,
    /// Bytes of the conversation, sent or not.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
    /// Bytes that visitors of the tenant uploaded of late, sent or not.
    #[diesel(sql_type = BigInt)]
    pub by_visitors: i64,
}

/// How much was uploaded in a conversation, and by all visitors since `since`.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation.
pub async fn uploaded(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    since: DateTime<Utc>,
) -> Result<Uploaded, StoreError> {
    Ok(sql(
        "SELECT count(a.id) FILTER (WHERE a.position IS NULL) AS unsent, coalesce(sum(a.bytes), 0) AS bytes, ( \
                SELECT coalesce(sum(v.bytes), 0) FROM attachments v \
                WHERE v.tenant_id = c.tenant_id AND v.uploader_kind = 'visitor' AND v.created_at >= $2) AS by_visitors \
         FROM conversations c \
         LEFT JOIN attachments a ON a.tenant_id = c.tenant_id AND a.conversation_id = c.id \
         WHERE c.id = $1 GROUP BY c.tenant_id, c.id",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<Timestamptz, _>(since)
    .get_result(conn.db())
    .await?)
}

/// Keeps a file.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation.
pub async fn put(conn: &mut TenantConn<'_>, new: NewAttachment<'_>) -> Result<Attachment, StoreError> {
    let (width, height) = new.size.unzip();
    Ok(sql("INSERT INTO attachments (tenant_id, id, conversation_id, uploader_kind, uploader_id, name, media_type, \
                                  bytes, sha256, width, height, content, created_at) \
         SELECT tenant_id, $1, id, $3, $4, $5, $6, octet_length($10), $7, $8, $9, $10, $11 \
         FROM conversations WHERE id = $2 \
         RETURNING id, message_id, note_id, name, media_type, bytes, width, height")
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.conversation_id)
    .bind::<Text, _>(new.uploader.kind)
    .bind::<SqlUuid, _>(new.uploader.id)
    .bind::<Text, _>(new.name)
    .bind::<Text, _>(new.media_type)
    .bind::<Binary, _>(new.sha256)
    .bind::<Nullable<Integer>, _>(width)
    .bind::<Nullable<Integer>, _>(height)
    .bind::<Binary, _>(new.content)
    .bind::<Timestamptz, _>(new.at)
    .get_result(conn.db())
    .await?)
}

/// Those of `ids` that `uploader` uploaded in a conversation, sent or not, in the order of `ids`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn find(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    uploader: Uploader,
    ids: &[AttachmentId],
) -> Result<Vec<Attachment>, StoreError> {
    Ok(sql(
        "SELECT id, message_id, note_id, name, media_type, bytes, width, height FROM attachments \
         WHERE conversation_id = $1 AND uploader_kind = $2 AND uploader_id = $3 AND id = ANY ($4) \
         ORDER BY array_position($4, id)",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<Text, _>(uploader.kind)
    .bind::<SqlUuid, _>(uploader.id)
    .bind::<Array<SqlUuid>, _>(ids)
    .get_results(conn.db())
    .await?)
}

/// What files are sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentWith {
    /// A message.
    Message(MessageId),
    /// A note.
    Note(NoteId),
}

/// Binds files that were not sent yet to what they are sent with, in the order of `ids`; returns how many.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn send(
    conn: &mut TenantConn<'_>,
    ids: &[AttachmentId],
    with: SentWith,
) -> Result<usize, StoreError> {
    let (message, note) = match with {
        SentWith::Message(id) => (Some(id), None),
        SentWith::Note(id) => (None, Some(id)),
    };
    Ok(sql(
        "UPDATE attachments SET message_id = $2, note_id = $3, position = array_position($1, id) - 1 \
            WHERE id = ANY ($1) AND position IS NULL",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Nullable<SqlUuid>, _>(message)
    .bind::<Nullable<SqlUuid>, _>(note)
    .execute(conn.db())
    .await?)
}

/// What was sent with these messages, each in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_messages(
    conn: &mut TenantConn<'_>,
    messages: &[MessageId],
) -> Result<Vec<Attachment>, StoreError> {
    Ok(sql(
        "SELECT id, message_id, note_id, name, media_type, bytes, width, height FROM attachments \
         WHERE message_id = ANY ($1) ORDER BY message_id, position",
    )
    .bind::<Array<SqlUuid>, _>(messages)
    .get_results(conn.db())
    .await?)
}

/// The same of notes.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_notes(conn: &mut TenantConn<'_>, notes: &[NoteId]) -> Result<Vec<Attachment>, StoreError> {
    Ok(sql(
        "SELECT id, message_id, note_id, name, media_type, bytes, width, height FROM attachments \
         WHERE note_id = ANY ($1) ORDER BY note_id, position",
    )
    .bind::<Array<SqlUuid>, _>(notes)
    .get_results(conn.db())
    .await?)
}

/// A file as it is sent out.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Content {
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What it is by its content.
    #[diesel(sql_type = Text)]
    pub media_type: String,
    /// The file.
    #[diesel(sql_type = Binary)]
    pub content: Vec<u8>,
}

/// A file with its bytes.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn content(conn: &mut TenantConn<'_>, id: AttachmentId) -> Result<Option<Content>, StoreError> {
    Ok(
        sql("SELECT name, media_type, content FROM attachments WHERE id = $1")
            .bind::<SqlUuid, _>(id)
            .get_result(conn.db())
            .await
            .optional()?,
    )
}

/// Removes files uploaded before `before` that were never sent, at most `limit`. Returns how many.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn forget_unsent(
    conn: &mut TenantConn<'_>,
    before: DateTime<Utc>,
    limit: i32,
) -> Result<usize, StoreError> {
    Ok(sql(
        "DELETE FROM attachments WHERE position IS NULL AND id = ANY(ARRAY( \
             SELECT id FROM attachments WHERE position IS NULL AND created_at < $1 \
             ORDER BY created_at LIMIT $2))",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<Integer, _>(limit)
    .execute(conn.db())
    .await?)
}
