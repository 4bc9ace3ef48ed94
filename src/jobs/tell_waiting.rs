//! Hours begin; see `domain::notify::waiting`.

use parlance_store::{
    TenantDb,
    ids::{JobId, SpaceId},
};

use super::{Came, Failure, Tools};
use crate::domain::notify::waiting;

pub(super) async fn run(tools: &Tools, db: &TenantDb, space: SpaceId, job: JobId) -> Result<Came, Failure> {
    let tenant = db.tenant_id();
    let is_someone_there = tools.consoles.is_someone_there(tenant);
    waiting::tell_held(db, space, job, tools.clock.now(), is_someone_there).await?;
    tools.bell.ring(tenant);
    Ok(Came::ToItsEnd)
}
