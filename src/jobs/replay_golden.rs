//! Asks the golden questions of a space again; see `domain::golden`.

use parlance_store::{StoreError, TenantDb};

use super::{Failure, Tools};
use crate::domain::{
    golden::replay::{self, Replay, ReplayError},
    jobs::progress::Progress,
};

pub(super) async fn run(
    tools: &Tools,
    db: &TenantDb,
    replay: Replay,
    progress: &Progress,
) -> Result<(), Failure> {
    let now = || tools.clock.now();
    let ended = replay::replay(&tools.answerer, db, replay, progress, now).await;
    if replay.answers {
        tools.ledger.settled(db.tenant_id());
    }
    match ended {
        // The space is gone.
        Ok(_) | Err(ReplayError::Store(StoreError::NotFound)) => Ok(()),
        Err(error) => Err(Failure {
            transient: error.is_transient(),
            error: error.to_string(),
        }),
    }
}
