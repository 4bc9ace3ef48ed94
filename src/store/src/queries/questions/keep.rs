//! Questions, their vectors and their clusters as they are written, many at once: whoever places questions
//! holds their space meanwhile.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};
use serde::Serialize;

use super::GapReason;
use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId, QuestionClusterId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

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

/// Keeps clusters: new ones, or where those that are there are by now, under the model they are compared by.
///
/// # Errors
/// [`StoreError`] where the space does not exist or the database fails.
pub async fn put_clusters(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
    clusters: &[Cluster],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    let vector = |cluster: &Cluster| HalfVector::from_f32_slice(&cluster.centroid);
    sql(
        "INSERT INTO question_clusters AS c (tenant_id, id, space_id, model, centroid, members, asked_at, created_at) \
         SELECT $1, t.id, $3, $4, t.centroid, t.members, $7, $7 FROM unnest($2, $5, $6) t (id, centroid, members) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET model = excluded.model, centroid = excluded.centroid, \
            members = excluded.members",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(clusters.iter().map(|cluster| cluster.id).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(model)
    .bind::<Array<SqlHalfVector>, _>(clusters.iter().map(vector).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(clusters.iter().map(|cluster| cluster.members).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// A question as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// The bot's message; none, without a reason, where a limit refused the answer.
    pub answer_id: Option<MessageId>,
    /// From the question to its stored answer, where that came to its end.
    pub took_ms: Option<i64>,
}

/// Keeps questions, or what became of them since; those whose messages are gone are passed over. One that has a
/// cluster stays in it.
///
/// # Errors
/// [`StoreError`] where a cluster does not exist or the database fails.
pub async fn put(conn: &mut TenantConn<'_>, questions: &[Question]) -> Result<(), StoreError> {
    sql(
        "INSERT INTO asked_questions (tenant_id, message_id, space_id, conversation_id, cluster_id, asked_at, reasons, \
                                      answer_id, took_ms) \
         SELECT m.tenant_id, m.id, t.space_id, t.conversation_id, t.cluster_id, t.asked_at, t.reasons, t.answer_id, \
                t.took_ms \
         FROM jsonb_to_recordset($1) t (message_id uuid, space_id uuid, conversation_id uuid, cluster_id uuid, \
                                        asked_at timestamptz, reasons text[], answer_id uuid, took_ms bigint) \
         JOIN messages m ON m.id = t.message_id ORDER BY m.id FOR KEY SHARE OF m \
         ON CONFLICT (tenant_id, message_id) DO UPDATE SET reasons = excluded.reasons, \
            answer_id = excluded.answer_id, took_ms = excluded.took_ms",
    )
    .bind::<Jsonb, _>(serde_json::to_value(questions).unwrap_or_default())
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Keeps the vectors of questions, in the place of those by another model; nothing where a question is gone.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn put_vectors(
    conn: &mut TenantConn<'_>,
    model: &str,
    vectors: &[(MessageId, &[f32])],
) -> Result<(), StoreError> {
    let vector = |(_, vector): &(MessageId, &[f32])| HalfVector::from_f32_slice(vector);
    sql(
        "INSERT INTO question_vectors (tenant_id, message_id, model, embedding) \
         SELECT q.tenant_id, q.message_id, $2, t.embedding FROM unnest($1, $3) t (message_id, embedding) \
         JOIN asked_questions q ON q.message_id = t.message_id ORDER BY q.message_id FOR KEY SHARE OF q \
         ON CONFLICT (tenant_id, message_id) DO UPDATE SET model = excluded.model, embedding = excluded.embedding",
    )
    .bind::<Array<SqlUuid>, _>(vectors.iter().map(|(question, _)| *question).collect::<Vec<_>>())
    .bind::<Text, _>(model)
    .bind::<Array<SqlHalfVector>, _>(vectors.iter().map(vector).collect::<Vec<_>>())
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Questions of a cluster that it may be called by.
#[derive(Clone, Copy, Debug)]
pub enum Candidates<'a> {
    /// All of its own.
    All,
    /// The one that it is called by, and those of these that are in it: what that takes does not grow with it.
    Placed(&'a [MessageId]),
}

macro_rules! call {
    ($candidates:literal) => {
        sql(concat!(
            "UPDATE question_clusters c SET central = coalesce(n.message_id, c.central), \
                    asked_at = coalesce(l.asked_at, c.asked_at) \
             FROM unnest($1) t (id) \
             LEFT JOIN LATERAL (SELECT q.message_id FROM question_clusters o CROSS JOIN LATERAL (",
            $candidates,
            ") q WHERE o.id = t.id \
                  ORDER BY CASE WHEN q.model = o.model THEN q.embedding <=> o.centroid END, q.message_id \
                  LIMIT 1) n ON true \
             LEFT JOIN LATERAL (SELECT max(q.asked_at) AS asked_at FROM asked_questions q \
                  WHERE q.cluster_id = t.id) l ON true \
             WHERE c.id = t.id"
        ))
    };
}

/// Calls clusters by that question among `candidates` that is nearest to their mean, notes when they were last
/// asked, and opens those again that were answered and nothing was found since their document can be found.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn settle(
    conn: &mut TenantConn<'_>,
    clusters: &[QuestionClusterId],
    candidates: Candidates<'_>,
) -> Result<(), StoreError> {
    match candidates {
        Candidates::All => call!(
            "SELECT v.message_id, v.model, v.embedding FROM asked_questions a \
             JOIN question_vectors v ON v.tenant_id = a.tenant_id AND v.message_id = a.message_id \
             WHERE a.cluster_id = o.id AND v.model = o.model"
        )
        .bind::<Array<SqlUuid>, _>(clusters),
        // Each is read by its id: joined, all of the cluster may be looked through for them.
        Candidates::Placed(placed) => call!(
            "SELECT v.message_id, v.model, v.embedding FROM unnest($2::uuid[] || o.central) p (id) \
             JOIN question_vectors v ON v.message_id = p.id \
             WHERE (SELECT a.cluster_id FROM asked_questions a WHERE a.message_id = v.message_id) = o.id \
               AND v.model = o.model"
        )
        .bind::<Array<SqlUuid>, _>(clusters)
        .bind::<Array<SqlUuid>, _>(placed),
    }
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
