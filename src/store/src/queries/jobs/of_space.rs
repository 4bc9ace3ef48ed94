//! The jobs of a space that is put away or removed.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::Job;
use crate::{
    error::StoreError,
    ids::{JobId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// Calls off the jobs of these kinds that a space has: those that wait at once, and those are returned;
/// whoever works on the others is told.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn call_off(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    kinds: &[&str],
    at: DateTime<Utc>,
) -> Result<Vec<Job>, StoreError> {
    sql("UPDATE jobs SET cancel_requested = true WHERE space_id = $1 AND kind = ANY ($2) AND state = 'running'")
        .bind::<SqlUuid, _>(space)
        .bind::<Array<Text>, _>(kinds.to_vec())
        .execute(conn.db())
        .await?;
    Ok(sql(
        "UPDATE jobs SET state = 'cancelled', ended_at = $3 \
         WHERE space_id = $1 AND kind = ANY ($2) AND state = 'queued' \
         RETURNING id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, error, \
                   created_at, started_at, ended_at",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Array<Text>, _>(kinds.to_vec())
    .bind::<Timestamptz, _>(at)
    .load(conn.db())
    .await?)
}

/// How many jobs of a space are being worked on besides `own`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn others_running(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    own: JobId,
) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        running: i64,
    }
    let row: Row =
        sql("SELECT count(*) AS running FROM jobs WHERE space_id = $1 AND id <> $2 AND state = 'running'")
            .bind::<SqlUuid, _>(space)
            .bind::<SqlUuid, _>(own)
            .get_result(conn.db())
            .await?;
    Ok(row.running)
}
