//! Keeps what visitors ask in clusters, beside the workers: follows conversations, and once an hour places the
//! questions of those spaces anew in which something new was asked. What a stop forgets of the latter is done
//! after the next question.

use std::{collections::BTreeSet, time::Duration};

use parlance_store::{
    db::Db,
    ids::{SpaceId, TenantId},
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::domain::{
    gaps::{gather, regroup},
    knowledge::ingest::Ingest,
};

const FOLLOW_EVERY: Duration = Duration::from_secs(3);
const REGROUP_EVERY: Duration = Duration::from_secs(60 * 60);

/// Follows and regroups until `stopping` is cancelled.
pub async fn keep_grouping(db: Db, ingest: Ingest, stopping: CancellationToken) {
    let grouping = async {
        let (mut asked, mut regrouped) = (BTreeSet::new(), Instant::now());
        loop {
            follow_all(&db, &ingest, &mut asked).await;
            if regrouped.elapsed() >= REGROUP_EVERY {
                for (tenant, space) in std::mem::take(&mut asked) {
                    regroup_one(&db, &ingest, tenant, space).await;
                }
                regrouped = Instant::now();
            }
            sleep(FOLLOW_EVERY).await;
        }
    };
    tokio::select! {
        () = stopping.cancelled() => {}
        () = grouping => {}
    }
}

/// A batch of each tenant in turn, as long as one has more.
async fn follow_all(db: &Db, ingest: &Ingest, asked: &mut BTreeSet<(TenantId, SpaceId)>) {
    let mut tenants = match db.control().tenants_with_question_marks().await {
        Ok(tenants) => tenants,
        Err(error) => return warn!(%error, "what was asked is looked at in a moment"),
    };
    while !tenants.is_empty() {
        let mut waiting = Vec::new();
        for tenant in tenants {
            match gather::follow(&db.tenant(tenant), ingest).await {
                Ok((new, more)) => {
                    asked.extend(new.into_iter().map(|space| (tenant, space)));
                    waiting.extend(more.then_some(tenant));
                }
                Err(error) => {
                    warn!(tenant.id = %tenant, %error, "what was asked is looked at in a moment");
                }
            }
        }
        tenants = waiting;
    }
}

async fn regroup_one(db: &Db, ingest: &Ingest, tenant: TenantId, space: SpaceId) {
    match regroup::regroup(&db.tenant(tenant), ingest, space).await {
        Ok(moved) => info!(tenant.id = %tenant, space.id = %space, moved, "questions are grouped anew"),
        Err(error) => {
            warn!(tenant.id = %tenant, space.id = %space, %error, "questions stay grouped as they were");
        }
    }
}
