//! Customer satisfaction: what visitors think of conversations, from 1 to 5. [`asking`] mails those for it who
//! did not say so in the widget, in [`words`] of their language; [`report`] tells what was said. What they say
//! is written where a rating from the widget is, in `actors::conversation::opinion`.

pub mod asking;
pub mod report;
pub mod words;

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    ids::ConversationId,
    queries::{messages::RatedVia, ratings::Given},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::answering::settings::{Problem, range},
    kernel::words as closed,
};

/// Characters of a comment at most.
pub const COMMENT_MAX: usize = 2_000;
/// How long the link of a mail can be used.
pub const LINK_TTL: TimeDelta = TimeDelta::days(30);
/// Hours.
const DELAY: RangeInclusive<u16> = 0..=720;

/// Whether visitors are asked by mail what they think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CsatSettings {
    /// Mails those who have an address and rated nothing in the widget, once for a conversation.
    pub by_mail: bool,
    /// Hours after which a resolved conversation is asked about, when it is still resolved.
    #[schema(maximum = 720)]
    pub after_hours: u16,
}

impl Default for CsatSettings {
    fn default() -> Self {
        Self {
            by_mail: false,
            after_hours: 24,
        }
    }
}

impl CsatSettings {
    /// Every field out of its bounds; empty when the settings are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let unsound = (!DELAY.contains(&self.after_hours)).then(|| Problem {
            field: "after_hours",
            detail: range(&DELAY),
        });
        unsound.into_iter().collect()
    }

    fn delay(self) -> TimeDelta {
        TimeDelta::hours(self.after_hours.into())
    }
}

/// That a visitor rated a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rated {
    #[schema(value_type = uuid::Uuid)]
    pub conversation: ConversationId,
    #[schema(minimum = 1, maximum = 5)]
    pub score: i16,
    pub comment: Option<String>,
    #[schema(value_type = closed::RatedVia)]
    pub via: RatedVia,
    pub at: DateTime<Utc>,
}

impl Rated {
    #[must_use]
    pub fn of(conversation: ConversationId, given: Given) -> Self {
        Self {
            conversation,
            score: given.score,
            comment: given.comment,
            via: given.via,
            at: given.at,
        }
    }
}
