//! What a space was set to, version by version: written in the transaction that changes it, and never
//! changed after.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::audit::ActorKind;
use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn};

/// Versions of a space that are kept, the newest.
pub const KEPT: i64 = 200;

/// Who made a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Who; none for Parlance itself.
    pub id: Option<Uuid>,
    /// What they were called then.
    pub name: String,
}

impl Default for Author {
    /// Parlance itself.
    fn default() -> Self {
        Self {
            kind: ActorKind::System,
            id: None,
            name: "Parlance".to_owned(),
        }
    }
}

/// One version.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct SpaceVersion {
    /// From 1, without gaps.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    /// What the space was called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The domain's settings.
    #[diesel(sql_type = Jsonb)]
    pub settings: Value,
    /// The origins that could embed it.
    #[diesel(sql_type = Array<Text>)]
    pub allowed_origins: Vec<String>,
    /// What kind of actor made it.
    #[diesel(sql_type = Text)]
    pub actor_kind: ActorKind,
    /// Who; none for Parlance itself.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub actor_id: Option<Uuid>,
    /// What they were called then.
    #[diesel(sql_type = Text)]
    pub actor_name: String,
    /// What they said of it.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// The version it brought back.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub restored_from: Option<i64>,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Why there is another version.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reason<'a> {
    /// In the words of who made it.
    pub note: Option<&'a str>,
    /// The version it brings back.
    pub restored_from: Option<i64>,
}

/// Writes down how a space is now as its next version, and forgets what is older than the newest
/// [`KEPT`]. Returns its number. For a transaction that has locked the space.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn write(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    by: &Author,
    reason: Reason<'_>,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let row: Row = sql(
        "WITH space AS (UPDATE spaces SET version = version + 1 WHERE id = $1 AND removed_at IS NULL \
                        RETURNING tenant_id, id, version, name, settings, allowed_origins) \
         INSERT INTO space_versions (tenant_id, space_id, n, name, settings, allowed_origins, \
                                     actor_kind, actor_id, actor_name, note, restored_from, at) \
         SELECT tenant_id, id, version, name, settings, allowed_origins, $2, $3, $4, $5, $6, $7 FROM space \
         RETURNING n",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(by.kind)
    .bind::<Nullable<SqlUuid>, _>(by.id)
    .bind::<Text, _>(by.name.as_str())
    .bind::<Nullable<Text>, _>(reason.note)
    .bind::<Nullable<BigInt>, _>(reason.restored_from)
    .bind::<Timestamptz, _>(at)
    .get_result(conn.db())
    .await?;
    sql("DELETE FROM space_versions WHERE space_id = $1 AND n <= $2")
        .bind::<SqlUuid, _>(space)
        .bind::<BigInt, _>(row.n - KEPT)
        .execute(conn.db())
        .await?;
    Ok(row.n)
}

/// The versions of a space below `before`, the newest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    before: i64,
    limit: i32,
) -> Result<Vec<SpaceVersion>, StoreError> {
    Ok(sql(
        "SELECT n, name, settings, allowed_origins, actor_kind, actor_id, actor_name, note, restored_from, at \
         FROM space_versions WHERE space_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<BigInt, _>(before)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// One version.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn get(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    n: i64,
) -> Result<Option<SpaceVersion>, StoreError> {
    Ok(sql(
        "SELECT n, name, settings, allowed_origins, actor_kind, actor_id, actor_name, note, restored_from, at \
         FROM space_versions WHERE space_id = $1 AND n = $2",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<BigInt, _>(n)
    .get_result(conn.db())
    .await
    .optional()?)
}
