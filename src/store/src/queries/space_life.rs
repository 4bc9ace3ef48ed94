//! What becomes of a space: published, its key rotated, put away, removed. What a removed space leaves
//! for the books, and why, is written in the migration `spaces`.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper},
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::spaces::Space;
use crate::{error::StoreError, ids::SpaceId, schema::spaces, statement::sql, tenant::TenantConn};

/// Keeps a space from being put away or removed while the transaction lasts. Whoever gives a space
/// something to know, or takes it, begins with this.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space, [`StoreError::Archived`] where it is put away.
pub async fn hold(conn: &mut TenantConn<'_>, id: SpaceId) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        archived: bool,
    }
    let row: Row = sql("SELECT archived_at IS NOT NULL AS archived FROM spaces \
         WHERE id = $1 AND removed_at IS NULL FOR KEY SHARE")
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?;
    if row.archived {
        Err(StoreError::Archived)
    } else {
        Ok(())
    }
}

/// Loads a space to put it away or remove it: whoever [`hold`]s it is waited for.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn lock_out(conn: &mut TenantConn<'_>, id: SpaceId) -> Result<Space, StoreError> {
    let there = spaces::id.eq(id).and(spaces::removed_at.is_null());
    let query = spaces::table.filter(there).select(Space::as_select());
    Ok(query.for_update().first(conn.db()).await?)
}

/// How many spaces the tenant has, archived ones among them. Who asks and then adds one goes before
/// everybody else who does.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn count_to_add(conn: &mut TenantConn<'_>) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        spaces: i64,
    }
    let tenant = conn.tenant_id().to_string();
    one_at_a_time(conn, "spaces", &tenant).await?;
    let row: Row = sql("SELECT count(*) AS spaces FROM spaces WHERE removed_at IS NULL")
        .get_result(conn.db())
        .await?;
    Ok(row.spaces)
}

/// The first of `slugs` that no space of anybody has. Who asks goes before everybody else who asks with
/// the same first one, so that it is still free when it is taken in this transaction.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn free_slug(conn: &mut TenantConn<'_>, slugs: &[String]) -> Result<Option<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        slug: String,
    }
    let Some(first) = slugs.first() else {
        return Ok(None);
    };
    one_at_a_time(conn, "slug", first).await?;
    let mut free: Vec<Row> = sql(
        "SELECT w.slug FROM unnest($1) WITH ORDINALITY AS w (slug, place) \
         WHERE NOT EXISTS (SELECT FROM space_index i WHERE i.slug = w.slug) ORDER BY w.place LIMIT 1",
    )
    .bind::<Array<Text>, _>(slugs)
    .load(conn.db())
    .await?;
    Ok(free.pop().map(|row| row.slug))
}

pub(super) async fn one_at_a_time(
    conn: &mut TenantConn<'_>,
    what: &str,
    which: &str,
) -> Result<(), StoreError> {
    sql("SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))")
        .bind::<Text, _>(what)
        .bind::<Text, _>(which)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Opens a space to visitors, or closes it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn set_published(
    conn: &mut TenantConn<'_>,
    id: SpaceId,
    published: bool,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sql(
        "WITH space AS (UPDATE spaces SET published = $2, updated_at = $3 \
                        WHERE id = $1 AND removed_at IS NULL RETURNING id) \
         UPDATE space_index SET published = $2 FROM space WHERE space_index.space_id = space.id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Bool, _>(published)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    there(changed)
}

/// Puts a space away, unpublished, or with no moment brings it back.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn set_archived(
    conn: &mut TenantConn<'_>,
    id: SpaceId,
    archived_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sql(
        "WITH space AS (UPDATE spaces SET archived_at = $2, published = false, updated_at = $3 \
                        WHERE id = $1 AND removed_at IS NULL RETURNING id) \
         UPDATE space_index SET published = false FROM space WHERE space_index.space_id = space.id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Timestamptz>, _>(archived_at)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    there(changed)
}

/// Gives a space another public key. The one it had works until `old_until`, or not any more; the one
/// before that does not.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn rotate_key(
    conn: &mut TenantConn<'_>,
    id: SpaceId,
    key: &str,
    old_until: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sql(
        "WITH space AS (UPDATE spaces SET public_key = $2, updated_at = $4, old_key_until = $3, \
                               old_key = CASE WHEN $3 IS NOT NULL THEN public_key END \
                        WHERE id = $1 AND removed_at IS NULL RETURNING id, old_key) \
         UPDATE space_index SET public_key = $2, old_key = space.old_key, old_key_until = $3 \
         FROM space WHERE space_index.space_id = space.id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(key)
    .bind::<Nullable<Timestamptz>, _>(old_until)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    there(changed)
}

/// Removes a space for everybody. Its slug and keys are free; what it has is taken by [`empty`].
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn remove(conn: &mut TenantConn<'_>, id: SpaceId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let changed = sql("WITH space AS (UPDATE spaces SET removed_at = $2, updated_at = $2, published = false, \
                               settings = '{}', allowed_origins = '{}', old_key = NULL, old_key_until = NULL, \
                               public_key = 'pk_removed_' || replace(id::text, '-', '') \
                        WHERE id = $1 AND removed_at IS NULL RETURNING id), \
              replies AS (DELETE FROM canned_replies USING space WHERE canned_replies.space_id = space.id) \
         DELETE FROM space_index USING space WHERE space_index.space_id = space.id")
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    there(changed)
}

/// Takes at most `most` rows, with what hangs on them, of what a removed space has left. How much was
/// taken: 0 when nothing is left.
///
/// # Errors
/// [`StoreError`] where the database fails, or a lock that others hold cannot be had within a tenth of a
/// second.
pub async fn empty(conn: &mut TenantConn<'_>, id: SpaceId, most: i32) -> Result<i32, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        gone: i32,
    }
    let row: Row = sql("SELECT parlance_empty_space($1, $2) AS gone")
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(most)
        .get_result(conn.db())
        .await?;
    Ok(row.gone)
}

/// What decides on publishing a space besides its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Knows {
    /// Whether a passage is searched.
    #[diesel(sql_type = Bool)]
    pub something: bool,
    /// Whether a document is being read or waits for it.
    #[diesel(sql_type = Bool)]
    pub more_to_come: bool,
}

/// What a space knows.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn knows(conn: &mut TenantConn<'_>, id: SpaceId) -> Result<Knows, StoreError> {
    Ok(sql(
        "SELECT EXISTS (SELECT FROM passage_lexemes WHERE space_id = $1 AND live) AS something, \
                EXISTS (SELECT FROM documents WHERE space_id = $1 AND status IN ('queued', 'processing')) \
                    AS more_to_come",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

fn there(changed: usize) -> Result<(), StoreError> {
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}
