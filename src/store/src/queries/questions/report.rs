//! What is asked in a range of time, and how long answers take. All of it reads [`asked_questions`] by its
//! index on time, never the messages.
//!
//! [`asked_questions`]: super::put

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::GapState;
use crate::{
    error::StoreError,
    ids::{ConversationId, DocumentId, QuestionClusterId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// Which questions are told of.
    ReportKind {
        /// All, the most frequent first.
        Popular = "popular",
        /// Those that were not answered well.
        Unanswered = "unanswered",
    }
}

/// From one moment to another, the second one outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The first that is not in it.
    pub to: DateTime<Utc>,
}

impl Range {
    /// Where a range of the same length begins that ends where this one does.
    #[must_use]
    pub fn before(self) -> DateTime<Utc> {
        self.from - (self.to - self.from)
    }
}

/// What was asked altogether.
#[derive(Clone, Debug, Default, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Totals {
    /// Questions.
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    /// Of these, not answered well, or not at all for a limit refused it.
    #[diesel(sql_type = BigInt)]
    pub unanswered: i64,
    /// Time from question to stored answer that half of the answers took at most, milliseconds.
    #[diesel(sql_type = Nullable<Double>)]
    pub p50_ms: Option<f64>,
    /// The same of 95 of 100.
    #[diesel(sql_type = Nullable<Double>)]
    pub p95_ms: Option<f64>,
}

/// What was asked in a space, or in all.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn totals(
    conn: &mut TenantConn<'_>,
    space: Option<SpaceId>,
    range: Range,
) -> Result<Totals, StoreError> {
    Ok(sql(
        "SELECT count(*) AS questions, count(*) FILTER (WHERE reasons <> '{}' OR answer_id IS NULL) AS unanswered, \
                percentile_cont(0.5) WITHIN GROUP (ORDER BY took_ms) AS p50_ms, \
                percentile_cont(0.95) WITHIN GROUP (ORDER BY took_ms) AS p95_ms \
         FROM asked_questions WHERE ($1::uuid IS NULL OR space_id = $1) AND asked_at >= $2 AND asked_at < $3",
    )
    .bind::<Nullable<SqlUuid>, _>(space)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .get_result(conn.db())
    .await?)
}

/// What was asked of one meaning.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ClusterFigures {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: QuestionClusterId,
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// The question that is nearest to all of them.
    #[diesel(sql_type = Text)]
    pub question: String,
    /// What became of it as a gap.
    #[diesel(sql_type = Text)]
    pub state: GapState,
    /// Questions.
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    /// As many days before.
    #[diesel(sql_type = BigInt)]
    pub before: i64,
    /// Of `questions`, not answered well, or not at all.
    #[diesel(sql_type = BigInt)]
    pub unanswered: i64,
    /// The newest one.
    #[diesel(sql_type = Timestamptz)]
    pub last_asked: DateTime<Utc>,
    /// As in [`Totals`].
    #[diesel(sql_type = Nullable<Double>)]
    pub p50_ms: Option<f64>,
    /// As in [`Totals`].
    #[diesel(sql_type = Nullable<Double>)]
    pub p95_ms: Option<f64>,
}

/// What was asked by meaning, the most frequent first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn clusters_asked(
    conn: &mut TenantConn<'_>,
    space: Option<SpaceId>,
    range: Range,
    kind: ReportKind,
    limit: i32,
) -> Result<Vec<ClusterFigures>, StoreError> {
    Ok(sql(
        "SELECT c.id, c.space_id, coalesce(m.text, '') AS question, c.state, n.questions, n.before, n.unanswered, \
                n.last_asked, n.p50_ms, n.p95_ms \
         FROM (SELECT q.cluster_id, count(*) FILTER (WHERE q.asked_at >= $2) AS questions, \
                      count(*) FILTER (WHERE q.asked_at < $2) AS before, \
                      count(*) FILTER (WHERE q.asked_at >= $2 AND (q.reasons <> '{}' OR q.answer_id IS NULL)) AS unanswered, \
                      max(q.asked_at) AS last_asked, \
                      percentile_cont(0.5) WITHIN GROUP (ORDER BY q.took_ms) FILTER (WHERE q.asked_at >= $2) AS p50_ms, \
                      percentile_cont(0.95) WITHIN GROUP (ORDER BY q.took_ms) FILTER (WHERE q.asked_at >= $2) AS p95_ms \
               FROM asked_questions q WHERE ($1::uuid IS NULL OR q.space_id = $1) AND q.asked_at >= $4 AND q.asked_at < $3 \
               GROUP BY 1) n \
         JOIN question_clusters c ON c.id = n.cluster_id \
         LEFT JOIN messages m ON m.tenant_id = c.tenant_id AND m.id = c.central \
         WHERE CASE $5 WHEN 'unanswered' THEN n.unanswered ELSE n.questions END > 0 \
         ORDER BY CASE $5 WHEN 'unanswered' THEN n.unanswered ELSE n.questions END DESC, n.last_asked DESC, c.id LIMIT $6",
    )
    .bind::<Nullable<SqlUuid>, _>(space)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .bind::<Timestamptz, _>(range.before())
    .bind::<Text, _>(kind)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// A document and how many answers cite it.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct CitedDocument {
    /// Its identity; it may be gone.
    #[diesel(sql_type = SqlUuid)]
    pub id: DocumentId,
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// What it calls itself.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Answers.
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
}

/// The documents that most answers cite.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn cited(
    conn: &mut TenantConn<'_>,
    space: Option<SpaceId>,
    range: Range,
    limit: i32,
) -> Result<Vec<CitedDocument>, StoreError> {
    Ok(sql(
        "SELECT c.document_id AS id, q.space_id, max(c.title) AS title, count(DISTINCT c.message_id) AS answers \
         FROM asked_questions q JOIN citations c ON c.tenant_id = q.tenant_id AND c.message_id = q.answer_id \
         WHERE ($1::uuid IS NULL OR q.space_id = $1) AND q.asked_at >= $2 AND q.asked_at < $3 \
         GROUP BY 1, 2 ORDER BY 4 DESC, 3, 1 LIMIT $4",
    )
    .bind::<Nullable<SqlUuid>, _>(space)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// Documents that are searched and that no answer in the range cites, the oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn never_cited(
    conn: &mut TenantConn<'_>,
    space: Option<SpaceId>,
    range: Range,
    limit: i32,
) -> Result<Vec<CitedDocument>, StoreError> {
    Ok(sql(
        "SELECT d.id, d.space_id, d.title, 0::bigint AS answers FROM documents d \
         JOIN spaces s ON s.tenant_id = d.tenant_id AND s.id = d.space_id AND s.removed_at IS NULL \
         WHERE ($1::uuid IS NULL OR d.space_id = $1) AND d.status = 'ready' AND d.id NOT IN ( \
             SELECT c.document_id FROM asked_questions q \
             JOIN citations c ON c.tenant_id = q.tenant_id AND c.message_id = q.answer_id \
             WHERE ($1::uuid IS NULL OR q.space_id = $1) AND q.asked_at >= $2 AND q.asked_at < $3) \
         ORDER BY d.created_at, d.id LIMIT $4",
    )
    .bind::<Nullable<SqlUuid>, _>(space)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// An answer that took long.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct SlowAnswer {
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// Of which space.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// What was asked.
    #[diesel(sql_type = Text)]
    pub question: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// From the question to its stored answer, milliseconds.
    #[diesel(sql_type = BigInt)]
    pub took_ms: i64,
}

/// The answers that took longest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn slowest(
    conn: &mut TenantConn<'_>,
    space: Option<SpaceId>,
    range: Range,
    limit: i32,
) -> Result<Vec<SlowAnswer>, StoreError> {
    Ok(sql(
        "SELECT q.conversation_id, q.space_id, m.text AS question, q.asked_at, q.took_ms FROM ( \
             SELECT tenant_id, message_id, conversation_id, space_id, asked_at, took_ms FROM asked_questions \
             WHERE ($1::uuid IS NULL OR space_id = $1) AND asked_at >= $2 AND asked_at < $3 AND took_ms IS NOT NULL \
             ORDER BY took_ms DESC, message_id LIMIT $4) q \
         JOIN messages m ON m.tenant_id = q.tenant_id AND m.id = q.message_id ORDER BY q.took_ms DESC, q.message_id",
    )
    .bind::<Nullable<SqlUuid>, _>(space)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}
