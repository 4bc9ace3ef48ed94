//! One order out of two legs. The database takes the best of both by reciprocal rank (Cormack,
//! Clarke, Büttcher 2009); here how near each is in meaning, and how it words the question, are
//! added up. The text score has chosen by then: how often a word occurs tells less than where.

use std::collections::HashSet;

use parlance_store::queries::search::Candidate;

use super::{
    Passage,
    rarity::Terms,
    wording::{self, Text, Wording},
};

/// What counts how much, each factor 0 to 1. `Default` was chosen on the labelled questions of
/// `docs/RETRIEVAL.md` by hand, in round numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Of the cosine.
    pub vector: f64,
    /// Of the best two sentences, see [`Wording::stretch`].
    pub stretch: f64,
    /// Of the nearness of neighbouring words, see [`Wording::closeness`].
    pub closeness: f64,
    /// What a word is worth by where it stands: text, -, heading, title.
    pub places: [f32; 4],
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            vector: 3.0,
            stretch: 4.0,
            closeness: 2.0,
            places: [1.0, 1.0, 1.0, 1.0],
        }
    }
}

/// A candidate with its place in the common order.
#[derive(Clone, Debug)]
pub struct Ranked {
    pub candidate: Candidate,
    /// The passage itself.
    pub text: String,
    pub score: f64,
    /// See [`Passage::coverage`].
    pub coverage: f64,
    pub wording: Wording,
}

/// Orders candidates by what speaks for them together, best first.
#[must_use]
pub fn fuse(question: &str, candidates: Vec<Candidate>, terms: &Terms, weights: &Weights) -> Vec<Ranked> {
    let above: Vec<String> = candidates
        .iter()
        .map(|found| format!("{}. {}", found.title, found.heading.join(". ")))
        .collect();
    let texts: Vec<Text<'_>> = candidates
        .iter()
        .zip(&above)
        .map(|(found, above)| Text {
            above,
            text: text(found),
        })
        .collect();
    let wordings = wording::compare(question, &texts);
    let texts: Vec<String> = texts.into_iter().map(|text| text.text.to_owned()).collect();
    let mut ranked: Vec<Ranked> = candidates
        .into_iter()
        .zip(texts)
        .zip(wordings)
        .map(|((candidate, text), wording)| Ranked {
            score: weights.vector * candidate.cosine.max(0.0)
                + weights.stretch * wording.stretch
                + weights.closeness * wording.closeness,
            coverage: terms.coverage(&candidate.matches),
            wording,
            candidate,
            text,
        })
        .collect();
    ranked.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.candidate.passage_id.cmp(&b.candidate.passage_id))
    });
    ranked
}

/// The passage within its context.
fn text(found: &Candidate) -> &str {
    let chars = |n: i32| usize::try_from(n).unwrap_or(0);
    let ascii = found.context.is_ascii();
    let byte = |text: &str, n: usize| {
        if ascii {
            return n.min(text.len());
        }
        text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
    };
    let from = byte(&found.context, chars(found.start_char - found.context_start));
    let rest = found.context.get(from..).unwrap_or_default();
    rest.get(..byte(rest, chars(found.end_char - found.start_char)))
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
