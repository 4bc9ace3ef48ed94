//! Asks the golden questions of a space again; see `domain::golden`.

use parlance_store::{StoreError, TenantDb};

use super::{Came, Failure, Tools};
use crate::domain::{
    golden::replay::{self, Replay, ReplayError},
    jobs::progress::Progress,
};

pub(super) async fn run(
    tools: &Tools,
    db: &TenantDb,
    replay: Replay,
    progress: &Progress,
) -> Result<Came, Failure> {
    let now = || tools.clock.now();
    let ended = replay::replay(&tools.answerer, db, replay, progress, now).await;
    match ended {
        Ok(_) => Ok(Came::ToItsEnd),
        Err(ReplayError::Store(StoreError::NotFound)) => Ok(Came::Removed("the space was removed")),
        Err(ReplayError::Forgotten) => Ok(Came::Removed("the version is not kept any more")),
        Err(ReplayError::Store(error)) => Err(error.into()),
        Err(error) => Err(Failure {
            transient: error.is_transient(),
            error: error.to_string(),
        }),
    }
}
