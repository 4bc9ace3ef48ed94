//! Which instants wall-clock hours mean.
//!
//! An edge of an interval is **the first instant at which clocks there show its time or a later one** on
//! its date. So where clocks are put forward, an edge in the hour that is left out is the moment of the
//! change, and an interval within that hour does not happen. Where they are put back, an edge in the hour
//! that comes twice is in the first pass: whoever closes at 02:30 that night closes once, and whoever
//! is open across the change is open through both passes. Edges keep their order, so intervals that are
//! apart on the wall are never turned around; two that touch, also at midnight, are one span.

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{Hours, TimeOfDay};

/// How far ahead it is looked for an opening, a closing or a deadline.
const HORIZON: TimeDelta = TimeDelta::days(366);
/// Clocks differ from UTC by less than this.
const FARTHEST: TimeDelta = TimeDelta::hours(26);

/// A stretch of time without a break in it, its end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

impl Hours {
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.spans(at, at).next().is_some_and(|span| span.start <= at)
    }

    /// When it opens next, later than `at`; `None` where it does not within a year.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut starts = self.spans(at, at + HORIZON).map(|span| span.start);
        starts.find(|start| *start > at)
    }

    /// When it closes that is open at `at`; `None` where it is closed, or does not close within a year.
    #[must_use]
    pub fn closing(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = at + HORIZON;
        let span = self.spans(at, until).next();
        let open = span.filter(|span| span.start <= at && span.end < until);
        open.map(|span| span.end)
    }

    /// How much of the time between two instants it is open; zero where they are the wrong way round.
    #[must_use]
    pub fn open_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        let spans = self.spans(from, until).take_while(|span| span.start < until);
        let parts = spans.map(|span| span.end.min(until) - span.start.max(from));
        parts.fold(TimeDelta::zero(), |sum, part| sum + part.max(TimeDelta::zero()))
    }

    /// The first instant, from `from` on, by which it has been open for `open`; `None` where that is not
    /// within a year. A deadline.
    #[must_use]
    pub fn after_open(&self, from: DateTime<Utc>, open: TimeDelta) -> Option<DateTime<Utc>> {
        if open <= TimeDelta::zero() {
            return Some(from);
        }
        let mut left = open;
        for span in self.spans(from, from + HORIZON) {
            let start = span.start.max(from);
            if span.end - start >= left {
                return Some(start + left);
            }
            left -= span.end - start;
        }
        None
    }

    /// When it is open, in order and apart: each span that ends after `from` and begins at or before
    /// `until`, and maybe some after it. Only a span that reaches `until` may go on beyond what is told.
    pub(super) fn spans(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = Span> + '_ {
        let tz = self.time_zone.tz();
        let last = (until + FARTHEST).date_naive();
        let dates = (from - FARTHEST).date_naive().iter_days();
        let pieces = dates.take_while(move |date| *date <= last).flat_map(move |date| {
            let intervals = self.on(date).iter();
            intervals.filter_map(move |interval| {
                let edge = |time: TimeOfDay| {
                    let midnight = date.and_time(chrono::NaiveTime::MIN);
                    midnight.checked_add_signed(TimeDelta::minutes(time.minutes().into()))
                };
                let start = first_showing(tz, edge(interval.from)?)?;
                let end = first_showing(tz, edge(interval.to)?)?;
                (start < end).then_some(Span { start, end })
            })
        });
        let mut pieces = pieces.peekable();
        let joined = std::iter::from_fn(move || {
            let mut span = pieces.next()?;
            while let Some(next) = pieces.next_if(|next| next.start <= span.end) {
                span.end = next.end;
            }
            Some(span)
        });
        joined.skip_while(move |span| span.end <= from)
    }
}

/// The first instant at which clocks of a zone show `local` or a later time.
fn first_showing(tz: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    if let Some(at) = tz.from_local_datetime(&local).earliest() {
        return Some(at.to_utc());
    }
    // It is left out: clocks jump over it, once, somewhere near.
    let shows = |at: &DateTime<Utc>| at.with_timezone(&tz).naive_local() >= local;
    let near = local.checked_sub_days(Days::new(1))?.and_utc();
    let (mut before, mut after) = (near, near.checked_add_signed(TimeDelta::days(2))?);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if shows(&middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    Some(after)
}
