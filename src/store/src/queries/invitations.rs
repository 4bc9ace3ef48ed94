//! Invitations to a tenant, one for an address.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    control::Role,
    error::StoreError,
    ids::{InvitationId, UserId},
    statement::sql,
    tenant::TenantConn,
};

/// An invitation that nobody has accepted.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Invitation {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: InvitationId,
    /// To whom it is sent.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// As what they come.
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// Who invites them.
    #[diesel(sql_type = SqlUuid)]
    pub invited_by: UserId,
    /// What those are called; none where they are gone.
    #[diesel(sql_type = Nullable<Text>)]
    pub inviter: Option<String>,
    /// What the tenant is called.
    #[diesel(sql_type = Text)]
    pub workspace: String,
    /// When it was made, or made anew.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it is over.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

/// Makes an invitation; one for the same address before it is over then, and so is its link.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn put(conn: &mut TenantConn<'_>, new: &Invitation) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO invitations (tenant_id, id, email, role, invited_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (tenant_id, lower(email)) DO UPDATE SET id = excluded.id, email = excluded.email, \
            role = excluded.role, invited_by = excluded.invited_by, hash = NULL, \
            created_at = excluded.created_at, expires_at = excluded.expires_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<Text, _>(new.email.as_str())
    .bind::<Text, _>(new.role)
    .bind::<SqlUuid, _>(new.invited_by)
    .bind::<Timestamptz, _>(new.created_at)
    .bind::<Timestamptz, _>(new.expires_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// All invitations, the newest first, also those that are over.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<Invitation>, StoreError> {
    Ok(sql(
        "SELECT i.id, i.email, i.role, i.invited_by, u.name AS inviter, t.name AS workspace, i.created_at, \
                i.expires_at \
         FROM invitations i JOIN tenants t ON t.id = i.tenant_id LEFT JOIN users u ON u.id = i.invited_by \
         ORDER BY i.created_at DESC, i.id DESC",
    )
    .load(conn.db())
    .await?)
}

/// An invitation, until the end of the transaction nobody else's.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lock(conn: &mut TenantConn<'_>, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let found = sql(
        "SELECT i.id, i.email, i.role, i.invited_by, u.name AS inviter, t.name AS workspace, i.created_at, \
                i.expires_at \
         FROM invitations i JOIN tenants t ON t.id = i.tenant_id LEFT JOIN users u ON u.id = i.invited_by \
         WHERE i.id = $1 FOR UPDATE OF i",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await;
    Ok(found.optional()?)
}

/// Notes the hash of the token that is sent; the one before it works no more.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn send(conn: &mut TenantConn<'_>, id: InvitationId, hash: &[u8]) -> Result<(), StoreError> {
    sql("UPDATE invitations SET hash = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Binary, _>(hash)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Whether a token of this hash was sent with the invitation.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn is_of(conn: &mut TenantConn<'_>, id: InvitationId, hash: &[u8]) -> Result<bool, StoreError> {
    let found = sql("SELECT FROM invitations WHERE id = $1 AND hash = $2")
        .bind::<SqlUuid, _>(id)
        .bind::<Binary, _>(hash)
        .execute(conn.db())
        .await?;
    Ok(found == 1)
}

/// Ends an invitation: it was accepted, or is taken back. False where there is none.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn remove(conn: &mut TenantConn<'_>, id: InvitationId) -> Result<bool, StoreError> {
    let removed = sql("DELETE FROM invitations WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    Ok(removed == 1)
}
