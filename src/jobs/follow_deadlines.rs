//! Open deadlines are reckoned anew; see `domain::tickets::deadlines`.

use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, TicketId},
};
use tokio::time::Instant;

use super::{Came, Failure, Tools};
use crate::{
    actors::tickets,
    domain::{
        jobs::{self, Work},
        tickets::deadlines::policies,
    },
};

/// Goes on behind the ticket it came to, also after a crash.
pub(super) async fn run(
    tools: &Tools,
    db: &TenantDb,
    job: JobId,
    mut after: Option<TicketId>,
) -> Result<Came, Failure> {
    let begun = Instant::now();
    loop {
        let followed = policies::follow_next(db, after, || tools.clock.now()).await?;
        for ticket in &followed.changed {
            tickets::tell(db, &tools.consoles, tools.registry.as_ref(), ticket.into()).await;
        }
        if followed.last.is_none() {
            return Ok(Came::ToItsEnd);
        }
        after = followed.last;
        let work = Work::FollowDeadlines { after };
        let kept: Result<(), StoreError> = db
            .transaction(async |conn| jobs::keep(conn, job, &work).await)
            .await;
        kept?;
        if begun.elapsed() >= tools.turn {
            return Ok(Came::ToItsTurn);
        }
    }
}
