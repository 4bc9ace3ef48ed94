//! Refresh tokens: each is used once and replaced; a second use ends the whole family.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{
    ControlDb,
    sessions::{self, Seen},
};
use crate::{
    error::StoreError,
    ids::{FamilyId, RefreshTokenId, TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// A token to be stored: its hash, never itself.
#[derive(Clone)]
pub struct NewRefreshToken {
    /// Chosen by the caller.
    pub id: RefreshTokenId,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// When it is issued.
    pub at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Whose session a refresh token continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct RefreshSession {
    /// All tokens that began with one login.
    #[diesel(sql_type = SqlUuid)]
    pub family: FamilyId,
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    /// In which tenant.
    #[diesel(sql_type = SqlUuid)]
    pub tenant_id: TenantId,
}

/// What became of a token that was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was good, is used up now, and the new one takes its place.
    Rotated(RefreshSession),
    /// It had been used before. Its family has just been revoked.
    Reused(RefreshSession),
    /// Unknown, expired or revoked.
    Refused,
}

impl ControlDb {
    /// Whose session a token belongs to, used or not.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn session_of_refresh(&self, hash: &[u8]) -> Result<Option<RefreshSession>, StoreError> {
        let query = sql("SELECT family, user_id, tenant_id FROM refresh_tokens WHERE hash = $1")
            .bind::<Binary, _>(hash);
        Ok(self.rows(query).await?.into_iter().next())
    }
}

/// Begins a session with its first token.
///
/// # Errors
/// [`StoreError::Conflict`] where the person is no member of the tenant.
pub async fn begin(
    conn: &mut TenantConn<'_>,
    session: RefreshSession,
    seen: &Seen,
    token: &NewRefreshToken,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO sessions (family, user_id, tenant_id, device, address, created_at, last_used_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
    )
    .bind::<SqlUuid, _>(session.family)
    .bind::<SqlUuid, _>(session.user_id)
    .bind::<SqlUuid, _>(session.tenant_id)
    .bind::<Text, _>(seen.device.as_str())
    .bind::<Nullable<Text>, _>(seen.address.as_deref())
    .bind::<Timestamptz, _>(token.at)
    .bind::<Timestamptz, _>(token.expires_at)
    .execute(conn.db())
    .await?;
    insert(conn, session, token).await
}

/// Uses a token up and stores its successor, or finds out why not.
///
/// The family is locked first: otherwise a successor that another rotation is just inserting would
/// escape the revocation. The session's row is held to the end for the same reason.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn rotate(
    conn: &mut TenantConn<'_>,
    hash: &[u8],
    next: &NewRefreshToken,
    seen: &Seen,
) -> Result<Rotation, StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(family::text, 0)) FROM refresh_tokens WHERE hash = $1",
    )
    .bind::<Binary, _>(hash)
    .execute(conn.db())
    .await?;
    let used: Vec<RefreshSession> = sql("UPDATE refresh_tokens SET rotated_at = $2 \
         WHERE hash = $1 AND tenant_id = $3 AND rotated_at IS NULL AND revoked_at IS NULL AND expires_at > $2 \
         RETURNING family, user_id, tenant_id")
    .bind::<Binary, _>(hash)
    .bind::<Timestamptz, _>(next.at)
    .bind::<SqlUuid, _>(tenant)
    .get_results(conn.db())
    .await?;
    if let Some(session) = used.into_iter().next() {
        if !sessions::go_on(conn, session, seen, next).await? {
            return Ok(Rotation::Refused);
        }
        insert(conn, session, next).await?;
        return Ok(Rotation::Rotated(session));
    }
    let reused: Vec<RefreshSession> = sql("SELECT family, user_id, tenant_id FROM refresh_tokens \
         WHERE hash = $1 AND tenant_id = $2 AND rotated_at IS NOT NULL")
    .bind::<Binary, _>(hash)
    .bind::<SqlUuid, _>(tenant)
    .get_results(conn.db())
    .await?;
    let Some(session) = reused.into_iter().next() else {
        return Ok(Rotation::Refused);
    };
    sessions::end(conn, session.user_id, session.family, next.at).await?;
    Ok(Rotation::Reused(session))
}

async fn insert(
    conn: &mut TenantConn<'_>,
    session: RefreshSession,
    token: &NewRefreshToken,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO refresh_tokens (id, family, user_id, tenant_id, hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(token.id)
    .bind::<SqlUuid, _>(session.family)
    .bind::<SqlUuid, _>(session.user_id)
    .bind::<SqlUuid, _>(session.tenant_id)
    .bind::<Binary, _>(token.hash.as_slice())
    .bind::<Timestamptz, _>(token.at)
    .bind::<Timestamptz, _>(token.expires_at)
    .execute(conn.db())
    .await?;
    Ok(())
}
