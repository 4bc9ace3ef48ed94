//! What an admin may set about answers. Absent fields have the defaults below; out-of-range ones
//! are named by [`AnswerSettings::problems`] at the edge.

use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::model_list::{self, ModelRef};
use crate::kernel::words;

/// Bounds, in the unit of the field.
pub const MAX_TOKENS: std::ops::RangeInclusive<u32> = 64..=4_096;
pub const TOP_K: std::ops::RangeInclusive<u8> = 1..=12;
const MODELS_MAX: usize = 6;
/// Bytes of one, with its upstream.
const MODEL_MAX: usize = 251;
const INSTRUCTIONS_MAX: usize = 4_000;
const GUARDRAILS_MAX: usize = 20;
const GUARDRAIL_MAX: usize = 300;
const HISTORY_TOKENS: std::ops::RangeInclusive<u32> = 0..=16_000;

/// How the bot speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    #[default]
    Friendly,
    Professional,
    Concise,
    Playful,
}

impl Tone {
    /// The line of the prompt that asks for it.
    #[must_use]
    pub fn instruction(self) -> &'static str {
        match self {
            Self::Friendly => "Be warm and plain. Use everyday words.",
            Self::Professional => "Be courteous and precise. No slang, no exclamation marks.",
            Self::Concise => "Answer in as few words as possible, one or two sentences where they suffice.",
            Self::Playful => "Be light and cheerful, but never at the cost of being clear.",
        }
    }
}

/// How a space answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AnswerSettings {
    #[serde(with = "model_list")]
    #[schema(schema_with = models)]
    pub models: Vec<ModelRef>,
    /// Null leaves it to the model.
    #[schema(minimum = 0, maximum = 1)]
    pub temperature: Option<f64>,
    /// Longest answer, tokens.
    #[schema(minimum = 64, maximum = 4_096)]
    pub max_tokens: u32,
    pub tone: Tone,
    /// The admin's own words for the prompt.
    #[schema(max_length = 4_000)]
    pub instructions: String,
    #[schema(schema_with = guardrails)]
    pub guardrails: Vec<String>,
    /// Passages given to the model.
    #[schema(minimum = 1, maximum = 12)]
    pub top_k: u8,
    /// Relevance below which the bot abstains; null is retrieval's own floor.
    #[schema(minimum = 0, maximum = 1)]
    pub floor: Option<f64>,
    /// Tokens of earlier turns sent along.
    #[schema(maximum = 16_000)]
    pub history_tokens: u32,
    /// Whether a question that was answered before may be answered the same way again.
    pub cache: bool,
}

/// Those of an upstream that is not configured are passed over.
fn models() -> RefOr<Schema> {
    let about = "Models in order of preference, as `upstream/model`";
    words::texts(1..=MODELS_MAX, 1..=MODEL_MAX, about)
}

fn guardrails() -> RefOr<Schema> {
    let about = "Things the bot must never do or say, a line each";
    words::texts(0..=GUARDRAILS_MAX, 0..=GUARDRAIL_MAX, about)
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self {
            models: vec![
                ModelRef::new("anthropic", "claude-sonnet-5-5"),
                ModelRef::new("openai", "gpt-4.1-mini"),
                ModelRef::new("extractive", "extractive"),
            ],
            temperature: Some(0.2),
            max_tokens: 800,
            tone: Tone::default(),
            instructions: String::new(),
            guardrails: Vec::new(),
            top_k: 6,
            floor: None,
            history_tokens: 1_500,
            cache: true,
        }
    }
}

/// A setting that is out of its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: &'static str,
    pub detail: String,
}

impl AnswerSettings {
    /// Every field out of its bounds; empty when the settings are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let share = |value: Option<f64>| value.is_none_or(|value| (0.0..=1.0).contains(&value));
        let short = |text: &String, most: usize| text.chars().count() <= most;
        let checks = [
            (
                "models",
                (1..=MODELS_MAX).contains(&self.models.len()),
                format!("name 1 to {MODELS_MAX} models"),
            ),
            (
                "models",
                self.models
                    .iter()
                    .all(|m| !m.model.is_empty() && m.model.len() <= 200 && m.upstream.len() <= 50),
                "write each model as upstream/model".to_owned(),
            ),
            (
                "temperature",
                share(self.temperature),
                "give a number from 0 to 1".to_owned(),
            ),
            ("floor", share(self.floor), "give a number from 0 to 1".to_owned()),
            (
                "max_tokens",
                MAX_TOKENS.contains(&self.max_tokens),
                range(&MAX_TOKENS),
            ),
            ("top_k", TOP_K.contains(&self.top_k), range(&TOP_K)),
            (
                "history_tokens",
                HISTORY_TOKENS.contains(&self.history_tokens),
                range(&HISTORY_TOKENS),
            ),
            (
                "instructions",
                short(&self.instructions, INSTRUCTIONS_MAX),
                format!("keep it within {INSTRUCTIONS_MAX} characters"),
            ),
            (
                "guardrails",
                self.guardrails.len() <= GUARDRAILS_MAX
                    && self.guardrails.iter().all(|g| short(g, GUARDRAIL_MAX)),
                format!("keep to {GUARDRAILS_MAX} lines of {GUARDRAIL_MAX} characters"),
            ),
        ];
        let broken = checks.into_iter().filter(|(_, sound, _)| !sound);
        broken
            .map(|(field, _, detail)| Problem { field, detail })
            .collect()
    }
}

/// What to say of a number out of its bounds.
pub fn range<T: std::fmt::Display>(bounds: &std::ops::RangeInclusive<T>) -> String {
    format!("give a number from {} to {}", bounds.start(), bounds.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::prices::PriceBook;

    #[test]
    fn defaults_are_sound_and_absent_fields_have_them() {
        assert!(AnswerSettings::default().problems().is_empty());
        let read: AnswerSettings =
            serde_json::from_str(r#"{"models":["openai/vendor/model-1","extractive"],"tone":"concise"}"#)
                .unwrap();
        assert_eq!(
            read.models,
            [
                ModelRef::new("openai", "vendor/model-1"),
                ModelRef::new("extractive", "extractive")
            ]
        );
        assert_eq!((read.tone, read.max_tokens), (Tone::Concise, 800));
        let again: AnswerSettings = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn whatever_key_there_is_a_default_model_answers_at_a_known_price() {
        let models = AnswerSettings::default().models;
        let upstreams: Vec<&str> = models.iter().map(|model| model.upstream.as_str()).collect();
        assert_eq!(upstreams, ["anthropic", "openai", "extractive"]);
        let prices = PriceBook::builtin().unwrap();
        assert!(
            models.iter().all(|model| prices.knows(&model.model)),
            "{models:?}"
        );
    }

    #[test]
    fn what_is_out_of_bounds_is_named() {
        let broken = AnswerSettings {
            models: Vec::new(),
            temperature: Some(f64::NAN),
            floor: Some(2.0),
            max_tokens: 0,
            top_k: 0,
            instructions: "x".repeat(5_000),
            guardrails: vec!["x".repeat(500)],
            ..AnswerSettings::default()
        };
        let fields: Vec<_> = broken.problems().into_iter().map(|p| p.field).collect();
        assert_eq!(
            fields,
            [
                "models",
                "temperature",
                "floor",
                "max_tokens",
                "top_k",
                "instructions",
                "guardrails"
            ]
        );
    }
}
