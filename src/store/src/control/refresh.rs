//! Refresh tokens: each is used once and replaced; a second use ends the whole family.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Binary, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::ControlDb;
use crate::{
    db::{Begin, Commit},
    error::StoreError,
    ids::{FamilyId, RefreshTokenId, TenantId, UserId},
    statement::sql,
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

const BEGIN: Begin<'_> = Begin {
    statement: "BEGIN",
    commit: Commit::After,
};

impl ControlDb {
    /// Stores the first token of a login.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the person is no member of the tenant.
    pub async fn create_refresh(
        &self,
        session: RefreshSession,
        token: NewRefreshToken,
    ) -> Result<(), StoreError> {
        let lease = self.lease().await?;
        lease.once(async |conn| insert(conn, session, &token).await).await
    }

    /// Uses a token up and stores its successor, or finds out why not.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn rotate_refresh(&self, hash: &[u8], next: NewRefreshToken) -> Result<Rotation, StoreError> {
        self.lease()
            .await?
            .transaction(BEGIN, async |conn| rotate(conn, hash, &next).await)
            .await
    }

    /// Ends every session of a family: log out, or a changed password.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn revoke_family(&self, family: FamilyId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let work = async |mut conn: &AsyncPgConnection| {
            sql("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))")
                .bind::<SqlUuid, _>(family)
                .execute(&mut conn)
                .await?;
            revoke(conn, family, at).await
        };
        self.lease().await?.transaction(BEGIN, work).await
    }
}

/// The family is locked first: otherwise a successor that another rotation is just inserting
/// would escape the revocation.
async fn rotate(
    mut conn: &AsyncPgConnection,
    hash: &[u8],
    next: &NewRefreshToken,
) -> Result<Rotation, StoreError> {
    sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(family::text, 0)) FROM refresh_tokens WHERE hash = $1",
    )
    .bind::<Binary, _>(hash)
    .execute(&mut conn)
    .await?;
    let used: Vec<RefreshSession> = sql("UPDATE refresh_tokens SET rotated_at = $2 \
         WHERE hash = $1 AND rotated_at IS NULL AND revoked_at IS NULL AND expires_at > $2 \
         RETURNING family, user_id, tenant_id")
    .bind::<Binary, _>(hash)
    .bind::<Timestamptz, _>(next.at)
    .get_results(&mut conn)
    .await?;
    if let Some(session) = used.into_iter().next() {
        insert(conn, session, next).await?;
        return Ok(Rotation::Rotated(session));
    }
    let reused: Vec<RefreshSession> = sql(
        "SELECT family, user_id, tenant_id FROM refresh_tokens WHERE hash = $1 AND rotated_at IS NOT NULL",
    )
    .bind::<Binary, _>(hash)
    .get_results(&mut conn)
    .await?;
    let Some(session) = reused.into_iter().next() else {
        return Ok(Rotation::Refused);
    };
    revoke(conn, session.family, next.at).await?;
    Ok(Rotation::Reused(session))
}

async fn insert(
    mut conn: &AsyncPgConnection,
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
    .execute(&mut conn)
    .await?;
    Ok(())
}

async fn revoke(mut conn: &AsyncPgConnection, family: FamilyId, at: DateTime<Utc>) -> Result<(), StoreError> {
    sql("UPDATE refresh_tokens SET revoked_at = $2 WHERE family = $1 AND revoked_at IS NULL")
        .bind::<SqlUuid, _>(family)
        .bind::<Timestamptz, _>(at)
        .execute(&mut conn)
        .await?;
    Ok(())
}
