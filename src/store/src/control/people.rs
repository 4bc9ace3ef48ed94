//! What people change of their accounts.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::NewUser;
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

/// What decides whether somebody comes in, read while nobody else can change it.
#[derive(Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Held {
    /// A PHC string.
    #[diesel(sql_type = Text)]
    pub password_hash: String,
    /// Whether a code is asked for besides the password.
    #[diesel(sql_type = Bool)]
    pub second_factor: bool,
    /// Whether they have proven that their address is theirs.
    #[diesel(sql_type = Bool)]
    pub email_verified: bool,
}

/// Holds a person until the end of the transaction: whoever begins, renews or ends their sessions, or
/// changes their password, address or second factor, does this first and decides on what it returns.
/// None where there is nobody of this id.
///
/// The order of locks is the same everywhere: the person, then the tenant
/// ([`members::lock`](super::members::lock)), then sessions, tokens, links and invitations.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn hold(conn: &mut TenantConn<'_>, user: UserId) -> Result<Option<Held>, StoreError> {
    sql("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    // A statement of its own: that above sees what was there before it waited.
    let held = sql(
        "SELECT u.password_hash, u.email_verified_at IS NOT NULL AS email_verified, \
                EXISTS (SELECT FROM second_factors f \
                        WHERE f.user_id = u.id AND f.enabled_at IS NOT NULL) AS second_factor \
         FROM users u WHERE u.id = $1",
    )
    .bind::<SqlUuid, _>(user)
    .get_result(conn.db())
    .await;
    Ok(held.optional()?)
}

/// Makes a login, whose address is proven since `verified_at`.
///
/// # Errors
/// [`StoreError::Conflict`] `users_email_once` where the address has one.
pub async fn create(
    conn: &mut TenantConn<'_>,
    user: NewUser,
    verified_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO users (id, email, name, password_hash, created_at, email_verified_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(user.id)
    .bind::<Text, _>(user.email)
    .bind::<Text, _>(user.name)
    .bind::<Text, _>(user.password_hash)
    .bind::<Timestamptz, _>(user.at)
    .bind::<Nullable<Timestamptz>, _>(verified_at)
    .execute(conn.db())
    .await?;
    Ok(())
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

/// Notes that the address is theirs. False where it was known before, or they have another one by now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn verify_email(
    conn: &mut TenantConn<'_>,
    user: UserId,
    email: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let noted = sql(
        "UPDATE users SET email_verified_at = $3 WHERE id = $1 AND email = $2 AND email_verified_at IS NULL",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(email)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(noted == 1)
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

/// Notes what whoever keeps an account knows of its person now. Another address than before is proven
/// where it is proven there.
///
/// # Errors
/// [`StoreError::Conflict`] `users_email_once` where somebody else has the address.
pub async fn refresh(
    conn: &mut TenantConn<'_>,
    user: UserId,
    email: &str,
    name: &str,
    verified_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sql("UPDATE users SET email = $2, name = $3, \
                email_verified_at = coalesce(CASE WHEN email = $2 THEN email_verified_at END, $4) \
         WHERE id = $1")
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(email)
    .bind::<Text, _>(name)
    .bind::<Nullable<Timestamptz>, _>(verified_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Takes an address from an account that has not proven it, for somebody who has. The account keeps one
/// that no mail reaches.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn free_address(conn: &mut TenantConn<'_>, email: &str) -> Result<bool, StoreError> {
    let freed = sql(
        "UPDATE users SET email = id || '@unproven.invalid', new_email = NULL \
         WHERE lower(email) = lower($1) AND email_verified_at IS NULL",
    )
    .bind::<Text, _>(email)
    .execute(conn.db())
    .await?;
    Ok(freed > 0)
}
