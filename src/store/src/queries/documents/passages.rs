//! The version of a document that is searched, and its passages as they were cut.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{DocumentId, PassageId},
    statement::sql,
    tenant::TenantConn,
};

/// The version that is searched, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct LiveVersion {
    /// When its text was read.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Of its text.
    #[diesel(sql_type = Integer)]
    pub characters: i32,
    /// How many it was cut into.
    #[diesel(sql_type = BigInt)]
    pub passages: i64,
    /// Of all that is embedded.
    #[diesel(sql_type = BigInt)]
    pub tokens: i64,
}

/// A passage of a document.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct CutPassage {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: PassageId,
    /// Place in the document, from 0.
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    /// `paragraph`, `list`, `table` or `code`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Outermost first.
    #[diesel(sql_type = Array<Text>)]
    pub heading: Vec<String>,
    /// From 1.
    #[diesel(sql_type = Nullable<Integer>)]
    pub page: Option<i32>,
    /// Tokens of what is embedded.
    #[diesel(sql_type = Integer)]
    pub tokens: i32,
    /// The passage itself.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// The version that is searched; nothing where none is yet.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn live_version(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
) -> Result<Option<LiveVersion>, StoreError> {
    let mut found: Vec<LiveVersion> = sql("SELECT v.created_at, length(v.text) AS characters, \
                count(p.id) AS passages, coalesce(sum(p.tokens), 0) AS tokens \
         FROM document_versions v \
         LEFT JOIN passages p ON p.tenant_id = v.tenant_id AND p.version_id = v.id \
         WHERE v.document_id = $1 AND v.live GROUP BY v.tenant_id, v.id")
    .bind::<SqlUuid, _>(document)
    .load(conn.db())
    .await?;
    Ok(found.pop())
}

/// The passages that are searched, in their order, at most `limit` behind the one at `after`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn cut(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
    after: i32,
    limit: i32,
) -> Result<Vec<CutPassage>, StoreError> {
    Ok(
        sql("SELECT p.id, p.ordinal, p.kind, p.heading, p.page, p.tokens, \
                substr(p.context, p.start_char - p.context_start + 1, p.end_char - p.start_char) AS text \
         FROM passages p \
         JOIN document_versions v ON v.tenant_id = p.tenant_id AND v.id = p.version_id AND v.live \
         WHERE p.document_id = $1 AND p.ordinal > $2 ORDER BY p.ordinal LIMIT $3")
        .bind::<SqlUuid, _>(document)
        .bind::<Integer, _>(after)
        .bind::<Integer, _>(limit)
        .load(conn.db())
        .await?,
    )
}
