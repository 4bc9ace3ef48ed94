//! What the answers of an experiment came to, arm by arm, counted from the rows.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Double, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::Arm;
use crate::{error::StoreError, ids::ExperimentId, statement::sql, tenant::TenantConn};

/// What one arm came to. A conversation is the arm's from its first answer under the experiment on.
/// Variances are those of a sample; null where there are fewer than two.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ArmFigures {
    /// Which.
    #[diesel(sql_type = Text)]
    pub arm: Arm,
    /// Conversations with at least one answer.
    #[diesel(sql_type = BigInt)]
    pub conversations: i64,
    /// Of these, in which nothing was found at least once.
    #[diesel(sql_type = BigInt)]
    pub abstained: i64,
    /// Of these, in which a person was asked for or answered, before the end of the experiment.
    #[diesel(sql_type = BigInt)]
    pub handed_over: i64,
    /// Of these, resolved before the end of the experiment, and no person was asked for or answered.
    #[diesel(sql_type = BigInt)]
    pub resolved_alone: i64,
    /// Of these, rated.
    #[diesel(sql_type = BigInt)]
    pub ratings: i64,
    /// Mean rating, 1 to 5.
    #[diesel(sql_type = Nullable<Double>)]
    pub rating_mean: Option<f64>,
    /// Its variance.
    #[diesel(sql_type = Nullable<Double>)]
    pub rating_variance: Option<f64>,
    /// Answers, however they ended.
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    /// Of these, checked against their sources.
    #[diesel(sql_type = BigInt)]
    pub grounded: i64,
    /// Mean of how far those are supported, 0 to 1.
    #[diesel(sql_type = Nullable<Double>)]
    pub grounding_mean: Option<f64>,
    /// Its variance.
    #[diesel(sql_type = Nullable<Double>)]
    pub grounding_variance: Option<f64>,
    /// Answers with a thumb up.
    #[diesel(sql_type = BigInt)]
    pub thumbs_up: i64,
    /// Answers with a thumb down.
    #[diesel(sql_type = BigInt)]
    pub thumbs_down: i64,
    /// Mean tokens of an answer, read and written, in all calls made for it.
    #[diesel(sql_type = Nullable<Double>)]
    pub tokens_mean: Option<f64>,
    /// Its variance.
    #[diesel(sql_type = Nullable<Double>)]
    pub tokens_variance: Option<f64>,
    /// Mean cost of an answer, nano-dollars.
    #[diesel(sql_type = Nullable<Double>)]
    pub cost_mean: Option<f64>,
    /// Its variance.
    #[diesel(sql_type = Nullable<Double>)]
    pub cost_variance: Option<f64>,
    /// Calls of models whose price is not known: what they cost is in none of it.
    #[diesel(sql_type = BigInt)]
    pub unpriced: i64,
    /// Answers that came to their end.
    #[diesel(sql_type = BigInt)]
    pub timed: i64,
    /// Median time of those, from the question to the stored answer, milliseconds.
    #[diesel(sql_type = Nullable<Double>)]
    pub took_ms: Option<f64>,
    /// The lower end of its 95 % interval, by order statistics.
    #[diesel(sql_type = Nullable<Double>)]
    pub took_ms_low: Option<f64>,
    /// The upper end.
    #[diesel(sql_type = Nullable<Double>)]
    pub took_ms_high: Option<f64>,
}

/// What each arm of an experiment came to so far; an arm without an answer is left out. What happened
/// to a conversation after the end counts no more, for it is answered in another way from then on;
/// thumbs and ratings count whenever they were given.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn figures(
    conn: &mut TenantConn<'_>,
    experiment: ExperimentId,
) -> Result<Vec<ArmFigures>, StoreError> {
    // The bounds of a median are those of ranks n/2 ± 1.96 √n/2 (Conover, Practical Nonparametric
    // Statistics, 3.2).
    Ok(sql(
        "WITH experiment AS (SELECT id, coalesce(ended_at, 'infinity') AS ended FROM experiments WHERE id = $1), \
         answers AS MATERIALIZED ( \
             SELECT a.message_id, a.conversation_id, a.question_id, a.seq, a.arm, a.abstained, a.grounding, a.took_ms \
             FROM experiment_answers a WHERE a.experiment_id = $1), \
         chats AS ( \
             SELECT conversation_id, arm, min(seq) AS first, bool_or(abstained) AS abstained \
             FROM answers GROUP BY conversation_id, arm), \
         became AS ( \
             SELECT c.arm, c.abstained, r.score::float8 AS score, \
                    coalesce(s.person, false) AS person, coalesce(s.resolved, false) AS resolved \
             FROM chats c \
             LEFT JOIN ratings r ON r.conversation_id = c.conversation_id \
             LEFT JOIN LATERAL ( \
                 SELECT bool_or(e.body ->> 'status' IN ('waiting', 'human')) AS person, \
                        bool_or(e.body ->> 'status' = 'resolved') AS resolved \
                 FROM conversation_events e, experiment x \
                 WHERE e.conversation_id = c.conversation_id AND e.kind = 'status' AND e.seq > c.first \
                   AND e.at <= x.ended) s ON true), \
         by_chat AS ( \
             SELECT arm, count(*) AS conversations, count(*) FILTER (WHERE abstained) AS abstained, \
                    count(*) FILTER (WHERE person) AS handed_over, \
                    count(*) FILTER (WHERE resolved AND NOT person) AS resolved_alone, \
                    count(score) AS ratings, avg(score) AS rating_mean, var_samp(score) AS rating_variance \
             FROM became GROUP BY arm), \
         thumbs AS ( \
             SELECT a.arm, count(*) FILTER (WHERE f.value = 'up') AS up, count(*) FILTER (WHERE f.value = 'down') AS down \
             FROM answers a JOIN feedback f ON f.message_id = a.message_id GROUP BY a.arm), \
         calls AS ( \
             SELECT a.message_id, sum(r.cost_nanos::float8) AS cost, \
                    sum((r.input + r.output + r.cache_write_5m + r.cache_write_1h + r.cache_read)::float8) AS tokens, \
                    count(*) FILTER (WHERE r.price_effective IS NULL) AS unpriced \
             FROM answers a JOIN reservations r ON r.message_id = a.question_id AND r.kind = 'chat' \
                                              AND r.state = 'settled' \
             GROUP BY a.message_id), \
         by_answer AS ( \
             SELECT a.arm, count(*) AS answers, count(a.grounding) AS grounded, \
                    avg(a.grounding::float8) AS grounding_mean, var_samp(a.grounding::float8) AS grounding_variance, \
                    avg(coalesce(c.tokens, 0)) AS tokens_mean, var_samp(coalesce(c.tokens, 0)) AS tokens_variance, \
                    avg(coalesce(c.cost, 0)) AS cost_mean, var_samp(coalesce(c.cost, 0)) AS cost_variance, \
                    coalesce(sum(c.unpriced), 0)::bigint AS unpriced, count(a.took_ms) AS timed \
             FROM answers a LEFT JOIN calls c ON c.message_id = a.message_id GROUP BY a.arm), \
         medians AS ( \
             SELECT a.arm, percentile_cont(ARRAY[0.5, greatest(0, 0.5 - 0.98 / sqrt(b.timed)), \
                                                      least(1, 0.5 + 0.98 / sqrt(b.timed))]) \
                    WITHIN GROUP (ORDER BY a.took_ms::float8) AS took \
             FROM answers a JOIN by_answer b ON b.arm = a.arm WHERE a.took_ms IS NOT NULL GROUP BY a.arm, b.timed) \
         SELECT arm, conversations, abstained, handed_over, resolved_alone, ratings, rating_mean, rating_variance, \
                answers, grounded, grounding_mean, grounding_variance, \
                coalesce(up, 0) AS thumbs_up, coalesce(down, 0) AS thumbs_down, \
                tokens_mean, tokens_variance, cost_mean, cost_variance, unpriced, timed, \
                took[1] AS took_ms, took[2] AS took_ms_low, took[3] AS took_ms_high \
         FROM by_chat JOIN by_answer USING (arm) LEFT JOIN thumbs USING (arm) LEFT JOIN medians USING (arm) \
         ORDER BY arm",
    )
    .bind::<SqlUuid, _>(experiment)
    .load(conn.db())
    .await?)
}
