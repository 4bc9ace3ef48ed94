//! Open deadlines are reckoned anew; see `domain::tickets::deadlines`.

use parlance_store::TenantDb;

use super::{Came, Failure, Tools};
use crate::domain::tickets::deadlines::policies;

pub(super) async fn run(tools: &Tools, db: &TenantDb) -> Result<Came, Failure> {
    policies::follow_all(db, || tools.clock.now()).await?;
    Ok(Came::ToItsEnd)
}
