//! Keys by which host sites vouch for their visitors, by space.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{ExpressionMethods, QueryDsl, Queryable, Selectable, SelectableHelper},
    sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{IdentityKeyId, SpaceId, TenantId},
    schema::identity_keys,
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What a key is for; nothing else is ever taken by it.
    IdentityAlgorithm {
        /// Tokens under a shared secret.
        Hs256 = "HS256",
        /// Tokens under the host site's private key.
        Rs256 = "RS256",
        /// Signatures of an id alone, under a shared secret.
        Hmac = "HMAC",
    }
}

/// A key of a space.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = identity_keys, check_for_backend(diesel::pg::Pg))]
pub struct IdentityKey {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The `kid`.
    pub id: IdentityKeyId,
    /// Where it counts.
    pub space_id: SpaceId,
    /// What it is for.
    pub algorithm: IdentityAlgorithm,
    /// Sealed; absent for RS256.
    pub secret: Option<Vec<u8>>,
    /// PEM, for RS256 alone.
    pub public_key: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From then on nothing is proven by it.
    pub retires_at: Option<DateTime<Utc>>,
}

/// A key to be added.
pub struct NewIdentityKey {
    /// Chosen by the caller.
    pub id: IdentityKeyId,
    /// Where it counts.
    pub space_id: SpaceId,
    /// What it is for.
    pub algorithm: IdentityAlgorithm,
    /// Sealed; absent for RS256.
    pub secret: Option<Vec<u8>>,
    /// PEM, for RS256 alone.
    pub public_key: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds a key.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such space, or `identity_keys_one_kind`.
pub async fn add(conn: &mut TenantConn<'_>, new: NewIdentityKey) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO identity_keys (tenant_id, id, space_id, algorithm, secret, public_key, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Text, _>(new.algorithm)
    .bind::<Nullable<Binary>, _>(new.secret)
    .bind::<Nullable<Text>, _>(new.public_key)
    .bind::<Timestamptz, _>(new.at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The keys of a space, retired ones too, the newest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<Vec<IdentityKey>, StoreError> {
    let query = identity_keys::table
        .filter(identity_keys::space_id.eq(space))
        .order((identity_keys::created_at.desc(), identity_keys::id.desc()))
        .select(IdentityKey::as_select());
    Ok(query.load(conn.db()).await?)
}

/// Sets the end of a key.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such key.
pub async fn retire(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    id: IdentityKeyId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sql("UPDATE identity_keys SET retires_at = $3 WHERE id = $1 AND space_id = $2")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(space)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    found(changed)
}

/// Takes a key away for good.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such key.
pub async fn remove(conn: &mut TenantConn<'_>, space: SpaceId, id: IdentityKeyId) -> Result<(), StoreError> {
    let changed = sql("DELETE FROM identity_keys WHERE id = $1 AND space_id = $2")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(space)
        .execute(conn.db())
        .await?;
    found(changed)
}

fn found(changed: usize) -> Result<(), StoreError> {
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}
