//! Days of a time zone, as the moments between which they are.

use chrono::{DateTime, Datelike, Days, NaiveDate, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use parlance_store::queries::questions::Range;

/// Days at most.
pub const LONGEST: i64 = 400;
/// A period of so many days is told by the hour.
const BY_HOUR: i64 = 2;
/// The days of a period that nobody named.
const USUAL: u64 = 30;
/// What is counted is counted by quarters of an hour.
const QUARTER: TimeDelta = TimeDelta::minutes(15);

/// Why a period is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    #[error("tz: name a time zone as Europe/Berlin")]
    Zone,
    #[error("to: the last day is before the first")]
    Backwards,
    #[error("from, to: 400 days at most")]
    Long,
    #[error("from, to: give years 2000 to 2100")]
    Age,
}

/// Whole days, the first and the last among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
    tz: Tz,
}

/// A day or an hour of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    begins: DateTime<Utc>,
    /// `2026-11-01`, or of an hour `2026-11-01T13:00:00+01:00`.
    pub label: String,
}

impl Period {
    /// From one day to another in a zone of the IANA's list; `UTC` where none is named. Without a last day
    /// up to today, without a first one of 30 days.
    ///
    /// # Errors
    /// [`Unsound`]
    pub fn of(
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        tz: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, Unsound> {
        let tz: Tz = tz.unwrap_or("UTC").parse().map_err(|_| Unsound::Zone)?;
        let to = to.unwrap_or_else(|| now.with_timezone(&tz).date_naive());
        let from = match from {
            Some(from) => from,
            None => to.checked_sub_days(Days::new(USUAL - 1)).ok_or(Unsound::Age)?,
        };
        // Clocks were set to whole quarters of an hour by then.
        if [from, to].iter().any(|day| !(2000..=2100).contains(&day.year())) {
            return Err(Unsound::Age);
        }
        let period = Self { from, to, tz };
        match period.days() {
            ..=0 => Err(Unsound::Backwards),
            1..=LONGEST => Ok(period),
            _ => Err(Unsound::Long),
        }
    }

    /// As many days right before this one, where that is a period.
    #[must_use]
    pub fn before(&self) -> Option<Self> {
        let to = self.from.pred_opt()?;
        let from = to.checked_sub_signed(TimeDelta::days(self.days() - 1))?;
        (from.year() >= 2000).then_some(Self {
            from,
            to,
            tz: self.tz,
        })
    }

    #[must_use]
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    #[must_use]
    pub fn to(&self) -> NaiveDate {
        self.to
    }

    /// The zone's name.
    #[must_use]
    pub fn tz(&self) -> &'static str {
        self.tz.name()
    }

    /// Whether its slots are hours.
    #[must_use]
    pub fn by_hour(&self) -> bool {
        self.days() <= BY_HOUR
    }

    fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// The days or hours, in order.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        if self.by_hour() {
            let end = self.end();
            let hours = std::iter::successors(Some(self.begin(self.from)), |hour| {
                Some(*hour + TimeDelta::hours(1)).filter(|next| *next < end)
            });
            let label = |hour: DateTime<Utc>| {
                let here = hour.with_timezone(&self.tz);
                here.to_rfc3339_opts(SecondsFormat::Secs, false)
            };
            return hours
                .map(|begins| Slot {
                    begins,
                    label: label(begins),
                })
                .collect();
        }
        let days = self.from.iter_days().take_while(|day| *day <= self.to);
        days.map(|day| Slot {
            begins: self.begin(day),
            label: day.to_string(),
        })
        .collect()
    }

    /// Where slots begin, and where the last one ends: quarters of an hour, in order.
    #[must_use]
    pub fn edges(&self) -> Vec<DateTime<Utc>> {
        let begins = self.slots().into_iter().map(|slot| slot.begins);
        begins.chain([self.end()]).collect()
    }

    /// All of it, as moments.
    #[must_use]
    pub fn range(&self) -> Range {
        Range {
            from: self.begin(self.from),
            to: self.end(),
        }
    }

    fn end(&self) -> DateTime<Utc> {
        self.begin(self.to.succ_opt().unwrap_or(self.to))
    }

    /// Midnight. Where clocks are put forward across it, the day begins when they are.
    fn begin(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        let mut tried = midnight;
        // Nowhere was a whole day skipped more than once.
        for _ in 0..200 {
            if let Some(begins) = self.tz.from_local_datetime(&tried).earliest() {
                return begins.to_utc();
            }
            tried += QUARTER;
        }
        midnight.and_utc()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(from: &str, to: &str, tz: &str) -> Result<Period, Unsound> {
        Period::of(Some(day(from)), Some(day(to)), Some(tz), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let berlin = period("2026-03-28", "2026-03-30", "Europe/Berlin").unwrap();
        let edges: Vec<String> = berlin
            .edges()
            .iter()
            .map(|edge| edge.to_rfc3339_opts(SecondsFormat::Secs, true))
            .collect();
        // The second of them has 23 hours.
        assert_eq!(
            edges,
            [
                "2026-03-27T23:00:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z",
                "2026-03-30T22:00:00Z"
            ]
        );
        assert_eq!(berlin.slots()[2].label, "2026-03-30");
        let range = berlin.range();
        assert_eq!(range.to - range.from, TimeDelta::hours(71));
        let before = berlin.before().unwrap();
        assert_eq!(
            (before.from(), before.to()),
            (day("2026-03-25"), day("2026-03-27"))
        );
    }

    #[test]
    fn hours_are_told_of_two_days_at_most() {
        let slots = period("2026-10-24", "2026-10-25", "Europe/Berlin")
            .unwrap()
            .slots();
        assert_eq!(slots.len(), 49, "clocks are put back");
        let twice: Vec<&str> = slots[26..28].iter().map(|slot| slot.label.as_str()).collect();
        assert_eq!(twice, ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]);
        let india = period("2026-10-24", "2026-10-24", "Asia/Kolkata").unwrap();
        assert_eq!(india.edges()[0].to_rfc3339(), "2026-10-23T18:30:00+00:00");
    }

    #[test]
    fn a_period_that_is_none_is_refused() {
        for (from, to, tz, why) in [
            ("2026-01-02", "2026-01-01", "UTC", Unsound::Backwards),
            ("2025-01-01", "2026-02-05", "UTC", Unsound::Long),
            ("1999-12-31", "2000-01-01", "UTC", Unsound::Age),
            ("2026-01-01", "2026-01-01", "Mars/Olympus", Unsound::Zone),
        ] {
            assert_eq!(period(from, to, tz), Err(why));
        }
        assert!(period("2025-01-01", "2026-02-04", "UTC").is_ok(), "400 days");
        assert_eq!(period("2000-01-01", "2000-01-01", "UTC").unwrap().before(), None);
    }

    #[test]
    fn nothing_named_is_the_last_30_days_there() {
        let now = "2026-11-22T23:30:00Z".parse().unwrap();
        let usual = Period::of(None, None, Some("Asia/Tokyo"), now).unwrap();
        assert_eq!((usual.from(), usual.to()), (day("2026-10-25"), day("2026-11-23")));
    }

    proptest! {
        #[test]
        fn in_every_zone_edges_are_quarters_in_order(
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            first in 0..36_000_u64,
            more in 0..60_u64,
        ) {
            let from = day("2000-01-03") + Days::new(first);
            let period = Period { from, to: from + Days::new(more), tz: zone };
            let edges = period.edges();
            prop_assert_eq!(edges.len(), period.slots().len() + 1);
            for edge in &edges {
                prop_assert_eq!(edge.timestamp().rem_euclid(QUARTER.num_seconds()), 0);
            }
            for pair in edges.windows(2) {
                prop_assert!(pair[0] <= pair[1], "{:?}", pair);
            }
        }
    }
}
