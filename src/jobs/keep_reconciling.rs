//! Once a day, beside the workers, proves the books of the day before: against each other, the plans and what the
//! upstream says it billed. Days that were missed are made up for, and one whose usage report could not be read is
//! looked at again.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use parlance_store::db::Db;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    adapters::usage_report::AnthropicUsage,
    domain::billing::{
        plans::Plans,
        prices::PriceBook,
        reconciliation::{self, Cause, ReconcileError, Reconciliation, Sources},
    },
    kernel::clock::SharedClock,
};

/// How often a day may be due.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// From the start of the server until what an earlier run left open is settled.
const SETTLED_AFTER: Duration = Duration::from_secs(60);
/// From the end of a day until all of it is settled, and known to the upstream's usage API.
const SETTLES_IN: TimeDelta = TimeDelta::hours(2);
/// Days back that are made up for.
const BACK: u64 = 7;
/// Differences that are logged one by one.
const LOGGED: usize = 20;

/// What the books are compared with.
#[derive(Clone, Debug)]
pub struct Reconciler {
    pub db: Db,
    pub clock: SharedClock,
    pub prices: Arc<PriceBook>,
    pub plans: Arc<Plans>,
    /// None: no report is asked for.
    pub usage: Option<AnthropicUsage>,
}

impl Reconciler {
    /// Looks until `stopping` is cancelled.
    pub async fn run(self, stopping: CancellationToken) {
        let looking = async {
            if let Err(error) = self.recall().await {
                warn!(%error, "what was found last is told with the next day that is proven");
            }
            sleep(SETTLED_AFTER).await;
            loop {
                if let Err(error) = self.look().await {
                    warn!(%error, "the books are proven in a quarter of an hour");
                }
                sleep(EVERY).await;
            }
        };
        stopping.run_until_cancelled(looking).await;
    }

    /// Tells again what was found last, which an earlier run of the server told.
    async fn recall(&self) -> Result<(), ReconcileError> {
        if let Some(found) = reconciliation::last(&self.db.control(), None).await? {
            measure(&found);
        }
        Ok(())
    }

    /// Proves every day that is due, the oldest first.
    ///
    /// # Errors
    /// [`ReconcileError`] where the database does not answer.
    pub async fn look(&self) -> Result<(), ReconcileError> {
        let now = self.clock.now();
        for day in due_by(now) {
            let kept = reconciliation::last(&self.db.control(), Some(day)).await?;
            let is_due = |kept: Reconciliation| {
                !is_whole(kept.day, kept.at)
                    || (self.usage.is_some() && kept.counts.contains_key(&Cause::UpstreamUnread))
            };
            if kept.is_none_or(is_due) {
                self.prove(day, now).await?;
            }
        }
        Ok(())
    }

    async fn prove(&self, day: NaiveDate, now: DateTime<Utc>) -> Result<(), ReconcileError> {
        let report = match &self.usage {
            Some(usage) => Some(usage.of_day(day).await),
            None => None,
        };
        let sources = Sources {
            prices: &self.prices,
            plans: &self.plans,
            report: report.as_ref(),
        };
        let found = reconciliation::reconcile(&self.db, sources, day, now).await?;
        found.keep(&self.db.control()).await?;
        tell(&found);
        Ok(())
    }
}

/// Whether all of `day` could be told at `at`: somebody may have looked at it earlier by hand.
fn is_whole(day: NaiveDate, at: DateTime<Utc>) -> bool {
    (at - SETTLES_IN).date_naive() > day
}

/// The days that ought to be proven by `now`, oldest first.
fn due_by(now: DateTime<Utc>) -> impl Iterator<Item = NaiveDate> {
    let today = (now - SETTLES_IN).date_naive();
    (1..=BACK)
        .rev()
        .filter_map(move |back| today.checked_sub_days(Days::new(back)))
}

fn measure(found: &Reconciliation) {
    for cause in Cause::ALL {
        let count = found.counts.get(&cause).copied().unwrap_or_default();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("parlance_reconciliation_differences", "cause" => cause.as_str()).set(count);
    }
}

fn tell(found: &Reconciliation) {
    measure(found);
    let wrong = found.wrong();
    if wrong == 0 {
        info!(day = %found.day, source = found.source, "the books are right");
        return;
    }
    error!(
        day = %found.day, differences = wrong,
        "the books differ from what they keep account of: parlance reconcile --day {}", found.day
    );
    let differences = found.differences.iter();
    for difference in differences
        .filter(|difference| !difference.cause.is_expected())
        .take(LOGGED)
    {
        error!(day = %found.day, cause = difference.cause.as_str(), "{difference}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_due_two_hours_after_its_end() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let last = |text| due_by(at(text)).last().unwrap().to_string();
        assert_eq!(last("2026-11-23T01:59:59Z"), "2026-11-21");
        assert_eq!(last("2026-11-23T02:00:00Z"), "2026-11-22");
        assert_eq!(due_by(at("2026-11-23T02:00:00Z")).count(), 7);
        let day = "2026-11-22".parse().unwrap();
        assert!(!is_whole(day, at("2026-11-23T01:59:59Z")) && is_whole(day, at("2026-11-23T02:00:00Z")));
    }
}
