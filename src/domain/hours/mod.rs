//! When a team is there to answer: a week of wall-clock intervals in one time zone, and holidays. What
//! may be set is here; which instants that means is in [`calendar`]. Pure: the instant is always given.

mod calendar;
#[cfg(test)]
pub(crate) mod tests;
mod time_of_day;
mod time_zone;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

pub use time_of_day::TimeOfDay;
pub use time_zone::{TimeZone, UnknownZone};

/// Intervals of a day.
const INTERVALS_MAX: usize = 6;
const HOLIDAYS_MAX: usize = 100;
/// Characters of what a holiday is called.
const NAME_MAX: usize = 60;

/// When a team is there. What the clocks of `time_zone` show decides; see [`calendar`] for the nights
/// in which they are changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    #[schema(value_type = String, max_length = 64, example = "Europe/Berlin")]
    pub time_zone: TimeZone,
    #[serde(default)]
    #[schema(inline)]
    pub week: Week,
    /// Dates on which the week does not count, in any order.
    #[serde(default)]
    #[schema(inline, max_items = 100)]
    pub holidays: Vec<Holiday>,
}

/// The intervals of each day, at most six, in order and apart; a day without any is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Week {
    #[schema(inline, max_items = 6)]
    pub monday: Vec<Interval>,
    #[schema(inline, max_items = 6)]
    pub tuesday: Vec<Interval>,
    #[schema(inline, max_items = 6)]
    pub wednesday: Vec<Interval>,
    #[schema(inline, max_items = 6)]
    pub thursday: Vec<Interval>,
    #[schema(inline, max_items = 6)]
    pub friday: Vec<Interval>,
    #[schema(inline, max_items = 6)]
    pub saturday: Vec<Interval>,
    #[schema(inline, max_items = 6)]
    pub sunday: Vec<Interval>,
}

/// From a time of the day until just before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    #[schema(inline)]
    pub from: TimeOfDay,
    /// Later than `from`; `24:00` is the end of the day.
    #[schema(inline)]
    pub to: TimeOfDay,
}

/// A date with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    #[serde(deserialize_with = "date")]
    pub date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub name: Option<String>,
    /// The hours of that date; without any it is closed.
    #[serde(default)]
    #[schema(inline, max_items = 6)]
    pub intervals: Vec<Interval>,
}

fn date<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(from)?;
    let sound = text.len() == "2026-12-31".len();
    let date = sound.then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| serde::de::Error::custom("give a date as YYYY-MM-DD"))
}

/// A field that cannot be taken, by its path within [`Hours`], such as `week.monday.1.to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: String,
    pub detail: String,
}

impl Week {
    /// Each day's intervals by its name, Monday first.
    fn days(&self) -> [(&'static str, &[Interval]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    fn of(&self, day: Weekday) -> &[Interval] {
        match day {
            Weekday::Mon => &self.monday,
            Weekday::Tue => &self.tuesday,
            Weekday::Wed => &self.wednesday,
            Weekday::Thu => &self.thursday,
            Weekday::Fri => &self.friday,
            Weekday::Sat => &self.saturday,
            Weekday::Sun => &self.sunday,
        }
    }
}

impl Hours {
    /// The intervals of a date: a holiday's own, or else those of its day of the week.
    fn on(&self, date: NaiveDate) -> &[Interval] {
        let holiday = self.holidays.iter().find(|holiday| holiday.date == date);
        holiday.map_or_else(|| self.week.of(date.weekday()), |holiday| &holiday.intervals)
    }

    /// Every field out of its bounds; empty when the hours are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        for (day, intervals) in self.week.days() {
            found.extend(problems_of(&format!("week.{day}"), intervals));
        }
        if self.holidays.len() > HOLIDAYS_MAX {
            found.push(problem(
                "holidays",
                format!("give at most {HOLIDAYS_MAX} holidays"),
            ));
        }
        for (n, holiday) in self.holidays.iter().enumerate() {
            let field = format!("holidays.{n}");
            if self
                .holidays
                .iter()
                .take(n)
                .any(|other| other.date == holiday.date)
            {
                found.push(problem(&format!("{field}.date"), "give each date once"));
            }
            let name = holiday.name.as_deref().unwrap_or_default();
            if name.chars().count() > NAME_MAX {
                found.push(problem(
                    &format!("{field}.name"),
                    format!("keep it within {NAME_MAX} characters"),
                ));
            }
            found.extend(problems_of(&format!("{field}.intervals"), &holiday.intervals));
        }
        found
    }
}

fn problem(field: &str, detail: impl Into<String>) -> Problem {
    Problem {
        field: field.to_owned(),
        detail: detail.into(),
    }
}

/// What is wrong with the intervals of a day.
fn problems_of(field: &str, intervals: &[Interval]) -> Vec<Problem> {
    let mut found = Vec::new();
    if intervals.len() > INTERVALS_MAX {
        found.push(problem(
            field,
            format!("give at most {INTERVALS_MAX} intervals a day"),
        ));
    }
    let mut before = None;
    for (n, interval) in intervals.iter().enumerate() {
        if interval.from >= interval.to {
            let detail = "end later than it begins; over midnight, give the rest to the next day";
            found.push(problem(&format!("{field}.{n}.to"), detail));
        }
        if before.is_some_and(|end| interval.from < end) {
            let detail = "begin when the interval before has ended";
            found.push(problem(&format!("{field}.{n}.from"), detail));
        }
        before = Some(interval.to);
    }
    found
}
