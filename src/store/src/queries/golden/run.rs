//! The times that golden questions were asked: what each found, compared with the one before.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{
        Array, BigInt, Bool, Float, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl;

use super::GoldenQuestion;
use crate::{
    error::StoreError,
    ids::{GoldenQuestionId, JobId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// Why questions are asked again.
    GoldenCause {
        /// Somebody wants to know.
        Asked = "asked",
        /// The knowledge of the space has changed.
        Knowledge = "knowledge",
        /// The settings of the space have changed.
        Settings = "settings",
    }
}

/// One time that all questions of a space were asked.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct GoldenRun {
    /// Of the job that makes it.
    #[diesel(sql_type = SqlUuid)]
    pub id: JobId,
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// Why.
    #[diesel(sql_type = Text)]
    pub cause: GoldenCause,
    /// Whether answers were written, and not only searched for.
    #[diesel(sql_type = Bool)]
    pub answers: bool,
    /// Of the space when it began.
    #[diesel(sql_type = BigInt)]
    pub knowledge_version: i64,
    /// The version of the space whose AI settings were used; none where they were those of the time.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub version: Option<i64>,
    /// Asked.
    #[diesel(sql_type = Integer)]
    pub questions: i32,
    /// Of these, that have what they must.
    #[diesel(sql_type = Integer)]
    pub passed: i32,
    /// That had it in the run before, and have it no more.
    #[diesel(sql_type = Integer)]
    pub regressed: i32,
    /// That did not have it, and have it now.
    #[diesel(sql_type = Integer)]
    pub mended: i32,
    /// The run before, of the same kind.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub compared_with: Option<JobId>,
    /// When it began.
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    /// When it ended; the counts are 0 until then.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
}

/// What a question found.
#[derive(Clone, Debug, PartialEq)]
pub struct NewGoldenResult {
    /// Which.
    pub question: GoldenQuestionId,
    /// Whether all was there that must be.
    pub passed: bool,
    /// Whether nothing was relevant enough to answer from.
    pub abstained: bool,
    /// Where the expected source is, from 1.
    pub source_place: Option<i16>,
    /// Facts that were not said.
    pub missing: Vec<String>,
    /// What was answered, where it was.
    pub answer: Option<String>,
    /// How far that is supported, 0 to 1.
    pub grounding: Option<f32>,
    /// What the answer cost, nano-dollars; none where that is not known, or none was written.
    pub cost_nanos: Option<i64>,
}

/// The same, beside what was expected and what it was in the run before.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct GoldenResult {
    /// What was asked.
    #[diesel(embed)]
    pub question: GoldenQuestion,
    /// Whether all was there that must be.
    #[diesel(sql_type = Bool)]
    pub passed: bool,
    /// The same in the run it is compared with, where the question was the same.
    #[diesel(sql_type = Nullable<Bool>)]
    pub passed_before: Option<bool>,
    /// Whether nothing was relevant enough to answer from.
    #[diesel(sql_type = Bool)]
    pub abstained: bool,
    /// Where the expected source is, from 1.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub source_place: Option<i16>,
    /// Facts that were not said.
    #[diesel(sql_type = Array<Text>)]
    pub missing: Vec<String>,
    /// What was answered, where it was.
    #[diesel(sql_type = Nullable<Text>)]
    pub answer: Option<String>,
    /// How far that is supported, 0 to 1.
    #[diesel(sql_type = Nullable<Float>)]
    pub grounding: Option<f32>,
    /// What the answer cost, nano-dollars; none where that is not known, or none was written.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub cost_nanos: Option<i64>,
}

/// Columns of a [`GoldenRun`].
macro_rules! run {
    () => {
        "id, space_id, cause, answers, knowledge_version, version, questions, passed, regressed, mended, \
         compared_with, started_at, finished_at"
    };
}

/// A run that begins.
#[derive(Clone, Debug)]
pub struct NewGoldenRun {
    /// Of the job that makes it.
    pub id: JobId,
    /// Where.
    pub space: SpaceId,
    /// Why.
    pub cause: GoldenCause,
    /// Whether answers are written.
    pub answers: bool,
    /// Of the space.
    pub knowledge_version: i64,
    /// The version of the space whose AI settings are used, where it is not the present one.
    pub version: Option<i64>,
    /// All that answers depend on, as one word.
    pub conditions: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Begins a run, or goes on with it; where the conditions are others by now, from its beginning. Returns
/// the questions that were asked already.
///
/// # Errors
/// [`StoreError`] where the space does not exist or the database fails.
pub async fn begin(
    conn: &mut TenantConn<'_>,
    new: NewGoldenRun,
) -> Result<Vec<GoldenQuestionId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        question_id: GoldenQuestionId,
    }
    let tenant = conn.tenant_id();
    sql("DELETE FROM golden_results r USING golden_runs g \
         WHERE g.id = $1 AND r.run_id = g.id AND g.conditions <> $2")
    .bind::<SqlUuid, _>(new.id)
    .bind::<Text, _>(&new.conditions)
    .execute(conn.db())
    .await?;
    sql(
        "INSERT INTO golden_runs AS g (tenant_id, id, space_id, cause, answers, knowledge_version, started_at, \
                                       conditions, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET cause = excluded.cause, started_at = excluded.started_at, \
            knowledge_version = excluded.knowledge_version, conditions = excluded.conditions \
         WHERE g.conditions <> excluded.conditions",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space)
    .bind::<Text, _>(new.cause)
    .bind::<Bool, _>(new.answers)
    .bind::<BigInt, _>(new.knowledge_version)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Text, _>(new.conditions)
    .bind::<Nullable<BigInt>, _>(new.version)
    .execute(conn.db())
    .await?;
    let done: Vec<Row> = sql("SELECT question_id FROM golden_results WHERE run_id = $1")
        .bind::<SqlUuid, _>(new.id)
        .load(conn.db())
        .await?;
    Ok(done.into_iter().map(|row| row.question_id).collect())
}

/// Writes down what a question found; nothing where it was removed meanwhile.
///
/// # Errors
/// [`StoreError`] where the run does not exist or the database fails.
pub async fn found(
    conn: &mut TenantConn<'_>,
    run: JobId,
    result: &NewGoldenResult,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO golden_results (tenant_id, run_id, question_id, passed, abstained, source_place, missing, \
                                     answer, grounding, cost_nanos) \
         SELECT tenant_id, $1, id, $3, $4, $5, $6, $7, $8, $9 FROM golden_questions WHERE id = $2 FOR KEY SHARE \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(run)
    .bind::<SqlUuid, _>(result.question)
    .bind::<Bool, _>(result.passed)
    .bind::<Bool, _>(result.abstained)
    .bind::<Nullable<SmallInt>, _>(result.source_place)
    .bind::<Array<Text>, _>(&result.missing)
    .bind::<Nullable<Text>, _>(result.answer.as_deref())
    .bind::<Nullable<Float>, _>(result.grounding)
    .bind::<Nullable<BigInt>, _>(result.cost_nanos)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Ends a run: counts what it found, compares it with the one before of the same kind under the settings of
/// its time, or of the same version, and forgets what nobody will ever end, and all but the newest `kept` of
/// that kind in the space: of runs of versions, and of the others, that many each.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such run.
pub async fn finish(
    conn: &mut TenantConn<'_>,
    run: JobId,
    kept: i32,
    at: DateTime<Utc>,
) -> Result<GoldenRun, StoreError> {
    let finished: GoldenRun = sql(concat!(
        "UPDATE golden_runs SET finished_at = $2, questions = c.questions, passed = c.passed, \
                regressed = c.regressed, mended = c.mended, compared_with = c.compared_with \
         FROM (SELECT count(n.question_id)::int AS questions, (count(*) FILTER (WHERE n.passed))::int AS passed, \
                      (count(*) FILTER (WHERE NOT n.passed AND o.passed))::int AS regressed, \
                      (count(*) FILTER (WHERE n.passed AND NOT o.passed))::int AS mended, \
                      b.id AS compared_with \
               FROM golden_runs r \
               LEFT JOIN LATERAL (SELECT id, started_at FROM golden_runs p \
                    WHERE p.space_id = r.space_id AND p.answers = r.answers AND p.finished_at IS NOT NULL \
                      AND p.version IS NOT DISTINCT FROM r.version \
                      AND p.id <> r.id ORDER BY p.started_at DESC, p.id DESC LIMIT 1) b ON true \
               LEFT JOIN golden_results n ON n.run_id = r.id \
               LEFT JOIN golden_questions q ON q.id = n.question_id \
               LEFT JOIN golden_results o ON o.run_id = b.id AND o.question_id = n.question_id \
                    AND q.updated_at <= b.started_at \
               WHERE r.id = $1 GROUP BY b.id) c \
         WHERE golden_runs.id = $1 RETURNING ",
        "golden_runs.id, space_id, cause, answers, knowledge_version, version, golden_runs.questions, golden_runs.passed, \
         golden_runs.regressed, golden_runs.mended, golden_runs.compared_with, started_at, finished_at"
    ))
    .bind::<SqlUuid, _>(run)
    .bind::<Timestamptz, _>(at)
    .get_result(conn.db())
    .await?;
    sql(
        "DELETE FROM golden_runs g WHERE space_id = $1 AND answers = $3 AND CASE WHEN finished_at IS NULL \
            THEN NOT EXISTS (SELECT FROM jobs j WHERE j.tenant_id = g.tenant_id AND j.id = g.id \
                               AND j.state IN ('queued', 'running')) \
            ELSE (version IS NULL) = $4 AND id NOT IN ( \
                SELECT id FROM golden_runs WHERE space_id = $1 AND answers = $3 AND (version IS NULL) = $4 \
                  AND finished_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT $2) END",
    )
    .bind::<SqlUuid, _>(finished.space_id)
    .bind::<Integer, _>(kept)
    .bind::<Bool, _>(finished.answers)
    .bind::<Bool, _>(finished.version.is_none())
    .execute(conn.db())
    .await?;
    Ok(finished)
}

/// The runs of a space, the newest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn runs(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    limit: i32,
) -> Result<Vec<GoldenRun>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        run!(),
        " FROM golden_runs WHERE space_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2"
    ))
    .bind::<SqlUuid, _>(space)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// One run.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such run.
pub async fn run(conn: &mut TenantConn<'_>, id: JobId) -> Result<GoldenRun, StoreError> {
    let found = sql(concat!(
        "SELECT ",
        run!(),
        " FROM golden_runs r WHERE id = $1 AND EXISTS (SELECT FROM spaces s \
            WHERE s.tenant_id = r.tenant_id AND s.id = r.space_id AND s.removed_at IS NULL)"
    ))
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await
    .optional()?;
    found.ok_or(StoreError::NotFound)
}

/// What a run found: first what got worse, then what else is missing, then the rest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn results(conn: &mut TenantConn<'_>, run: JobId) -> Result<Vec<GoldenResult>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        question!(),
        ", n.passed, o.passed AS passed_before, n.abstained, n.source_place, n.missing, n.answer, n.grounding, \
           n.cost_nanos \
         FROM golden_results n JOIN golden_runs r ON r.id = n.run_id JOIN golden_questions q ON q.id = n.question_id ",
        named!(),
        " LEFT JOIN golden_runs b ON b.id = r.compared_with \
          LEFT JOIN golden_results o ON o.run_id = b.id AND o.question_id = n.question_id \
               AND q.updated_at <= b.started_at \
          WHERE n.run_id = $1 ORDER BY n.passed, coalesce(o.passed, false) DESC, q.id"
    ))
    .bind::<SqlUuid, _>(run)
    .load(conn.db())
    .await?)
}
