//! Whether the counters are what is in the rows that they count. What those come to is worked out here
//! anew, over whole logs at once and by other means than the triggers have, which look at one event.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::OptionalExtension,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn};

/// What is compared: the quarters from here on, or all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// A quarter of an hour.
    pub since: Option<DateTime<Utc>>,
}

/// A counter that is not what it counts.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Difference {
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// Of which channel, as [`super::Channel`]; `none` for what is of no conversation.
    #[diesel(sql_type = Text)]
    pub channel: String,
    /// In the quarter of an hour from then on.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Which; `visitors` for the different visitors.
    #[diesel(sql_type = Text)]
    pub metric: String,
    /// What was counted.
    #[diesel(sql_type = BigInt)]
    pub counted: i64,
    /// What there is.
    #[diesel(sql_type = BigInt)]
    pub there: i64,
}

macro_rules! with_differences {
    ($then:literal) => {
        concat!(
            include_str!("raw.sql"),
            ", counted AS ( \
                 SELECT space_id, channel, at, metric, sum(n)::bigint AS n FROM ( \
                     SELECT space_id, channel, at, metric, n FROM rollups \
                     UNION ALL \
                     SELECT d.space_id, d.channel, d.at, u.metric, u.n FROM rollup_deltas d \
                     CROSS JOIN LATERAL unnest(d.metrics, d.counts) AS u (metric, n)) c \
                 WHERE at >= coalesce($1, '-infinity') AND space_id IN (SELECT id FROM present) \
                 GROUP BY space_id, channel, at, metric), \
             came AS ( \
                 SELECT space_id, channel, at, visitor_id FROM rollup_visitors \
                 WHERE at >= coalesce($1, '-infinity') AND space_id IN (SELECT id FROM present) \
                 UNION \
                 SELECT space_id, channel, at, visitor_id FROM rollup_deltas \
                 WHERE visitor_id IS NOT NULL AND at >= coalesce($1, '-infinity') \
                   AND space_id IN (SELECT id FROM present)), \
             difference AS ( \
                 SELECT space_id, channel, at, metric, coalesce(c.n, 0) AS counted, coalesce(r.n, 0) AS there \
                 FROM counted c FULL JOIN raw r USING (space_id, channel, at, metric) \
                 WHERE coalesce(c.n, 0) <> coalesce(r.n, 0)), \
             visitor_difference AS ( \
                 SELECT space_id, channel, at, visitor_id, c.visitor_id IS NOT NULL AS counted \
                 FROM (SELECT *, true AS is_counted FROM came) c \
                 FULL JOIN (SELECT *, true AS is_there FROM raw_visitors) r \
                           USING (space_id, channel, at, visitor_id) \
                 WHERE is_counted IS NULL OR is_there IS NULL) ",
            $then
        )
    };
}

/// The first `most` counters that are not what they count, in order, of spaces that are not removed. One
/// statement, so whatever is being written meanwhile is either in both or in neither. May take as long
/// as reading all of the tenant's messages.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn check(
    conn: &mut TenantConn<'_>,
    window: Window,
    most: i64,
) -> Result<Vec<Difference>, StoreError> {
    Ok(sql(with_differences!(
        "SELECT space_id, channel, at, metric, counted, there FROM difference \
         UNION ALL \
         SELECT space_id, channel, at, 'visitors', \
                count(*) FILTER (WHERE counted), count(*) FILTER (WHERE NOT counted) \
         FROM visitor_difference GROUP BY space_id, channel, at \
         ORDER BY 1, 3, 4, 2 LIMIT $2"
    ))
    .bind::<Nullable<Timestamptz>, _>(window.since)
    .bind::<BigInt, _>(most)
    .get_results(conn.db())
    .await?)
}

/// Makes the counters what they count, and returns how many were not. To be called behind
/// [`super::begin_folding`], which keeps others from repairing the same twice; those who write go on. What
/// is missing is added as any other delta is, so what they write meanwhile is neither lost nor counted
/// twice.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn repair(conn: &mut TenantConn<'_>, window: Window) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        repaired: i64,
    }
    let tenant = conn.tenant_id();
    let row: Row = sql(with_differences!(
        ", put_right AS ( \
             INSERT INTO rollup_deltas (tenant_id, space_id, channel, at, metrics, counts) \
             SELECT $2, space_id, channel, at, array_agg(metric), array_agg(there - counted) \
             FROM difference GROUP BY space_id, channel, at), \
         came_too AS ( \
             INSERT INTO rollup_visitors (tenant_id, space_id, channel, at, visitor_id) \
             SELECT $2, space_id, channel, at, visitor_id FROM visitor_difference WHERE NOT counted \
             ON CONFLICT DO NOTHING), \
         never_came AS ( \
             DELETE FROM rollup_visitors v USING visitor_difference d \
             WHERE d.counted AND (v.space_id, v.channel, v.at, v.visitor_id) \
                               = (d.space_id, d.channel, d.at, d.visitor_id)) \
         SELECT (SELECT count(*) FROM difference) + (SELECT count(*) FROM visitor_difference) AS repaired"
    ))
    .bind::<Nullable<Timestamptz>, _>(window.since)
    .bind::<SqlUuid, _>(tenant)
    .get_result(conn.db())
    .await?;
    Ok(row.repaired)
}

/// When the counters were last compared; none where they never were: what is older than the counters
/// is not in them then.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn last_check(conn: &mut TenantConn<'_>) -> Result<Option<DateTime<Utc>>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Timestamptz)]
        checked_at: DateTime<Utc>,
    }
    let row: Option<Row> = sql("SELECT checked_at FROM rollup_checks")
        .get_result(conn.db())
        .await
        .optional()?;
    Ok(row.map(|row| row.checked_at))
}

/// Notes a comparison.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn checked(
    conn: &mut TenantConn<'_>,
    at: DateTime<Utc>,
    differences: i32,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO rollup_checks (tenant_id, checked_at, differences) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id) DO UPDATE SET checked_at = excluded.checked_at, differences = excluded.differences")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(at)
    .bind::<Integer, _>(differences)
    .execute(conn.db())
    .await?;
    Ok(())
}
