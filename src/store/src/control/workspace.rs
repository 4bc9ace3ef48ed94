//! The tenant's own row: what people know it by.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Bool, Text, Timestamptz, Uuid as SqlUuid},
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
    /// Whose days and months are counted: a zone of the IANA's list.
    #[diesel(sql_type = Text)]
    pub time_zone: String,
}

/// The tenant of the transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn read(conn: &mut TenantConn<'_>) -> Result<Workspace, StoreError> {
    let tenant = conn.tenant_id();
    Ok(
        sql("SELECT id, name, created_at, time_zone FROM tenants WHERE id = $1")
            .bind::<SqlUuid, _>(tenant)
            .get_result(conn.db())
            .await?,
    )
}

/// The same, to be changed: another change waits for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock(conn: &mut TenantConn<'_>) -> Result<Workspace, StoreError> {
    let tenant = conn.tenant_id();
    Ok(
        sql("SELECT id, name, created_at, time_zone FROM tenants WHERE id = $1 FOR NO KEY UPDATE")
            .bind::<SqlUuid, _>(tenant)
            .get_result(conn.db())
            .await?,
    )
}

/// Names the tenant of the transaction anew, and sets its clock.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn change(conn: &mut TenantConn<'_>, name: &str, time_zone: &str) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("UPDATE tenants SET name = $2, time_zone = $3 WHERE id = $1")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(name)
        .bind::<Text, _>(time_zone)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Whether the database knows a time zone: which it does depends on how it was installed.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn knows_zone(conn: &mut TenantConn<'_>, name: &str) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        known: bool,
    }
    let row: Row = sql("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS known")
        .bind::<Text, _>(name)
        .get_result(conn.db())
        .await?;
    Ok(row.known)
}
