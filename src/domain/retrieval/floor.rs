//! When to say "I don't know": no passage is near the question, and none has a sentence that holds
//! most of its words.

use super::Passage;

/// Below it the bot abstains. A passage reaches it by nearness alone, by some nearness and a
/// sentence in the question's words, or by a bit of everything. The values part the answerable from the unanswerable
/// questions of `demo/questions.tsv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// Cosine that is enough by itself, see [`super::Passage::cosine`].
    pub near: f64,
    /// Cosine that is enough beside `sentence`.
    pub related: f64,
    /// Share of the question in one sentence, see [`super::wording::Wording::sentence`].
    pub sentence: f64,
    /// All that speaks for a passage, added up, that is enough: cosine, sentence, phrases and half
    /// the coverage.
    pub together: f64,
}

impl Default for Floor {
    fn default() -> Self {
        Self {
            near: 0.53,
            related: 0.28,
            sentence: 0.437,
            together: 1.35,
        }
    }
}

/// Passages, from the best, among which the floor must be reached.
const LOOKED_AT: usize = 3;

impl Floor {
    /// Lets everything pass.
    pub const NONE: Self = Self {
        near: f64::NEG_INFINITY,
        related: f64::NEG_INFINITY,
        sentence: f64::NEG_INFINITY,
        together: f64::NEG_INFINITY,
    };

    /// A floor by one dial: 0 lets everything pass, 0.5 is the default, 1 asks for twice as much.
    #[must_use]
    pub fn at(relevance: f64) -> Self {
        let default = Self::default();
        let by = relevance.clamp(0.0, 1.0) / 0.5;
        Self {
            near: default.near * by,
            related: default.related * by,
            sentence: default.sentence * by,
            together: default.together * by,
        }
    }

    /// Whether any of the best passages is relevant enough. A question for a code that the space
    /// has nowhere (`strange`) is near to all that is said of other codes: nearness is no reason
    /// then.
    #[must_use]
    pub fn is_reached(&self, passages: &[Passage], strange: bool) -> bool {
        *self == Self::NONE
            || passages
                .iter()
                .take(LOOKED_AT)
                .any(|passage| self.lets_pass(passage, strange))
    }

    /// Whether one passage is relevant enough by itself.
    #[must_use]
    pub fn lets_pass(&self, passage: &Passage, strange: bool) -> bool {
        let worded = passage.cosine >= self.related && passage.wording.sentence >= self.sentence;
        worded || together(passage) >= self.together || (!strange && passage.cosine >= self.near)
    }
}

fn together(passage: &Passage) -> f64 {
    let wording = passage.wording;
    passage.cosine + wording.sentence + wording.phrases + passage.coverage / 2.0
}
