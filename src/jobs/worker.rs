//! The worker: one loop that takes jobs up while there is room, and a task for each of them.

use std::{
    any::Any,
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use parlance_store::{
    StoreError, TenantDb,
    db::Db,
    ids::TenantId,
    queries::jobs::{self, Ended, Heard, Job, Lease},
};
use tokio::{
    sync::{Notify, Semaphore, watch},
    time::{Instant, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, error, info, info_span, warn};
use uuid::Uuid;

use super::{Came, Failure, Tools};
use crate::domain::{
    jobs::{Takes, Work, patience, progress::Progress, shares::Shares},
    knowledge::intake,
};

/// How long a lease holds that nobody renews: until then a job that a crash cut off waits.
const LEASE: Duration = Duration::from_secs(15);
/// How often whoever works on a job says so, and hears whether it is called off.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// How often the worker looks for itself whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Pause after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Works on the jobs of all tenants. Several processes may do so at once.
pub struct Worker {
    db: Db,
    kinds: Vec<&'static str>,
    rung: watch::Receiver<()>,
    tools: Tools,
    slots: Arc<Semaphore>,
    running: Counts,
    shares: Shares,
    tasks: TaskTracker,
}

/// How many jobs of each tenant are being worked on.
#[derive(Clone, Debug)]
struct Counts {
    all: Arc<Mutex<HashMap<TenantId, usize>>>,
    /// Of one tenant at once.
    most: usize,
    /// A tenant that had as many as it may has one less.
    room: Arc<Notify>,
}

/// One of them, for as long as it lives.
struct Counted {
    all: Counts,
    tenant: TenantId,
}

impl Counts {
    fn new(most: usize) -> Self {
        Self {
            all: Arc::default(),
            most,
            room: Arc::default(),
        }
    }

    fn is_full(&self, tenant: TenantId) -> bool {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&tenant).is_some_and(|count| *count >= self.most)
    }

    fn one_more(&self, tenant: TenantId) -> Counted {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry(tenant).or_default() += 1;
        Counted {
            all: self.clone(),
            tenant,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.all.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.tenant) {
            if *count >= self.all.most {
                self.all.room.notify_one();
            }
            *count = count.saturating_sub(1);
            if *count == 0 {
                all.remove(&self.tenant);
            }
        }
    }
}

/// One job being worked on.
struct Running {
    db: TenantDb,
    tools: Tools,
    job: Job,
    lease: Lease,
}

/// Why working on a job stopped.
enum Stopped {
    Ended(Ended),
    /// It is another's now.
    Lost,
}

impl Worker {
    /// Works on `slots` jobs at once that take the same.
    #[must_use]
    pub fn new(db: Db, tools: Tools, takes: Takes, slots: usize) -> Self {
        Self {
            db,
            kinds: takes.kinds(),
            rung: tools.bell.listen(),
            tools,
            slots: Arc::new(Semaphore::new(slots)),
            running: Counts::new(takes.most(slots)),
            shares: Shares::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// Works until `stopping` is cancelled; gives back then what is not done.
    pub async fn run(mut self, stopping: CancellationToken) {
        while !stopping.is_cancelled() {
            let waited = tokio::select! {
                () = stopping.cancelled() => break,
                taken = self.take(&stopping) => match taken {
                    Ok(true) => continue,
                    Ok(false) => LOOK_EVERY,
                    Err(error) => {
                        warn!(%error, "no job can be taken up just now");
                        AFTER_FAILURE
                    }
                },
            };
            tokio::select! {
                () = stopping.cancelled() => {}
                _ = self.rung.changed() => {}
                () = self.running.room.notified() => {}
                () = sleep(waited) => {}
            }
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Takes one job up once there is room. False when none is due.
    async fn take(&mut self, stopping: &CancellationToken) -> Result<bool, StoreError> {
        let Ok(slot) = self.slots.clone().acquire_owned().await else {
            return Ok(false);
        };
        let now = self.tools.clock.now();
        let waiting = self.db.control().tenants_with_due_jobs(&self.kinds, now).await?;
        let plans: HashMap<TenantId, String> = waiting
            .into_iter()
            .map(|waiting| (waiting.tenant_id, waiting.plan))
            .collect();
        for tenant in self.shares.order(plans.keys().copied().collect()) {
            if self.running.is_full(tenant) {
                continue;
            }
            let db = self.db.tenant(tenant);
            let owner = Uuid::new_v4();
            let now = self.tools.clock.now();
            let claim =
                db.transaction(async |conn| jobs::claim(conn, &self.kinds, owner, now, now + LEASE).await);
            let job = match claim.await {
                Ok(Some(job)) => job,
                Ok(None) => continue,
                Err(error) => {
                    warn!(tenant.id = %tenant, %error, "a tenant's job could not be taken up");
                    continue;
                }
            };
            self.tools.bell.changed(tenant);
            let plan = self.tools.plans.of(plans.get(&tenant).map_or("", String::as_str));
            self.shares.charge(tenant, job.priority, plan.job_shares);
            let running = Running {
                db,
                tools: self.tools.clone(),
                lease: Lease { job: job.id, owner },
                job,
            };
            let (stopping, counted) = (stopping.clone(), self.running.one_more(tenant));
            self.tasks.spawn(async move {
                Box::pin(running.run(stopping)).await;
                drop((counted, slot));
            });
            return Ok(true);
        }
        Ok(false)
    }
}

impl Running {
    async fn run(self, stopping: CancellationToken) {
        let begun = Instant::now();
        let work = Work::of(&self.job);
        let stopped = match &work {
            // A crash may have cut it off more often than it may fail.
            Some(_) if self.job.attempts > patience::ATTEMPTS => Stopped::Ended(Ended::Dead {
                error: format!("it was begun {} times and never ended", self.job.attempts - 1),
            }),
            Some(work) => Box::pin(self.work(work, stopping)).await,
            None => Stopped::Ended(Ended::Dead {
                error: format!("{} is not a kind of work this version knows", self.job.kind),
            }),
        };
        let Stopped::Ended(ended) = stopped else {
            return warn!(job.id = %self.job.id, "another worker has taken a job over");
        };
        if let Err(error) = self.end(work.as_ref(), &ended).await {
            // The lease runs out, and it is done again.
            return error!(job.id = %self.job.id, %error, "the end of a job could not be noted");
        }
        metrics::histogram!("parlance_job_seconds", "kind" => self.job.kind.clone()).record(begun.elapsed());
    }

    /// Works, holding the lease, until the work ends, is called off or handed over, or all stops.
    async fn work(&self, work: &Work, stopping: CancellationToken) -> Stopped {
        let progress = Progress::default();
        let span = info_span!("job", job.id = %self.job.id, tenant.id = %self.db.tenant_id());
        let carried_out = self.tools.carry_out(&self.db, self.job.id, work, &progress);
        let done = AssertUnwindSafe(carried_out.instrument(span)).catch_unwind();
        tokio::select! {
            done = done => Stopped::Ended(self.ended(done)),
            stopped = self.hold(&progress) => stopped,
            () = stopping.cancelled() => Stopped::Ended(Ended::GivenBack),
        }
    }

    /// Renews the lease until somebody calls the job off or has taken it over.
    async fn hold(&self, progress: &Progress) -> Stopped {
        let (mut held_until, mut told) = (Instant::now() + LEASE, 0);
        loop {
            sleep(REPORT_EVERY).await;
            let (percent, until) = (i16::from(progress.percent()), self.tools.clock.now() + LEASE);
            let report = self
                .db
                .transaction(async |conn| jobs::report(conn, self.lease, percent, until).await);
            match report.await {
                Ok(Heard::GoOn) => {
                    held_until = Instant::now() + LEASE;
                    if percent != told {
                        told = percent;
                        self.tools.bell.changed(self.db.tenant_id());
                    }
                }
                Ok(Heard::Cancel) => return Stopped::Ended(Ended::Cancelled),
                Ok(Heard::Lost) => return Stopped::Lost,
                // Another may have it by then.
                Err(_) if Instant::now() >= held_until => return Stopped::Lost,
                Err(error) => warn!(job.id = %self.job.id, %error, "a lease could not be renewed"),
            }
        }
    }

    fn ended(&self, done: Result<Result<Came, Failure>, Box<dyn Any + Send>>) -> Ended {
        let failure = match done {
            Ok(Ok(Came::ToItsEnd)) => return Ended::Done,
            Ok(Ok(Came::ToItsTurn)) => return Ended::GivenBack,
            Ok(Ok(Came::Removed(what))) => {
                return Ended::Moot {
                    error: what.to_owned(),
                };
            }
            Ok(Err(failure)) => failure,
            Err(_) => Failure {
                error: "an error in Parlance ended it".to_owned(),
                transient: true,
            },
        };
        let Failure { error, transient } = failure;
        match patience::pause(self.job.attempts, rand::random()) {
            Some(pause) if transient => Ended::Again {
                due_at: self.tools.clock.now() + pause,
                error,
            },
            _ => Ended::Dead { error },
        }
    }

    async fn end(&self, work: Option<&Work>, ended: &Ended) -> Result<(), StoreError> {
        let reason = match ended {
            Ended::Dead { error } => Some(error.as_str()),
            Ended::Cancelled => Some(intake::CALLED_OFF),
            Ended::Done | Ended::Again { .. } | Ended::Moot { .. } | Ended::GivenBack => None,
        };
        let at = self.tools.clock.now();
        // Whoever sees that it has ended sees what came of it.
        let ending = self.db.transaction(async |conn| {
            let noted = jobs::end(conn, self.lease, ended, at).await?;
            // Another who has taken it over says himself how it ends.
            if let (true, Some(work), Some(reason)) = (noted, work, reason) {
                intake::given_up(conn, work, reason, at).await?;
            }
            Ok::<_, StoreError>(noted)
        });
        let noted = ending.await?;
        self.tools.bell.changed(self.db.tenant_id());
        info!(job.id = %self.job.id, tenant.id = %self.db.tenant_id(), kind = self.job.kind, ?ended, noted, "job");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tenant_that_had_all_it_may_is_looked_at_when_one_ends() {
        let (counts, acme, globex) = (Counts::new(2), TenantId::new(), TenantId::new());
        let mut running: Vec<_> = [acme, globex, acme].map(|tenant| counts.one_more(tenant)).into();
        assert!(counts.is_full(acme) && !counts.is_full(globex));
        drop(running.remove(1));
        let woken = async |counts: &Counts| futures_util::poll!(Box::pin(counts.room.notified())).is_ready();
        assert!(!woken(&counts).await, "there was room for globex anyway");
        drop(running.pop());
        assert!(!counts.is_full(acme) && woken(&counts).await);
        drop(running);
        assert!(!woken(&counts).await, "and after that again");
    }
}
