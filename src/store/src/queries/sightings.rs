//! On which sites a space's widget was opened.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn};

/// A site that has the widget.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Sighting {
    /// Its origin, as browsers write it.
    #[diesel(sql_type = Text)]
    pub origin: String,
    /// When somebody last opened it there; an hour later than noted, at most.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Notes that a visitor's session began on `origin`, of 300 characters at most, and forgets all but the
/// `most` newest of the space.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such space or the origin is too long.
pub async fn note(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    origin: &str,
    at: DateTime<Utc>,
    most: i64,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO space_sightings AS s (tenant_id, space_id, origin, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, space_id, origin) DO UPDATE SET at = greatest(s.at, excluded.at)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(origin)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    sql("DELETE FROM space_sightings WHERE space_id = $1 AND origin IN ( \
             SELECT origin FROM space_sightings WHERE space_id = $1 ORDER BY at DESC, origin OFFSET $2)")
    .bind::<SqlUuid, _>(space)
    .bind::<BigInt, _>(most)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The `most` newest of a space, the newest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(conn: &mut TenantConn<'_>, space: SpaceId, most: i64) -> Result<Vec<Sighting>, StoreError> {
    Ok(
        sql("SELECT origin, at FROM space_sightings WHERE space_id = $1 ORDER BY at DESC, origin LIMIT $2")
            .bind::<SqlUuid, _>(space)
            .bind::<BigInt, _>(most)
            .get_results(conn.db())
            .await?,
    )
}
