//! Whole documents at once, as though they had been read, cut, embedded and published, and calls as though they had
//! been made: to measure with.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::StoreError,
    ids::{ConversationId, DocumentId, DocumentVersionId, PassageId, ReservationId, SpaceId, VisitorId},
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

/// Calls that were made and settled, and are in no books yet.
pub struct SettledCalls<'a> {
    /// For which space.
    pub space: SpaceId,
    /// Which, in the order in which they were settled: a microsecond apart.
    pub ids: &'a [ReservationId],
    /// What each cost, in nano-dollars.
    pub cost_nanos: i64,
    /// When the first was settled.
    pub at: DateTime<Utc>,
}

/// Adds calls of one conversation, which is new.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn settle(conn: &mut TenantConn<'_>, new: &SettledCalls<'_>) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = new.ids.iter().map(|id| (*id).into()).collect();
    let tenant = conn.tenant_id();
    sql("WITH visitor AS ( \
           INSERT INTO visitors (tenant_id, id, space_id, created_at, last_seen_at) VALUES ($1, $3, $2, $7, $7)), \
         conversation AS ( \
           INSERT INTO conversations (tenant_id, id, space_id, visitor_id, status, created_at, updated_at) \
           VALUES ($1, $4, $2, $3, 'bot', $7, $7)) \
         INSERT INTO reservations (tenant_id, id, space_id, conversation_id, kind, model, state, created_at, \
                                   expires_at, sent_at, settled_at, input, output, cost_nanos, price_effective) \
         SELECT $1, id, $2, $4, 'chat', 'made', 'settled', $7, $7, $7, $7 + number * interval '1 microsecond', 800, \
                200, $6, ($7 AT TIME ZONE 'UTC')::date \
         FROM unnest($5) WITH ORDINALITY made (id, number)")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.space)
    .bind::<SqlUuid, _>(VisitorId::new())
    .bind::<SqlUuid, _>(ConversationId::new())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<BigInt, _>(new.cost_nanos)
    .bind::<Timestamptz, _>(new.at)
    .execute(conn.db())
    .await?;
    Ok(())
}
