//! Service level policies: what is promised of tickets, in the order in which they are tried.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{SlaPolicyId, SpaceId, TeamId, TicketCategoryId},
    statement::sql,
    tenant::TenantConn,
};

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct SlaPolicy {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: SlaPolicyId,
    /// What people call it; unique in the tenant without regard to case.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The lower, the sooner it is tried.
    #[diesel(sql_type = Integer)]
    pub position: i32,
    /// Conditions, targets and hours, as the domain wrote them.
    #[diesel(sql_type = Jsonb)]
    pub rules: Value,
    /// When it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// All policies of the tenant in their order.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<SlaPolicy>, StoreError> {
    Ok(
        sql("SELECT id, name, position, rules, updated_at FROM sla_policies ORDER BY position, id")
            .load(conn.db())
            .await?,
    )
}

/// All policies, to be changed: another change of any waits for this transaction.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lock(conn: &mut TenantConn<'_>) -> Result<Vec<SlaPolicy>, StoreError> {
    let tenant = conn.tenant_id().to_string();
    sql("SELECT pg_advisory_xact_lock(hashtextextended('sla_policies/' || $1, 0))")
        .bind::<Text, _>(tenant)
        .execute(conn.db())
        .await?;
    list(conn).await
}

/// Keeps a policy: a new one, or one that is there as it is now.
///
/// # Errors
/// [`StoreError::Conflict`] `sla_policies_name_once` where another has the name.
pub async fn put(conn: &mut TenantConn<'_>, policy: &SlaPolicy) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO sla_policies (tenant_id, id, name, position, rules, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, position = excluded.position, \
            rules = excluded.rules, updated_at = excluded.updated_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(policy.id)
    .bind::<Text, _>(&policy.name)
    .bind::<Integer, _>(policy.position)
    .bind::<Jsonb, _>(&policy.rules)
    .bind::<Timestamptz, _>(policy.updated_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Gives each of these its place, the first one first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn order(conn: &mut TenantConn<'_>, ids: &[SlaPolicyId]) -> Result<(), StoreError> {
    sql("UPDATE sla_policies p SET position = o.n \
         FROM unnest($1) WITH ORDINALITY AS o (id, n) WHERE p.id = o.id")
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a policy. What was judged by it stays.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such policy.
pub async fn remove(conn: &mut TenantConn<'_>, id: SlaPolicyId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM sla_policies WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    if removed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Which of these the tenant has all of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The spaces.
    pub spaces: bool,
    /// The teams.
    pub teams: bool,
    /// The categories.
    pub categories: bool,
}

/// Whether the tenant has all of these spaces, teams and categories.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn knows(
    conn: &mut TenantConn<'_>,
    spaces: &[SpaceId],
    teams: &[TeamId],
    categories: &[TicketCategoryId],
) -> Result<Known, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        spaces: i64,
        #[diesel(sql_type = BigInt)]
        teams: i64,
        #[diesel(sql_type = BigInt)]
        categories: i64,
    }
    let row: Row = sql("SELECT \
            (SELECT count(*) FROM unnest($1) AS s (id) WHERE NOT EXISTS ( \
                SELECT FROM spaces x WHERE x.id = s.id AND x.removed_at IS NULL)) AS spaces, \
            (SELECT count(*) FROM unnest($2) AS t (id) WHERE NOT EXISTS ( \
                SELECT FROM teams x WHERE x.id = t.id)) AS teams, \
            (SELECT count(*) FROM unnest($3) AS c (id) WHERE NOT EXISTS ( \
                SELECT FROM ticket_categories x WHERE x.id = c.id)) AS categories")
    .bind::<Array<SqlUuid>, _>(spaces)
    .bind::<Array<SqlUuid>, _>(teams)
    .bind::<Array<SqlUuid>, _>(categories)
    .get_result(conn.db())
    .await?;
    Ok(Known {
        spaces: row.spaces == 0,
        teams: row.teams == 0,
        categories: row.categories == 0,
    })
}
