//! One order out of two legs. The database takes the best of both by reciprocal rank (Cormack,
//! Clarke, Büttcher 2009); here how near each is in meaning, and how it words the question, are
//! added up. The text score has chosen by then: how often a word occurs tells less than where.

use std::collections::HashSet;

use parlance_store::queries::search::StoredPassage;

use super::{
    Passage,
    rarity::Terms,
    wording::{self, Text, Wording},
    words::Words,
};

/// What counts how much, each factor 0 to 1. `Default` is the middle of the best of many tried on
/// the labelled questions of `docs/RETRIEVAL.md`, in round numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Of the cosine.
    pub vector: f64,
    /// Of the best sentence, see [`Wording::sentence`].
    pub sentence: f64,
    /// Of the best two sentences, see [`Wording::stretch`].
    pub stretch: f64,
    /// Of the nearness of neighbouring words, see [`Wording::closeness`].
    pub closeness: f64,
    /// Of the question's own sequence of words, see [`Wording::quoted`].
    pub quoted: f64,
    /// Of its numbers, see [`Wording::numbers`].
    pub numbers: f64,
    /// Of the sentences about it, see [`Wording::spread`].
    pub spread: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            vector: 7.0,
            sentence: 5.0,
            stretch: 1.0,
            closeness: 4.0,
            quoted: 7.0,
            numbers: 3.0,
            spread: 2.0,
        }
    }
}

impl Weights {
    /// What speaks for a passage, added up.
    fn score(&self, cosine: f64, wording: &Wording) -> f64 {
        self.vector * cosine.max(0.0)
            + self.sentence * wording.sentence
            + self.stretch * wording.stretch
            + self.closeness * wording.closeness
            + self.quoted * wording.quoted
            + self.numbers * wording.numbers
            + self.spread * wording.spread
    }
}

/// A passage that one of the legs found.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub passage: &'a StoredPassage,
    /// Its text within its context.
    pub text: &'a str,
    /// The words of title and headings, and those of the text.
    pub above: Words<'a>,
    pub words: Words<'a>,
    /// Cosine of the angle to the question, −1 to 1; 0 where one has no vector.
    pub cosine: f64,
    /// Per term of the search, in its order: whether it occurs. More may follow, all false.
    pub matches: Vec<bool>,
}

/// A candidate with its place in the common order.
#[derive(Clone, Debug)]
pub struct Ranked<'a> {
    pub candidate: Candidate<'a>,
    pub score: f64,
    /// See [`Passage::coverage`].
    pub coverage: f64,
    pub wording: Wording,
}

/// Orders candidates by what speaks for them together, best first.
#[must_use]
pub fn fuse<'a>(
    question: &str,
    candidates: Vec<Candidate<'a>>,
    terms: &Terms,
    weights: &Weights,
) -> Vec<Ranked<'a>> {
    let texts: Vec<Text<'_>> = candidates
        .iter()
        .map(|found| Text {
            above: found.above,
            text: found.words,
        })
        .collect();
    let wordings = wording::compare(question, &texts);
    let mut ranked: Vec<Ranked<'a>> = candidates
        .into_iter()
        .zip(wordings)
        .map(|(candidate, wording)| Ranked {
            score: weights.score(candidate.cosine, &wording),
            coverage: terms.coverage(&candidate.matches),
            wording,
            candidate,
        })
        .collect();
    ranked.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| {
            a.candidate
                .passage
                .passage_id
                .cmp(&b.candidate.passage.passage_id)
        })
    });
    ranked
}

/// What stands above a passage: its document's title and its headings.
#[must_use]
pub fn above(passage: &StoredPassage) -> String {
    format!("{}. {}", passage.title, passage.heading.join(". "))
}

/// The passage within its context.
#[must_use]
pub fn text(passage: &StoredPassage) -> &str {
    let chars = |n: i32| usize::try_from(n).unwrap_or(0);
    let ascii = passage.context.is_ascii();
    let byte = |text: &str, n: usize| {
        if ascii {
            return n.min(text.len());
        }
        text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
    };
    let from = byte(
        &passage.context,
        chars(passage.start_char - passage.context_start),
    );
    let rest = passage.context.get(from..).unwrap_or_default();
    rest.get(..byte(rest, chars(passage.end_char - passage.start_char)))
        .unwrap_or_default()
}

/// The first `most` passages, leaving out those that say the same as one before: the same words,
/// or mostly the same stretch of a document.
#[must_use]
pub fn without_repeats(passages: impl IntoIterator<Item = Passage>, most: usize) -> Vec<Passage> {
    let mut seen = HashSet::new();
    let mut kept: Vec<Passage> = Vec::with_capacity(most);
    for passage in passages {
        if kept.len() == most {
            break;
        }
        let words: Vec<String> = passage
            .text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        if seen.insert(words) && !kept.iter().any(|other| mostly_within(&passage, other)) {
            kept.push(passage);
        }
    }
    kept
}

/// Whether more than half of `a` stands in `b`.
fn mostly_within(a: &Passage, b: &Passage) -> bool {
    if a.document != b.document {
        return false;
    }
    let shared = a
        .end_char
        .min(b.end_char)
        .saturating_sub(a.start_char.max(b.start_char));
    shared * 2 > a.end_char - a.start_char
}
