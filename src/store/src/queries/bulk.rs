//! Whole documents at once, as though they had been read, cut, embedded and published: for corpora
//! that are made to measure with.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::StoreError,
    ids::{DocumentId, DocumentVersionId, PassageId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// A document that is searched as soon as it is added.
pub struct WholeDocument<'a> {
    /// In which space.
    pub space: SpaceId,
    /// File name, and title.
    pub name: &'a str,
    /// The text of each passage.
    pub texts: &'a [String],
    /// The vector of each passage.
    pub vectors: &'a [Vec<f32>],
    /// Whose vectors they are.
    pub model: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds a document with all its passages.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn add(conn: &mut TenantConn<'_>, new: &WholeDocument<'_>) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = new.texts.iter().map(|_| PassageId::new().into()).collect();
    let vectors: Vec<String> = new.vectors.iter().map(|vector| format!("{vector:?}")).collect();
    let tenant = conn.tenant_id();
    sql(
        "WITH document AS ( \
           INSERT INTO documents (tenant_id, id, space_id, name, title, media_type, status, content_hash, bytes, \
                                  created_at, updated_at) \
           VALUES ($1, $2, $4, $5, $5, 'text/plain', 'ready', '', 0, $10, $10)), \
         version AS ( \
           INSERT INTO document_versions (tenant_id, id, document_id, content_hash, recipe, text, markdown, live, \
                                          created_at) \
           VALUES ($1, $3, $2, '', 'made', '', false, true, $10)), \
         made AS MATERIALIZED ( \
           SELECT * FROM unnest($6, $7, $8) WITH ORDINALITY made (id, text, vector, number)), \
         added AS ( \
           INSERT INTO passages (tenant_id, id, version_id, document_id, ordinal, kind, heading, start_char, \
                                 end_char, context_start, context, tokens, embed_hash) \
           SELECT $1, id, $3, $2, number - 1, 'paragraph', '{}', 0, char_length(text), 0, text, \
                  char_length(text) / 4, '' FROM made), \
         worded AS ( \
           INSERT INTO passage_lexemes (tenant_id, passage_id, space_id, live, lexemes) \
           SELECT $1, id, $4, true, to_tsvector('english', text) FROM made) \
         INSERT INTO passage_vectors (tenant_id, passage_id, space_id, live, model, embedding) \
         SELECT $1, id, $4, true, $9, vector::halfvec FROM made",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(DocumentId::new())
    .bind::<SqlUuid, _>(DocumentVersionId::new())
    .bind::<SqlUuid, _>(new.space)
    .bind::<Text, _>(new.name)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(new.texts)
    .bind::<Array<Text>, _>(vectors)
    .bind::<Text, _>(new.model)
    .bind::<Timestamptz, _>(new.at)
    .execute(conn.db())
    .await?;
    Ok(())
}
