//! When a conversation goes to people without the visitor asking, what an admin may set about that,
//! and ([`words`]) what the visitor is told then. That it goes is decided in
//! [`state`](super::state), which is given the [`Triggers`].

pub mod words;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::answering::settings::{Problem, range};

/// Answers in a row that found nothing; 0 is never.
const AFTER_ABSTENTIONS: RangeInclusive<u8> = 0..=5;
/// Characters of what the visitor is told.
const MESSAGE_MAX: usize = 500;

/// When a person is asked for, besides when the visitor asks, and what the visitor is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandoffSettings {
    /// After so many answers in a row that found nothing; 0 is never.
    #[schema(maximum = 5)]
    pub after_abstentions: u8,
    /// When no model could be reached.
    pub on_failure: bool,
    /// When the model asks for a person, for which it is given a tool.
    pub by_model: bool,
    /// What the visitor is told where an agent is there; null is our own words, in the visitor's language.
    #[schema(min_length = 1, max_length = 500)]
    pub message: Option<String>,
    /// The same where no agent is there.
    #[schema(min_length = 1, max_length = 500)]
    pub away_message: Option<String>,
}

impl Default for HandoffSettings {
    fn default() -> Self {
        Self {
            after_abstentions: 2,
            on_failure: true,
            by_model: true,
            message: None,
            away_message: None,
        }
    }
}

/// Who is there for a visitor who waits from now on.
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
}

impl HandoffSettings {
    #[must_use]
    pub fn triggers(&self) -> Triggers {
        Triggers {
            after_abstentions: self.after_abstentions,
            on_failure: self.on_failure,
        }
    }

    /// What a visitor of this language is told who waits for a person from now on.
    #[must_use]
    pub fn told(&self, presence: Presence, locale: &str) -> String {
        let (theirs, ours): (_, fn(&str) -> String) = match presence {
            Presence::There => (&self.message, words::joins),
            Presence::Away => (&self.away_message, words::away),
            Presence::ByMail => (&self.away_message, words::by_mail),
            Presence::AskEmail => (&self.away_message, words::ask_email),
        };
        theirs.clone().unwrap_or_else(|| ours(locale))
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
    fn the_admins_words_go_before_ours() {
        let ours = HandoffSettings::default();
        assert_eq!(ours.told(Presence::There, "de"), words::joins("de"));
        assert_eq!(ours.told(Presence::Away, "de"), words::away("de"));
        assert_eq!(ours.told(Presence::AskEmail, "de"), words::ask_email("de"));
        let theirs = HandoffSettings {
            message: Some("Ada will be with you.".to_owned()),
            ..ours
        };
        assert_eq!(theirs.told(Presence::There, "de"), "Ada will be with you.");
        assert_eq!(theirs.told(Presence::ByMail, "de"), words::by_mail("de"));
    }
}
