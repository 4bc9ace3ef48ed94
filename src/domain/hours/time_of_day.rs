//! What a clock on the wall shows, to the minute.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, Type},
    },
};

/// A time of the day, written `HH:MM`, from `00:00` to `24:00`, the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

const MINUTES: u16 = 60;
const DAY: u16 = 24 * MINUTES;

/// A text that is no time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give a time as HH:MM, from 00:00 to 24:00")]
pub struct NoTime;

impl TimeOfDay {
    /// Minutes since midnight, 1440 at most, as clocks show them.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The time of so many minutes since midnight; `None` beyond the end of the day.
    #[must_use]
    pub fn of_minutes(minutes: u16) -> Option<Self> {
        (minutes <= DAY).then_some(Self(minutes))
    }
}

impl FromStr for TimeOfDay {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let two = |digits: &str| -> Result<u16, NoTime> {
            let sound = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            sound.then(|| digits.parse().ok()).flatten().ok_or(NoTime)
        };
        let (hours, minutes) = text.split_once(':').ok_or(NoTime)?;
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        if minutes >= MINUTES {
            return Err(NoTime);
        }
        Self::of_minutes(hours * MINUTES + minutes).ok_or(NoTime)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = NoTime;

    fn try_from(text: String) -> Result<Self, NoTime> {
        text.parse()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / MINUTES, self.0 % MINUTES)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl PartialSchema for TimeOfDay {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"))
            .into()
    }
}

impl ToSchema for TimeOfDay {}
