//! Makes the indexes of a space that has become large. Without them it is searched too, only slower.

use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        large::{self, Step},
        passages,
    },
    tenant::TenantConn,
};

use crate::domain::jobs::{locks::patiently, progress::Progress};

/// Percent when the long part is done.
const BUILT: u8 = 80;

/// Whether a space has become so large that it is to have indexes for vectors of `model`, and has none.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn is_due(conn: &mut TenantConn<'_>, space: SpaceId, model: &str) -> Result<bool, StoreError> {
    Ok(!large::is_indexed(conn, space, model).await?
        && passages::count_live(conn, space).await? >= large::LARGE)
}

/// Makes the indexes, or what is missing of them. Whether the space has them then; none are made for a
/// small one.
///
/// # Errors
/// [`StoreError`] where the database fails; the same again goes on from there.
pub async fn index(
    db: &TenantDb,
    space: SpaceId,
    model: &str,
    progress: &Progress,
) -> Result<bool, StoreError> {
    for (step, done) in Step::ALL.into_iter().zip(0..) {
        let from = if step <= Step::Build { 0 } else { BUILT };
        progress.within(from, 100, done, Step::ALL.len());
        if !take(db, space, model, step).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn take(db: &TenantDb, space: SpaceId, model: &str, step: Step) -> Result<bool, StoreError> {
    patiently(|| async {
        let index = async |conn: &mut TenantConn<'_>| large::index(conn, space, model, step).await;
        db.long(large::INDEXED_WITHIN, index).await
    })
    .await
}
