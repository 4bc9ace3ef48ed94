//! Validation, named nights, and years of several zones against a walk along a wall clock, minute by minute.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Holiday, Hours, Interval, TimeOfDay, Week, calendar::Span};

fn hours(value: Value) -> Hours {
    let hours: Hours = serde_json::from_value(value).unwrap();
    assert_eq!(hours.problems(), []);
    hours
}

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}Z").parse().unwrap()
}

#[test]
fn what_cannot_be_taken_is_named_by_its_field() {
    let day = |text: &str| {
        let edges = text.split(' ').map(|edges| edges.split_once('-').unwrap());
        edges
            .map(|(from, to)| json!({ "from": from, "to": to }))
            .collect::<Vec<_>>()
    };
    let broken = json!({
        "time_zone": "Europe/Berlin",
        "week": {
            "monday": day("09:00-12:00 12:00-17:00 17:00-24:00"),
            "tuesday": day("09:00-09:00"),
            "wednesday": day("09:00-12:00 11:59-17:00"),
            "thursday": day("12:00-13:00 09:00-10:00"),
            "friday": day("00:00-01:00 01:00-02:00 02:00-03:00 03:00-04:00 04:00-05:00 05:00-06:00 06:00-07:00"),
        },
        "holidays": [
            { "date": "2026-12-25", "name": "x".repeat(61) },
            { "date": "2026-12-25", "intervals": day("22:00-02:00") },
        ],
    });
    let problems = serde_json::from_value::<Hours>(broken).unwrap().problems();
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "week.tuesday.0.to",
            "week.wednesday.1.from",
            "week.thursday.1.from",
            "week.friday",
            "holidays.0.name",
            "holidays.1.date",
            "holidays.1.intervals.0.to"
        ]
    );
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let holiday = |date| Holiday {
        date,
        name: None,
        intervals: Vec::new(),
    };
    let many = |n| Hours {
        holidays: first.iter_days().take(n).map(holiday).collect(),
        ..hours(json!({ "time_zone": "UTC" }))
    };
    assert_eq!(many(100).problems(), []);
    assert_eq!(many(101).problems()[0].field, "holidays");
}

#[test]
fn what_is_no_time_date_or_zone_is_said_so() {
    let refused = |value: Value| serde_json::from_value::<Hours>(value).unwrap_err().to_string();
    for time in ["9:00", "24:01", "12:60", "25:00", "09.00", "", "+9:00", "0٩:00"] {
        let week = json!({ "monday": [{ "from": time, "to": "24:00" }] });
        let said = refused(json!({ "time_zone": "UTC", "week": week }));
        assert!(said.contains("HH:MM"), "{time}: {said}");
    }
    for date in ["2026-02-30", "26-12-01", "+12026-01-01", "Christmas"] {
        let said = refused(json!({ "time_zone": "UTC", "holidays": [{ "date": date }] }));
        assert!(said.contains("YYYY-MM-DD"), "{date}: {said}");
    }
    assert!(refused(json!({ "time_zone": "Berlin" })).contains("IANA"));
    assert!(refused(json!({})).contains("time_zone"));
    let written = json!({ "from": "00:00", "to": "24:00" });
    let read: Interval = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), written);
}

#[test]
fn a_place_is_named_for_people() {
    let place = |name: &str| {
        hours(json!({ "time_zone": name }))
            .time_zone
            .place(at("2026-07-01T12:00:00"))
    };
    assert_eq!(place("Europe/Berlin"), "Berlin");
    assert_eq!(place("America/Argentina/Buenos_Aires"), "Buenos Aires");
    assert_eq!(
        (place("UTC"), place("Etc/UTC")),
        ("UTC".to_owned(), "UTC".to_owned())
    );
    assert_eq!(place("Etc/GMT+5"), "UTC-5");
}

#[test]
fn a_week_with_a_lunch_break_and_a_holiday() {
    let day = json!([{ "from": "09:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }]);
    let week = hours(json!({
        "time_zone": "Europe/Berlin",
        "week": { "monday": day, "tuesday": day, "friday": day },
        "holidays": [{ "date": "2026-12-25", "name": "Christmas" }, { "date": "2026-12-27", "intervals": [{ "from": "10:00", "to": "11:00" }] }],
    }));
    // Monday 21 December, an hour ahead of UTC.
    assert!(!week.is_open(at("2026-12-21T07:59:59")));
    assert!(week.is_open(at("2026-12-21T08:00:00")));
    assert!(!week.is_open(at("2026-12-21T11:30:00")));
    assert_eq!(
        week.closing(at("2026-12-21T08:00:00")),
        Some(at("2026-12-21T11:00:00"))
    );
    assert_eq!(week.closing(at("2026-12-21T11:00:00")), None);
    assert_eq!(
        week.next_opening(at("2026-12-21T08:00:00")),
        Some(at("2026-12-21T12:00:00"))
    );
    // Friday is Christmas; on Sunday there is an hour.
    assert_eq!(
        week.next_opening(at("2026-12-22T16:00:00")),
        Some(at("2026-12-27T09:00:00"))
    );
    let (from, until) = (at("2026-12-22T10:00:00"), at("2026-12-28T09:00:00"));
    assert_eq!(week.open_between(from, until), TimeDelta::hours(1 + 4 + 1 + 1));
    assert_eq!(week.open_between(until, from), TimeDelta::zero());
    assert_eq!(
        week.after_open(from, TimeDelta::hours(5)),
        Some(at("2026-12-22T16:00:00"))
    );
    assert_eq!(
        week.after_open(from, TimeDelta::minutes(301)),
        Some(at("2026-12-27T09:01:00"))
    );
    assert_eq!(week.after_open(from, TimeDelta::zero()), Some(from));
}

#[test]
fn always_and_never() {
    let whole = json!([{ "from": "00:00", "to": "24:00" }]);
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let week: Value = days
        .iter()
        .map(|day| ((*day).to_owned(), whole.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let always = hours(json!({ "time_zone": "Pacific/Apia", "week": week }));
    let now = at("2026-03-29T00:30:00");
    assert!(always.is_open(now));
    assert_eq!((always.next_opening(now), always.closing(now)), (None, None));
    assert_eq!(
        always.after_open(now, TimeDelta::days(20)),
        Some(now + TimeDelta::days(20))
    );
    let never = hours(json!({ "time_zone": "UTC" }));
    assert!(!never.is_open(now));
    assert_eq!((never.next_opening(now), never.closing(now)), (None, None));
    assert_eq!(never.after_open(now, TimeDelta::seconds(1)), None);
}

#[test]
fn the_nights_in_which_clocks_change() {
    let sunday = |from: &str, to: &str| {
        hours(json!({ "time_zone": "Europe/Berlin", "week": { "sunday": [{ "from": from, "to": to }] } }))
    };
    let first = |hours: &Hours, day: &str| {
        hours
            .spans(at(day), at(day))
            .find(|span| span.start >= at(day))
            .unwrap()
    };
    let span = |start: &str, end: &str| Span {
        start: at(start),
        end: at(end),
    };
    // 29 March: after 01:59 comes 03:00, at 01:00 UTC.
    let spring = "2026-03-29T00:00:00";
    assert_eq!(
        first(&sunday("02:30", "04:00"), spring),
        span("2026-03-29T01:00:00", "2026-03-29T02:00:00")
    );
    assert_eq!(
        first(&sunday("01:30", "02:30"), spring),
        span("2026-03-29T00:30:00", "2026-03-29T01:00:00")
    );
    let lost = sunday("02:15", "02:45");
    assert_eq!(lost.next_opening(at(spring)), Some(at("2026-04-05T00:15:00")));
    // 25 October: after 02:59 comes 02:00, at 01:00 UTC.
    let autumn = "2026-10-24T22:00:00";
    assert_eq!(
        first(&sunday("01:30", "02:30"), autumn),
        span("2026-10-24T23:30:00", "2026-10-25T00:30:00")
    );
    assert_eq!(
        first(&sunday("02:30", "03:30"), autumn),
        span("2026-10-25T00:30:00", "2026-10-25T02:30:00")
    );
}

/// What the clock on a wall has shown at most by each minute of a year, from its first UTC midnight.
pub(crate) struct Wall {
    pub(crate) start: DateTime<Utc>,
    shown: Vec<NaiveDateTime>,
}

/// By zone and year.
type Walls = HashMap<(Tz, i32), Arc<Wall>>;

impl Wall {
    /// Walked once for all that ask for it.
    pub(crate) fn of(tz: Tz, year: i32) -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<Walls>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry((tz, year))
            .or_insert_with(|| Arc::new(Self::walk(tz, year)))
            .clone()
    }

    fn walk(tz: Tz, year: i32) -> Self {
        let start = NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc();
        let mut most = NaiveDateTime::MIN;
        let mut shown = Vec::new();
        // Two days ahead, for a clock that was put back just before.
        let mut at = start - TimeDelta::days(2);
        while at.year() <= year {
            most = most.max(at.with_timezone(&tz).naive_local());
            if at >= start {
                shown.push(most);
            }
            at += TimeDelta::minutes(1);
        }
        Self { start, shown }
    }

    /// By each minute whether it is open in it.
    pub(crate) fn open(&self, hours: &Hours) -> Vec<bool> {
        let open = |shown: &NaiveDateTime| {
            let minute = u16::try_from(shown.num_seconds_from_midnight() / 60).unwrap();
            let mut day = hours.on(shown.date()).iter();
            day.any(|interval| (interval.from.minutes()..interval.to.minutes()).contains(&minute))
        };
        self.shown.iter().map(open).collect()
    }

    pub(crate) fn at(&self, minute: usize) -> DateTime<Utc> {
        self.start + TimeDelta::minutes(i64::try_from(minute).unwrap())
    }

    /// The first minute from `from` on, of which it holds.
    fn find(&self, open: &[bool], from: usize, wanted: bool) -> Option<DateTime<Utc>> {
        (from..open.len())
            .find(|minute| open[*minute] == wanted)
            .map(|minute| self.at(minute))
    }
}

/// Each with a year in which its rules were unusual.
const YEARS: &[(Tz, i32)] = &[
    (Tz::Europe__Berlin, 2026),
    (Tz::America__New_York, 2026),
    (Tz::Australia__Lord_Howe, 2026), // by half an hour
    (Tz::Asia__Kolkata, 2026),
    (Tz::America__Sao_Paulo, 2018), // at midnight
    (Tz::Pacific__Apia, 2011),      // without 30 December
    (Tz::Africa__Casablanca, 2026), // in Ramadan
];

/// Intervals of a day, in order and apart, some of which touch; times at which clocks change are frequent.
fn day() -> impl Strategy<Value = Vec<Interval>> {
    let edge = prop_oneof![
        0..=1440_u16,
        (0..=16_u16).prop_map(|n| n * 15),
        Just(1440),
        (92..=96_u16).prop_map(|n| n * 15)
    ];
    let edges = proptest::collection::btree_set(edge, 0..=8);
    (edges, any::<bool>()).prop_map(|(edges, touching)| {
        let edges: Vec<TimeOfDay> = edges.into_iter().filter_map(TimeOfDay::of_minutes).collect();
        let pairs: Vec<&[TimeOfDay]> = match touching {
            true => edges.windows(2).take(6).collect(),
            false => edges.chunks_exact(2).collect(),
        };
        pairs
            .into_iter()
            .map(|pair| Interval {
                from: pair[0],
                to: pair[1],
            })
            .collect()
    })
}

/// Hours and a year to look at them in.
pub(crate) fn years() -> impl Strategy<Value = (Hours, i32)> {
    let week = proptest::collection::vec(prop_oneof![1 => Just(Vec::new()), 3 => day()], 7);
    let holidays = proptest::collection::btree_map(0..365_u64, day(), 0..20);
    (proptest::sample::select(YEARS), week, holidays).prop_map(|((tz, year), mut week, holidays)| {
        let mut next = || week.pop().unwrap_or_default();
        let week = Week {
            monday: next(),
            tuesday: next(),
            wednesday: next(),
            thursday: next(),
            friday: next(),
            saturday: next(),
            sunday: next(),
        };
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let holiday = |(day, intervals)| Holiday {
            date: first + chrono::Days::new(day),
            name: None,
            intervals,
        };
        let zone: super::TimeZone = tz.name().to_owned().try_into().unwrap();
        (
            Hours {
                time_zone: zone,
                week,
                holidays: holidays.into_iter().map(holiday).collect(),
            },
            year,
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Every minute of a year, and what is asked at any of them.
    #[test]
    fn a_year_is_as_the_wall_clock_shows_it((hours, year) in years(), asked in proptest::collection::vec((0..500_000_usize, 0..20_000_usize), 8)) {
        prop_assert_eq!(hours.problems(), []);
        let wall = Wall::of(hours.time_zone.tz(), year);
        let open = wall.open(&hours);
        let end = wall.at(open.len());
        let mut minute = 0;
        for span in hours.spans(wall.start, end).take_while(|span| span.start < end) {
            let start = wall.find(&open, minute, true).unwrap_or(end);
            prop_assert_eq!(span.start.max(wall.start), start);
            minute = usize::try_from((start - wall.start).num_minutes()).unwrap();
            let closes = wall.find(&open, minute, false).unwrap_or(end);
            prop_assert_eq!(span.end.min(end), closes);
            minute = usize::try_from((closes - wall.start).num_minutes()).unwrap();
        }
        prop_assert_eq!(wall.find(&open, minute, true), None);

        for (minute, long) in asked {
            let now = wall.at(minute);
            prop_assert_eq!(hours.is_open(now), open[minute]);
            prop_assert_eq!(hours.is_open(now + TimeDelta::seconds(59)), open[minute]);
            let closes = wall.find(&open, minute, false);
            if let Some(closes) = closes {
                prop_assert_eq!(hours.closing(now), open[minute].then_some(closes));
                let closed = usize::try_from((closes - wall.start).num_minutes()).unwrap();
                if let Some(opens) = wall.find(&open, closed, true) {
                    prop_assert_eq!(hours.next_opening(now), Some(opens));
                }
            }
            let later = (minute + long).min(open.len());
            let counted = open[minute..later].iter().filter(|open| **open).count();
            let counted = TimeDelta::minutes(i64::try_from(counted).unwrap());
            prop_assert_eq!(hours.open_between(now, wall.at(later)), counted);
            // The instant by which so much has passed is the end of that minute.
            if counted > TimeDelta::zero() {
                let last = (minute..later).rev().find(|minute| open[*minute]).unwrap();
                prop_assert_eq!(hours.after_open(now, counted), Some(wall.at(last + 1)));
            }
        }
    }
}
