//! Clusters in which some questions were not answered well, and what agents said to those who asked.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Bool, Float, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{GapReason, GapState, Range};
use crate::{
    error::StoreError,
    ids::{ConversationId, DocumentId, MessageId, QuestionClusterId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What a list of gaps begins with.
    GapSort {
        /// Those with the most questions.
        Count = "count",
        /// Those that grew most against the time before.
        Trend = "trend",
        /// Those that were asked last.
        Newest = "newest",
    }
}

/// A gap: questions of one meaning of which some were not answered well, in a range of time. All counts but
/// `asked` are of those questions alone; one may have several reasons.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Gap {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: QuestionClusterId,
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// The question that is nearest to all of them.
    #[diesel(sql_type = Text)]
    pub question: String,
    /// What became of it.
    #[diesel(sql_type = Text)]
    pub state: GapState,
    /// What answers it, or did until nothing was found again.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub document_id: Option<DocumentId>,
    /// What that calls itself.
    #[diesel(sql_type = Nullable<Text>)]
    pub document_title: Option<String>,
    /// Who answered, dismissed or opened it.
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    /// When.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    /// Questions of this meaning, answered well or not.
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
    /// Those that were not answered well.
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    /// The same as long before.
    #[diesel(sql_type = BigInt)]
    pub before: i64,
    /// Nothing was found.
    #[diesel(sql_type = BigInt)]
    pub abstained: i64,
    /// The answer was not supported by its sources.
    #[diesel(sql_type = BigInt)]
    pub low_grounding: i64,
    /// The visitor's thumb went down.
    #[diesel(sql_type = BigInt)]
    pub thumbs_down: i64,
    /// A person was asked for.
    #[diesel(sql_type = BigInt)]
    pub handed_over: i64,
    /// The newest of them; none where there is none in the range or as long before.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_asked: Option<DateTime<Utc>>,
}

/// Columns of a [`Gap`], of a cluster `c` and what was counted of it, `n`.
macro_rules! gap {
    () => {
        "c.id, c.space_id, coalesce(m.text, '') AS question, c.state, c.document_id, d.title AS document_title, \
         c.decided_by, c.decided_at, n.asked, n.questions, n.before, n.abstained, n.low_grounding, n.thumbs_down, \
         n.handed_over, n.last_asked"
    };
}

/// What is counted of the questions `q` of a cluster, from `$2` on of the range, before it of the time before.
macro_rules! counted {
    () => {
        "count(*) FILTER (WHERE q.asked_at >= $2) AS asked, \
         count(*) FILTER (WHERE q.asked_at >= $2 AND q.reasons <> '{}') AS questions, \
         count(*) FILTER (WHERE q.asked_at < $2 AND q.reasons <> '{}') AS before, \
         count(*) FILTER (WHERE q.asked_at >= $2 AND 'abstained' = ANY (q.reasons)) AS abstained, \
         count(*) FILTER (WHERE q.asked_at >= $2 AND 'low_grounding' = ANY (q.reasons)) AS low_grounding, \
         count(*) FILTER (WHERE q.asked_at >= $2 AND 'thumbs_down' = ANY (q.reasons)) AS thumbs_down, \
         count(*) FILTER (WHERE q.asked_at >= $2 AND 'handed_over' = ANY (q.reasons)) AS handed_over, \
         max(q.asked_at) FILTER (WHERE q.reasons <> '{}') AS last_asked"
    };
}

/// The message a cluster is called by and the document that answers it.
macro_rules! named {
    () => {
        " LEFT JOIN messages m ON m.tenant_id = c.tenant_id AND m.id = c.central \
          LEFT JOIN documents d ON d.tenant_id = c.tenant_id AND d.id = c.document_id "
    };
}

/// Which gaps are wanted.
#[derive(Clone, Debug)]
pub struct GapFilter {
    /// Of which space.
    pub space: SpaceId,
    /// Asked when.
    pub range: Range,
    /// What became of them; none: whatever.
    pub state: Option<GapState>,
    /// In which order.
    pub sort: GapSort,
    /// So many are passed over.
    pub offset: i32,
    /// So many come at most.
    pub limit: i32,
}

/// Gaps of a space with at least one question in the range.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn gaps(conn: &mut TenantConn<'_>, filter: &GapFilter) -> Result<Vec<Gap>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        gap!(),
        " FROM (SELECT q.cluster_id, ",
        counted!(),
        "       FROM asked_questions q WHERE q.space_id = $1 AND q.asked_at >= $4 AND q.asked_at < $3 GROUP BY 1) n \
         JOIN question_clusters c ON c.id = n.cluster_id",
        named!(),
        "WHERE n.questions > 0 AND ($5::text IS NULL OR c.state = $5) \
         ORDER BY CASE $6 WHEN 'count' THEN n.questions WHEN 'trend' THEN n.questions - n.before END DESC NULLS LAST, \
                  n.last_asked DESC, c.id LIMIT $7 OFFSET $8"
    ))
    .bind::<SqlUuid, _>(filter.space)
    .bind::<Timestamptz, _>(filter.range.from)
    .bind::<Timestamptz, _>(filter.range.to)
    .bind::<Timestamptz, _>(filter.range.before())
    .bind::<Nullable<Text>, _>(filter.state)
    .bind::<Text, _>(filter.sort)
    .bind::<Integer, _>(filter.limit)
    .bind::<Integer, _>(filter.offset)
    .load(conn.db())
    .await?)
}

/// One gap, whatever was asked in the range.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such gap.
pub async fn gap(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    id: QuestionClusterId,
    range: Range,
) -> Result<Gap, StoreError> {
    let found = sql(concat!(
        "SELECT ",
        gap!(),
        " FROM question_clusters c CROSS JOIN LATERAL (SELECT ",
        counted!(),
        "       FROM asked_questions q WHERE q.cluster_id = c.id AND q.asked_at >= $4 AND q.asked_at < $3) n",
        named!(),
        "WHERE c.id = $5 AND c.space_id = $1 AND EXISTS (SELECT FROM spaces s \
            WHERE s.tenant_id = c.tenant_id AND s.id = c.space_id AND s.removed_at IS NULL)"
    ))
    .bind::<SqlUuid, _>(space)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .bind::<Timestamptz, _>(range.before())
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await
    .optional()?;
    found.ok_or(StoreError::NotFound)
}

/// How many questions that were not answered well a cluster had in one slot of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Slot {
    /// The cluster.
    #[diesel(sql_type = SqlUuid)]
    pub cluster_id: QuestionClusterId,
    /// From 1.
    #[diesel(sql_type = Integer)]
    pub slot: i32,
    /// Questions.
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
}

/// The questions of these clusters that were not answered well, over `slots` even slots of a range; slots
/// without any are left out.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn slots(
    conn: &mut TenantConn<'_>,
    clusters: &[QuestionClusterId],
    range: Range,
    slots: i32,
) -> Result<Vec<Slot>, StoreError> {
    Ok(sql(
        "SELECT cluster_id, width_bucket(extract(epoch FROM asked_at), extract(epoch FROM $2::timestamptz), \
                                         extract(epoch FROM $3::timestamptz), $4) AS slot, count(*) AS questions \
         FROM asked_questions WHERE cluster_id = ANY($1) AND asked_at >= $2 AND asked_at < $3 AND reasons <> '{}' \
         GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind::<Array<SqlUuid>, _>(clusters)
    .bind::<Timestamptz, _>(range.from)
    .bind::<Timestamptz, _>(range.to)
    .bind::<Integer, _>(slots)
    .load(conn.db())
    .await?)
}

/// A question of a gap, as it was asked.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Asked {
    /// The visitor's message.
    #[diesel(sql_type = SqlUuid)]
    pub message_id: MessageId,
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// What was asked.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// Why it is a gap.
    #[diesel(sql_type = Array<Text>)]
    pub reasons: Vec<GapReason>,
    /// How far the answer was supported, 0 to 1; none where there was none to be checked.
    #[diesel(sql_type = Nullable<Float>)]
    pub grounding: Option<f32>,
}

/// The questions of a cluster that were not answered well, newest first, those before `before` alone.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn page(
    conn: &mut TenantConn<'_>,
    cluster: QuestionClusterId,
    before: Option<(DateTime<Utc>, MessageId)>,
    limit: i32,
) -> Result<Vec<Asked>, StoreError> {
    let (at, id) = before.unzip();
    Ok(sql(
        "SELECT q.message_id, q.conversation_id, m.text, q.asked_at, q.reasons, a.grounding FROM asked_questions q \
         JOIN messages m ON m.tenant_id = q.tenant_id AND m.id = q.message_id \
         LEFT JOIN messages a ON a.tenant_id = q.tenant_id AND a.id = q.answer_id \
         WHERE q.cluster_id = $1 AND q.reasons <> '{}' \
           AND ($2::timestamptz IS NULL OR (q.asked_at, q.message_id) < ($2, $3)) \
         ORDER BY q.asked_at DESC, q.message_id DESC LIMIT $4",
    )
    .bind::<SqlUuid, _>(cluster)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// Notes what becomes of a gap, and who says so. A document stays noted where it is dismissed or opened.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such gap.
pub async fn decide(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    id: QuestionClusterId,
    state: GapState,
    by: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let decided = sql(
        "UPDATE question_clusters SET state = $3, decided_by = $4, decided_at = $5 WHERE id = $2 AND space_id = $1",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(state)
    .bind::<Text, _>(by)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    (decided == 1).then_some(()).ok_or(StoreError::NotFound)
}

/// Notes that a gap is answered by a document.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such gap.
pub async fn answered(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    id: QuestionClusterId,
    document: DocumentId,
    by: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    decide(conn, space, id, GapState::Answered, by, at).await?;
    sql("UPDATE question_clusters SET document_id = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(document)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Whether a document of this name is there that is not this gap's alone.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn is_anothers(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    id: QuestionClusterId,
    name: &str,
) -> Result<bool, StoreError> {
    let query = sql(
        "SELECT EXISTS (SELECT FROM documents d WHERE d.space_id = $1 AND d.name = $3 AND ( \
             NOT EXISTS (SELECT FROM question_clusters c WHERE c.id = $2 AND c.document_id = d.id) \
             OR EXISTS (SELECT FROM question_clusters c WHERE c.id <> $2 AND c.document_id = d.id))) AS is_there",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(name);
    let found: IsThere = query.get_result(conn.db()).await?;
    Ok(found.is_there)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct IsThere {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// What agents said to somebody who asked a question of a cluster.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Reply {
    /// Where; it is resolved.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// What was asked.
    #[diesel(sql_type = Text)]
    pub question: String,
    /// The agents' words after it, up to five messages.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// When the last of them was said.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// What agents said in the resolved conversations of a cluster, one reply a conversation, newest first: until the
/// visitor asked something else or the conversation was resolved.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn replies(
    conn: &mut TenantConn<'_>,
    cluster: QuestionClusterId,
    limit: i32,
) -> Result<Vec<Reply>, StoreError> {
    Ok(sql(
        "SELECT r.conversation_id, r.question, r.text, r.at FROM ( \
             SELECT DISTINCT ON (q.conversation_id) q.conversation_id, m.text AS question, s.text, s.at \
             FROM asked_questions q \
             JOIN conversations c ON c.tenant_id = q.tenant_id AND c.id = q.conversation_id AND c.status = 'resolved' \
             JOIN messages m ON m.tenant_id = q.tenant_id AND m.id = q.message_id \
             JOIN LATERAL (SELECT string_agg(a.text, E'\\n\\n' ORDER BY a.seq) AS text, max(a.created_at) AS at FROM ( \
                  SELECT a.text, a.seq, a.created_at FROM messages a \
                  WHERE a.tenant_id = m.tenant_id AND a.conversation_id = m.conversation_id AND a.author_kind = 'agent' \
                    AND a.seq > m.seq AND a.epoch = m.epoch AND NOT EXISTS (SELECT FROM asked_questions o \
                        WHERE o.tenant_id = q.tenant_id AND o.conversation_id = q.conversation_id \
                          AND o.cluster_id IS DISTINCT FROM q.cluster_id \
                          AND o.asked_at > q.asked_at AND o.asked_at < a.created_at) \
                  ORDER BY a.seq LIMIT 5) a) s ON s.text IS NOT NULL \
             WHERE q.cluster_id = $1 ORDER BY q.conversation_id, q.asked_at DESC) r \
         ORDER BY r.at DESC LIMIT $2",
    )
    .bind::<SqlUuid, _>(cluster)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}
