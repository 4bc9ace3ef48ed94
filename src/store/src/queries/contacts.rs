//! People whom a host site vouches for. One of an id is one person in the whole tenant, on however
//! many devices.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper},
    sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{ContactId, TenantId},
    schema::contacts,
    statement::sql,
    tenant::TenantConn,
};

/// A person who is known by a proof.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, diesel::QueryableByName)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg))]
pub struct Contact {
    /// Whose contact.
    pub tenant_id: TenantId,
    /// Their identity.
    pub id: ContactId,
    /// The host site's own id of them.
    pub external_id: String,
    /// As the host site vouches.
    pub name: Option<String>,
    /// As the host site vouches.
    pub email: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
    /// What else the host site vouches for.
    pub attributes: Value,
    /// When they were last proven to be who they are.
    pub verified_at: DateTime<Utc>,
    /// When they were first.
    pub created_at: DateTime<Utc>,
    /// When they were last seen.
    pub last_seen_at: DateTime<Utc>,
}

/// What a host site proves of a person.
pub struct Proven {
    /// Taken where there is no such contact yet.
    pub id: ContactId,
    /// The host site's own id of them, 1 to 200 characters.
    pub external_id: String,
    /// Kept where `None`.
    pub name: Option<String>,
    /// Kept where `None`.
    pub email: Option<String>,
    /// Kept where `None`.
    pub avatar: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes the contact, or notes what is proven of them anew. Whoever proves the same person waits for
/// this transaction.
///
/// # Errors
/// [`StoreError::Conflict`] `contacts_external_id_shape` where the id is none.
pub async fn prove(conn: &mut TenantConn<'_>, proven: Proven) -> Result<Contact, StoreError> {
    let tenant = conn.tenant_id();
    Ok(sql(
        "INSERT INTO contacts (tenant_id, id, external_id, name, email, avatar, verified_at, created_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7) \
         ON CONFLICT (tenant_id, external_id) DO UPDATE SET \
             name = coalesce(excluded.name, contacts.name), \
             email = coalesce(excluded.email, contacts.email), \
             avatar = coalesce(excluded.avatar, contacts.avatar), \
             verified_at = greatest(contacts.verified_at, excluded.verified_at), \
             last_seen_at = greatest(contacts.last_seen_at, excluded.last_seen_at) \
         RETURNING tenant_id, id, external_id, name, email, avatar, attributes, verified_at, created_at, last_seen_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(proven.id)
    .bind::<Text, _>(proven.external_id)
    .bind::<Nullable<Text>, _>(proven.name)
    .bind::<Nullable<Text>, _>(proven.email)
    .bind::<Nullable<Text>, _>(proven.avatar)
    .bind::<Timestamptz, _>(proven.at)
    .get_result(conn.db())
    .await?)
}

/// Sets all attributes of a contact.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such contact.
pub async fn describe(
    conn: &mut TenantConn<'_>,
    id: ContactId,
    attributes: &Value,
) -> Result<(), StoreError> {
    let changed = sql("UPDATE contacts SET attributes = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Jsonb, _>(attributes)
        .execute(conn.db())
        .await?;
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Loads a contact.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: ContactId) -> Result<Option<Contact>, StoreError> {
    let query = contacts::table
        .filter(contacts::id.eq(id))
        .select(Contact::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}
