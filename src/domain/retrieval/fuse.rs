//! One order out of two: reciprocal rank fusion of the vector leg and the text leg.

use std::collections::HashSet;

use parlance_store::queries::search::Candidate;

use super::{Passage, rarity::Terms};

/// What counts how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Of the vector leg; the text leg has 1.
    pub vector: f64,
    /// The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): how slowly the
    /// worth of a place falls.
    pub damping: f64,
    /// Of the share by which a candidate's scores come near the best ones, beside the places.
    pub closeness: f64,
    /// What a word is worth by where it stands: text, -, heading, title.
    pub places: [f32; 4],
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            vector: 1.0,
            damping: 60.0,
            closeness: 0.0,
            places: [1.0, 1.0, 1.0, 1.0],
        }
    }
}

/// A candidate with its place in the common order.
#[derive(Clone, Debug)]
pub struct Ranked {
    pub candidate: Candidate,
    pub score: f64,
    /// See [`Passage::coverage`].
    pub coverage: f64,
}

/// Orders candidates by fused score, best first.
#[must_use]
pub fn fuse(candidates: Vec<Candidate>, terms: &Terms, weights: &Weights) -> Vec<Ranked> {
    let best_text = candidates
        .iter()
        .map(|found| found.text_score)
        .fold(0.0, f64::max);
    let cosines = || candidates.iter().map(|found| found.cosine);
    let (low, high) = (cosines().fold(1.0, f64::min), cosines().fold(-1.0, f64::max));
    let mut ranked: Vec<Ranked> = candidates
        .iter()
        .map(|found| {
            let vector = place(found.vector_rank, weights.damping);
            let text = place(found.text_rank, weights.damping);
            let near = share(found.cosine - low, high - low);
            let worded = share(found.text_score, best_text);
            let score =
                weights.vector * (vector + weights.closeness * near) + text + weights.closeness * worded;
            Ranked {
                candidate: found.clone(),
                score,
                coverage: terms.coverage(&found.matches),
            }
        })
        .collect();
    ranked.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.candidate.passage_id.cmp(&b.candidate.passage_id))
    });
    ranked
}

#[expect(clippy::cast_precision_loss, reason = "a place is at most the leg's limit")]
fn place(rank: Option<i64>, damping: f64) -> f64 {
    rank.map_or(0.0, |rank| (damping + 1.0) / (damping + rank as f64))
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (part / whole).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// Keeps the first of passages that say the same: the same words, or mostly the same stretch of
/// a document.
pub fn drop_repeats(passages: &mut Vec<Passage>) {
    let mut seen = HashSet::new();
    let mut kept: Vec<Passage> = Vec::with_capacity(passages.len());
    for passage in passages.drain(..) {
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
    *passages = kept;
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
