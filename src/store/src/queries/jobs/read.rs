//! Jobs as a workspace sees them. Mail is between Parlance and one person and is not among them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Integer, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::Job;
use crate::{
    error::StoreError,
    ids::{JobId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// A job by its identity.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such job.
pub async fn get(conn: &mut TenantConn<'_>, id: JobId) -> Result<Job, StoreError> {
    Ok(sql(
        "SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                      error, created_at, started_at, ended_at FROM jobs WHERE id = $1 AND kind NOT IN ('send_mail', 'tell_waiting', 'sort_ticket', 'learn_categories')",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// The tenant's jobs, or those of a space, the newest first; at most `limit`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(
    conn: &mut TenantConn<'_>,
    space: Option<SpaceId>,
    limit: i32,
) -> Result<Vec<Job>, StoreError> {
    let newest = match space {
        Some(space) => sql(
            "SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                    error, created_at, started_at, ended_at FROM jobs \
             WHERE space_id = $2 ORDER BY created_at DESC, id DESC LIMIT $1",
        )
        .bind::<Integer, _>(limit)
        .bind::<SqlUuid, _>(space),
        None => sql(
            "SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                    error, created_at, started_at, ended_at FROM jobs \
             WHERE kind NOT IN ('send_mail', 'tell_waiting', 'sort_ticket', 'learn_categories') ORDER BY created_at DESC, id DESC LIMIT $1",
        )
        .bind::<Integer, _>(limit),
    };
    Ok(newest.load(conn.db()).await?)
}

/// The tenant's jobs that run, and those that wait, in the order of their turns; at most `limit`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn active(conn: &mut TenantConn<'_>, limit: i32) -> Result<Vec<Job>, StoreError> {
    Ok(sql(
        "(SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                 error, created_at, started_at, ended_at FROM jobs WHERE state = 'running' AND kind NOT IN ('send_mail', 'tell_waiting', 'sort_ticket', 'learn_categories') \
          ORDER BY started_at, id LIMIT $1) \
         UNION ALL \
         (SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                 error, created_at, started_at, ended_at FROM jobs WHERE state = 'queued' AND kind NOT IN ('send_mail', 'tell_waiting', 'sort_ticket', 'learn_categories') \
          ORDER BY priority DESC, due_at, id LIMIT $1) \
         LIMIT $1",
    )
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// The jobs of these identities, and the last that ended after `since`, at most `limit` of them.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lately(
    conn: &mut TenantConn<'_>,
    ids: &[JobId],
    since: DateTime<Utc>,
    limit: i32,
) -> Result<Vec<Job>, StoreError> {
    Ok(sql(
        "SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                error, created_at, started_at, ended_at FROM jobs \
         WHERE id IN (SELECT unnest($1) UNION \
                      (SELECT e.id FROM jobs e WHERE e.ended_at > $2 AND e.kind NOT IN ('send_mail', 'tell_waiting', 'sort_ticket', 'learn_categories') ORDER BY e.ended_at DESC LIMIT $3)) \
         ORDER BY ended_at, id",
    )
    .bind::<Array<SqlUuid>, _>(ids.to_vec())
    .bind::<Timestamptz, _>(since)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}
