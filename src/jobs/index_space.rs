//! The indexes of a space that has become large; see `domain::retrieval::indexing`.

use parlance_store::{TenantDb, ids::SpaceId};

use super::{Came, Failure};
use crate::domain::{jobs::progress::Progress, retrieval::indexing};

pub(super) async fn run(
    db: &TenantDb,
    space: SpaceId,
    model: &str,
    progress: &Progress,
) -> Result<Came, Failure> {
    // One that has become small again needs none.
    indexing::index(db, space, model, progress).await?;
    Ok(Came::ToItsEnd)
}
