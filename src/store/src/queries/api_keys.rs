//! The keys of programs, and their row in the directory that finds a tenant by them.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{ApiKeyId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A key; never the secret in it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ApiKey {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: ApiKeyId,
    /// What people call it.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What is shown of it: `sk_` and eight characters.
    #[diesel(sql_type = Text)]
    pub prefix: String,
    /// What it may do, in the words of permissions.
    #[diesel(sql_type = Array<Text>)]
    pub scopes: Vec<String>,
    /// Who made it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub created_by: Option<UserId>,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, about.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it does not work any more.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Makes a key that is found by its prefix and told by `mac`.
///
/// # Errors
/// [`StoreError::Conflict`] `api_key_index_pkey` where another has the prefix.
pub async fn create(conn: &mut TenantConn<'_>, key: &ApiKey, mac: &[u8]) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "WITH key AS (INSERT INTO api_keys (tenant_id, id, name, prefix, scopes, created_by, created_at, expires_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)) \
         INSERT INTO api_key_index (prefix, tenant_id, key_id, mac) VALUES ($4, $1, $2, $9)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(key.id)
    .bind::<Text, _>(key.name.as_str())
    .bind::<Text, _>(key.prefix.as_str())
    .bind::<Array<Text>, _>(&key.scopes)
    .bind::<Nullable<SqlUuid>, _>(key.created_by)
    .bind::<Timestamptz, _>(key.created_at)
    .bind::<Nullable<Timestamptz>, _>(key.expires_at)
    .bind::<Binary, _>(mac)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The newest keys of the tenant, the newest first, also those that work no more.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>, limit: i64) -> Result<Vec<ApiKey>, StoreError> {
    Ok(sql(
        "SELECT id, name, prefix, scopes, created_by, created_at, expires_at, last_used_at, revoked_at \
         FROM api_keys ORDER BY created_at DESC, id DESC LIMIT $1",
    )
    .bind::<BigInt, _>(limit)
    .load(conn.db())
    .await?)
}

/// How many keys of the tenant have not been revoked. Another that makes one waits for this
/// transaction.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn count(conn: &mut TenantConn<'_>) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        keys: i64,
    }
    let tenant = conn.tenant_id();
    sql("SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(tenant)
        .execute(conn.db())
        .await?;
    let row: Row = sql("SELECT count(*) AS keys FROM api_keys WHERE revoked_at IS NULL")
        .get_result(conn.db())
        .await?;
    Ok(row.keys)
}

/// A key.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn load(conn: &mut TenantConn<'_>, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let found = sql(
        "SELECT id, name, prefix, scopes, created_by, created_at, expires_at, last_used_at, revoked_at \
         FROM api_keys WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await;
    Ok(found.optional()?)
}

/// Ends a key for good. False where it was ended before.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn revoke(conn: &mut TenantConn<'_>, id: ApiKeyId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let ended = sql("WITH gone AS (DELETE FROM api_key_index WHERE key_id = $1) \
         UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(ended == 1)
}

/// Ends all keys for good that a person has made and that still work. Returns them, the oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn revoke_made_by(
    conn: &mut TenantConn<'_>,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<Vec<ApiKey>, StoreError> {
    Ok(sql(
        "WITH ended AS (UPDATE api_keys SET revoked_at = $2 WHERE created_by = $1 AND revoked_at IS NULL \
                        RETURNING id, name, prefix, scopes, created_by, created_at, expires_at, last_used_at, revoked_at), \
              gone AS (DELETE FROM api_key_index WHERE key_id IN (SELECT id FROM ended)) \
         SELECT * FROM ended ORDER BY created_at, id",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(at)
    .load(conn.db())
    .await?)
}

/// Notes when keys were last used.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn used(
    conn: &mut TenantConn<'_>,
    ids: &[ApiKeyId],
    at: &[DateTime<Utc>],
) -> Result<(), StoreError> {
    sql(
        "UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, u.at) \
         FROM unnest($1, $2) AS u (id, at) WHERE k.id = u.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Timestamptz>, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}
