//! What an admin may set about how documents become passages.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chunk::ChunkLimits;
use crate::domain::answering::settings::{Problem, range};

/// Tokens of a passage: below, a passage has hardly an answer; above, the local embedder does not read it.
pub const PASSAGE_TOKENS: RangeInclusive<u32> = 80..=250;
/// Tokens repeated from the passage before; at most a half of a passage as well.
pub const OVERLAP_TOKENS: RangeInclusive<u32> = 0..=100;

/// How the documents of a space are cut, and what is tried after they change. Another size makes all
/// of them be read anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct KnowledgeSettings {
    /// What is embedded of one passage, title and headings included, in tokens of the embedder.
    #[schema(minimum = 80, maximum = 250)]
    pub passage_tokens: u32,
    /// Text repeated from the passage before, at most, in tokens; at most a half of a passage.
    #[schema(maximum = 100)]
    pub overlap_tokens: u32,
    /// Whether golden questions that are asked again after a change are answered too, and not only
    /// searched for: that costs what answers cost.
    pub golden_answers: bool,
}

impl Default for KnowledgeSettings {
    fn default() -> Self {
        let standard = ChunkLimits::default();
        let tokens = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            passage_tokens: tokens(standard.passage),
            overlap_tokens: tokens(standard.overlap),
            golden_answers: false,
        }
    }
}

impl KnowledgeSettings {
    /// Every field out of its bounds; empty when the settings are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |field, sound: bool, detail: String| {
            if !sound {
                problems.push(Problem { field, detail });
            }
        };
        let sound = PASSAGE_TOKENS.contains(&self.passage_tokens);
        check("passage_tokens", sound, range(&PASSAGE_TOKENS));
        let sound = OVERLAP_TOKENS.contains(&self.overlap_tokens);
        check("overlap_tokens", sound, range(&OVERLAP_TOKENS));
        let sound = self.overlap_tokens <= self.passage_tokens / 2;
        check(
            "overlap_tokens",
            sound,
            "keep it within half of passage_tokens".to_owned(),
        );
        problems
    }

    /// The sizes documents are cut to; what is out of bounds is brought within them.
    #[must_use]
    pub fn limits(&self) -> ChunkLimits {
        let within = |bounds: &RangeInclusive<u32>, n: u32| n.clamp(*bounds.start(), *bounds.end()) as usize;
        let passage = within(&PASSAGE_TOKENS, self.passage_tokens);
        ChunkLimits {
            passage,
            overlap: within(&OVERLAP_TOKENS, self.overlap_tokens).min(passage / 2),
            ..ChunkLimits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_sound_and_cuts_as_was_measured() {
        let standard = KnowledgeSettings::default();
        assert!(standard.problems().is_empty());
        assert_eq!(standard.limits(), ChunkLimits::default());
    }

    #[test]
    fn what_is_out_of_bounds_is_named_and_never_used() {
        for (passage_tokens, overlap_tokens, named) in [
            (0, 0, vec!["passage_tokens"]),
            (4_000, 60, vec!["passage_tokens"]),
            (250, 101, vec!["overlap_tokens"]),
            (80, 41, vec!["overlap_tokens"]),
        ] {
            let settings = KnowledgeSettings {
                passage_tokens,
                overlap_tokens,
                golden_answers: false,
            };
            let problems = settings.problems();
            let fields: Vec<_> = problems.iter().map(|problem| problem.field).collect();
            assert_eq!(fields, named, "{settings:?}");
            let limits = settings.limits();
            assert!((80..=250).contains(&limits.passage) && limits.overlap * 2 <= limits.passage);
        }
    }
}
