//! A plan is nearly used up, or is; see `domain::notify::quota`.

use parlance_store::{TenantDb, queries::quotas::Quota};

use super::{Came, Failure, Tools};
use crate::{actors::console::InboxEvent, domain::notify::quota};

pub(super) async fn run(tools: &Tools, db: &TenantDb, which: Quota, percent: i16) -> Result<Came, Failure> {
    let tenant = db.tenant_id();
    quota::tell(db, which, percent, tools.clock.now()).await?;
    tools.consoles.tell(tenant, vec![InboxEvent::Usage {}.text()]);
    tools.bell.ring(tenant);
    Ok(Came::ToItsEnd)
}
