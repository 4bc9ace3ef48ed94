//! What visitors ask, in clusters of one meaning. Everything about a question follows from its conversation:
//! whoever writes there leaves a mark ([`marks`]), and whoever looks reads what was [`said`], finds each
//! question a cluster and writes both down ([`put`], [`put_clusters`]). [`gaps`] reads what is not answered
//! well, [`report`] what is asked.

mod gaps;
mod keep;
mod report;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Float, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ConversationId, MessageId, QuestionClusterId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

pub use gaps::{
    Asked, Gap, GapFilter, GapSort, Reply, Slot, answered, decide, gap, gaps, is_anothers, page, replies,
    slots,
};
pub use keep::{
    Candidates, Cluster, Placed, Question, clusters, hold, of_other_models, placed, put, put_clusters,
    put_vectors, settle, shift, sweep,
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
    /// Whether a limit refused the answer: then what the bot said is none.
    #[diesel(sql_type = Bool)]
    pub refused: bool,
    /// Whether the answer is that nothing was found.
    #[diesel(sql_type = Bool)]
    pub abstained: bool,
    /// How far the answer is supported, 0 to 1.
    #[diesel(sql_type = Nullable<Float>)]
    pub grounding: Option<f32>,
    /// Whether the visitor's thumb went down.
    #[diesel(sql_type = Bool)]
    pub thumbs_down: bool,
    /// Where a person was asked for next, before the conversation was resolved.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub handed_over: Option<i64>,
    /// The cluster it is in, where it is in one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub cluster_id: Option<QuestionClusterId>,
    /// What is kept of it, where it is in one: why it is a gap,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub kept_reasons: Option<Vec<GapReason>>,
    /// the bot's message,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub kept_answer: Option<MessageId>,
    /// and how long that took.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub kept_took: Option<i64>,
}

impl Said {
    /// Whether it is kept as this, so that nothing is to be written.
    #[must_use]
    pub fn is_kept(&self, question: &Question) -> bool {
        self.cluster_id == Some(question.cluster_id)
            && self.kept_reasons.as_ref() == Some(&question.reasons)
            && (self.kept_answer, self.kept_took) == (question.answer_id, question.took_ms)
    }
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
                CASE WHEN NOT r.refused THEN a.id END AS answer_id, \
                CASE WHEN a.state = 'complete' AND NOT r.refused THEN a.created_at END AS answered_at, r.refused, \
                coalesce(e.body ->> 'abstained' = 'true', false) AS abstained, a.grounding, \
                coalesce(f.value = 'down', false) AS thumbs_down, h.seq AS handed_over, \
                k.cluster_id, k.reasons AS kept_reasons, k.answer_id AS kept_answer, k.took_ms AS kept_took \
         FROM conversations c \
         JOIN spaces s ON s.tenant_id = c.tenant_id AND s.id = c.space_id AND s.removed_at IS NULL \
         JOIN LATERAL (SELECT m.tenant_id, m.id, m.seq, m.text, m.created_at FROM messages m \
              WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.author_kind = 'visitor' \
              ORDER BY m.seq DESC LIMIT $2) q ON true \
         CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM reservations r WHERE r.tenant_id = q.tenant_id \
              AND r.message_id = q.id AND r.refused_by IS NOT NULL) AS refused) r \
         LEFT JOIN messages a ON a.tenant_id = q.tenant_id AND a.in_reply_to = q.id AND a.author_kind = 'assistant' \
         LEFT JOIN conversation_events e ON e.tenant_id = a.tenant_id AND e.conversation_id = c.id AND e.seq = a.seq \
         LEFT JOIN feedback f ON f.tenant_id = a.tenant_id AND f.message_id = a.id \
         LEFT JOIN LATERAL (SELECT CASE WHEN h.body ->> 'status' <> 'resolved' THEN h.seq END AS seq \
              FROM conversation_events h \
              WHERE h.tenant_id = c.tenant_id AND h.conversation_id = c.id AND h.kind = 'status' AND h.seq > q.seq \
                AND (h.body ->> 'status' = 'resolved' OR h.body ->> 'status' IN ('waiting', 'human') \
                     AND h.body ->> 'reason' IN ('visitor_asked', 'abstained', 'model', 'sentiment', 'urgency')) \
              ORDER BY h.seq LIMIT 1) h ON true \
         LEFT JOIN asked_questions k ON k.tenant_id = q.tenant_id AND k.message_id = q.id \
         WHERE c.id = ANY($1) ORDER BY c.id, q.seq",
    )
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<BigInt, _>(LOOKED_AT)
    .load(conn.db())
    .await?)
}
