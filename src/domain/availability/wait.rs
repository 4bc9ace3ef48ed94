//! How long visitors wait for a person: the median over the last waits of a space that a person ended.
//!
//! A wait is from the status `waiting` to the next message of an agent, as the log has it. Those count
//! that began within the space's hours, and of them the time within hours: what happens to a question of
//! the night says nothing to who asks by day.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{StoreError, ids::SpaceId, queries::waits, tenant::TenantConn};

use crate::domain::hours::Hours;

/// Waits that are looked at, the newest.
const NEWEST: i64 = 50;
/// How far back, in days.
const BACK: TimeDelta = TimeDelta::days(30);
/// With fewer nothing is said.
const FEWEST: usize = 5;
/// What is told, in minutes: the first of these that is no shorter. Longer than the last is not told.
const STEPS: [u32; 16] = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 120, 180, 240, 360, 720, 1440];

/// The median of the space's last waits; `None` where too few are known.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn measure(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    hours: Option<&Hours>,
    now: DateTime<Utc>,
) -> Result<Option<TimeDelta>, StoreError> {
    let ended = waits::ended(conn, space, now - BACK, NEWEST).await?;
    let ended = ended.into_iter().map(|wait| (wait.since, wait.until));
    Ok(median(ended, hours))
}

fn median(
    ended: impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)>,
    hours: Option<&Hours>,
) -> Option<TimeDelta> {
    let within = |(since, until)| match hours {
        None => Some(until - since),
        Some(hours) => hours.is_open(since).then(|| hours.open_between(since, until)),
    };
    let mut took: Vec<TimeDelta> = ended.filter_map(within).collect();
    took.sort_unstable();
    let half = took.len().saturating_sub(1) / 2;
    took.get(half).copied().filter(|_| took.len() >= FEWEST)
}

/// A wait as it is told, in seconds; `None` where it is longer than a day.
#[must_use]
pub fn rounded(wait: TimeDelta) -> Option<u32> {
    let step = STEPS
        .into_iter()
        .find(|minutes| wait <= TimeDelta::minutes((*minutes).into()));
    step.map(|minutes| minutes * 60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    #[test]
    fn half_of_them_waited_no_longer() {
        let since = at("2026-12-21T10:00:00");
        let waits = |minutes: &[i64]| {
            median(
                minutes.iter().map(|n| (since, since + TimeDelta::minutes(*n))),
                None,
            )
        };
        assert_eq!(waits(&[9, 1, 4, 90, 3]), Some(TimeDelta::minutes(4)));
        assert_eq!(waits(&[9, 1, 4, 90, 3, 8]), Some(TimeDelta::minutes(4)));
        assert_eq!(waits(&[9, 1, 4, 90]), None, "too few are known");
        assert_eq!(waits(&[]), None);
    }

    #[test]
    fn only_what_began_within_hours_counts_and_of_that_the_time_within() {
        let day = json!([{ "from": "09:00", "to": "17:00" }]);
        let hours = json!({ "time_zone": "UTC", "week": { "monday": day, "tuesday": day } });
        let hours: Hours = serde_json::from_value(hours).unwrap();
        let over_night = (at("2026-12-21T16:50:00"), at("2026-12-22T09:05:00"));
        let at_night = (at("2026-12-21T20:00:00"), at("2026-12-22T09:01:00"));
        let waits = [vec![over_night; 5], vec![at_night; 20]].concat();
        assert_eq!(
            median(waits.into_iter(), Some(&hours)),
            Some(TimeDelta::minutes(15))
        );
    }

    #[test]
    fn it_is_rounded_up_to_what_people_say() {
        let told = |seconds| rounded(TimeDelta::seconds(seconds));
        assert_eq!(
            [told(0), told(60), told(61), told(241)],
            [Some(60), Some(60), Some(120), Some(300)]
        );
        assert_eq!(
            [told(3_601), told(86_400), told(86_401)],
            [Some(7_200), Some(86_400), None]
        );
    }
}
