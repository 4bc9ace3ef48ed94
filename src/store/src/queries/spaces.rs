//! Chat spaces, and their row in the directory that finds them by slug or key.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{
        BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, QueryableByName,
        Selectable, SelectableHelper,
    },
    sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::space_versions::Author;
use crate::{
    error::StoreError,
    ids::{SpaceId, TenantId},
    schema::spaces,
    statement::sql,
    tenant::TenantConn,
};

/// A chat space: one widget, one body of knowledge, one bot. One that was removed is none any more.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = spaces, check_for_backend(diesel::pg::Pg))]
pub struct Space {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Its identity.
    pub id: SpaceId,
    /// Its word in addresses, unique everywhere.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// `pk_…`: may chat here and nothing else.
    pub public_key: String,
    /// The domain's settings, opaque here.
    pub settings: Value,
    /// Whether visitors may use it.
    pub published: bool,
    /// The origins that may embed it; empty means any.
    pub allowed_origins: Vec<String>,
    /// Rises whenever its knowledge changes; part of every cache key.
    pub knowledge_version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The newest of its versions.
    pub version: i64,
    /// The public key before this one.
    pub old_key: Option<String>,
    /// Until when that works.
    pub old_key_until: Option<DateTime<Utc>>,
    /// When it was put away, if it is.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A space to be made.
pub struct NewSpace {
    /// Chosen by the caller.
    pub id: SpaceId,
    /// Lower-case letters, digits and hyphens, 63 at most.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// `pk_` and at least eight characters.
    pub public_key: String,
    /// The domain's settings.
    pub settings: Value,
    /// Whether visitors may use it at once.
    pub published: bool,
    /// The origins that may embed it; empty means any.
    pub allowed_origins: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What may be changed of a space: everything but its identity and its past.
pub struct SpaceChange {
    /// Its word in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Another one where the key is rotated.
    pub public_key: String,
    /// The domain's settings.
    pub settings: Value,
    /// Whether visitors may use it.
    pub published: bool,
    /// The origins that may embed it.
    pub allowed_origins: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes a space, enters it in the directory and writes its first version, made by Parlance itself.
///
/// # Errors
/// [`StoreError::Conflict`] `space_index_slug_once` where the slug is taken, `spaces_slug_shape`
/// or `spaces_public_key_shape` where it is not one.
pub async fn create(conn: &mut TenantConn<'_>, new: NewSpace) -> Result<(), StoreError> {
    create_by(conn, new, &Author::default()).await
}

/// The same, made by somebody.
///
/// # Errors
/// As [`create`].
pub async fn create_by(conn: &mut TenantConn<'_>, new: NewSpace, by: &Author) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "WITH space AS (INSERT INTO spaces (tenant_id, id, slug, name, public_key, settings, published, \
                                            allowed_origins, created_at, updated_at) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)), \
         version AS (INSERT INTO space_versions (tenant_id, space_id, n, name, settings, allowed_origins, \
                                                 actor_kind, actor_id, actor_name, at) \
                     VALUES ($1, $2, 1, $4, $6, $8, $10, $11, $12, $9)) \
         INSERT INTO space_index (tenant_id, space_id, slug, public_key, published, allowed_origins, changed_at) \
         VALUES ($1, $2, $3, $5, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<Text, _>(new.slug)
    .bind::<Text, _>(new.name)
    .bind::<Text, _>(new.public_key)
    .bind::<Jsonb, _>(new.settings)
    .bind::<Bool, _>(new.published)
    .bind::<Array<Text>, _>(new.allowed_origins)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Text, _>(by.kind)
    .bind::<Nullable<SqlUuid>, _>(by.id)
    .bind::<Text, _>(by.name.as_str())
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Changes a space and its row in the directory.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space; conflicts as in [`create`].
pub async fn update(conn: &mut TenantConn<'_>, id: SpaceId, change: SpaceChange) -> Result<(), StoreError> {
    let changed = sql(
        "WITH space AS (UPDATE spaces SET slug = $2, name = $3, public_key = $4, settings = $5, \
                              published = $6, allowed_origins = $7, updated_at = $8 \
                        WHERE id = $1 AND removed_at IS NULL RETURNING id) \
         UPDATE space_index SET slug = $2, public_key = $4, published = $6, allowed_origins = $7, changed_at = $8 \
         FROM space WHERE space_index.space_id = space.id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(change.slug)
    .bind::<Text, _>(change.name)
    .bind::<Text, _>(change.public_key)
    .bind::<Jsonb, _>(change.settings)
    .bind::<Bool, _>(change.published)
    .bind::<Array<Text>, _>(change.allowed_origins)
    .bind::<Timestamptz, _>(change.at)
    .execute(conn.db())
    .await?;
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Loads a space.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: SpaceId) -> Result<Option<Space>, StoreError> {
    let there = spaces::id.eq(id).and(spaces::removed_at.is_null());
    let query = spaces::table.filter(there).select(Space::as_select());
    Ok(query.first(conn.db()).await.optional()?)
}

/// Loads a space to change it: another change waits for this transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn lock(conn: &mut TenantConn<'_>, id: SpaceId) -> Result<Space, StoreError> {
    let there = spaces::id.eq(id).and(spaces::removed_at.is_null());
    let query = spaces::table.filter(there).select(Space::as_select());
    Ok(query.for_no_key_update().first(conn.db()).await?)
}

/// All spaces of the tenant, archived ones among them, oldest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<Space>, StoreError> {
    let query = spaces::table
        .filter(spaces::removed_at.is_null())
        .order((spaces::created_at, spaces::id))
        .select(Space::as_select());
    Ok(query.load(conn.db()).await?)
}

/// Marks the knowledge of a space as changed, in the transaction that changes it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn bump_knowledge(conn: &mut TenantConn<'_>, id: SpaceId) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        knowledge_version: i64,
    }
    let row: Row = sql(
        "UPDATE spaces SET knowledge_version = knowledge_version + 1 WHERE id = $1 \
                        RETURNING knowledge_version",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?;
    Ok(row.knowledge_version)
}
