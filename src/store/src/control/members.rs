//! Who belongs to a tenant, changed in a transaction of that tenant.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{ControlDb, Role};
use crate::{
    error::StoreError,
    ids::{TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A person in one tenant.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Member {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    /// As it was entered.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// How others see them.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// As what.
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
}

impl ControlDb {
    /// A person in an active tenant, where they belong to it.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn member(&self, tenant: TenantId, user: UserId) -> Result<Option<Member>, StoreError> {
        let query = sql(
            "SELECT u.id AS user_id, u.email, u.name, m.role, m.created_at AS joined_at FROM memberships m \
             JOIN users u ON u.id = m.user_id JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
             WHERE m.tenant_id = $1 AND m.user_id = $2",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(user);
        Ok(self.rows(query).await?.into_iter().next())
    }
}

/// Everybody in the tenant, those who came first first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<Member>, StoreError> {
    let tenant = conn.tenant_id();
    Ok(sql(
        "SELECT u.id AS user_id, u.email, u.name, m.role, m.created_at AS joined_at FROM memberships m \
         JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 ORDER BY m.created_at, u.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .load(conn.db())
    .await?)
}

/// A member, for a change that depends on who owns the tenant: another such change waits for this
/// transaction. Who is [held](super::people::hold) as well is held before.
///
/// # Errors
/// [`StoreError::NotFound`] where the person does not belong to the tenant.
pub async fn lock(conn: &mut TenantConn<'_>, user: UserId) -> Result<Member, StoreError> {
    let tenant = conn.tenant_id();
    lock_all(conn).await?;
    let member: Option<Member> = sql(
        "SELECT u.id AS user_id, u.email, u.name, m.role, m.created_at AS joined_at FROM memberships m \
         JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 AND m.user_id = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(user)
    .get_result(conn.db())
    .await
    .optional()?;
    member.ok_or(StoreError::NotFound)
}

/// Has whoever else changes the members of the tenant wait for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock_all(conn: &mut TenantConn<'_>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(tenant)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// What a person is in the tenant. None where they do not belong to it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn role(conn: &mut TenantConn<'_>, user: UserId) -> Result<Option<Role>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        role: Role,
    }
    let tenant = conn.tenant_id();
    let found: Option<Row> = sql("SELECT role FROM memberships WHERE tenant_id = $1 AND user_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(user)
        .get_result(conn.db())
        .await
        .optional()?;
    Ok(found.map(|row| row.role))
}

/// Whether somebody besides this person owns the tenant.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn has_other_owner(conn: &mut TenantConn<'_>, user: UserId) -> Result<bool, StoreError> {
    let tenant = conn.tenant_id();
    let found = sql("SELECT FROM memberships WHERE tenant_id = $1 AND role = 'owner' AND user_id <> $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(found > 0)
}

/// Whether a person belongs to any tenant, active or not. Who decides on it
/// [holds](super::people::hold) the person.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn belongs_somewhere(conn: &mut TenantConn<'_>, user: UserId) -> Result<bool, StoreError> {
    let found = sql("SELECT FROM memberships WHERE user_id = $1 LIMIT 1")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(found > 0)
}

/// Gives a member another role.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn set_role(conn: &mut TenantConn<'_>, user: UserId, role: Role) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("UPDATE memberships SET role = $3 WHERE tenant_id = $1 AND user_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(user)
        .bind::<Text, _>(role)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Takes a person into the tenant. Who belongs to it keeps the role they have: false then.
///
/// # Errors
/// [`StoreError::Conflict`] where there is no such person.
pub async fn add(
    conn: &mut TenantConn<'_>,
    user: UserId,
    role: Role,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let tenant = conn.tenant_id();
    let added = sql(
        "INSERT INTO memberships (user_id, tenant_id, role, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, tenant_id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(role)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(added == 1)
}

/// Takes a person out of the tenant, with their sessions there.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn remove(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(())
}
