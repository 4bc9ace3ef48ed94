//! A call has no price; see `domain::notify::unpriced`.

use chrono::NaiveDate;
use parlance_store::TenantDb;

use super::{Came, Failure, Tools};
use crate::{actors::console::InboxEvent, domain::notify::unpriced};

pub(super) async fn run(tools: &Tools, db: &TenantDb, day: NaiveDate) -> Result<Came, Failure> {
    let tenant = db.tenant_id();
    unpriced::tell(db, day, tools.clock.now()).await?;
    tools.consoles.tell(tenant, vec![InboxEvent::Usage {}.text()]);
    tools.bell.ring(tenant);
    Ok(Came::ToItsEnd)
}
