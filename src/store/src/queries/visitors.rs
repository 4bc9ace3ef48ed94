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
    ids::{SpaceId, TenantId, VisitorId},
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
}

/// A visit: someone new, or someone who is back.
pub struct Visit {
    /// Chosen by the caller, or taken from their token.
    pub id: VisitorId,
    /// The space they came to.
    pub space_id: SpaceId,
    /// A JSON object; its fields replace those of the same name.
    pub attributes: Value,
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
        "INSERT INTO visitors (tenant_id, id, space_id, attributes, locale, created_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET \
             attributes = visitors.attributes || excluded.attributes, \
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
