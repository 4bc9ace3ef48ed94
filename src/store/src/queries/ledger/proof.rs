//! What the books of a day say, for them to be compared with each other and with others'.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{CallKind, TokenUsage};
use crate::{error::StoreError, ids::ReservationId, statement::sql, tenant::TenantConn};

/// A call as it is booked.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct BookedCall {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub reservation: ReservationId,
    /// What it was for.
    #[diesel(sql_type = Text)]
    pub kind: CallKind,
    /// The model that took it.
    #[diesel(sql_type = Text)]
    pub model: String,
    /// The UTC date on which it was sent.
    #[diesel(sql_type = Date)]
    pub sent_on: NaiveDate,
    /// The UTC date on which it is billed.
    #[diesel(sql_type = Date)]
    pub booked_on: NaiveDate,
    /// Its tokens.
    #[diesel(embed)]
    pub usage: TokenUsage,
    /// Whether they were counted here.
    #[diesel(sql_type = Bool)]
    pub estimated: bool,
    /// Nano-dollars.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
    /// The effective date of the price used.
    #[diesel(sql_type = Nullable<Date>)]
    pub price_effective: Option<NaiveDate>,
    /// Whether its reservation was settled with the same.
    #[diesel(sql_type = Bool)]
    pub as_settled: bool,
}

/// Calls that were sent on `day` or are billed on it, behind `after`, by their ids, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn calls_of_day(
    conn: &mut TenantConn<'_>,
    day: NaiveDate,
    after: ReservationId,
    limit: i64,
) -> Result<Vec<BookedCall>, StoreError> {
    let query = sql(
        "SELECT u.reservation_id AS reservation, u.kind, u.model, c.sent_on, u.day AS booked_on, u.input, u.output, \
                u.cache_write_5m, u.cache_write_1h, u.cache_read, u.estimated, u.cost_nanos, u.price_effective, \
                (r.state, r.model, r.input, r.output, r.cache_write_5m, r.cache_write_1h, r.cache_read, r.cost_nanos) \
                = ('settled', u.model, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read, \
                   u.cost_nanos) AS as_settled \
         FROM usage_events u JOIN reservations r ON r.tenant_id = u.tenant_id AND r.id = u.reservation_id, \
              LATERAL (SELECT (coalesce(r.sent_at, r.created_at) AT TIME ZONE 'UTC')::date AS sent_on) c \
         WHERE u.day >= $1 AND (u.day = $1 OR c.sent_on = $1) AND u.reservation_id > $2 \
         ORDER BY u.reservation_id LIMIT $3",
    )
    .bind::<Date, _>(day)
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(limit);
    Ok(query.get_results(conn.db()).await?)
}

/// A call that ought to be in the books.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct MissingCall {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub reservation: ReservationId,
    /// The model it was for.
    #[diesel(sql_type = Text)]
    pub model: String,
    /// Whether it is settled, and only not recorded; else it is open beyond its time.
    #[diesel(sql_type = Bool)]
    pub settled: bool,
    /// What it was settled with, or what was noted of it.
    #[diesel(embed)]
    pub usage: TokenUsage,
    /// Nano-dollars, where it is settled.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
}

/// Calls of `day` that are open though they expired before `now`, or settled and not recorded.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn missing_of_day(
    conn: &mut TenantConn<'_>,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<MissingCall>, StoreError> {
    let query = sql(
        "SELECT r.id AS reservation, r.model, r.state = 'settled' AS settled, \
                CASE r.state WHEN 'open' THEN r.estimate_input ELSE r.input END AS input, \
                CASE r.state WHEN 'open' THEN r.estimate_output ELSE r.output END AS output, \
                r.cache_write_5m, r.cache_write_1h, r.cache_read, r.cost_nanos \
         FROM reservations r \
         WHERE (r.state = 'open' AND r.expires_at <= $2 AND (r.created_at AT TIME ZONE 'UTC')::date = $1) \
            OR (r.state = 'settled' AND (r.settled_at AT TIME ZONE 'UTC')::date = $1 AND NOT EXISTS ( \
                SELECT FROM usage_events u WHERE u.tenant_id = r.tenant_id AND u.reservation_id = r.id)) \
         ORDER BY r.id",
    )
    .bind::<Date, _>(day)
    .bind::<Timestamptz, _>(now);
    Ok(query.get_results(conn.db()).await?)
}

/// Sums that the recorded calls add up to, kept beside them.
#[derive(Clone, Copy, Debug)]
pub struct RollUp {
    /// Its table.
    pub name: &'static str,
    statement: &'static str,
}

/// The statement that compares sums of the day `$1`, grouped by `$key`, with the calls they are of. `$sums` is a
/// query of `key`, `calls`, the five kinds of tokens and `cost_nanos`.
macro_rules! compared {
    ($key:literal, $sums:literal) => {
        concat!(
            "WITH e AS (SELECT ", $key, " AS key, count(*) AS calls, sum(input)::bigint AS input, \
                 sum(output)::bigint AS output, sum(cache_write_5m)::bigint AS cache_write_5m, \
                 sum(cache_write_1h)::bigint AS cache_write_1h, sum(cache_read)::bigint AS cache_read, \
                 sum(cost_nanos)::bigint AS cost_nanos FROM usage_events WHERE day = $1 GROUP BY 1), \
             s AS (", $sums, ") \
             SELECT key, e.calls IS NULL AS without_calls, s.calls IS NULL AS without_sums, \
                 coalesce(e.calls, 0) AS calls, coalesce(e.input, 0) AS input, coalesce(e.output, 0) AS output, \
                 coalesce(e.cache_write_5m, 0) AS cache_write_5m, coalesce(e.cache_write_1h, 0) AS cache_write_1h, \
                 coalesce(e.cache_read, 0) AS cache_read, coalesce(e.cost_nanos, 0) AS cost_nanos, \
                 coalesce(s.calls, 0) AS s_calls, coalesce(s.input, 0) AS s_input, coalesce(s.output, 0) AS s_output, \
                 coalesce(s.cache_write_5m, 0) AS s_cache_write_5m, \
                 coalesce(s.cache_write_1h, 0) AS s_cache_write_1h, \
                 coalesce(s.cache_read, 0) AS s_cache_read, coalesce(s.cost_nanos, 0) AS s_cost_nanos \
             FROM e FULL JOIN s USING (key) \
             WHERE (e.calls, e.input, e.output, e.cache_write_5m, e.cache_write_1h, e.cache_read, e.cost_nanos) \
                 IS DISTINCT FROM \
                 (s.calls, s.input, s.output, s.cache_write_5m, s.cache_write_1h, s.cache_read, s.cost_nanos) \
             ORDER BY key"
        )
    };
}

/// All that are compared; one more is a line.
#[rustfmt::skip]
pub const ROLL_UPS: &[RollUp] = &[
    RollUp { name: "usage_daily", statement: compared!("concat_ws(' ', space_id, model, kind)",
        "SELECT concat_ws(' ', space_id, model, kind) AS key, calls, input, output, cache_write_5m, cache_write_1h, \
                cache_read, cost_nanos FROM usage_daily WHERE day = $1") },
];

/// Calls and what they add up to, or what a roll-up says that they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub calls: i64,
    /// Their tokens.
    pub usage: TokenUsage,
    /// Nano-dollars.
    pub cost_nanos: i64,
}

/// Sums that are not what they are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongSums {
    /// What they are grouped by.
    pub key: String,
    /// What the calls add up to; none: there are no calls.
    pub calls: Option<Sums>,
    /// What is kept; none: nothing is.
    pub kept: Option<Sums>,
}

/// Where a roll-up is not what the calls of `day` add up to.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn wrong_sums(
    conn: &mut TenantConn<'_>,
    roll_up: &RollUp,
    day: NaiveDate,
) -> Result<Vec<WrongSums>, StoreError> {
    let query = sql(roll_up.statement).bind::<Date, _>(day);
    let rows: Vec<Row> = query.get_results(conn.db()).await?;
    Ok(rows.into_iter().map(WrongSums::from).collect())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
struct Row {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Bool)]
    without_calls: bool,
    #[diesel(sql_type = Bool)]
    without_sums: bool,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(embed)]
    usage: TokenUsage,
    #[diesel(sql_type = BigInt)]
    cost_nanos: i64,
    #[diesel(sql_type = BigInt)]
    s_calls: i64,
    #[diesel(sql_type = BigInt)]
    s_input: i64,
    #[diesel(sql_type = BigInt)]
    s_output: i64,
    #[diesel(sql_type = BigInt)]
    s_cache_write_5m: i64,
    #[diesel(sql_type = BigInt)]
    s_cache_write_1h: i64,
    #[diesel(sql_type = BigInt)]
    s_cache_read: i64,
    #[diesel(sql_type = BigInt)]
    s_cost_nanos: i64,
}

impl From<Row> for WrongSums {
    fn from(row: Row) -> Self {
        let calls = Sums {
            calls: row.calls,
            usage: row.usage,
            cost_nanos: row.cost_nanos,
        };
        let kept = Sums {
            calls: row.s_calls,
            usage: TokenUsage {
                input: row.s_input,
                output: row.s_output,
                cache_write_5m: row.s_cache_write_5m,
                cache_write_1h: row.s_cache_write_1h,
                cache_read: row.s_cache_read,
            },
            cost_nanos: row.s_cost_nanos,
        };
        Self {
            key: row.key,
            calls: (!row.without_calls).then_some(calls),
            kept: (!row.without_sums).then_some(kept),
        }
    }
}
