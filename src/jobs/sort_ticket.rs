//! A new ticket is categorised and routed; see `domain::tickets::routing`.

use parlance_store::{StoreError, TenantDb, ids::TicketId};

use super::{Came, Failure, Tools};
use crate::{
    actors::tickets,
    domain::tickets::routing::sort::{Desk, sort},
};

pub(super) async fn run(tools: &Tools, db: &TenantDb, ticket: TicketId) -> Result<Came, Failure> {
    let present = tools.consoles.present(db.tenant_id()).into_iter();
    let present: Vec<Desk> = present
        .map(|present| Desk {
            agent: present.agent.id,
            away: present.away,
        })
        .collect();
    match sort(db, &tools.classifiers, ticket, &present, tools.clock.now()).await {
        Ok(sorted) => {
            if let Some(ticket) = sorted {
                tickets::tell(db, &tools.consoles, tools.registry.as_ref(), (&ticket).into()).await;
            }
            Ok(Came::ToItsEnd)
        }
        Err(StoreError::NotFound) => Ok(Came::Removed("the ticket was removed")),
        Err(error) => Err(error.into()),
    }
}
