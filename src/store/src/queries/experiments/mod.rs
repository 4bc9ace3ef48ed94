//! A/B tests of how a space answers. The arm of each answer is written by `messages::finish_answer`;
//! [`figures()`] is what is told of them by arm.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper,
    dsl::exists,
    prelude::BoolExpressionMethods,
    sql_types::{BigInt, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::spaces::Space;
use crate::{
    error::StoreError,
    ids::{ExperimentId, SpaceId},
    schema::{experiments, spaces, tenants},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

mod figures;

pub use figures::{ArmFigures, figures};

text_enum! {
    /// One of the two ways to answer.
    Arm {
        /// As the space is set.
        A = "a",
        /// As the other version was.
        B = "b",
    }
}

/// Under which experiment and arm something was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The arm.
    pub arm: Arm,
}

/// An A/B test.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = experiments, check_for_backend(diesel::pg::Pg))]
pub struct Experiment {
    /// Its identity.
    pub id: ExperimentId,
    /// Where.
    pub space_id: SpaceId,
    /// What people call it.
    pub name: String,
    /// The version of the space that arm A is.
    pub version_a: i64,
    /// The one that arm B is.
    pub version_b: i64,
    /// How arm A answers: the domain's settings, opaque here.
    pub ai_a: Value,
    /// How arm B answers.
    pub ai_b: Value,
    /// Percent of the conversations that are of arm B, 1 to 99.
    pub share_b: i16,
    /// Who began it, as they were called then.
    pub actor_name: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; none while it runs.
    pub ended_at: Option<DateTime<Utc>>,
    /// The arm that was decided for at the end, where one was.
    pub used: Option<Arm>,
}

/// A space with the experiment that runs in it, and the word of its tenant's plan.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn with_space(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
) -> Result<Option<(Space, Option<Experiment>, String)>, StoreError> {
    let of_space = experiments::tenant_id
        .eq(spaces::tenant_id)
        .and(experiments::space_id.eq(spaces::id))
        .and(experiments::ended_at.is_null());
    let query = spaces::table
        .inner_join(tenants::table.on(tenants::id.eq(spaces::tenant_id)))
        .left_join(experiments::table.on(of_space))
        .filter(spaces::id.eq(space).and(spaces::removed_at.is_null()))
        .select((
            Space::as_select(),
            Option::<Experiment>::as_select(),
            tenants::plan,
        ));
    Ok(query.first(conn.db()).await.optional()?)
}

/// Begins an experiment.
///
/// # Errors
/// [`StoreError::Conflict`] `experiments_one_running` where one runs in the space.
pub async fn start(conn: &mut TenantConn<'_>, new: &Experiment) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO experiments (tenant_id, id, space_id, name, version_a, version_b, ai_a, ai_b, share_b, \
                                  actor_name, started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Text, _>(new.name.as_str())
    .bind::<BigInt, _>(new.version_a)
    .bind::<BigInt, _>(new.version_b)
    .bind::<Jsonb, _>(&new.ai_a)
    .bind::<Jsonb, _>(&new.ai_b)
    .bind::<SmallInt, _>(new.share_b)
    .bind::<Text, _>(new.actor_name.as_str())
    .bind::<Timestamptz, _>(new.started_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Ends an experiment that runs. False where none of that id does.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn end(
    conn: &mut TenantConn<'_>,
    id: ExperimentId,
    used: Option<Arm>,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = sql("UPDATE experiments SET ended_at = $2, used = $3 WHERE id = $1 AND ended_at IS NULL")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .bind::<Nullable<Text>, _>(used)
        .execute(conn.db())
        .await?;
    Ok(ended > 0)
}

/// Whether an experiment runs in a space.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn runs(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<bool, StoreError> {
    let running = experiments::table.filter(
        experiments::space_id
            .eq(space)
            .and(experiments::ended_at.is_null()),
    );
    Ok(diesel::select(exists(running)).get_result(conn.db()).await?)
}

/// An experiment of a space.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such experiment.
pub async fn get(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    id: ExperimentId,
) -> Result<Experiment, StoreError> {
    let query = experiments::table
        .filter(experiments::id.eq(id).and(experiments::space_id.eq(space)))
        .select(Experiment::as_select());
    Ok(query.first(conn.db()).await?)
}

/// The experiments of a space, the newest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    limit: i64,
) -> Result<Vec<Experiment>, StoreError> {
    let query = experiments::table
        .filter(experiments::space_id.eq(space))
        .order((experiments::started_at.desc(), experiments::id.desc()))
        .limit(limit)
        .select(Experiment::as_select());
    Ok(query.load(conn.db()).await?)
}
