//! The ledger as its payer reads it. Groups come from `usage_quarters`, which a trigger writes with the calls
//! themselves; a quarter of an hour is in one day of any time zone. Single calls come from `usage_events`.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::CallKind;
use crate::{
    error::StoreError,
    ids::{ConversationId, ReservationId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// Which calls are wanted. What is absent does not narrow.
#[derive(Clone, Debug)]
pub struct UsageFilter {
    /// Settled at this moment or later; of groups a whole quarter of an hour.
    pub from: DateTime<Utc>,
    /// Settled before this moment; the same.
    pub to: DateTime<Utc>,
    /// Made for this space.
    pub space: Option<SpaceId>,
    /// Answered by this model.
    pub model: Option<String>,
    /// Made for this.
    pub kind: Option<CallKind>,
}

/// What calls are grouped by; by nothing they are one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageBy {
    /// The day in the time zone that is asked for.
    pub day: bool,
    /// The space.
    pub space: bool,
    /// The model.
    pub model: bool,
    /// What they were for.
    pub kind: bool,
}

/// What calls came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct UsageSum {
    /// Calls.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// Tokens sent, uncached.
    #[diesel(sql_type = BigInt)]
    pub input: i64,
    /// Tokens received.
    #[diesel(sql_type = BigInt)]
    pub output: i64,
    /// Tokens written to a cache.
    #[diesel(sql_type = BigInt)]
    pub cache_write: i64,
    /// Tokens read from a cache.
    #[diesel(sql_type = BigInt)]
    pub cache_read: i64,
    /// Nano-dollars.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
    /// Calls whose tokens were counted here.
    #[diesel(sql_type = BigInt)]
    pub estimated: i64,
    /// Calls that have no price.
    #[diesel(sql_type = BigInt)]
    pub unpriced: i64,
}

impl UsageSum {
    /// Adds another; it stops at the largest number there is.
    pub fn add(&mut self, more: &Self) {
        for (sum, more) in [
            (&mut self.calls, more.calls),
            (&mut self.input, more.input),
            (&mut self.output, more.output),
            (&mut self.cache_write, more.cache_write),
            (&mut self.cache_read, more.cache_read),
            (&mut self.cost_nanos, more.cost_nanos),
            (&mut self.estimated, more.estimated),
            (&mut self.unpriced, more.unpriced),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

/// Calls of one day, space, model and kind, as far as they were grouped by these.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct UsageGroup {
    /// The day.
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    /// The space.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub space_id: Option<SpaceId>,
    /// What it is called.
    #[diesel(sql_type = Nullable<Text>)]
    pub space_name: Option<String>,
    /// The model.
    #[diesel(sql_type = Nullable<Text>)]
    pub model: Option<String>,
    /// What for.
    #[diesel(sql_type = Nullable<Text>)]
    pub kind: Option<CallKind>,
    /// What they came to.
    #[diesel(embed)]
    pub sum: UsageSum,
}

/// Calls in groups, the first day first, in it the dearest. `limit` groups at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn usage_groups(
    conn: &mut TenantConn<'_>,
    filter: &UsageFilter,
    by: UsageBy,
    time_zone: &str,
    limit: i64,
) -> Result<Vec<UsageGroup>, StoreError> {
    let statement = sql("WITH grouped AS ( \
             SELECT CASE WHEN $6 THEN (at AT TIME ZONE $10)::date END AS day, CASE WHEN $7 THEN space_id END AS space_id, \
                    CASE WHEN $8 THEN model END AS model, CASE WHEN $9 THEN kind END AS kind, \
                    sum(calls)::bigint AS calls, sum(input)::bigint AS input, sum(output)::bigint AS output, \
                    sum(cache_write)::bigint AS cache_write, sum(cache_read)::bigint AS cache_read, \
                    sum(cost_nanos)::bigint AS cost_nanos, sum(estimated)::bigint AS estimated, \
                    sum(unpriced)::bigint AS unpriced \
             FROM usage_quarters \
             WHERE at >= $1 AND at < $2 AND ($3::uuid IS NULL OR space_id = $3) \
               AND ($4::text IS NULL OR model = $4) AND ($5::text IS NULL OR kind = $5) \
             GROUP BY 1, 2, 3, 4) \
         SELECT g.day, g.space_id, s.name AS space_name, g.model, g.kind, g.calls, g.input, g.output, g.cache_write, \
                g.cache_read, g.cost_nanos, g.estimated, g.unpriced \
         FROM grouped g LEFT JOIN spaces s ON s.id = g.space_id \
         ORDER BY g.day, g.cost_nanos DESC, g.calls DESC, g.space_id, g.model, g.kind LIMIT $11")
    .bind::<Timestamptz, _>(filter.from)
    .bind::<Timestamptz, _>(filter.to)
    .bind::<Nullable<SqlUuid>, _>(filter.space)
    .bind::<Nullable<Text>, _>(filter.model.as_deref())
    .bind::<Nullable<Text>, _>(filter.kind)
    .bind::<Bool, _>(by.day)
    .bind::<Bool, _>(by.space)
    .bind::<Bool, _>(by.model)
    .bind::<Bool, _>(by.kind)
    .bind::<Text, _>(time_zone)
    .bind::<BigInt, _>(limit);
    Ok(statement.load(conn.db()).await?)
}

/// What a conversation cost, by model and kind, the dearest first; nothing where no call was made for it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn usage_of_conversation(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
) -> Result<Vec<UsageGroup>, StoreError> {
    let statement = sql("SELECT NULL::date AS day, NULL::uuid AS space_id, NULL::text AS space_name, model, kind, \
                count(*) AS calls, sum(input)::bigint AS input, sum(output)::bigint AS output, \
                sum(cache_write_5m + cache_write_1h)::bigint AS cache_write, sum(cache_read)::bigint AS cache_read, \
                sum(cost_nanos)::bigint AS cost_nanos, count(*) FILTER (WHERE estimated) AS estimated, \
                count(*) FILTER (WHERE price_effective IS NULL) AS unpriced \
         FROM usage_events WHERE conversation_id = $1 \
         GROUP BY model, kind ORDER BY sum(cost_nanos) DESC, count(*) DESC, model, kind")
    .bind::<SqlUuid, _>(conversation);
    Ok(statement.load(conn.db()).await?)
}

/// One call that was charged.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct UsageEvent {
    /// Which call.
    #[diesel(sql_type = SqlUuid)]
    pub reservation_id: ReservationId,
    /// When it was settled.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Made for this space.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// What that is called.
    #[diesel(sql_type = Nullable<Text>)]
    pub space_name: Option<String>,
    /// The conversation, where there is one; it may be removed.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation_id: Option<ConversationId>,
    /// What for.
    #[diesel(sql_type = Text)]
    pub kind: CallKind,
    /// The model that answered.
    #[diesel(sql_type = Text)]
    pub model: String,
    /// Tokens sent, uncached.
    #[diesel(sql_type = BigInt)]
    pub input: i64,
    /// Tokens received.
    #[diesel(sql_type = BigInt)]
    pub output: i64,
    /// Tokens written to a cache.
    #[diesel(sql_type = BigInt)]
    pub cache_write: i64,
    /// Tokens read from a cache.
    #[diesel(sql_type = BigInt)]
    pub cache_read: i64,
    /// Nano-dollars; 0 where it has no price.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
    /// Whether its tokens were counted here.
    #[diesel(sql_type = Bool)]
    pub estimated: bool,
    /// From when on the price it was charged by holds; none: it has no price.
    #[diesel(sql_type = Nullable<Date>)]
    pub price_effective: Option<NaiveDate>,
}

/// A page of single calls, the newest first, after the one of this moment and identity.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn usage_page(
    conn: &mut TenantConn<'_>,
    filter: &UsageFilter,
    conversation: Option<ConversationId>,
    after: Option<(DateTime<Utc>, ReservationId)>,
    limit: i64,
) -> Result<Vec<UsageEvent>, StoreError> {
    let (at, id) = after.unzip();
    let statement = sql("SELECT u.reservation_id, u.at, u.space_id, s.name AS space_name, u.conversation_id, u.kind, \
                u.model, u.input, u.output, u.cache_write_5m + u.cache_write_1h AS cache_write, u.cache_read, \
                u.cost_nanos, u.estimated, u.price_effective \
         FROM usage_events u LEFT JOIN spaces s ON s.id = u.space_id \
         WHERE u.at >= $1 AND u.at < $2 AND ($3::uuid IS NULL OR u.space_id = $3) \
           AND ($4::text IS NULL OR u.model = $4) AND ($5::text IS NULL OR u.kind = $5) \
           AND ($6::uuid IS NULL OR u.conversation_id = $6) \
           AND ($7::timestamptz IS NULL OR (u.at, u.reservation_id) < ($7, $8)) \
         ORDER BY u.at DESC, u.reservation_id DESC LIMIT $9")
    .bind::<Timestamptz, _>(filter.from)
    .bind::<Timestamptz, _>(filter.to)
    .bind::<Nullable<SqlUuid>, _>(filter.space)
    .bind::<Nullable<Text>, _>(filter.model.as_deref())
    .bind::<Nullable<Text>, _>(filter.kind)
    .bind::<Nullable<SqlUuid>, _>(conversation)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit);
    Ok(statement.load(conn.db()).await?)
}

/// What the month of the workspace's clock has cost so far, and the last seven days.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct MonthCost {
    /// When the month began.
    #[diesel(sql_type = Timestamptz)]
    pub begins: DateTime<Utc>,
    /// When it ends.
    #[diesel(sql_type = Timestamptz)]
    pub ends: DateTime<Utc>,
    /// Since it began, in nano-dollars.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
    /// In the last seven days, in nano-dollars.
    #[diesel(sql_type = BigInt)]
    pub week_nanos: i64,
    /// When the first of these was charged, to the quarter of an hour.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub week_begins: Option<DateTime<Utc>>,
}

/// The month in which `now` is.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn month_cost(conn: &mut TenantConn<'_>, now: DateTime<Utc>) -> Result<MonthCost, StoreError> {
    let tenant = conn.tenant_id();
    let statement = sql("WITH month AS ( \
             SELECT p.period::timestamp AT TIME ZONE t.time_zone AS begins, p.resets_at AS ends, \
                    $2::timestamptz - interval '7 days' AS week \
             FROM tenants t CROSS JOIN LATERAL parlance_period('cost_per_month', $2) p WHERE t.id = $1) \
         SELECT m.begins, m.ends, coalesce(sum(q.cost_nanos) FILTER (WHERE q.at >= m.begins), 0)::bigint AS cost_nanos, \
                coalesce(sum(q.cost_nanos) FILTER (WHERE q.at >= m.week), 0)::bigint AS week_nanos, \
                min(q.at) FILTER (WHERE q.at >= m.week AND q.cost_nanos > 0) AS week_begins \
         FROM month m LEFT JOIN usage_quarters q ON q.at >= least(m.begins, m.week) AND q.at <= $2 \
         GROUP BY m.begins, m.ends")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(now);
    Ok(statement.get_result(conn.db()).await?)
}

/// Models that calls were made to and that have no price, by name.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unpriced_models(
    conn: &mut TenantConn<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        model: String,
    }
    let rows: Vec<Row> = sql("SELECT DISTINCT model FROM usage_quarters \
         WHERE at >= $1 AND at < $2 AND unpriced > 0 ORDER BY model")
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.model).collect())
}
