//! Golden questions: what is asked again after every change. [`run()`] and its like say what was found
//! each time, and how that compares with the time before.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{DocumentId, GoldenQuestionId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// A question with what its answer must have.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct GoldenQuestion {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: GoldenQuestionId,
    /// Where it is asked.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// What is asked.
    #[diesel(sql_type = Text)]
    pub question: String,
    /// Name of the document that must be found.
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// That document, where the space has it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub document_id: Option<DocumentId>,
    /// What must be said.
    #[diesel(sql_type = Array<Text>)]
    pub facts: Vec<String>,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// What may be said of a question.
#[derive(Clone, Copy, Debug)]
pub struct GoldenWords<'a> {
    /// What is asked.
    pub question: &'a str,
    /// Name of the document that must be found; it need not be there yet.
    pub source: Option<&'a str>,
    /// What must be said. With no source at least one.
    pub facts: &'a [String],
}

/// Columns of a [`GoldenQuestion`], of `golden_questions q` and the document `d` it names.
macro_rules! question {
    () => {
        "q.id, q.space_id, q.question, q.source, d.id AS document_id, q.facts, q.created_at, q.updated_at"
    };
}

/// The document a question names.
macro_rules! named {
    () => {
        "LEFT JOIN documents d ON d.tenant_id = q.tenant_id AND d.space_id = q.space_id AND d.name = q.source"
    };
}

mod run;

pub use run::{
    GoldenCause, GoldenResult, GoldenRun, NewGoldenResult, NewGoldenRun, begin, finish, found, results, run,
    runs,
};

/// Adds a question.
///
/// # Errors
/// [`StoreError::Conflict`] `golden_questions_once` where the space has it,
/// `golden_questions_expect` where nothing is expected.
pub async fn add(
    conn: &mut TenantConn<'_>,
    id: GoldenQuestionId,
    space: SpaceId,
    words: GoldenWords<'_>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO golden_questions (tenant_id, id, space_id, question, source, facts, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(words.question)
    .bind::<Nullable<Text>, _>(words.source)
    .bind::<Array<Text>, _>(words.facts)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Changes a question.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such question; conflicts as in [`add`].
pub async fn change(
    conn: &mut TenantConn<'_>,
    id: GoldenQuestionId,
    words: GoldenWords<'_>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sql(
        "UPDATE golden_questions SET question = $2, source = $3, facts = $4, updated_at = $5 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(words.question)
    .bind::<Nullable<Text>, _>(words.source)
    .bind::<Array<Text>, _>(words.facts)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    (changed == 1).then_some(()).ok_or(StoreError::NotFound)
}

/// Removes a question with its results.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such question.
pub async fn remove(conn: &mut TenantConn<'_>, id: GoldenQuestionId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM golden_questions WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    (removed == 1).then_some(()).ok_or(StoreError::NotFound)
}

/// One question.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such question.
pub async fn get(conn: &mut TenantConn<'_>, id: GoldenQuestionId) -> Result<GoldenQuestion, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        question!(),
        " FROM golden_questions q ",
        named!(),
        " WHERE q.id = $1 AND EXISTS (SELECT FROM spaces s WHERE s.tenant_id = q.tenant_id AND s.id = q.space_id \
                                        AND s.removed_at IS NULL)"
    ))
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// The questions of a space, oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<Vec<GoldenQuestion>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        question!(),
        " FROM golden_questions q ",
        named!(),
        " WHERE q.space_id = $1 ORDER BY q.id"
    ))
    .bind::<SqlUuid, _>(space)
    .load(conn.db())
    .await?)
}

/// Whether a space has any question.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn any(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        any: bool,
    }
    let row: Row = sql("SELECT EXISTS (SELECT FROM golden_questions WHERE space_id = $1) AS any")
        .bind::<SqlUuid, _>(space)
        .get_result(conn.db())
        .await?;
    Ok(row.any)
}

/// How many questions a space has.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn count(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        questions: i64,
    }
    let row: Row = sql("SELECT count(*) AS questions FROM golden_questions WHERE space_id = $1")
        .bind::<SqlUuid, _>(space)
        .get_result(conn.db())
        .await?;
    Ok(row.questions)
}
