//! Keeps what visitors ask in clusters, beside the workers: follows conversations, and once an hour, beside that,
//! places the questions of those spaces anew in which something new was asked. What a stop forgets of the latter
//! is done after the next question.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use parlance_store::{
    db::Db,
    ids::{SpaceId, TenantId},
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::domain::{
    gaps::{
        gather::{self, AT_ONCE},
        regroup,
    },
    knowledge::ingest::Ingest,
};

const FOLLOW_EVERY: Duration = Duration::from_secs(3);
const REGROUP_EVERY: Duration = Duration::from_secs(60 * 60);
/// Between two tries of a tenant whose questions cannot be followed, at most.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Spaces in which something new was asked.
type New = BTreeSet<(TenantId, SpaceId)>;

/// Follows and regroups until `stopping` is cancelled.
pub async fn keep_grouping(db: Db, ingest: Ingest, stopping: CancellationToken) {
    let asked = Mutex::new(New::new());
    let following = async {
        let mut failed = HashMap::new();
        loop {
            follow_all(&db, &ingest, &asked, &mut failed).await;
            sleep(FOLLOW_EVERY).await;
        }
    };
    let regrouping = async {
        loop {
            sleep(REGROUP_EVERY).await;
            let asked = std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner));
            for (tenant, space) in asked {
                regroup_one(&db, &ingest, tenant, space).await;
            }
        }
    };
    tokio::select! {
        () = stopping.cancelled() => {}
        () = following => {}
        () = regrouping => {}
    }
}

/// What failed of late: fewer marks are looked at, and later. Each failure halves and doubles, each success takes
/// one back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Failures(u32);

impl Failures {
    fn at_once(self) -> i32 {
        AT_ONCE.checked_shr(self.0).unwrap_or(0).max(1)
    }

    fn pause(self) -> Duration {
        FOLLOW_EVERY
            .saturating_mul(2_u32.saturating_pow(self.0))
            .min(LONGEST)
    }
}

/// A batch of each tenant in turn, as long as one has more.
async fn follow_all(
    db: &Db,
    ingest: &Ingest,
    asked: &Mutex<New>,
    failed: &mut HashMap<TenantId, (Failures, Instant)>,
) {
    let mut tenants = match db.control().tenants_with_question_marks().await {
        Ok(tenants) => tenants,
        Err(error) => return warn!(%error, "what was asked is looked at in a moment"),
    };
    tenants.retain(|tenant| {
        failed
            .get(tenant)
            .is_none_or(|(_, until)| *until <= Instant::now())
    });
    while !tenants.is_empty() {
        let mut waiting = Vec::new();
        for tenant in tenants {
            let failures = failed.get(&tenant).map_or(Failures(0), |(failures, _)| *failures);
            match gather::follow(&db.tenant(tenant), ingest, failures.at_once()).await {
                Ok((new, more)) => {
                    let new = new.into_iter().map(|space| (tenant, space));
                    asked.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
                    waiting.extend(more.then_some(tenant));
                    match failures.0.checked_sub(1) {
                        Some(fewer) => failed.insert(tenant, (Failures(fewer), Instant::now())),
                        None => failed.remove(&tenant),
                    };
                }
                Err(error) => {
                    let failures = Failures(failures.0.saturating_add(1));
                    let pause = failures.pause();
                    failed.insert(tenant, (failures, Instant::now() + pause));
                    warn!(tenant.id = %tenant, ?pause, %error, "what was asked is looked at later");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_with_less_and_later() {
        let tried = |failures| (Failures(failures).at_once(), Failures(failures).pause().as_secs());
        assert_eq!([0, 1, 3].map(tried), [(100, 3), (50, 6), (12, 24)]);
        assert_eq!([9, 99].map(tried), [(1, 600), (1, 600)]);
    }
}
