//! The ledger as its payer sees it: what models cost, by day, space, model and kind, in the workspace's time
//! zone, and what this month is likely to cost.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::workspace,
    ids::SpaceId,
    queries::{
        invoices::{self, Paid},
        ledger::{self, CallKind, MonthCost, UsageBy, UsageFilter, UsageGroup, UsageSum},
    },
};

use crate::domain::insight::period::{Period, Unsound};

/// Groups at most; beyond it fewer days, or fewer things to group by, are to be asked for.
pub const MAX_GROUPS: usize = 10_000;
/// A day, of which the estimate of a month takes the mean.
const DAY: TimeDelta = TimeDelta::days(1);

/// Which calls are asked for, by days of the workspace's time zone.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The first day; 30 days of them unless told.
    pub from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    pub to: Option<NaiveDate>,
    pub space: Option<SpaceId>,
    pub model: Option<String>,
    pub kind: Option<CallKind>,
}

/// What was charged in a period.
#[derive(Debug)]
pub struct Report {
    pub period: Period,
    pub groups: Vec<UsageGroup>,
    pub total: UsageSum,
    pub month: Month,
    /// Models without a price, to which calls were made in the period.
    pub unpriced: Vec<String>,
    /// What the workspace paid in the period, by currency.
    pub paid: Vec<Paid>,
}

/// The month in which it is, by the workspace's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    pub begins: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    /// So far, in nano-dollars.
    pub cost_nanos: i64,
    /// When it is over, in nano-dollars; see [`estimate`].
    pub estimate_nanos: i64,
}

/// Why nothing is told.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error(transparent)]
    Unsound(#[from] Unsound),
    #[error("these are more than {MAX_GROUPS} groups: ask for fewer days, or group by less")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Wanted {
    /// The days, and the calls settled in them.
    ///
    /// # Errors
    /// [`Unsound`] where the days are no period.
    pub fn in_zone(self, time_zone: &str, now: DateTime<Utc>) -> Result<(Period, UsageFilter), Unsound> {
        let period = Period::of(self.from, self.to, Some(time_zone), now)?;
        let range = period.range();
        let filter = UsageFilter {
            from: range.from,
            to: range.to,
            space: self.space,
            model: self.model,
            kind: self.kind,
        };
        Ok((period, filter))
    }
}

/// Reads what was charged, in groups.
///
/// # Errors
/// [`LedgerError`]
pub async fn report(
    db: &TenantDb,
    wanted: Wanted,
    by: UsageBy,
    now: DateTime<Utc>,
) -> Result<Report, LedgerError> {
    db.read(async |conn| {
        let time_zone = workspace::read(conn).await?.time_zone;
        let (period, filter) = wanted.in_zone(&time_zone, now)?;
        let limit = i64::try_from(MAX_GROUPS).unwrap_or(i64::MAX).saturating_add(1);
        let groups = ledger::usage_groups(conn, &filter, by, &time_zone, limit).await?;
        if groups.len() > MAX_GROUPS {
            return Err(LedgerError::TooMany);
        }
        let mut total = UsageSum::default();
        groups.iter().for_each(|group| total.add(&group.sum));
        let month = ledger::month_cost(conn, now).await?;
        Ok(Report {
            unpriced: ledger::unpriced_models(conn, filter.from, filter.to).await?,
            paid: invoices::paid(conn, filter.from, filter.to).await?,
            month: Month {
                begins: month.begins,
                ends: month.ends,
                cost_nanos: month.cost_nanos,
                estimate_nanos: estimate(&month, now),
            },
            period,
            groups,
            total,
        })
    })
    .await
}

/// What a month is likely to cost, in nano-dollars: what it has cost so far, and for the time that is left as
/// much as the last seven days cost on average. Where the first call of these was made later, since then, but
/// of a day at least.
#[must_use]
pub fn estimate(month: &MonthCost, now: DateTime<Utc>) -> i64 {
    let Some(first) = month.week_begins else {
        return month.cost_nanos;
    };
    let past = (now - first).clamp(DAY, DAY * 7).num_seconds();
    let left = (month.ends - now).num_seconds().max(0);
    let more = i128::from(month.week_nanos) * i128::from(left) / i128::from(past);
    i64::try_from(i128::from(month.cost_nanos) + more).unwrap_or(i64::MAX)
}

/// Nano-dollars as dollars, exact, with two decimals or as many as it takes: `20.00`, `0.00125`.
#[must_use]
pub fn dollars(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let decimals = format!("{:09}", nanos % 1_000_000_000);
    let decimals = format!("{:0<2}", decimals.trim_end_matches('0'));
    format!("{sign}{}.{decimals}", nanos / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn month(week_begins: Option<&str>, cost_nanos: i64, week_nanos: i64) -> MonthCost {
        MonthCost {
            begins: at("2026-11-01T00:00:00Z"),
            ends: at("2026-12-01T00:00:00Z"),
            cost_nanos,
            week_nanos,
            week_begins: week_begins.map(at),
        }
    }

    #[test]
    fn a_month_goes_on_as_the_last_seven_days_went() {
        let now = at("2026-11-21T00:00:00Z");
        let steady = month(Some("2026-11-14T00:00:00Z"), 2_000, 700);
        assert_eq!(estimate(&steady, now), 2_000 + 10 * 100);
        let begun = month(Some("2026-11-19T00:00:00Z"), 300, 300);
        assert_eq!(estimate(&begun, now), 300 + 10 * 150, "two days are known");
        let today = month(Some("2026-11-20T23:00:00Z"), 50, 50);
        assert_eq!(estimate(&today, now), 50 + 10 * 50, "an hour is not a day");
        assert_eq!(estimate(&month(None, 80, 0), now), 80, "nothing lately");
        let over = at("2026-12-01T00:00:00Z");
        assert_eq!(estimate(&steady, over), 2_000, "nothing is left of it");
        let vast = month(Some("2026-11-20T00:00:00Z"), i64::MAX, i64::MAX);
        assert_eq!(estimate(&vast, now), i64::MAX);
    }

    #[test]
    fn dollars_are_exact() {
        for (nanos, text) in [
            (0, "0.00"),
            (1, "0.000000001"),
            (1_250_000, "0.00125"),
            (20_000_000_000, "20.00"),
            (12_345_678_901, "12.345678901"),
            (-5, "-0.000000005"),
            (i64::MAX, "9223372036.854775807"),
        ] {
            assert_eq!(dollars(nanos), text);
        }
    }
}
