//! How a visitor feels: valence, anger and urgency of one message, with the words that decided. Pure
//! and in process: a lexicon with rules ([`lexicon`], [`rules`]) that answers alone in any language it
//! knows, and, where there is a sentence embedding, a linear model over both ([`model`]). No message is kept here,
//! and what follows from a mood is decided by whoever asks. Start at [`read`]; the method, its
//! figures and its limits are in `docs/MOOD.md`.

mod lexicon;
mod model;
mod modifiers;
mod pattern;
mod rules;
mod tokens;

use serde::{Serialize, Serializer};

/// The model whose embeddings are read, as `Embedder::model` names it.
pub const EMBEDDER: &str = "minilm";
/// The gold's valences, −4 to 4, are fitted within so much on either side of 0.
pub const FITTED: f32 = model::RANGE;

/// Words named at most: those that weigh most.
const WORDS: usize = 12;

/// What a message sounds like.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Mood {
    /// −1 (as bad as can be) to 1.
    pub valence: f32,
    /// 0 (calm) to 1 (furious).
    pub anger: f32,
    /// What makes it pressing; the gravest where there are several.
    pub urgency: Option<Urgency>,
    /// The words that decided, in the order of the text.
    pub words: Vec<Word>,
}

impl Mood {
    /// From here on a message counts as angry.
    pub const ANGRY: f32 = 0.5;
    /// At this valence and below a message counts as negative: where the gold of `make eval` has −1
    /// of −4 and below.
    pub const NEGATIVE: f32 = -0.15;

    /// Whether an agent should know before they read it. Few are of those that merely report a fault.
    #[must_use]
    pub fn is_angry(&self) -> bool {
        self.anger >= Self::ANGRY
    }

    /// Whether it speaks of something bad, calmly or not.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.valence <= Self::NEGATIVE
    }
}

/// Why a message cannot wait, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody may be hurt.
    Safety,
    /// Lawyers, authorities, the press.
    Legal,
    /// Nothing works, or nobody can work.
    Blocked,
    /// Money is gone, or about to be.
    Money,
    /// It must be done by then, or "urgent".
    Deadline,
    /// They are about to leave.
    Cancel,
}

impl Urgency {
    pub const ALL: [Self; 6] = [
        Self::Safety,
        Self::Legal,
        Self::Blocked,
        Self::Money,
        Self::Deadline,
        Self::Cancel,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Legal => "legal",
            Self::Blocked => "blocked",
            Self::Money => "money",
            Self::Deadline => "deadline",
            Self::Cancel => "cancel",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.as_str() == word)
    }
}

impl Serialize for Urgency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Words of the message that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// As it was written.
    pub text: String,
    pub kind: WordKind,
    /// Bytes `start..end` of the message, on the boundaries of characters.
    pub start: usize,
    pub end: usize,
}

/// What a word did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordKind {
    Positive,
    Negative,
    /// Negative, and said to somebody.
    Angry,
    Urgent(Urgency),
}

impl WordKind {
    /// `positive`, `negative`, `angry`, or the word of the urgency.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Angry => "angry",
            Self::Urgent(urgency) => urgency.as_str(),
        }
    }
}

impl Serialize for WordKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads a message. `embedding` is its vector by [`EMBEDDER`]; without it, with one of another length,
/// or in another language than English, which is all that model knows, the lexicon answers alone.
#[must_use]
pub fn read(text: &str, embedding: Option<&[f32]>) -> Mood {
    let reading = rules::read(&tokens::tokens(text));
    let modelled = embedding.filter(|_| reading.is_english());
    let valence = modelled
        .and_then(|embedding| model::valence(&reading.features(), embedding))
        .unwrap_or_else(|| reading.valence());
    Mood {
        valence,
        anger: reading.anger(valence),
        urgency: reading.urgency(),
        words: reading.words(text, WORDS),
    }
}

/// What the model of valence is fitted on: its inputs for a text; `None` where it is not asked, as [`read`] says.
#[must_use]
pub fn inputs(text: &str, embedding: &[f32]) -> Option<Vec<f32>> {
    let reading = rules::read(&tokens::tokens(text));
    let features = reading.is_english().then(|| reading.features())?;
    model::inputs(&features, embedding)
}

#[cfg(test)]
mod tests;
