//! The tenant's own row: what people know it by.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::TenantId, statement::sql, tenant::TenantConn};

/// A tenant, as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Workspace {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: TenantId,
    /// What people call it.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// When it was founded.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The tenant of the transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn read(conn: &mut TenantConn<'_>) -> Result<Workspace, StoreError> {
    let tenant = conn.tenant_id();
    Ok(sql("SELECT id, name, created_at FROM tenants WHERE id = $1")
        .bind::<SqlUuid, _>(tenant)
        .get_result(conn.db())
        .await?)
}

/// The same, to be changed: another change waits for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock(conn: &mut TenantConn<'_>) -> Result<Workspace, StoreError> {
    let tenant = conn.tenant_id();
    Ok(
        sql("SELECT id, name, created_at FROM tenants WHERE id = $1 FOR NO KEY UPDATE")
            .bind::<SqlUuid, _>(tenant)
            .get_result(conn.db())
            .await?,
    )
}

/// Names the tenant of the transaction anew.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn rename(conn: &mut TenantConn<'_>, name: &str) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("UPDATE tenants SET name = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(name)
        .execute(conn.db())
        .await?;
    Ok(())
}
