//! Sessions: what a chain of refresh tokens is to its person. One may be listed and ended from
//! another.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{
    ControlDb,
    accounts::Role,
    refresh::{NewRefreshToken, RefreshSession},
};
use crate::{
    error::StoreError,
    ids::{FamilyId, TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// From where a session was last used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// In words, such as `Firefox on Linux`.
    pub device: String,
    /// An IPv4 address, or the first half of an IPv6 one.
    pub address: Option<String>,
}

/// A session that lives.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Session {
    /// Its tokens.
    #[diesel(sql_type = SqlUuid)]
    pub family: FamilyId,
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub tenant_id: TenantId,
    /// The tenant's name.
    #[diesel(sql_type = Text)]
    pub tenant_name: String,
    /// In words; empty where nothing is known.
    #[diesel(sql_type = Text)]
    pub device: String,
    /// From where it was last used.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    /// When somebody logged in.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was last renewed.
    #[diesel(sql_type = Timestamptz)]
    pub last_used_at: DateTime<Utc>,
}

/// What an access token of a session is worth now.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct LiveSession {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub user: UserId,
    /// Where.
    #[diesel(sql_type = SqlUuid)]
    pub tenant: TenantId,
    /// As what, now.
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// The person's address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// What they are called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether the person has proven that the address is theirs.
    #[diesel(sql_type = Bool)]
    pub email_verified: bool,
}

impl ControlDb {
    /// A session with what its person is now. None where it has ended, or the person is no member any
    /// more, or the tenant is not active.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn session(
        &self,
        family: FamilyId,
        now: DateTime<Utc>,
    ) -> Result<Option<LiveSession>, StoreError> {
        let query = sql(
            "SELECT s.user_id AS \"user\", s.tenant_id AS tenant, m.role, u.email, u.name, \
                    u.email_verified_at IS NOT NULL AS email_verified \
             FROM sessions s JOIN users u ON u.id = s.user_id \
             JOIN memberships m ON m.user_id = s.user_id AND m.tenant_id = s.tenant_id \
             JOIN tenants t ON t.id = s.tenant_id AND t.status = 'active' \
             WHERE s.family = $1 AND s.revoked_at IS NULL AND s.expires_at > $2",
        )
        .bind::<SqlUuid, _>(family)
        .bind::<Timestamptz, _>(now);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// A person's sessions that live, in all tenants, the one used last first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Session>, StoreError> {
        let query = sql(
            "SELECT s.family, s.tenant_id, t.name AS tenant_name, s.device, s.address, s.created_at, s.last_used_at \
             FROM sessions s JOIN tenants t ON t.id = s.tenant_id \
             WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 \
             ORDER BY s.last_used_at DESC, s.family LIMIT $3",
        )
        .bind::<SqlUuid, _>(user)
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(limit);
        self.rows(query).await
    }

    /// Forgets sessions that ended before `before`, with their tokens, and tokens that did; at most
    /// `limit` of each. Returns the larger number.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn forget_sessions(&self, before: DateTime<Utc>, limit: i64) -> Result<i64, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            gone: i64,
        }
        let query = sql("WITH over AS (SELECT family FROM sessions \
                  WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2), \
              old AS (SELECT id FROM refresh_tokens WHERE expires_at < $1 LIMIT $2), \
              tokens AS (DELETE FROM refresh_tokens \
                  WHERE family IN (SELECT family FROM over) OR id IN (SELECT id FROM old)), \
              ended AS (DELETE FROM sessions WHERE family IN (SELECT family FROM over)) \
             SELECT greatest((SELECT count(*) FROM over), (SELECT count(*) FROM old)) AS gone")
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(limit);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.iter().map(|row| row.gone).sum())
    }

    /// Whether somebody has logged in to the account of this e-mail address from there since `since`.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn has_been_used_from(
        &self,
        email: &str,
        address: &str,
        since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            known: bool,
        }
        let query = sql(
            "SELECT EXISTS (SELECT FROM users u JOIN sessions s ON s.user_id = u.id \
                            WHERE lower(u.email) = lower($1) AND s.address = $2 AND s.last_used_at > $3) AS known",
        )
        .bind::<Text, _>(email)
        .bind::<Text, _>(address)
        .bind::<Timestamptz, _>(since);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.iter().any(|row| row.known))
    }
}

/// Notes that a session was used, and holds its row. False where it has ended. One whose row is not
/// there was begun by an earlier version of the server, and gets it.
pub(super) async fn go_on(
    conn: &mut TenantConn<'_>,
    session: RefreshSession,
    seen: &Seen,
    token: &NewRefreshToken,
) -> Result<bool, StoreError> {
    let gone_on = sql(
        "INSERT INTO sessions AS s (family, user_id, tenant_id, device, address, created_at, last_used_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7) \
         ON CONFLICT (family) DO UPDATE SET device = excluded.device, address = excluded.address, \
            last_used_at = excluded.last_used_at, expires_at = excluded.expires_at \
         WHERE s.revoked_at IS NULL",
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
    Ok(gone_on == 1)
}

/// Ends one session of a person. False where they have no such session that lives.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn end(
    conn: &mut TenantConn<'_>,
    user: UserId,
    family: FamilyId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = sql("UPDATE sessions SET revoked_at = $3 \
         WHERE family = $2 AND user_id = $1 AND revoked_at IS NULL AND expires_at > $3")
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(family)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    sql(
        "UPDATE refresh_tokens SET revoked_at = $3 WHERE family = $2 AND user_id = $1 AND revoked_at IS NULL",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(family)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(ended == 1)
}

/// Ends all sessions of a person, in all tenants, but for the one to `keep`, and what they entered as an operator.
/// Returns how many lived, those as an operator not among them.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn end_others(
    conn: &mut TenantConn<'_>,
    user: UserId,
    keep: Option<FamilyId>,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let ended = sql("UPDATE sessions SET revoked_at = $3 \
         WHERE user_id = $1 AND family IS DISTINCT FROM $2 AND revoked_at IS NULL AND expires_at > $3")
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(keep)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    sql("UPDATE refresh_tokens SET revoked_at = $3 \
         WHERE user_id = $1 AND family IS DISTINCT FROM $2 AND revoked_at IS NULL")
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(keep)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    sql("UPDATE operator_sessions SET ended_at = $2 WHERE operator_id = $1 AND ended_at IS NULL")
        .bind::<SqlUuid, _>(user)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(ended)
}
