//! From settled reservations to usage, and reading it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::{ExpressionMethods, QueryDsl, Queryable, QueryableByName, Selectable, SelectableHelper},
    sql_types::{BigInt, Date, Timestamptz},
};
use diesel_async::RunQueryDsl;

use super::CallKind;
use crate::{
    error::StoreError,
    ids::{SpaceId, TenantId},
    schema::usage_daily::dsl as columns,
    statement::sql,
    tenant::TenantConn,
};

/// Records up to `limit` settled reservations and returns how many. One statement: an event and
/// its share of the day's sum appear together or not at all. Several recorders may run at once;
/// each takes what no other holds. Rows are found again by where they lie, which cannot change while they are held;
/// one that somebody moved just before is left to the next pass.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn record_settled(
    conn: &mut TenantConn<'_>,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        recorded: i64,
    }
    let row: Row = sql("WITH batch AS ( \
             UPDATE reservations SET recorded_at = $2 WHERE ctid = ANY (ARRAY( \
                 SELECT ctid FROM reservations WHERE state = 'settled' AND recorded_at IS NULL \
                 ORDER BY settled_at LIMIT $1 FOR UPDATE SKIP LOCKED)) \
             RETURNING *), \
         events AS ( \
             INSERT INTO usage_events (tenant_id, reservation_id, day, at, space_id, conversation_id, kind, model, \
                 input, output, cache_write_5m, cache_write_1h, cache_read, estimated, cost_nanos, price_effective) \
             SELECT tenant_id, id, (settled_at AT TIME ZONE 'UTC')::date, settled_at, space_id, conversation_id, \
                 kind, model, input, output, cache_write_5m, cache_write_1h, cache_read, estimated, cost_nanos, \
                 price_effective FROM batch \
             ON CONFLICT (tenant_id, reservation_id) DO NOTHING RETURNING *), \
         daily AS ( \
             INSERT INTO usage_daily AS d (tenant_id, day, space_id, model, kind, calls, \
                 input, output, cache_write_5m, cache_write_1h, cache_read, cost_nanos) \
             SELECT tenant_id, day, space_id, model, kind, count(*), sum(input), sum(output), \
                 sum(cache_write_5m), sum(cache_write_1h), sum(cache_read), sum(cost_nanos) \
             FROM events GROUP BY tenant_id, day, space_id, model, kind ORDER BY day, space_id, model, kind \
             ON CONFLICT (tenant_id, day, space_id, model, kind) DO UPDATE SET \
                 calls = d.calls + excluded.calls, input = d.input + excluded.input, \
                 output = d.output + excluded.output, \
                 cache_write_5m = d.cache_write_5m + excluded.cache_write_5m, \
                 cache_write_1h = d.cache_write_1h + excluded.cache_write_1h, \
                 cache_read = d.cache_read + excluded.cache_read, \
                 cost_nanos = d.cost_nanos + excluded.cost_nanos) \
         SELECT count(*) AS recorded FROM events")
    .bind::<BigInt, _>(limit)
    .bind::<Timestamptz, _>(now)
    .get_result(conn.db())
    .await?;
    Ok(row.recorded)
}

/// One day's use of one model in one space.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::usage_daily, check_for_backend(diesel::pg::Pg))]
pub struct DailyUsage {
    /// Whose.
    pub tenant_id: TenantId,
    /// The UTC date.
    pub day: NaiveDate,
    /// Where.
    pub space_id: SpaceId,
    /// By which model.
    pub model: String,
    /// What for.
    pub kind: CallKind,
    /// How often.
    pub calls: i64,
    /// Tokens sent, uncached.
    pub input: i64,
    /// Tokens received.
    pub output: i64,
    /// Tokens written to the five-minute cache.
    pub cache_write_5m: i64,
    /// Tokens written to the one-hour cache.
    pub cache_write_1h: i64,
    /// Tokens read from the cache.
    pub cache_read: i64,
    /// Nano-dollars.
    pub cost_nanos: i64,
}

/// The days `from..=to`, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn usage_daily(
    conn: &mut TenantConn<'_>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<DailyUsage>, StoreError> {
    let query = columns::usage_daily
        .filter(columns::day.between(from, to))
        .order((columns::day, columns::space_id, columns::model, columns::kind))
        .select(DailyUsage::as_select());
    Ok(query.load(conn.db()).await?)
}

/// Sums over a span of days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct UsageTotals {
    /// Calls recorded.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// Tokens sent, uncached.
    #[diesel(sql_type = BigInt)]
    pub input: i64,
    /// Tokens received.
    #[diesel(sql_type = BigInt)]
    pub output: i64,
    /// Tokens written to the five-minute cache.
    #[diesel(sql_type = BigInt)]
    pub cache_write_5m: i64,
    /// Tokens written to the one-hour cache.
    #[diesel(sql_type = BigInt)]
    pub cache_write_1h: i64,
    /// Tokens read from the cache.
    #[diesel(sql_type = BigInt)]
    pub cache_read: i64,
    /// Nano-dollars.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
}

/// What was recorded on the days `from..=to`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn usage_totals(
    conn: &mut TenantConn<'_>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<UsageTotals, StoreError> {
    Ok(sql(
        "SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(input), 0)::bigint AS input, \
                   coalesce(sum(output), 0)::bigint AS output, \
                   coalesce(sum(cache_write_5m), 0)::bigint AS cache_write_5m, \
                   coalesce(sum(cache_write_1h), 0)::bigint AS cache_write_1h, \
                   coalesce(sum(cache_read), 0)::bigint AS cache_read, \
                   coalesce(sum(cost_nanos), 0)::bigint AS cost_nanos \
            FROM usage_daily WHERE day BETWEEN $1 AND $2",
    )
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .get_result(conn.db())
    .await?)
}
