//! What agents write of a contact for each other. Nobody else reads it.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{OptionalExtension, QueryableByName},
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ContactId, ContactNoteId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct ContactNote {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: ContactNoteId,
    /// Of whom.
    #[diesel(sql_type = SqlUuid)]
    pub contact_id: ContactId,
    /// Who wrote it: a person, or a program by its key.
    #[diesel(sql_type = SqlUuid)]
    pub author_id: UserId,
    /// Their name then.
    #[diesel(sql_type = Text)]
    pub author_name: String,
    /// What it says, as Markdown.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Writes a note.
///
/// # Errors
/// [`StoreError::Conflict`] where there is no such contact.
pub async fn add(conn: &mut TenantConn<'_>, note: &ContactNote) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO contact_notes (tenant_id, id, contact_id, author_id, author_name, text, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(note.id)
    .bind::<SqlUuid, _>(note.contact_id)
    .bind::<SqlUuid, _>(note.author_id)
    .bind::<Text, _>(&note.author_name)
    .bind::<Text, _>(&note.text)
    .bind::<Timestamptz, _>(note.at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The notes of a contact, the newest first, `limit` at most, behind the note `after` of that moment.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    contact: ContactId,
    limit: i64,
    after: Option<(DateTime<Utc>, ContactNoteId)>,
) -> Result<Vec<ContactNote>, StoreError> {
    let (at, id) = after.unzip();
    Ok(sql(
        "SELECT id, contact_id, author_id, author_name, text, at FROM contact_notes \
         WHERE contact_id = $1 AND ($2 IS NULL OR (at, id) < ($2, $3)) ORDER BY at DESC, id DESC LIMIT $4",
    )
    .bind::<SqlUuid, _>(contact)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .get_results(conn.db())
    .await?)
}

/// Removes a note of a contact and gives it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn remove(
    conn: &mut TenantConn<'_>,
    contact: ContactId,
    id: ContactNoteId,
) -> Result<Option<ContactNote>, StoreError> {
    Ok(sql("DELETE FROM contact_notes WHERE contact_id = $1 AND id = $2 \
         RETURNING id, contact_id, author_id, author_name, text, at")
    .bind::<SqlUuid, _>(contact)
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await
    .optional()?)
}
