//! What counts as a claim: a sentence or list item that states something. Greetings, questions,
//! offers, lead-ins and the bot's words about itself state nothing of the company's.

use serde::{Deserialize, Serialize, Serializer};

use crate::kernel::text::{
    stop::Weak,
    words::{Kind, words},
};

/// A sentence of the answer and how well what it cites supports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Claim {
    /// UTF-16 code units of the answer's text; `end` is exclusive and behind the last marker.
    pub start: usize,
    pub end: usize,
    /// Numbers of the cited sources, ascending.
    pub sources: Vec<u32>,
    /// 0–1; below 0.5 the claim counts as unsupported.
    #[serde(serialize_with = "score")]
    pub support: f32,
}

/// A score on the wire: four decimals, so that it is the same number in every event that tells it
/// and whichever way it was serialised.
pub fn score<S: Serializer>(score: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((f64::from(*score) * 10_000.0).round() / 10_000.0)
}

/// The same for a score that may be missing.
pub fn score_maybe<S: Serializer>(value: &Option<f32>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => score(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// Words with meaning a sentence needs to state something without citing.
const MEANING_MIN: usize = 2;

/// Openings of sentences that offer, greet, apologise or speak of the answer itself.
const ASIDES: [&str; 34] = [
    "hi",
    "hello",
    "hey",
    "thanks",
    "thank you",
    "you're welcome",
    "you are welcome",
    "sorry",
    "i'm sorry",
    "i am sorry",
    "let me know",
    "please let me know",
    "feel free",
    "i hope",
    "hope this",
    "happy to help",
    "glad to help",
    "great question",
    "good question",
    "i can help",
    "i'd be happy",
    "i would be happy",
    "i could not find",
    "i couldn't find",
    "i can't find",
    "i cannot find",
    "i found nothing",
    "i don't know",
    "i do not know",
    "i'm not sure",
    "i am not sure",
    "here is what",
    "here's what",
    "if you have any other",
];

/// Whether a sentence (without its markers and list marks) states something that needs a source.
#[must_use]
pub fn states_something(sentence: &str) -> bool {
    let plain = sentence.trim().trim_matches(|c: char| "*_`\"“”'’ ".contains(c));
    if plain.ends_with(['?', '？', ':', '：', '؟']) || plain.starts_with('¿') {
        return false;
    }
    let lower = plain.to_lowercase().replace('’', "'");
    let is_aside = |aside: &str| {
        lower
            .strip_prefix(aside)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    if ASIDES.into_iter().any(is_aside) || lower.contains("anything else") {
        return false;
    }
    let meaning = words(plain)
        .into_iter()
        .filter(|word| word.has_meaning() && word.kind != Kind::Weak(Weak::Frequent))
        .count();
    meaning >= MEANING_MIN
}

#[cfg(test)]
mod tests {
    use super::states_something;

    #[test]
    fn statements_are_told_from_courtesy() {
        for sentence in [
            "The battery lasts 12 months.",
            "Returns are free",
            "返品は30日以内です。",
        ] {
            assert!(states_something(sentence), "{sentence}");
        }
        for sentence in [
            "Hello!",
            "Thanks for your patience, I appreciate it.",
            "Is there anything else I can help with?",
            "Let me know if the robot still blinks.",
            "**Would you like the return address?**",
            "Here is how to reset the robot:",
            "I'm sorry, I couldn't find the delivery times.",
            "Yes.",
            "",
        ] {
            assert!(!states_something(sentence), "{sentence}");
        }
    }
}
