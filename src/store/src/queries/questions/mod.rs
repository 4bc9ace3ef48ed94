//! What visitors ask, in clusters of one meaning. Everything about a question follows from its conversation:
//! whoever writes there leaves a mark ([`marks`]), and whoever looks reads what was [`said`], finds each
//! question a cluster and writes both down ([`put`], [`put_cluster`]). [`gaps`] reads what is not answered
//! well, [`report`] what is asked.

mod gaps;
mod report;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Float, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};

use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId, QuestionClusterId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

pub use gaps::{
    Asked, Gap, GapFilter, GapSort, Reply, Slot, answered, decide, gap, gaps, page, replies, slots,
};
pub use report::{
    CitedDocument, ClusterFigures, Range, ReportKind, SlowAnswer, Totals, cited, clusters_asked, never_cited,
    slowest, totals,
};

text_enum! {
    /// Why a question is a gap in what is known.
    GapReason {
        /// Nothing relevant enough was found.
        Abstained = "abstained",
        /// The answer is not supported by its sources.
        LowGrounding = "low_grounding",
        /// The visitor's thumb went down.
        ThumbsDown = "thumbs_down",
        /// A person was asked for after it.
        HandedOver = "handed_over",
    }
}

text_enum! {
    /// What became of a gap.
    GapState {
        /// Nothing yet.
        Open = "open",
        /// Somebody wrote the answer.
        Answered = "answered",
        /// Somebody decided that there is none to be written.
        Dismissed = "dismissed",
    }
}

/// Newest messages of a visitor in one conversation that are looked at.
const LOOKED_AT: i64 = 200;

/// A conversation that is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Mark {
    /// Later marks are greater.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Which; it may be gone.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
}

/// Marks that wait, oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn marks(conn: &mut TenantConn<'_>, limit: i32) -> Result<Vec<Mark>, StoreError> {
    Ok(
        sql("SELECT id, conversation_id FROM question_marks ORDER BY id LIMIT $1")
            .bind::<Integer, _>(limit)
            .load(conn.db())
            .await?,
    )
}

/// Takes marks away whose conversations were looked at.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn unmark(conn: &mut TenantConn<'_>, marks: &[i64]) -> Result<(), StoreError> {
    sql("DELETE FROM question_marks WHERE id = ANY($1)")
        .bind::<Array<BigInt>, _>(marks)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// What a visitor said, with what the bot answered.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Said {
    /// The visitor's message.
    #[diesel(sql_type = SqlUuid)]
    pub message_id: MessageId,
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// Of which space.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// Its place in the log.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// What was said.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// The bot's message, where it answered.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub answer_id: Option<MessageId>,
    /// When that was stored, where it came to its end.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether the answer is that nothing was found.
    #[diesel(sql_type = Bool)]
    pub abstained: bool,
    /// How far the answer is supported, 0 to 1.
    #[diesel(sql_type = Nullable<Float>)]
    pub grounding: Option<f32>,
    /// Whether the visitor's thumb went down.
    #[diesel(sql_type = Bool)]
    pub thumbs_down: bool,
    /// A person was asked for, before the visitor said anything else that the bot answered.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub handed_over: Option<i64>,
    /// The cluster it is in, where it is in one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub cluster_id: Option<QuestionClusterId>,
}

/// What visitors said in these conversations, in order; of each the newest 200 messages. A person is asked
/// for by the visitor, the model, or a rule that what is known or felt did not do; not by a fault, nor by an
/// agent who just takes it.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn said(
    conn: &mut TenantConn<'_>,
    conversations: &[ConversationId],
) -> Result<Vec<Said>, StoreError> {
    Ok(sql(
        "SELECT q.id AS message_id, c.id AS conversation_id, c.space_id, q.seq, q.text, q.created_at AS asked_at, \
                a.id AS answer_id, CASE WHEN a.state = 'complete' THEN a.created_at END AS answered_at, \
                coalesce(e.body ->> 'abstained' = 'true', false) AS abstained, a.grounding, \
                coalesce(f.value = 'down', false) AS thumbs_down, h.seq AS handed_over, k.cluster_id \
         FROM conversations c \
         JOIN spaces s ON s.tenant_id = c.tenant_id AND s.id = c.space_id AND s.removed_at IS NULL \
         JOIN LATERAL (SELECT m.tenant_id, m.id, m.seq, m.text, m.created_at FROM messages m \
              WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.author_kind = 'visitor' \
              ORDER BY m.seq DESC LIMIT $2) q ON true \
         LEFT JOIN messages a ON a.tenant_id = q.tenant_id AND a.in_reply_to = q.id AND a.author_kind = 'assistant' \
         LEFT JOIN conversation_events e ON e.tenant_id = a.tenant_id AND e.conversation_id = c.id AND e.seq = a.seq \
         LEFT JOIN feedback f ON f.tenant_id = a.tenant_id AND f.message_id = a.id \
         LEFT JOIN LATERAL (SELECT h.seq FROM conversation_events h \
              WHERE h.tenant_id = c.tenant_id AND h.conversation_id = c.id AND h.kind = 'status' AND h.seq > q.seq \
                AND h.body ->> 'status' IN ('waiting', 'human') \
                AND h.body ->> 'reason' IN ('visitor_asked', 'abstained', 'model', 'sentiment') \
              ORDER BY h.seq LIMIT 1) h ON true \
         LEFT JOIN asked_questions k ON k.tenant_id = q.tenant_id AND k.message_id = q.id \
         WHERE c.id = ANY($1) ORDER BY c.id, q.seq",
    )
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<BigInt, _>(LOOKED_AT)
    .load(conn.db())
    .await?)
}

/// A cluster as far as finding it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its identity.
    pub id: QuestionClusterId,
    /// Mean of its questions' vectors.
    pub centroid: Vec<f32>,
    /// Questions in that mean.
    pub members: i32,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct ClusterRow {
    #[diesel(sql_type = SqlUuid)]
    id: QuestionClusterId,
    #[diesel(sql_type = SqlHalfVector)]
    centroid: HalfVector,
    #[diesel(sql_type = Integer)]
    members: i32,
}

/// Makes others who place questions of the space wait until this transaction ends.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hold(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<(), StoreError> {
    sql("SELECT pg_advisory_xact_lock(hashtextextended('question_clusters:' || $1::text, 0))")
        .bind::<SqlUuid, _>(space)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// The clusters of a space that have vectors of `model`: those that were asked last.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn clusters(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
    limit: i32,
) -> Result<Vec<Cluster>, StoreError> {
    let rows: Vec<ClusterRow> = sql(
        "SELECT id, centroid, members FROM question_clusters WHERE space_id = $1 AND model = $2 \
         ORDER BY asked_at DESC, id LIMIT $3",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(model)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?;
    let cluster = |row: ClusterRow| Cluster {
        id: row.id,
        centroid: floats(&row.centroid),
        members: row.members,
    };
    Ok(rows.into_iter().map(cluster).collect())
}

fn floats(vector: &HalfVector) -> Vec<f32> {
    vector.as_slice().iter().map(|x| x.to_f32()).collect()
}

/// Keeps a cluster: a new one, or where one that is there is by now, under the model it is compared by.
///
/// # Errors
/// [`StoreError`] where the space does not exist or the database fails.
pub async fn put_cluster(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
    cluster: &Cluster,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO question_clusters AS c (tenant_id, id, space_id, model, centroid, members, asked_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET model = excluded.model, centroid = excluded.centroid, \
            members = excluded.members",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(cluster.id)
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(model)
    .bind::<SqlHalfVector, _>(HalfVector::from_f32_slice(&cluster.centroid))
    .bind::<Integer, _>(cluster.members)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// A question as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The visitor's message.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Of which space.
    pub space_id: SpaceId,
    /// Its cluster.
    pub cluster_id: QuestionClusterId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Why it is a gap; empty: it is none.
    pub reasons: Vec<GapReason>,
    /// The bot's message.
    pub answer_id: Option<MessageId>,
    /// From the question to its stored answer, where that came to its end.
    pub took_ms: Option<i64>,
}

/// Keeps a question, or what became of it since; nothing where the message is gone. One that has a cluster
/// stays in it.
///
/// # Errors
/// [`StoreError`] where the cluster does not exist or the database fails.
pub async fn put(conn: &mut TenantConn<'_>, question: &Question) -> Result<(), StoreError> {
    sql(
        "INSERT INTO asked_questions (tenant_id, message_id, space_id, conversation_id, cluster_id, asked_at, reasons, \
                                      answer_id, took_ms) \
         SELECT tenant_id, id, $2, $3, $4, $5, $6, $7, $8 FROM messages WHERE id = $1 FOR KEY SHARE \
         ON CONFLICT (tenant_id, message_id) DO UPDATE SET reasons = excluded.reasons, \
            answer_id = excluded.answer_id, took_ms = excluded.took_ms",
    )
    .bind::<SqlUuid, _>(question.message_id)
    .bind::<SqlUuid, _>(question.space_id)
    .bind::<SqlUuid, _>(question.conversation_id)
    .bind::<SqlUuid, _>(question.cluster_id)
    .bind::<Timestamptz, _>(question.asked_at)
    .bind::<Array<Text>, _>(&question.reasons)
    .bind::<Nullable<SqlUuid>, _>(question.answer_id)
    .bind::<Nullable<BigInt>, _>(question.took_ms)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Keeps the vector of a question, in the place of one by another model; nothing where the question is gone.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn put_vector(
    conn: &mut TenantConn<'_>,
    question: MessageId,
    model: &str,
    vector: &[f32],
) -> Result<(), StoreError> {
    sql("INSERT INTO question_vectors (tenant_id, message_id, model, embedding) \
         SELECT tenant_id, message_id, $2, $3 FROM asked_questions WHERE message_id = $1 FOR KEY SHARE \
         ON CONFLICT (tenant_id, message_id) DO UPDATE SET model = excluded.model, embedding = excluded.embedding")
    .bind::<SqlUuid, _>(question)
    .bind::<Text, _>(model)
    .bind::<SqlHalfVector, _>(HalfVector::from_f32_slice(vector))
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Calls clusters by the question that is nearest to their mean, notes when they were last asked, and opens
/// those again that were answered and nothing was found since their document can be found.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn settle(conn: &mut TenantConn<'_>, clusters: &[QuestionClusterId]) -> Result<(), StoreError> {
    sql("UPDATE question_clusters c SET central = n.message_id, asked_at = coalesce(l.asked_at, c.asked_at) \
         FROM unnest($1) t (id) \
         LEFT JOIN LATERAL (SELECT q.message_id FROM question_clusters o \
              JOIN asked_questions q ON q.tenant_id = o.tenant_id AND q.cluster_id = o.id \
              JOIN question_vectors v ON v.tenant_id = q.tenant_id AND v.message_id = q.message_id AND v.model = o.model \
              WHERE o.id = t.id ORDER BY CASE WHEN v.model = o.model THEN v.embedding <=> o.centroid END, q.message_id \
              LIMIT 1) n ON true \
         LEFT JOIN LATERAL (SELECT max(q.asked_at) AS asked_at FROM asked_questions q WHERE q.cluster_id = t.id) l ON true \
         WHERE c.id = t.id")
    .bind::<Array<SqlUuid>, _>(clusters)
    .execute(conn.db())
    .await?;
    sql(
        "UPDATE question_clusters c SET state = 'open', decided_by = NULL, decided_at = NULL \
         WHERE c.id = ANY($1) AND c.state = 'answered' AND EXISTS ( \
             SELECT FROM asked_questions q WHERE q.cluster_id = c.id AND q.asked_at > c.decided_at \
               AND 'abstained' = ANY (q.reasons) \
               AND NOT EXISTS (SELECT FROM documents d WHERE d.id = c.document_id \
                                 AND (d.status IN ('queued', 'processing') OR d.updated_at > q.asked_at)))",
    )
    .bind::<Array<SqlUuid>, _>(clusters)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// A question with its vector, as grouping anew takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Which.
    pub message_id: MessageId,
    /// Where it is.
    pub cluster_id: QuestionClusterId,
    /// Its vector by the model that was asked for.
    pub vector: Vec<f32>,
}

/// The newest questions of a space that have vectors of `model`, in order of their ids.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn placed(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
    limit: i32,
) -> Result<Vec<Placed>, StoreError> {
    #[derive(QueryableByName)]
    #[diesel(check_for_backend(diesel::pg::Pg))]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        message_id: MessageId,
        #[diesel(sql_type = SqlUuid)]
        cluster_id: QuestionClusterId,
        #[diesel(sql_type = SqlHalfVector)]
        embedding: HalfVector,
    }
    let rows: Vec<Row> = sql(
        "SELECT q.message_id, q.cluster_id, v.embedding FROM \
            (SELECT tenant_id, message_id, cluster_id FROM asked_questions WHERE space_id = $1 \
             ORDER BY asked_at DESC LIMIT $3) q \
         JOIN question_vectors v ON v.tenant_id = q.tenant_id AND v.message_id = q.message_id AND v.model = $2 \
         ORDER BY q.message_id",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(model)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?;
    let placed = |row: Row| Placed {
        message_id: row.message_id,
        cluster_id: row.cluster_id,
        vector: floats(&row.embedding),
    };
    Ok(rows.into_iter().map(placed).collect())
}

/// Questions of a space whose vectors are of another model, newest first, with their text.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn of_other_models(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
    limit: i32,
) -> Result<Vec<(MessageId, String)>, StoreError> {
    #[derive(QueryableByName)]
    #[diesel(check_for_backend(diesel::pg::Pg))]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        message_id: MessageId,
        #[diesel(sql_type = Text)]
        text: String,
    }
    let rows: Vec<Row> = sql("SELECT q.message_id, m.text FROM asked_questions q \
         JOIN question_vectors v ON v.tenant_id = q.tenant_id AND v.message_id = q.message_id AND v.model <> $2 \
         JOIN messages m ON m.tenant_id = q.tenant_id AND m.id = q.message_id \
         WHERE q.space_id = $1 ORDER BY q.asked_at DESC LIMIT $3")
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(model)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.text)).collect())
}

/// Moves questions to other clusters of their space; those that are gone are passed over.
///
/// # Errors
/// [`StoreError`] where a cluster does not exist or the database fails.
pub async fn shift(
    conn: &mut TenantConn<'_>,
    moves: &[(MessageId, QuestionClusterId)],
) -> Result<(), StoreError> {
    let (questions, clusters): (Vec<_>, Vec<_>) = moves.iter().copied().unzip();
    sql("UPDATE asked_questions q SET cluster_id = t.cluster_id FROM unnest($1, $2) t (message_id, cluster_id) \
         WHERE q.message_id = t.message_id")
    .bind::<Array<SqlUuid>, _>(questions)
    .bind::<Array<SqlUuid>, _>(clusters)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes the clusters of a space that have no question any more.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn sweep(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<(), StoreError> {
    sql(
        "DELETE FROM question_clusters c WHERE c.space_id = $1 AND NOT EXISTS ( \
            SELECT FROM asked_questions q WHERE q.tenant_id = c.tenant_id AND q.cluster_id = c.id)",
    )
    .bind::<SqlUuid, _>(space)
    .execute(conn.db())
    .await?;
    Ok(())
}
