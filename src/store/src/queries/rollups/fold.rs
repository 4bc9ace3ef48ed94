//! Deltas become counters.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, statement::sql, tenant::TenantConn};

/// Keeps everybody else from folding or repairing while the transaction lasts. `false`, and nothing is
/// kept from anybody, where somebody is at it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn begin_folding(conn: &mut TenantConn<'_>) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        mine: bool,
    }
    let tenant = conn.tenant_id();
    let row: Row =
        sql("SELECT pg_try_advisory_xact_lock(hashtextextended('rollups/' || $1::text, 0)) AS mine")
            .bind::<SqlUuid, _>(tenant)
            .get_result(conn.db())
            .await?;
    Ok(row.mine)
}

/// The same, and waits for whoever is at it: one statement's time.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn wait_to_fold(conn: &mut TenantConn<'_>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("SELECT pg_advisory_xact_lock(hashtextextended('rollups/' || $1::text, 0))")
        .bind::<SqlUuid, _>(tenant)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Adds up to `most` deltas to the counters and returns how many there were. One statement: nobody sees
/// a delta twice or not at all. To be called behind [`begin_folding`].
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn fold(conn: &mut TenantConn<'_>, most: i64) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        folded: i64,
    }
    let row: Row = sql("WITH taken AS ( \
             DELETE FROM rollup_deltas WHERE id IN (SELECT id FROM rollup_deltas ORDER BY id LIMIT $1) \
             RETURNING tenant_id, space_id, channel, at, metrics, counts, visitor_id), \
         came AS ( \
             INSERT INTO rollup_visitors (tenant_id, space_id, channel, at, visitor_id) \
             SELECT DISTINCT tenant_id, space_id, channel, at, visitor_id FROM taken WHERE visitor_id IS NOT NULL \
             ON CONFLICT DO NOTHING), \
         counted AS ( \
             INSERT INTO rollups AS r (tenant_id, space_id, channel, at, metric, n) \
             SELECT t.tenant_id, t.space_id, t.channel, t.at, u.metric, sum(u.n)::bigint \
             FROM taken t CROSS JOIN LATERAL unnest(t.metrics, t.counts) AS u (metric, n) \
             GROUP BY t.tenant_id, t.space_id, t.channel, t.at, u.metric \
             ON CONFLICT (tenant_id, space_id, at, metric, channel) DO UPDATE SET n = r.n + excluded.n) \
         SELECT count(*) AS folded FROM taken")
    .bind::<BigInt, _>(most)
    .get_result(conn.db())
    .await?;
    Ok(row.folded)
}
