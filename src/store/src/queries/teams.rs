//! Teams: groups of members that work is given to.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{TeamId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Team {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: TeamId,
    /// What people call it; unique in the tenant without regard to case.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Who is in it.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub members: Vec<UserId>,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// All teams of the tenant, by name.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<Team>, StoreError> {
    Ok(sql("SELECT t.id, t.name, t.created_at, \
                ARRAY(SELECT m.user_id FROM team_members m \
                      WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id ORDER BY m.user_id) AS members \
         FROM teams t ORDER BY lower(t.name), t.id")
    .load(conn.db())
    .await?)
}

/// A team, to be changed: another change waits for this transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such team.
pub async fn lock(conn: &mut TenantConn<'_>, id: TeamId) -> Result<Team, StoreError> {
    Ok(sql("SELECT t.id, t.name, t.created_at, \
                ARRAY(SELECT m.user_id FROM team_members m \
                      WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id ORDER BY m.user_id) AS members \
         FROM teams t WHERE t.id = $1 FOR NO KEY UPDATE")
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// Makes a team, or names it anew and says who is in it.
///
/// # Errors
/// [`StoreError::Conflict`] `teams_name_once` where another has the name, `team_members_are_members`
/// where somebody does not belong to the tenant.
pub async fn put(
    conn: &mut TenantConn<'_>,
    id: TeamId,
    name: &str,
    members: &[UserId],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO teams (tenant_id, id, name, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(name)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    sql("DELETE FROM team_members WHERE team_id = $1 AND user_id <> ALL ($2)")
        .bind::<SqlUuid, _>(id)
        .bind::<Array<SqlUuid>, _>(members)
        .execute(conn.db())
        .await?;
    sql("INSERT INTO team_members (tenant_id, team_id, user_id) \
         SELECT $1, $2, user_id FROM unnest($3) AS m (user_id) ON CONFLICT DO NOTHING")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(members)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a team; its members stay members.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn remove(conn: &mut TenantConn<'_>, id: TeamId) -> Result<(), StoreError> {
    sql("DELETE FROM teams WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    Ok(())
}
