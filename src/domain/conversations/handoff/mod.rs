//! When a conversation goes to people without the visitor asking, what an admin may set about that,
//! and ([`words`]) what the visitor is told then. That it goes is decided in
//! [`state`](super::state), which is given the [`Triggers`].

pub mod words;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{event::Reason, state::Ending};
use crate::domain::{
    answering::settings::{Problem, range},
    availability::Availability,
    mood::{Mood, Urgency},
};

/// Answers in a row that found nothing; 0 is never.
const AFTER_ABSTENTIONS: RangeInclusive<u8> = 0..=5;
/// Characters of what the visitor is told.
const MESSAGE_MAX: usize = 500;

/// In what the visitor is told, when hours begin.
const OPENS: &str = "{opens}";

/// When a person is asked for, besides when the visitor asks, and what the visitor is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandoffSettings {
    /// After so many answers in a row that found nothing; 0 is never.
    #[schema(maximum = 5)]
    pub after_abstentions: u8,
    /// When no model could be reached.
    pub on_failure: bool,
    /// When the workspace's plan leaves nothing for an answer.
    pub on_limit: bool,
    /// When the model asks for a person, for which it is given a tool.
    pub by_model: bool,
    /// When a message of the visitor is angry, behind its answer.
    pub on_sentiment: bool,
    /// The same when it cannot wait.
    #[schema(inline)]
    pub on_urgency: OnUrgency,
    /// Whether a model is asked how a message sounds of which the lexicon is not sure, at the space's expense.
    pub sentiment_by_model: bool,
    /// What the visitor is told where an agent is there; null is our own words, in the visitor's language.
    #[schema(min_length = 1, max_length = 500)]
    pub message: Option<String>,
    /// The same where no agent is there, or it is outside the space's hours. `{opens}` in it is when these
    /// begin, such as "Monday at 09:00 (Berlin time)"; where that is not known it is our own words.
    #[schema(min_length = 1, max_length = 500)]
    pub away_message: Option<String>,
}

impl Default for HandoffSettings {
    fn default() -> Self {
        Self {
            after_abstentions: 2,
            on_failure: true,
            on_limit: true,
            by_model: true,
            on_sentiment: true,
            on_urgency: OnUrgency::Safety,
            sentiment_by_model: false,
            message: None,
            away_message: None,
        }
    }
}

/// What cannot wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUrgency {
    Never,
    /// Where somebody may be hurt.
    Safety,
    /// Money, lawyers, deadlines and the like as well.
    Any,
}

/// Who is there for a visitor who waits from now on. Whoever is there outside hours need not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    There,
    /// Nobody, and nobody can write to them.
    Away,
    /// Nobody, and their address is known.
    ByMail,
    /// Nobody, and an address is asked for.
    AskEmail,
}

/// How an answer must end for a person to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triggers {
    /// Answers in a row that found nothing; 0 is never.
    pub after_abstentions: u8,
    pub on_failure: bool,
    pub on_limit: bool,
}

impl Triggers {
    /// Why the end of an answer brings in a person, where it does; `abstentions` counts this answer.
    #[must_use]
    pub fn reason(self, ending: Ending, abstentions: u8) -> Option<Reason> {
        match ending {
            Ending::HandOver => Some(Reason::Model),
            Ending::Unreachable if self.on_failure => Some(Reason::Upstream),
            Ending::Limited if self.on_limit => Some(Reason::Limit),
            Ending::Abstained if (1..=abstentions).contains(&self.after_abstentions) => {
                Some(Reason::Abstained)
            }
            _ => None,
        }
    }
}

impl HandoffSettings {
    #[must_use]
    pub fn triggers(&self) -> Triggers {
        Triggers {
            after_abstentions: self.after_abstentions,
            on_failure: self.on_failure,
            on_limit: self.on_limit,
        }
    }

    /// Why what was said so calls for a person, where it does.
    #[must_use]
    pub fn alarm(&self, mood: &Mood) -> Option<Reason> {
        let urgent = match self.on_urgency {
            OnUrgency::Never => false,
            OnUrgency::Safety => mood.urgency == Some(Urgency::Safety),
            OnUrgency::Any => mood.urgency.is_some(),
        };
        match urgent {
            true => Some(Reason::Urgency),
            false => (self.on_sentiment && mood.is_angry()).then_some(Reason::Sentiment),
        }
    }

    /// What a visitor of this language is told who waits for a person from now on.
    #[must_use]
    pub fn told(&self, presence: Presence, availability: &Availability, locale: &str) -> String {
        let (theirs, ours) = match presence {
            Presence::There => (self.message.clone(), words::joins(locale)),
            Presence::Away => (self.away(availability, locale), words::away(locale)),
            Presence::ByMail => (self.away(availability, locale), words::by_mail(locale)),
            Presence::AskEmail => (self.away(availability, locale), words::ask_email(locale)),
        };
        let expected = || match availability.sentence(locale) {
            Some(expected) => format!("{ours}{}{expected}", words::space(locale)),
            None => ours.clone(),
        };
        theirs.unwrap_or_else(expected)
    }

    /// The admin's words where nobody is there; none where they say when hours begin and nobody knows.
    fn away(&self, availability: &Availability, locale: &str) -> Option<String> {
        let message = self.away_message.clone()?;
        if !message.contains(OPENS) {
            return Some(message);
        }
        let opens = availability.opens(locale)?;
        Some(message.replace(OPENS, &opens))
    }

    /// Every field out of its bounds; empty when the settings are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let sound = |text: &Option<String>| {
            text.as_ref()
                .is_none_or(|text| !text.trim().is_empty() && text.chars().count() <= MESSAGE_MAX)
        };
        let message = format!("give 1 to {MESSAGE_MAX} characters, or null for the usual words");
        let checks = [
            (
                "after_abstentions",
                AFTER_ABSTENTIONS.contains(&self.after_abstentions),
                range(&AFTER_ABSTENTIONS),
            ),
            ("message", sound(&self.message), message.clone()),
            ("away_message", sound(&self.away_message), message),
        ];
        let broken = checks.into_iter().filter(|(_, sound, _)| !sound);
        broken
            .map(|(field, _, detail)| Problem { field, detail })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_named() {
        assert!(HandoffSettings::default().problems().is_empty());
        let broken = HandoffSettings {
            after_abstentions: 6,
            message: Some(" ".to_owned()),
            away_message: Some("x".repeat(501)),
            ..HandoffSettings::default()
        };
        let fields: Vec<_> = broken.problems().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["after_abstentions", "message", "away_message"]);
        let longest = HandoffSettings {
            after_abstentions: 0,
            message: Some("ä".repeat(500)),
            ..HandoffSettings::default()
        };
        assert!(longest.problems().is_empty());
    }

    #[test]
    fn a_plan_that_is_used_up_calls_for_a_person_where_that_is_set() {
        let of = |on_limit| {
            let settings = HandoffSettings {
                on_limit,
                ..HandoffSettings::default()
            };
            [Ending::Limited, Ending::Broken].map(|ending| settings.triggers().reason(ending, 0))
        };
        assert_eq!(of(true), [Some(Reason::Limit), None]);
        assert_eq!(of(false), [None, None]);
    }

    #[test]
    fn what_is_said_calls_for_a_person_where_that_is_set() {
        use OnUrgency::{Any, Never, Safety};
        let mood = |anger, urgency| Mood {
            anger,
            urgency,
            ..Mood::default()
        };
        let (angry, hurt, money) = (
            mood(0.7, None),
            mood(0.0, Some(Urgency::Safety)),
            mood(0.7, Some(Urgency::Money)),
        );
        let (sentiment, urgency) = (Some(Reason::Sentiment), Some(Reason::Urgency));
        for (on_sentiment, on_urgency, then) in [
            (true, Safety, [None, sentiment, urgency, sentiment]),
            (false, Safety, [None, None, urgency, None]),
            (false, Never, [None, None, None, None]),
            (true, Any, [None, sentiment, urgency, urgency]),
        ] {
            let settings = HandoffSettings {
                on_sentiment,
                on_urgency,
                ..HandoffSettings::default()
            };
            let alarms = [&mood(0.4, None), &angry, &hurt, &money].map(|mood| settings.alarm(mood));
            assert_eq!(alarms, then, "{on_sentiment} {on_urgency:?}");
        }
    }

    fn availability(hours: Option<Value>, wait: Option<i64>) -> Availability {
        let hours = hours.map(|hours| serde_json::from_value(hours).unwrap());
        let now = "2026-12-18T20:00:00Z".parse().unwrap();
        Availability::of(hours.as_ref(), now, true, wait.map(TimeDelta::minutes))
    }

    #[test]
    fn the_admins_words_go_before_ours() {
        let always = availability(None, None);
        let ours = HandoffSettings::default();
        assert_eq!(ours.told(Presence::There, &always, "de"), words::joins("de"));
        assert_eq!(ours.told(Presence::Away, &always, "de"), words::away("de"));
        assert_eq!(
            ours.told(Presence::AskEmail, &always, "de"),
            words::ask_email("de")
        );
        let theirs = HandoffSettings {
            message: Some("Ada will be with you.".to_owned()),
            ..ours
        };
        let soon = availability(None, Some(4));
        assert_eq!(theirs.told(Presence::There, &soon, "de"), "Ada will be with you.");
        assert_eq!(theirs.told(Presence::ByMail, &always, "de"), words::by_mail("de"));
    }

    #[test]
    fn what_may_be_expected_is_told_where_it_is_known() {
        let ours = HandoffSettings::default();
        let soon = availability(None, Some(4));
        assert_eq!(
            ours.told(Presence::There, &soon, "en"),
            "A person from our team will join you here. Our team usually replies within 5 minutes."
        );
        let day = json!([{ "from": "09:00", "to": "17:00" }]);
        let shut = availability(
            Some(json!({ "time_zone": "Europe/Berlin", "week": { "monday": day } })),
            None,
        );
        let told = ours.told(Presence::Away, &shut, "en");
        assert!(
            told.ends_with("Our team is back Monday at 09:00 (Berlin time)."),
            "{told}"
        );
        assert!(!ours.told(Presence::Away, &shut, "ja").contains(' '));

        let theirs = HandoffSettings {
            away_message: Some("Closed. {opens} we read it.".to_owned()),
            ..ours
        };
        assert_eq!(
            theirs.told(Presence::ByMail, &shut, "en"),
            "Closed. Monday at 09:00 (Berlin time) we read it."
        );
        // Open, and nobody there: when is not known.
        assert_eq!(
            theirs.told(Presence::Away, &availability(None, None), "en"),
            words::away("en")
        );
        let never = availability(Some(json!({ "time_zone": "UTC" })), None);
        assert_eq!(theirs.told(Presence::Away, &never, "en"), words::away("en"));
    }
}
