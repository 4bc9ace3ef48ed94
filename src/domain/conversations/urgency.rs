//! By when a person is to write in a conversation, and why: what the inbox is sorted by. It is a moment, so
//! that time alone changes no order, and what comes first is due first.
//!
//! ```text
//! answer_by = min(since + 60 min, deadline) − credit
//! since     = when the visitor began to wait; with the bot, when they became angry or urgent
//! deadline  = the next one of the conversation's open ticket
//! credit    = angry 24 h + what cannot wait (safety 48 h, other 12 h) + what the space gives their plan
//! ```
//!
//! `parlance_answer_by` in the database says the same.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::queries::{conversations::Conversation, inbox::Glimpse};
use serde::Serialize;
use utoipa::ToSchema;

use super::mood::{ConversationMood, UrgencyWord};
use crate::domain::mood::Urgency;

/// Within which a person is to write.
const PATIENCE: TimeDelta = TimeDelta::minutes(60);
/// Minutes.
const ANGRY: i32 = 24 * 60;
const SAFETY: i32 = 48 * 60;
const URGENT: i32 = 12 * 60;

/// By when a person is to write to who waits `since` then; `credit` in minutes.
#[must_use]
pub fn answer_by(since: DateTime<Utc>, deadline: Option<DateTime<Utc>>, credit: i32) -> DateTime<Utc> {
    let patient = since + PATIENCE;
    deadline.map_or(patient, |deadline| deadline.min(patient)) - TimeDelta::minutes(credit.into())
}

/// Minutes by which somebody in this mood is answered earlier, whose plan is given `plan` minutes.
#[must_use]
pub fn credit(mood: Option<&ConversationMood>, plan: u16) -> i32 {
    let angry = mood.is_some_and(|mood| mood.angry);
    let urgent = match mood.and_then(|mood| mood.urgency) {
        Some(Urgency::Safety) => SAFETY,
        Some(_) => URGENT,
        None => 0,
    };
    i32::from(angry) * ANGRY + urgent + i32::from(plan)
}

/// By when a person is to write, and why then.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConversationUrgency {
    /// The inbox is sorted by it. It may be long past: what is grave is due at once.
    pub answer_by: DateTime<Utc>,
    /// The gravest first.
    pub reasons: Vec<UrgencyReason>,
}

/// What makes a conversation urgent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum UrgencyReason {
    /// The visitor says something that cannot wait.
    Urgent {
        #[schema(value_type = UrgencyWord)]
        urgency: Urgency,
    },
    /// The visitor is angry.
    Angry,
    /// Its ticket is due before the hour is over.
    Deadline { at: DateTime<Utc> },
    /// The space answers those of this plan earlier.
    Plan { plan: String },
    /// The visitor waits for a person.
    Waiting { since: DateTime<Utc> },
}

impl ConversationUrgency {
    /// Of a conversation; none where no person is to write.
    #[must_use]
    pub fn of(row: &Conversation, glimpse: &Glimpse, mood: Option<&ConversationMood>) -> Option<Self> {
        use UrgencyReason::{Angry, Deadline, Plan, Urgent, Waiting};
        let answer_by = row.answer_by?;
        let urgent = mood.and_then(|mood| mood.urgency);
        let grave = |urgency: &Urgency| *urgency == Urgency::Safety;
        let of = |urgency| Urgent { urgency };
        let since = row.waiting_since.or(glimpse.alarmed_at);
        let soon = |deadline: &DateTime<Utc>| since.is_some_and(|since| *deadline < since + PATIENCE);
        let by_plan = glimpse.credit > credit(mood, 0);
        let reasons = [
            urgent.filter(grave).map(of),
            mood.filter(|mood| mood.angry).map(|_| Angry),
            urgent.filter(|urgency| !grave(urgency)).map(of),
            glimpse.deadline.filter(soon).map(|at| Deadline { at }),
            glimpse.plan.clone().filter(|_| by_plan).map(|plan| Plan { plan }),
            row.waiting_since.map(|since| Waiting { since }),
        ];
        let reasons = reasons.into_iter().flatten().collect();
        Some(Self { answer_by, reasons })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::conversations::mood::Trend;

    fn mood(angry: bool, urgency: Option<Urgency>) -> ConversationMood {
        ConversationMood {
            valence: 0.0,
            anger: f32::from(u8::from(angry)),
            angry,
            urgency,
            trend: Trend::Steady,
            recent: Vec::new(),
            words: Vec::new(),
        }
    }

    fn minute(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    #[test]
    fn table() {
        let rows = [
            (None, 0, None, 60),
            (None, 30, None, 30),
            (Some(mood(false, None)), 0, None, 60),
            (Some(mood(true, None)), 0, None, 60 - 1440),
            (Some(mood(false, Some(Urgency::Safety))), 0, None, 60 - 2880),
            (Some(mood(false, Some(Urgency::Money))), 0, None, 60 - 720),
            (
                Some(mood(true, Some(Urgency::Legal))),
                5,
                None,
                60 - 1440 - 720 - 5,
            ),
            (None, 0, Some(10), 10),
            (None, 0, Some(-10), -10),
            (None, 0, Some(90), 60),
            (Some(mood(true, None)), 0, Some(10), 10 - 1440),
        ];
        for (mood, plan, deadline, due) in rows {
            let by = answer_by(minute(0), deadline.map(minute), credit(mood.as_ref(), plan));
            assert_eq!(by, minute(due), "{mood:?} {plan} {deadline:?}");
        }
    }

    fn moods() -> impl Strategy<Value = (bool, Option<Urgency>)> {
        let urgency = (0..6_usize).prop_map(|n| Urgency::ALL[n]);
        (any::<bool>(), proptest::option::of(urgency))
    }

    proptest! {
        /// Angrier, graver, longer waiting, an earlier deadline or a better plan: never later.
        #[test]
        fn it_is_monotone(
            (angry, urgency) in moods(), since in 0..10_000_i64, earlier in 0..10_000_i64, plan in 0..=1440_u16,
            better in 0..=1440_u16, deadline in proptest::option::of(0..10_000_i64), sooner in 0..10_000_i64,
        ) {
            let due = |mood: ConversationMood, plan, since, deadline: Option<i64>| {
                answer_by(minute(since), deadline.map(minute), credit(Some(&mood), plan))
            };
            let is = || mood(angry, urgency);
            let now = due(is(), plan, since, deadline);
            prop_assert!(due(mood(true, urgency), plan, since, deadline) <= now);
            prop_assert!(due(mood(angry, urgency.or(Some(Urgency::Cancel))), plan, since, deadline) <= now);
            prop_assert!(due(mood(angry, Some(Urgency::Safety)), plan, since, deadline) <= now);
            prop_assert!(due(is(), plan, since - earlier, deadline) <= now);
            prop_assert!(due(is(), plan.max(better), since, deadline) <= now);
            prop_assert!(due(is(), plan, since, deadline.or(Some(9_000)).map(|at| at - sooner)) <= now || deadline.is_none());
            prop_assert!(due(is(), plan, since, Some(sooner)) <= due(is(), plan, since, None));
        }
    }
}
