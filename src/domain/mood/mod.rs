//! How a visitor feels: valence, anger and urgency of one message, with the words that decided. Pure
//! and in process: a lexicon with rules ([`lexicon`], [`rules`]) that answers alone in any language it
//! knows, and, where there is a sentence embedding, light heads over both. No message is kept here,
//! and what follows from a mood is decided by whoever asks. Start at [`read`]; the method, its
//! figures and its limits are in `docs/MOOD.md`.

mod lexicon;
mod pattern;
mod rules;
mod tokens;

use serde::{Serialize, Serializer};

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

    /// Whether an agent should know before they read it.
    #[must_use]
    pub fn is_angry(&self) -> bool {
        self.anger >= Self::ANGRY
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

/// What the heads are fitted on.
#[must_use]
pub fn features(text: &str) -> Vec<f32> {
    rules::read(&tokens::tokens(text)).features().to_vec()
}

/// Reads a message. `embedding` is its vector by all-MiniLM-L6-v2 (384 numbers); without it, or with
/// one of another length, the lexicon answers alone.
#[must_use]
pub fn read(text: &str, embedding: Option<&[f32]>) -> Mood {
    let _ = embedding;
    let tokens = tokens::tokens(text);
    let reading = rules::read(&tokens);
    Mood {
        valence: reading.valence(),
        anger: reading.anger(),
        urgency: reading.urgency(),
        words: reading.words(text, WORDS),
    }
}
