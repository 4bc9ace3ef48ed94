//! What a removed space has left; see `domain::spaces::removal`.

use parlance_store::{
    TenantDb,
    ids::{JobId, SpaceId},
};

use super::{Came, Failure, Tools};
use crate::domain::spaces::removal;

pub(super) async fn run(tools: &Tools, db: &TenantDb, space: SpaceId, job: JobId) -> Result<Came, Failure> {
    if removal::empty(db, space, job, tools.turn, tools.clock.now()).await? {
        Ok(Came::ToItsEnd)
    } else {
        Ok(Came::ToItsTurn)
    }
}
