//! What a visitor who wants a person is told to expect: whether the team is there now, when it is back,
//! and how long it usually takes. How long is measured in [`wait`]; the sentences are in [`words`].

pub mod wait;
pub mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::hours::Hours;

/// Whether people are there now, and what may be expected of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Availability {
    /// Whether it is within the space's hours, which without any is always.
    pub open: bool,
    /// When hours begin again; null where they do not within a year, or are always.
    pub opens_at: Option<DateTime<Utc>>,
    /// When hours end that are now; null where they do not within a year, or it is closed.
    pub closes_at: Option<DateTime<Utc>>,
    /// Within so many seconds a person usually replies: measured, and rounded up. Null while no agent is
    /// there, and where too little is known.
    pub wait_seconds: Option<u32>,
    /// The same in one line for visitors, by language (`en`, `es`, `fr`, `de`, `pt`, `ar`, `ja`). Empty
    /// where there is nothing to say.
    pub text: BTreeMap<&'static str, String>,
    /// When the team is back that is not there, before it is words.
    #[serde(skip)]
    opens: Option<words::Opening>,
}

impl Availability {
    /// How it is at `now`, where an agent is there or not, and the last visitors waited for `wait`.
    #[must_use]
    pub fn of(
        hours: Option<&Hours>,
        now: DateTime<Utc>,
        agent_is_there: bool,
        wait: Option<TimeDelta>,
    ) -> Self {
        let open = hours.is_none_or(|hours| hours.is_open(now));
        let opens_at = hours.and_then(|hours| hours.next_opening(now));
        let shut = hours.filter(|_| !open);
        let opens = shut
            .zip(opens_at)
            .map(|(hours, at)| words::Opening::of(hours, at, now));
        let wait = wait.filter(|_| open && agent_is_there).and_then(wait::rounded);
        let mut availability = Self {
            open,
            opens_at,
            closes_at: hours.and_then(|hours| hours.closing(now)),
            wait_seconds: wait,
            text: BTreeMap::new(),
            opens,
        };
        let line = |locale| Some((locale, availability.line(locale)?));
        availability.text = words::LOCALES.into_iter().filter_map(line).collect();
        availability
    }

    /// What may be expected, in one line without a full stop; `None` where that is not known.
    fn line(&self, locale: &str) -> Option<String> {
        let back = self.opens.as_ref().map(|opening| words::back(locale, opening));
        back.or_else(|| {
            self.wait_seconds
                .map(|seconds| words::replies_within(locale, seconds))
        })
    }

    /// The same as a sentence, to stand behind others.
    #[must_use]
    pub fn sentence(&self, locale: &str) -> Option<String> {
        self.line(locale).map(|line| words::sentence(locale, &line))
    }

    /// When the team is back that is not there, such as "Monday at 09:00 (Berlin time)"; `None` where it is
    /// open, or not known.
    #[must_use]
    pub fn opens(&self, locale: &str) -> Option<String> {
        self.opens.as_ref().map(|opening| words::opens(locale, opening))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    fn berlin() -> Hours {
        let day = json!([{ "from": "09:00", "to": "17:00" }]);
        let hours = json!({ "time_zone": "Europe/Berlin", "week": { "monday": day, "tuesday": day } });
        serde_json::from_value(hours).unwrap()
    }

    const FIVE: Option<TimeDelta> = Some(TimeDelta::seconds(241));

    #[test]
    fn within_hours_a_wait_is_told_while_an_agent_is_there() {
        let (hours, now) = (berlin(), at("2026-12-21T10:00:00"));
        let there = Availability::of(Some(&hours), now, true, FIVE);
        assert_eq!((there.open, there.wait_seconds), (true, Some(300)));
        assert_eq!(there.closes_at, Some(at("2026-12-21T16:00:00")));
        assert_eq!(there.text["en"], "Our team usually replies within 5 minutes");
        for (agent_is_there, wait) in [(false, FIVE), (true, None)] {
            let unknown = Availability::of(Some(&hours), now, agent_is_there, wait);
            assert_eq!((unknown.wait_seconds, unknown.text.len()), (None, 0));
        }
        let always = Availability::of(None, now, true, FIVE);
        assert_eq!(
            (always.open, always.opens_at, always.wait_seconds),
            (true, None, Some(300))
        );
    }

    #[test]
    fn outside_hours_it_is_told_when_somebody_is_back_whoever_is_there() {
        let shut = Availability::of(Some(&berlin()), at("2026-12-18T10:00:00"), true, FIVE);
        assert_eq!(
            (shut.open, shut.closes_at, shut.wait_seconds),
            (false, None, None)
        );
        assert_eq!(shut.opens_at, Some(at("2026-12-21T08:00:00")));
        assert_eq!(shut.opens("en").unwrap(), "Monday at 09:00 (Berlin time)");
        assert_eq!(
            shut.sentence("de").unwrap(),
            "Unser Team ist am Montag um 09:00 Uhr (Zeit in Berlin) wieder da."
        );
        let never: Hours = serde_json::from_value(json!({ "time_zone": "UTC" })).unwrap();
        let never = Availability::of(Some(&never), at("2026-12-18T10:00:00"), true, FIVE);
        assert_eq!((never.open, never.opens_at, never.text.len()), (false, None, 0));
    }
}
