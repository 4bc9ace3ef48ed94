//! What people change of their accounts.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{TenantId, UserId},
    schema::users,
    statement::sql,
    tenant::TenantConn,
};

/// Whom a mail is for, as they are when it is sent.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub struct Recipient {
    /// Their address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// When they proved that the address is theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// The address they want in its place.
    pub new_email: Option<String>,
}

/// Whom to write to.
///
/// # Errors
/// [`StoreError::NotFound`] where there is nobody, or nobody in this tenant.
pub async fn recipient(conn: &mut TenantConn<'_>, user: UserId) -> Result<Recipient, StoreError> {
    let tenant: TenantId = conn.tenant_id();
    Ok(sql(
        "SELECT u.email, u.name, u.email_verified_at, u.new_email FROM users u \
             JOIN memberships m ON m.user_id = u.id AND m.tenant_id = $2 WHERE u.id = $1",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(tenant)
    .get_result(conn.db())
    .await?)
}

/// Gives a person another password, by its hash, where they still have the one of `before`. False
/// where it has been changed meanwhile.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn set_password(
    conn: &mut TenantConn<'_>,
    user: UserId,
    before: Option<&str>,
    hash: &str,
) -> Result<bool, StoreError> {
    let set = sql(
        "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = coalesce($2, password_hash)",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<Text>, _>(before)
    .bind::<Text, _>(hash)
    .execute(conn.db())
    .await?;
    Ok(set == 1)
}

/// Calls a person so from now on.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn rename(conn: &mut TenantConn<'_>, user: UserId, name: &str) -> Result<(), StoreError> {
    sql("UPDATE users SET name = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(user)
        .bind::<Text, _>(name)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Notes that the address is theirs, where they still have it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn verify_email(
    conn: &mut TenantConn<'_>,
    user: UserId,
    email: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("UPDATE users SET email_verified_at = coalesce(email_verified_at, $3) WHERE id = $1 AND email = $2")
        .bind::<SqlUuid, _>(user)
        .bind::<Text, _>(email)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Notes the address that a person wants, until they have proven that it is theirs.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn want_email(conn: &mut TenantConn<'_>, user: UserId, email: &str) -> Result<(), StoreError> {
    sql("UPDATE users SET new_email = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(user)
        .bind::<Text, _>(email)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Gives a person the address that they wanted and have proven. False where they want another one by
/// now.
///
/// # Errors
/// [`StoreError::Conflict`] `users_email_once` where somebody else has it.
pub async fn change_email(
    conn: &mut TenantConn<'_>,
    user: UserId,
    email: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = sql(
        "UPDATE users SET email = $2, new_email = NULL, email_verified_at = $3 \
         WHERE id = $1 AND new_email = $2",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}
