//! Links sent by mail: each works once, for a while, and ends the one of its kind before it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Binary, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::ControlDb;
use crate::{
    error::StoreError,
    ids::{TenantId, UserId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What a link is for.
    LinkKind {
        /// The address is the person's.
        Verify = "verify",
        /// Another password.
        Reset = "reset",
        /// Another address.
        ChangeEmail = "change_email",
    }
}

/// A link to be sent: the hash of its token, never itself.
pub struct NewLink<'a> {
    /// Whose.
    pub user: UserId,
    /// What for.
    pub kind: LinkKind,
    /// SHA-256 of the token.
    pub hash: &'a [u8],
    /// Where it is sent.
    pub email: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// A link that works.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Link {
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    /// What for.
    #[diesel(sql_type = Text)]
    pub kind: LinkKind,
    /// Where it was sent.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The person's first tenant that is active.
    #[diesel(sql_type = SqlUuid)]
    pub tenant_id: TenantId,
}

impl ControlDb {
    /// A link that works, of a person who belongs to an active tenant.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn link(&self, hash: &[u8], now: DateTime<Utc>) -> Result<Option<Link>, StoreError> {
        let query = sql("SELECT l.user_id, l.kind, l.email, t.id AS tenant_id \
             FROM mail_tokens l JOIN memberships m ON m.user_id = l.user_id \
             JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active' \
             WHERE l.hash = $1 AND l.expires_at > $2 ORDER BY m.created_at, t.id LIMIT 1")
        .bind::<Binary, _>(hash)
        .bind::<Timestamptz, _>(now);
        Ok(self.rows(query).await?.into_iter().next())
    }
}

/// Stores a link in the place of the one of its kind before it.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn put(conn: &mut TenantConn<'_>, link: NewLink<'_>) -> Result<(), StoreError> {
    sql(
        "INSERT INTO mail_tokens (user_id, kind, hash, email, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (user_id, kind) DO UPDATE SET hash = excluded.hash, email = excluded.email, \
            created_at = excluded.created_at, expires_at = excluded.expires_at",
    )
    .bind::<SqlUuid, _>(link.user)
    .bind::<Text, _>(link.kind)
    .bind::<Binary, _>(link.hash)
    .bind::<Text, _>(link.email)
    .bind::<Timestamptz, _>(link.at)
    .bind::<Timestamptz, _>(link.expires_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Uses a link up. False where somebody else just did, or its time is over.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn take(conn: &mut TenantConn<'_>, hash: &[u8], now: DateTime<Utc>) -> Result<bool, StoreError> {
    let taken = sql("DELETE FROM mail_tokens WHERE hash = $1 AND expires_at > $2")
        .bind::<Binary, _>(hash)
        .bind::<Timestamptz, _>(now)
        .execute(conn.db())
        .await?;
    Ok(taken == 1)
}

/// Ends all links of a person, whose address is another one now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn end_all(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), StoreError> {
    sql("DELETE FROM mail_tokens WHERE user_id = $1")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Ends the links of a person that lead to another password or address, and their wish for another
/// address.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn end(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), StoreError> {
    sql("DELETE FROM mail_tokens WHERE user_id = $1 AND kind IN ('reset', 'change_email')")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    sql("UPDATE users SET new_email = NULL WHERE id = $1 AND new_email IS NOT NULL")
        .bind::<SqlUuid, _>(user)
        .execute(conn.db())
        .await?;
    Ok(())
}
