//! Second factors: a sealed secret, the last time step whose code was used, and recovery codes.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Binary, Bool, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::ControlDb;
use crate::{error::StoreError, ids::UserId, statement::sql, tenant::TenantConn};

/// A second factor, asked for at login or not yet.
#[derive(Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Factor {
    /// Sealed.
    #[diesel(sql_type = Binary)]
    pub secret: Vec<u8>,
    /// Whether it is asked for at login.
    #[diesel(sql_type = Bool)]
    pub enabled: bool,
    /// Recovery codes that are not used up.
    #[diesel(sql_type = BigInt)]
    pub codes_left: i64,
}

impl ControlDb {
    /// The second factor of a person.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn factor(&self, user: UserId) -> Result<Option<Factor>, StoreError> {
        let query = sql("SELECT f.secret, f.enabled_at IS NOT NULL AS enabled, \
                    (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.user_id AND c.used_at IS NULL) \
                        AS codes_left \
             FROM second_factors f WHERE f.user_id = $1")
        .bind::<SqlUuid, _>(user);
        Ok(self.rows(query).await?.into_iter().next())
    }
}

/// Notes a secret that is not asked for yet, in the place of another such one. False where one is
/// asked for already.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn propose(
    conn: &mut TenantConn<'_>,
    user: UserId,
    secret: &[u8],
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let proposed = sql(
        "INSERT INTO second_factors AS f (user_id, secret, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, \
            last_step = 0 WHERE f.enabled_at IS NULL",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Binary, _>(secret)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(proposed == 1)
}

/// Has the secret asked for from now on. False where it is another one by now, or already is.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn enable(
    conn: &mut TenantConn<'_>,
    user: UserId,
    secret: &[u8],
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let enabled = sql(
        "UPDATE second_factors SET enabled_at = $3 WHERE user_id = $1 AND secret = $2 AND enabled_at IS NULL",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Binary, _>(secret)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(enabled == 1)
}

/// Uses up the code of a time step, and all before it. False where it is used up already, or the
/// secret is another one by now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn use_step(
    conn: &mut TenantConn<'_>,
    user: UserId,
    secret: &[u8],
    step: i64,
) -> Result<bool, StoreError> {
    let used =
        sql("UPDATE second_factors SET last_step = $3 WHERE user_id = $1 AND secret = $2 AND last_step < $3")
            .bind::<SqlUuid, _>(user)
            .bind::<Binary, _>(secret)
            .bind::<BigInt, _>(step)
            .execute(conn.db())
            .await?;
    Ok(used == 1)
}

/// Uses up a recovery code. False where there is none of this hash left.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn use_code(
    conn: &mut TenantConn<'_>,
    user: UserId,
    hash: &[u8],
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let used =
        sql("UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL")
            .bind::<SqlUuid, _>(user)
            .bind::<Binary, _>(hash)
            .bind::<Timestamptz, _>(at)
            .execute(conn.db())
            .await?;
    Ok(used == 1)
}

/// Puts recovery codes in the place of those before, by their hashes.
///
/// # Errors
/// [`StoreError`] where the person has no second factor.
pub async fn put_codes(
    conn: &mut TenantConn<'_>,
    user: UserId,
    hashes: Vec<Vec<u8>>,
) -> Result<(), StoreError> {
    sql("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    sql("INSERT INTO recovery_codes (user_id, hash) SELECT $1, unnest($2)")
        .bind::<SqlUuid, _>(user)
        .bind::<Array<Binary>, _>(hashes)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Forgets the second factor with its codes.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn disable(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), StoreError> {
    sql("DELETE FROM second_factors WHERE user_id = $1")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(())
}
