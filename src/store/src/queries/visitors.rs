//! People who chat from a host page.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper},
    sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{ContactId, SpaceId, TenantId, VisitorId},
    schema::visitors,
    statement::sql,
    tenant::TenantConn,
};

/// Someone who chats.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = visitors, check_for_backend(diesel::pg::Pg))]
pub struct Visitor {
    /// Whose visitor.
    pub tenant_id: TenantId,
    /// Their identity.
    pub id: VisitorId,
    /// The space they came to.
    pub space_id: SpaceId,
    /// What the host page told about them.
    pub attributes: Value,
    /// Their language, as the browser said it.
    pub locale: Option<String>,
    /// When they first came.
    pub created_at: DateTime<Utc>,
    /// When they were last seen.
    pub last_seen_at: DateTime<Utc>,
    /// The contact that this browser is one of. Once that is proven, only a merge of contacts changes it.
    pub contact_id: Option<ContactId>,
    /// Whether that is proven, and not only known to agents.
    pub verified: bool,
    /// What the page says of them without a proof.
    pub said: Value,
}

/// A visit: someone new, or someone who is back.
pub struct Visit {
    /// Chosen by the caller, or taken from their token.
    pub id: VisitorId,
    /// The space they came to.
    pub space_id: SpaceId,
    /// A JSON object: all that is told about them from now on.
    pub attributes: Value,
    /// The same of what is said without a proof.
    pub said: Value,
    /// Who they are proven to be. Kept where `None`, or where another one is proven already.
    pub contact_id: Option<ContactId>,
    /// Kept where `None`.
    pub locale: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes the visitor, or notes that they are back.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such space, [`StoreError::NotFound`] where
/// the visitor belongs to another space of the tenant.
pub async fn upsert(conn: &mut TenantConn<'_>, visit: Visit) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    let changed = sql(
        "INSERT INTO visitors (tenant_id, id, space_id, attributes, locale, created_at, last_seen_at, contact_id, verified, said) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7 IS NOT NULL, $8) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET \
             attributes = excluded.attributes, said = excluded.said, \
             contact_id = CASE WHEN visitors.verified THEN visitors.contact_id \
                               ELSE coalesce(excluded.contact_id, visitors.contact_id) END, \
             verified = visitors.verified OR excluded.verified, \
             locale = coalesce(excluded.locale, visitors.locale), \
             last_seen_at = greatest(visitors.last_seen_at, excluded.last_seen_at) \
         WHERE visitors.space_id = excluded.space_id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(visit.id)
    .bind::<SqlUuid, _>(visit.space_id)
    .bind::<Jsonb, _>(visit.attributes)
    .bind::<Nullable<Text>, _>(visit.locale)
    .bind::<Timestamptz, _>(visit.at)
    .bind::<Nullable<SqlUuid>, _>(visit.contact_id)
    .bind::<Jsonb, _>(visit.said)
    .execute(conn.db())
    .await?;
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Loads a visitor.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: VisitorId) -> Result<Option<Visitor>, StoreError> {
    let query = visitors::table
        .filter(visitors::id.eq(id))
        .select(Visitor::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// Loads a visitor to change them: another change waits for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock(conn: &mut TenantConn<'_>, id: VisitorId) -> Result<Option<Visitor>, StoreError> {
    let query = visitors::table
        .filter(visitors::id.eq(id))
        .select(Visitor::as_select());
    Ok(query.for_no_key_update().first(conn.db()).await.optional()?)
}

/// The contact that a visitor is proven to be.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn proven(conn: &mut TenantConn<'_>, id: VisitorId) -> Result<Option<ContactId>, StoreError> {
    let query = visitors::table
        .filter(visitors::id.eq(id))
        .filter(visitors::verified)
        .select(visitors::contact_id);
    Ok(query.first(conn.db()).await.optional()?.flatten())
}

/// The browsers in a space that are proven to be a contact's.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_contact(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    contact: ContactId,
) -> Result<Vec<VisitorId>, StoreError> {
    let query = visitors::table
        .filter(visitors::contact_id.eq(contact))
        .filter(visitors::space_id.eq(space))
        .filter(visitors::verified)
        .select(visitors::id);
    Ok(query.load(conn.db()).await?)
}

/// Makes a browser that is nobody's one of a contact's, as agents know it to be.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such visitor, or it is somebody's.
pub async fn attribute(
    conn: &mut TenantConn<'_>,
    id: VisitorId,
    contact: ContactId,
) -> Result<(), StoreError> {
    let changed = sql("UPDATE visitors SET contact_id = $2 WHERE id = $1 AND contact_id IS NULL")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(contact)
        .execute(conn.db())
        .await?;
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Notes that a visitor was seen.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn touch(conn: &mut TenantConn<'_>, id: VisitorId, at: DateTime<Utc>) -> Result<(), StoreError> {
    sql("UPDATE visitors SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}
