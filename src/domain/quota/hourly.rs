//! So many of something in each hour of the clock, for each API key, as this process counts.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use dashmap::DashMap;
use parlance_store::ids::ApiKeyId;

const HOUR: TimeDelta = TimeDelta::hours(1);

/// What is left of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    pub limit: u32,
    /// How many more there may be in this hour.
    pub left: u32,
    /// When the next begins.
    pub resets_at: DateTime<Utc>,
}

/// Counts of this hour.
#[derive(Debug, Default)]
pub struct Hourly {
    counts: DashMap<ApiKeyId, (DateTime<Utc>, u32)>,
}

impl Hourly {
    /// One more for `key`, of at most `limit` in the hour. `Err` and not counted beyond it.
    ///
    /// # Errors
    /// What is spent, with nothing left.
    pub fn take(&self, key: ApiKeyId, limit: u32, now: DateTime<Utc>) -> Result<Spent, Spent> {
        let hour = now.duration_trunc(HOUR).unwrap_or(now);
        let mut count = self.counts.entry(key).or_insert((hour, 0));
        if count.0 != hour {
            *count = (hour, 0);
        }
        let spent = |left| Spent {
            limit,
            left,
            resets_at: hour + HOUR,
        };
        if count.1 >= limit {
            return Err(spent(0));
        }
        count.1 += 1;
        Ok(spent(limit - count.1))
    }

    /// Forgets the hours before.
    pub fn sweep(&self, now: DateTime<Utc>) {
        self.counts.retain(|_, (hour, _)| now < *hour + HOUR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_its_limit_and_the_next_begins_anew() {
        let hourly = Hourly::default();
        let (key, other) = (ApiKeyId::new(), ApiKeyId::new());
        let start: DateTime<Utc> = "2026-11-22T10:59:00Z".parse().unwrap();
        let left = |now| hourly.take(key, 2, now).map(|spent| spent.left);
        assert_eq!((left(start), left(start)), (Ok(1), Ok(0)));
        let refused = hourly.take(key, 2, start).unwrap_err();
        assert_eq!(
            refused.resets_at,
            "2026-11-22T11:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
        assert!(hourly.take(other, 2, start).is_ok(), "each its own");
        assert_eq!(left(start + TimeDelta::minutes(1)), Ok(1));
        hourly.sweep(start + HOUR);
        assert_eq!(hourly.counts.len(), 1);
    }
}
