//! When to say "I don't know": the best passage is neither near the question nor holds its
//! telling words.

use super::Passage;

/// Below it the bot abstains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// Evidence that one passage must reach, see [`evidence`].
    pub evidence: f64,
    /// Cosine that one passage must reach whatever words it holds.
    pub cosine: f64,
}

impl Default for Floor {
    fn default() -> Self {
        Self {
            evidence: 0.37,
            cosine: 0.15,
        }
    }
}

/// Passages, from the best, among which the floor must be reached.
const LOOKED_AT: usize = 3;

impl Floor {
    /// Lets everything pass.
    pub const NONE: Self = Self {
        evidence: f64::NEG_INFINITY,
        cosine: f64::NEG_INFINITY,
    };

    /// Whether any of the best passages is relevant enough.
    #[must_use]
    pub fn is_reached(&self, passages: &[Passage]) -> bool {
        passages
            .iter()
            .take(LOOKED_AT)
            .any(|passage| passage.cosine >= self.cosine && evidence(passage) >= self.evidence)
    }
}

/// How much speaks for a passage: nearness and words, each 0 to 1, half and half.
#[must_use]
pub fn evidence(passage: &Passage) -> f64 {
    (passage.cosine.max(0.0) + passage.coverage) / 2.0
}
