//! A time zone of the IANA database, by its name there.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A time zone whose rules are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

/// A name that no time zone has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give a time zone by its IANA name, such as Europe/Berlin")]
pub struct UnknownZone;

impl TimeZone {
    #[must_use]
    pub fn tz(self) -> Tz {
        self.0
    }

    /// Whose time it is, for people: the city of the name, or the distance from UTC where the name has
    /// none; `at` decides that distance.
    #[must_use]
    pub fn place(self, at: DateTime<Utc>) -> String {
        let name = self.0.name();
        if name.starts_with("Etc/") {
            let seconds = at.with_timezone(&self.0).naive_local() - at.naive_utc();
            let hours = seconds.num_hours();
            return match hours {
                0 => "UTC".to_owned(),
                hours => format!("UTC{hours:+}"),
            };
        }
        let city = name.rsplit('/').next().unwrap_or(name);
        city.replace('_', " ")
    }
}

impl TryFrom<String> for TimeZone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        name.parse().map(Self).map_err(|_| UnknownZone)
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.0.name().to_owned()
    }
}
