//! Everything that is compared, gathered workspace by workspace.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use parlance_store::{
    Db, StoreError, TenantConn,
    ids::{ReservationId, TenantId},
    queries::{
        invoices as charged,
        ledger::{self, ROLL_UPS},
        subscriptions::{self, SubscriptionStatus},
    },
};
use uuid::Uuid;

use super::{
    Cause, Difference, EstimatedCall, LISTED, ModelDay, Reconciliation, Side,
    books::{self, Booked},
    invoices, upstream,
};
use crate::{
    adapters::usage_report::{UsageReport, UsageReportError},
    domain::billing::{plans::Plans, prices::PriceBook},
};

/// Calls that are read at once.
const PAGE: i64 = 5_000;
/// A period is a month; its invoice may come some hours late.
const CHARGED_WITHIN: TimeDelta = TimeDelta::days(33);

/// Why a day could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("what was kept of an earlier day cannot be read: {0}")]
    Kept(#[from] serde_json::Error),
}

/// What the books are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    pub prices: &'a PriceBook,
    pub plans: &'a Plans,
    /// What upstreams billed, or why that is not known; none: nobody is asked.
    pub report: Option<&'a Result<UsageReport, UsageReportError>>,
}

/// Compares the books of `day`, a UTC date, with each other and with the sources.
///
/// # Errors
/// [`ReconcileError`] where the database does not answer.
pub async fn reconcile(
    db: &Db,
    sources: Sources<'_>,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Reconciliation, ReconcileError> {
    let mut found = Found::default();
    for tenant in db.control().tenants().await? {
        let db = db.tenant(tenant);
        let of_tenant = db.read(async |conn| {
            found.calls(conn, sources.prices, day).await?;
            found.sums(conn, day, now).await?;
            found.invoices(conn, sources.plans, day, now).await
        });
        of_tenant.await?;
    }
    let mut report = None;
    match sources.report {
        Some(Ok(read)) => report = Some(read),
        Some(Err(error)) => found.differences.push(Difference {
            cause: Cause::UpstreamUnread,
            workspace: None,
            about: error.to_string(),
            booked: Side::Nothing,
            compared: Side::Nothing,
        }),
        None => {}
    }
    let models = upstream::compare(found.models, report, sources.prices, day, &mut found.differences);
    let mut counts = BTreeMap::new();
    for difference in &found.differences {
        *counts.entry(difference.cause).or_default() += 1;
    }
    found.differences.sort_by_key(|difference| difference.cause);
    found.differences.truncate(LISTED);
    Ok(Reconciliation {
        day,
        at: now,
        source: report.map(|report| report.source.clone()),
        models,
        counts,
        differences: found.differences,
        estimated: found.estimated,
    })
}

#[derive(Default)]
struct Found {
    models: BTreeMap<String, ModelDay>,
    estimated: Vec<EstimatedCall>,
    differences: Vec<Difference>,
}

impl Found {
    /// Reads each call of the day, adds up those that were sent on it, and compares it with the price book.
    async fn calls(
        &mut self,
        conn: &mut TenantConn<'_>,
        prices: &PriceBook,
        day: NaiveDate,
    ) -> Result<(), StoreError> {
        let tenant = conn.tenant_id();
        let mut after = ReservationId::from(Uuid::nil());
        loop {
            let calls = ledger::calls_of_day(conn, day, after, PAGE).await?;
            for call in &calls {
                let about = Booked { tenant, call };
                self.differences.extend(books::wrong(&about, prices, day));
                if call.sent_on == day {
                    self.sent(&about);
                }
            }
            match calls.last() {
                Some(last) if calls.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX) => {
                    after = last.reservation;
                }
                _ => return Ok(()),
            }
        }
    }

    fn sent(&mut self, booked: &Booked<'_>) {
        let model = upstream::name(&booked.call.model);
        let of_model = self.models.entry(model.clone()).or_insert_with(|| ModelDay {
            model,
            ..ModelDay::default()
        });
        if !booked.call.estimated {
            of_model.told.add(&booked.sums());
            return;
        }
        of_model.estimated.add(&booked.sums());
        if self.estimated.len() < LISTED {
            self.estimated.push(EstimatedCall {
                workspace: booked.tenant,
                reservation: booked.call.reservation.to_string(),
                model: booked.call.model.clone(),
                booked: booked.sums().into(),
            });
        }
    }

    async fn sums(
        &mut self,
        conn: &mut TenantConn<'_>,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let tenant = conn.tenant_id();
        let missing = ledger::missing_of_day(conn, day, now).await?;
        self.differences
            .extend(missing.iter().map(|call| books::missing(tenant, call)));
        for roll_up in ROLL_UPS {
            let wrong = ledger::wrong_sums(conn, roll_up, day).await?;
            self.differences.extend(
                wrong
                    .into_iter()
                    .map(|sums| books::sums(tenant, roll_up.name, sums)),
            );
        }
        Ok(())
    }

    async fn invoices(
        &mut self,
        conn: &mut TenantConn<'_>,
        plans: &Plans,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let tenant: TenantId = conn.tenant_id();
        for invoice in charged::of_day(conn, day).await? {
            self.differences.extend(invoices::wrong(tenant, &invoice, plans));
        }
        let known = subscriptions::read(conn).await?;
        let Some(known) = known.filter(|known| known.status == Some(SubscriptionStatus::Active)) else {
            return Ok(());
        };
        let end = day
            .checked_add_days(Days::new(1))
            .unwrap_or(day)
            .and_time(chrono::NaiveTime::MIN)
            .and_utc();
        let on_trial = known
            .trial_end
            .is_some_and(|ends| ends + TimeDelta::days(1) > end.min(now));
        if !on_trial && !charged::is_charged_since(conn, end - CHARGED_WITHIN).await? {
            self.differences.extend(invoices::missing(tenant, &known, plans));
        }
        Ok(())
    }
}
