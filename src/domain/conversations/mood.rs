//! How the visitor of a conversation is, by what was read of their newest messages in it. One message is
//! read by [`crate::domain::mood`]; here is what several come to.

use parlance_store::{ids::MessageId, queries::inbox::MOODS, queries::moods};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::{
    domain::mood::{Mood, Urgency},
    kernel::words,
};

/// Messages for which what cannot wait is remembered: "I smell gas" and "hello?" is one alarm.
const REMEMBERED: usize = 3;
/// Messages between which a trend is seen.
const STEPS: usize = 2;
/// Of valence, which is no trend yet.
const STEADY: f32 = 0.2;
/// Of valence and anger, which is as good as nothing.
const TELLS: f32 = 0.1;
/// Words that are told, at most.
const WORDS: usize = 12;

/// What was read of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub message: MessageId,
    pub seq: i64,
    pub valence: f32,
    pub anger: f32,
    pub urgency: Option<String>,
    pub words: Vec<MoodWord>,
}

/// Words of a message that decided how it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MoodWord {
    /// As they were written.
    pub text: String,
    /// What they are: `positive`, `negative`, `angry`, or what cannot wait.
    pub kind: String,
}

impl Reading {
    #[must_use]
    pub fn of(message: MessageId, seq: i64, mood: &Mood) -> Self {
        let word = |word: &crate::domain::mood::Word| MoodWord {
            text: word.text.clone(),
            kind: word.kind.as_str().to_owned(),
        };
        Self {
            message,
            seq,
            valence: hundredths(mood.valence.clamp(-1.0, 1.0)),
            anger: hundredths(mood.anger.clamp(0.0, 1.0)),
            urgency: mood.urgency.map(|urgency| urgency.as_str().to_owned()),
            words: mood.words.iter().map(word).collect(),
        }
    }

    /// As far as that decides who sees it.
    #[must_use]
    pub fn mood(&self) -> Mood {
        Mood {
            valence: self.valence,
            anger: self.anger,
            urgency: self.urgency(),
            words: Vec::new(),
        }
    }

    fn urgency(&self) -> Option<Urgency> {
        self.urgency.as_deref().and_then(Urgency::parse)
    }

    #[must_use]
    pub fn is_angry(&self) -> bool {
        self.anger >= Mood::ANGRY
    }

    /// Whether agents are told of it.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.is_angry() || self.urgency.is_some()
    }
}

/// What is stored of a message's mood: its words with their places.
#[must_use]
pub fn stored(mood: &Mood) -> moods::Reading {
    let Reading {
        valence,
        anger,
        urgency,
        ..
    } = Reading::of(MessageId::from(uuid::Uuid::nil()), 0, mood);
    moods::Reading {
        valence,
        anger,
        urgency,
        words: serde_json::to_value(&mood.words).unwrap_or_default(),
    }
}

/// Whether it is worth writing down that a message is read otherwise than before.
#[must_use]
pub fn differ(before: &Mood, now: &Mood) -> bool {
    let moved = |before: f32, now: f32| (before - now).abs() > TELLS;
    before.is_angry() != now.is_angry()
        || before.urgency != now.urgency
        || moved(before.valence, now.valence)
        || moved(before.anger, now.anger)
}

/// Those of a glimpse, oldest first.
#[must_use]
pub fn readings(stored: &Value) -> Vec<Reading> {
    serde_json::from_value(stored.clone()).unwrap_or_default()
}

/// With one more, or one that was read again; as many as a glimpse has.
#[must_use]
pub fn with(mut readings: Vec<Reading>, new: Reading) -> Vec<Reading> {
    readings.retain(|reading| reading.message != new.message);
    readings.push(new);
    readings.sort_by_key(|reading| reading.seq);
    let most = usize::try_from(MOODS).unwrap_or(usize::MAX);
    readings.split_off(readings.len().saturating_sub(most))
}

/// Where the mood goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    Better,
    Steady,
    Worse,
}

/// How the visitor is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConversationMood {
    /// −1, bad, to 1, good: each message counts as much as all before it.
    #[schema(minimum = -1, maximum = 1)]
    pub valence: f32,
    /// 0, calm, to 1, furious: that of the last message, or half of what it was before.
    #[schema(minimum = 0, maximum = 1)]
    pub anger: f32,
    /// Whether that is angry.
    pub angry: bool,
    /// The gravest of what cannot wait in the last three messages.
    #[schema(value_type = Option<UrgencyWord>)]
    pub urgency: Option<Urgency>,
    /// Whether the valence moved by more than 0.2 within two messages.
    pub trend: Trend,
    /// The valence after each of the last eight messages, oldest first.
    pub recent: Vec<f32>,
    /// The words that decided.
    pub words: Vec<MoodWord>,
}

/// What cannot wait, as a word.
#[derive(Clone, Copy, Debug)]
pub enum UrgencyWord {}

impl PartialSchema for UrgencyWord {
    fn schema() -> RefOr<Schema> {
        words::closed(Urgency::ALL.into_iter().map(Urgency::as_str))
    }
}

impl ToSchema for UrgencyWord {}

impl ConversationMood {
    /// Of these, oldest first; none where the visitor has said nothing.
    #[must_use]
    pub fn of(readings: &[Reading]) -> Option<Self> {
        let mut recent: Vec<f32> = Vec::with_capacity(readings.len());
        let mut anger = 0.0_f32;
        for reading in readings {
            let before = recent.last().copied().unwrap_or(reading.valence);
            recent.push(hundredths(f32::midpoint(before, reading.valence)));
            anger = reading.anger.max(anger / 2.0);
        }
        let valence = *recent.last()?;
        let before = recent.iter().rev().nth(STEPS).or(recent.first())?;
        let trend = match valence - before {
            moved if moved > STEADY => Trend::Better,
            moved if moved < -STEADY => Trend::Worse,
            _ => Trend::Steady,
        };
        let last = readings.get(readings.len().saturating_sub(REMEMBERED)..)?;
        let decided = last.iter().rev().find(|reading| reading.is_flagged());
        let mut words: Vec<MoodWord> = Vec::new();
        for word in decided
            .or(readings.last())
            .iter()
            .flat_map(|reading| &reading.words)
        {
            if words.len() < WORDS && !words.contains(word) {
                words.push(word.clone());
            }
        }
        Some(Self {
            valence,
            anger: hundredths(anger),
            angry: anger >= Mood::ANGRY,
            urgency: last.iter().filter_map(Reading::urgency).min(),
            trend,
            recent,
            words,
        })
    }

    /// Whether a person should see it, though the bot answers.
    #[must_use]
    pub fn alarms(&self) -> bool {
        self.angry || self.urgency.is_some()
    }
}

fn hundredths(number: f32) -> f32 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(valence: f32, anger: f32, urgency: Option<Urgency>) -> Reading {
        let mood = Mood {
            valence,
            anger,
            urgency,
            words: Vec::new(),
        };
        Reading::of(MessageId::new(), 1, &mood)
    }

    fn of(readings: &[Reading]) -> ConversationMood {
        ConversationMood::of(readings).unwrap()
    }

    #[test]
    fn nothing_said_is_no_mood() {
        assert_eq!(ConversationMood::of(&[]), None);
    }

    #[test]
    fn anger_shows_at_once_and_halves_with_each_calmer_message() {
        let calm = || reading(0.0, 0.0, None);
        let mut said = vec![calm(), calm(), reading(-0.9, 1.0, None)];
        assert!(of(&said).angry);
        said.push(calm());
        assert!(of(&said).angry && of(&said).trend == Trend::Worse);
        said.push(calm());
        assert!(!of(&said).angry && of(&said).anger == 0.25);
        said.extend([reading(0.9, 0.0, None), reading(0.9, 0.0, None)]);
        assert_eq!(of(&said).trend, Trend::Better);
    }

    #[test]
    fn what_cannot_wait_is_remembered_for_three_messages() {
        let calm = || reading(0.0, 0.0, None);
        let mut said = vec![
            reading(0.0, 0.0, Some(Urgency::Safety)),
            reading(0.0, 0.0, Some(Urgency::Cancel)),
            calm(),
        ];
        assert_eq!(of(&said).urgency, Some(Urgency::Safety), "the gravest");
        said.push(calm());
        assert_eq!(of(&said).urgency, Some(Urgency::Cancel));
        said.push(calm());
        assert_eq!(of(&said).urgency, None);
        assert!(!of(&said).alarms());
    }

    #[test]
    fn the_words_are_of_what_alarms() {
        let word = |text: &str| MoodWord {
            text: text.to_owned(),
            kind: "angry".to_owned(),
        };
        let mut furious = reading(-0.9, 0.9, None);
        furious.words = vec![word("scam"), word("thieves"), word("scam")];
        let mut calm = reading(0.1, 0.0, None);
        calm.words = vec![word("well")];
        assert_eq!(
            of(&[furious.clone(), calm.clone()]).words,
            [word("scam"), word("thieves")]
        );
        let silent = || reading(0.0, 0.0, None);
        assert_eq!(of(&[furious, silent(), silent(), calm]).words, [word("well")]);
    }

    #[test]
    fn a_reading_that_is_as_good_as_the_same_is_not_written_again() {
        let mood = |valence, anger, urgency| Mood {
            valence,
            anger,
            urgency,
            words: Vec::new(),
        };
        let first = mood(0.1, 0.45, None);
        for (now, differs) in [
            (mood(0.15, 0.4, None), false),
            (mood(0.25, 0.45, None), true),
            (mood(0.1, 0.5, None), true),
            (mood(0.1, 0.45, Some(Urgency::Money)), true),
        ] {
            assert_eq!(differ(&first, &now), differs, "{now:?}");
        }
    }

    #[test]
    fn one_that_is_read_again_takes_its_own_place() {
        let (mut first, second) = (reading(0.0, 0.0, None), reading(0.0, 0.0, None));
        (first.seq, first.anger) = (0, 0.9);
        let calm = Reading {
            anger: 0.0,
            ..first.clone()
        };
        let read = with(vec![calm, second.clone()], first.clone());
        assert_eq!(read, [first, second]);
        let many = (0..20).fold(Vec::new(), |read, n| {
            let mut one = reading(0.0, 0.0, None);
            one.seq = n;
            with(read, one)
        });
        assert_eq!((many.len(), many[0].seq), (8, 12));
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(said in proptest::collection::vec((-1.0..=1.0_f32, 0.0..=1.0_f32), 1..9)) {
            let said: Vec<_> = said.into_iter().map(|(valence, anger)| reading(valence, anger, None)).collect();
            let mood = of(&said);
            prop_assert!((-1.0..=1.0).contains(&mood.valence) && (0.0..=1.0).contains(&mood.anger));
            prop_assert!(mood.anger >= said.last().unwrap().anger);
            prop_assert_eq!(mood.recent.len(), said.len());
        }
    }
}
