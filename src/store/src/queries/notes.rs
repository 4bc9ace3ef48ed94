//! What agents write for each other in a conversation. No visitor reads it.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::QueryableByName,
    sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ClientId, ConversationId, NoteId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Note {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: NoteId,
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// The seq of the event it stands behind, 0 before the first.
    #[diesel(sql_type = BigInt)]
    pub after: i64,
    /// Who wrote it.
    #[diesel(sql_type = SqlUuid)]
    pub author_id: UserId,
    /// Their name then.
    #[diesel(sql_type = Text)]
    pub author_name: String,
    /// The client's own id of it.
    #[diesel(sql_type = SqlUuid)]
    pub client_id: ClientId,
    /// What it says.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Writes a note behind the newest event; `after` is found here. One of the same client id that is there
/// already is given instead.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such conversation.
pub async fn add(conn: &mut TenantConn<'_>, note: Note) -> Result<Note, StoreError> {
    let written = sql("WITH added AS ( \
             INSERT INTO conversation_notes (tenant_id, id, conversation_id, after, author_id, author_name, client_id, text, at) \
             SELECT tenant_id, $1, id, head_seq, $3, $4, $5, $6, $7 FROM conversations WHERE id = $2 \
             ON CONFLICT ON CONSTRAINT conversation_notes_client_id_once DO NOTHING \
             RETURNING id, conversation_id, after, author_id, author_name, client_id, text, at) \
         SELECT id, conversation_id, after, author_id, author_name, client_id, text, at FROM added \
         UNION ALL \
         SELECT id, conversation_id, after, author_id, author_name, client_id, text, at FROM conversation_notes \
         WHERE conversation_id = $2 AND client_id = $5")
    .bind::<SqlUuid, _>(note.id)
    .bind::<SqlUuid, _>(note.conversation_id)
    .bind::<SqlUuid, _>(note.author_id)
    .bind::<Text, _>(note.author_name)
    .bind::<SqlUuid, _>(note.client_id)
    .bind::<Text, _>(note.text)
    .bind::<Timestamptz, _>(note.at);
    let written: Vec<Note> = written.get_results(conn.db()).await?;
    written.into_iter().next().ok_or(StoreError::NotFound)
}

/// Of a conversation at most so many are read, the newest.
pub const NEWEST: i64 = 200;

/// The newest `limit` notes of a conversation, oldest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    limit: i64,
) -> Result<Vec<Note>, StoreError> {
    let newest = sql(
        "SELECT id, conversation_id, after, author_id, author_name, client_id, text, at \
         FROM conversation_notes WHERE conversation_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind::<SqlUuid, _>(conversation)
    .bind::<BigInt, _>(limit);
    let mut notes: Vec<Note> = newest.get_results(conn.db()).await?;
    notes.reverse();
    Ok(notes)
}
