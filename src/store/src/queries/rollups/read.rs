//! What the counters come to, with what is still to be added to them.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn, text_enum::text_enum};

text_enum! {
    /// How a conversation began.
    Channel {
        /// In the chat on a page.
        Widget = "widget",
        /// With a mail to the space's own address.
        Mail = "mail",
    }
}

/// What figures are of. Without either they are of all there ever was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// One space.
    pub space: Option<SpaceId>,
    /// The conversations of one channel, and nothing that is of no conversation.
    pub channel: Option<Channel>,
}

/// What a metric comes to, either in one slot over all spaces that are asked for, or in one of them over
/// all slots.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Sum {
    /// The slot, from 0; none where this is of a space.
    #[diesel(sql_type = Nullable<Integer>)]
    pub slot: Option<i32>,
    /// The space; none where this is of a slot.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub space_id: Option<SpaceId>,
    /// The word.
    #[diesel(sql_type = Text)]
    pub metric: String,
    /// The sum.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
}

/// Sums of all metrics between the first and the last of `edges`, which are quarters of an hour in order:
/// each slot from one of them up to the next.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn sums(
    conn: &mut TenantConn<'_>,
    scope: Scope,
    edges: &[DateTime<Utc>],
) -> Result<Vec<Sum>, StoreError> {
    let Some((first, last)) = edges.first().zip(edges.last()) else {
        return Ok(Vec::new());
    };
    Ok(sql("WITH counted AS ( \
             SELECT r.space_id, r.at, r.metric, r.n FROM spaces s JOIN rollups r ON r.space_id = s.id \
             WHERE r.at >= $3 AND r.at < $4 AND ($1 IS NULL OR s.id = $1) AND ($5 IS NULL OR r.channel = $5) \
             UNION ALL \
             SELECT d.space_id, d.at, u.metric, u.n FROM rollup_deltas d \
             CROSS JOIN LATERAL unnest(d.metrics, d.counts) AS u (metric, n) \
             WHERE d.at >= $3 AND d.at < $4 AND ($1 IS NULL OR d.space_id = $1) AND ($5 IS NULL OR d.channel = $5)) \
         SELECT slot, space_id, metric, sum(n)::bigint AS n \
         FROM (SELECT width_bucket(at, $2) - 1 AS slot, space_id, metric, sum(n) AS n FROM counted GROUP BY 1, 2, 3) c \
         GROUP BY GROUPING SETS ((slot, metric), (space_id, metric))")
    .bind::<Nullable<SqlUuid>, _>(scope.space)
    .bind::<Array<Timestamptz>, _>(edges)
    .bind::<Timestamptz, _>(first)
    .bind::<Timestamptz, _>(last)
    .bind::<Nullable<Text>, _>(scope.channel)
    .get_results(conn.db())
    .await?)
}

/// How many different visitors said something: in a slot, in a space, or in all of it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Visitors {
    /// The slot, from 0.
    #[diesel(sql_type = Nullable<Integer>)]
    pub slot: Option<i32>,
    /// The space.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub space_id: Option<SpaceId>,
    /// Whether this is of all of it: both others are none.
    #[diesel(sql_type = Bool)]
    pub all: bool,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
}

/// The different visitors, between the same edges as [`sums`].
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn visitors(
    conn: &mut TenantConn<'_>,
    scope: Scope,
    edges: &[DateTime<Utc>],
) -> Result<Vec<Visitors>, StoreError> {
    let Some((first, last)) = edges.first().zip(edges.last()) else {
        return Ok(Vec::new());
    };
    Ok(sql("WITH came AS ( \
             SELECT v.space_id, v.at, v.visitor_id FROM spaces s JOIN rollup_visitors v ON v.space_id = s.id \
             WHERE v.at >= $3 AND v.at < $4 AND ($1 IS NULL OR s.id = $1) AND ($5 IS NULL OR v.channel = $5) \
             UNION ALL \
             SELECT d.space_id, d.at, d.visitor_id FROM rollup_deltas d \
             WHERE d.visitor_id IS NOT NULL AND d.at >= $3 AND d.at < $4 AND ($1 IS NULL OR d.space_id = $1) \
               AND ($5 IS NULL OR d.channel = $5)) \
         SELECT slot, space_id, GROUPING(slot) = 1 AND GROUPING(space_id) = 1 AS all, \
                count(DISTINCT visitor_id) AS n \
         FROM (SELECT width_bucket(at, $2) - 1 AS slot, space_id, visitor_id FROM came) c \
         GROUP BY GROUPING SETS ((slot), (space_id), ())")
    .bind::<Nullable<SqlUuid>, _>(scope.space)
    .bind::<Array<Timestamptz>, _>(edges)
    .bind::<Timestamptz, _>(first)
    .bind::<Timestamptz, _>(last)
    .bind::<Nullable<Text>, _>(scope.channel)
    .get_results(conn.db())
    .await?)
}

/// A space, also one that is no more: what happened in it did.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Place {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: SpaceId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether it is removed.
    #[diesel(sql_type = Bool)]
    pub removed: bool,
}

/// Every space there ever was, in the order of their names.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn places(conn: &mut TenantConn<'_>) -> Result<Vec<Place>, StoreError> {
    Ok(
        sql("SELECT id, name, removed_at IS NOT NULL AS removed FROM spaces ORDER BY name, id")
            .get_results(conn.db())
            .await?,
    )
}
