//! A claim beside its evidence, as a few numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use crate::kernel::text::{
    stop::{self, Weak},
    words::{Kind, Word},
};

/// Words after a negation that it is taken to turn.
const SCOPE: usize = 4;
/// Words between a number and its unit at most (`30 calendar days`).
const UNIT_REACH: usize = 3;
/// Missing words beyond this many say nothing more.
const MISSING_MAX: f32 = 6.0;

/// What the score is made of. Shares are of the claim, 0–1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Features {
    /// Words found in the same order (longest common subsequence over words).
    pub order: f32,
    /// Weight of the words found anywhere.
    pub recall: f32,
    /// Neighbouring pairs found.
    pub pairs: f32,
    /// Words with meaning that are missing, saturating, 0–1.
    pub missing: f32,
    /// Grammar words missing: a sentence that was rebuilt, not taken over.
    pub rebuilt: f32,
    /// The claim speaks of the speaker, the evidence does not, 0–1.
    pub personal: f32,
    /// A word is negated on one side only: 0 or 1.
    pub reversed: f32,
    /// Words of mere conversation (`well`, `yeah`) in the claim.
    pub discourse: f32,
    /// Numbers (with their units) the evidence lacks.
    pub wrong_numbers: u8,
    /// Names the evidence lacks.
    pub wrong_names: u8,
    /// The claim has words and there is evidence at all.
    pub comparable: bool,
}

/// What a word is worth in a comparison. Longer words are rarer: that stands in for an inverse
/// document frequency, which a few sentences cannot give.
#[must_use]
pub fn weight(word: &Word) -> f32 {
    match word.kind {
        Kind::Number => 2.0,
        Kind::Name => 1.8,
        Kind::Unit => 1.2,
        Kind::Weak(Weak::Grammar) if stop::negates(&word.lower) => 0.8,
        Kind::Weak(Weak::Grammar) => 0.15,
        Kind::Weak(Weak::Discourse) => 0.1,
        Kind::Weak(Weak::Frequent) => 0.7,
        Kind::Content => 1.0 + 0.05 * f32::from(u8::try_from(word.stem.len().min(10)).unwrap_or(10)),
    }
}

/// Compares a claim with its evidence.
#[must_use]
pub fn compare(claim: &[Word], evidence: &Evidence<'_>) -> Features {
    let claim: Vec<&Word> = claim.iter().collect();
    let found: BTreeSet<&str> = evidence.words.iter().map(|word| word.stem.as_str()).collect();
    let total: f32 = claim.iter().map(|word| weight(word)).sum();
    if total <= 0.0 || evidence.words.is_empty() {
        return Features::default();
    }
    let hit = |word: &&Word| found.contains(word.stem.as_str());
    let words = || claim.iter().copied();
    let recalled: f32 = words().filter(hit).map(weight).sum();
    let meaningful = |word: &&Word| word.has_meaning() && !hit(word);
    let grammar = |word: &&Word| word.kind == Kind::Weak(Weak::Grammar);
    let count = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    let all = count(claim.len());
    let first_person = |words: &[&Word]| count(words.iter().filter(|w| stop::first_person(&w.lower)).count());
    Features {
        order: count(common_subsequence(&claim, &evidence.words)) / all,
        recall: recalled / total,
        pairs: pair_share(&claim, &evidence.words),
        missing: count(words().filter(meaningful).count()).min(MISSING_MAX) / MISSING_MAX,
        rebuilt: count(words().filter(grammar).filter(|w| !hit(w)).count()) / all,
        personal: (first_person(&claim) - first_person(&evidence.words)).clamp(0.0, 2.0) / 2.0,
        reversed: if reversed(&claim, &evidence.words) {
            1.0
        } else {
            0.0
        },
        discourse: count(words().filter(|w| w.kind == Kind::Weak(Weak::Discourse)).count()) / all,
        wrong_numbers: wrong_numbers(&claim, &evidence.words),
        wrong_names: saturating(words().filter(|w| w.kind == Kind::Name && !hit(w)).count()),
        comparable: true,
    }
}

fn saturating(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}

/// Length of the longest common subsequence of stems.
fn common_subsequence(claim: &[&Word], evidence: &[&Word]) -> usize {
    let mut row = vec![0usize; evidence.len() + 1];
    for word in claim {
        let mut diagonal = 0;
        let mut left = 0;
        for (other, cell) in evidence.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            *cell = if word.stem == other.stem {
                diagonal + 1
            } else {
                above.max(left)
            };
            diagonal = above;
            left = *cell;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Share of the claim's neighbouring pairs that the evidence has too.
fn pair_share(claim: &[&Word], evidence: &[&Word]) -> f32 {
    fn pairs<'a>(words: &'a [&Word]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let behind = words.iter().skip(1);
        words
            .iter()
            .zip(behind)
            .map(|(a, b)| (a.stem.as_str(), b.stem.as_str()))
    }
    let known: BTreeSet<_> = pairs(evidence).collect();
    let hits = pairs(claim).filter(|pair| known.contains(pair)).count();
    let count = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    count(hits) / count(claim.len().saturating_sub(1).max(1))
}

/// Whether a word that both have stands under a negation on one side only.
fn reversed(claim: &[&Word], evidence: &[&Word]) -> bool {
    let (ours, theirs) = (polarity(claim), polarity(evidence));
    ours.iter().any(|(stem, (plain, negated))| {
        theirs.get(stem).is_some_and(|(their_plain, their_negated)| {
            (*negated && !*plain && *their_plain && !*their_negated)
                || (*plain && !*negated && *their_negated && !*their_plain)
        })
    })
}

/// For each word with meaning: does it occur plainly, does it occur negated. A negation ends with
/// its sentence or table cell: `Nothing is lost.` says nothing of the sentence behind it.
fn polarity<'a>(words: &[&'a Word]) -> BTreeMap<&'a str, (bool, bool)> {
    let mut out: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    let mut scope = 0;
    for word in words {
        if word.opens {
            scope = 0;
        }
        if stop::negates(&word.lower) {
            scope = SCOPE;
            continue;
        }
        if word.has_meaning() {
            let seen = out.entry(word.stem.as_str()).or_default();
            if scope > 0 { seen.1 = true } else { seen.0 = true }
        }
        scope = scope.saturating_sub(1);
    }
    out
}

/// Numbers the evidence lacks, or has only beside another unit.
fn wrong_numbers(claim: &[&Word], evidence: &[&Word]) -> u8 {
    let known = measured(evidence);
    let wrong = measured(claim).into_iter().filter(|(number, unit)| {
        let mut same = known.iter().filter(|(n, _)| n == number).peekable();
        same.peek().is_none() || (unit.is_some() && same.all(|(_, other)| other.is_some() && other != unit))
    });
    saturating(wrong.count())
}

/// Each number with the unit near it, before (`$30`) or behind (`30 calendar days`).
fn measured<'a>(words: &[&'a Word]) -> Vec<(&'a str, Option<&'a str>)> {
    let mut out = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if word.kind != Kind::Number {
            continue;
        }
        let is_unit = |word: &&Word| word.kind == Kind::Unit;
        let before = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .filter(|w| is_unit(w) && is_currency(&w.stem));
        let behind = words
            .iter()
            .skip(at + 1)
            .take(UNIT_REACH)
            .take_while(|w| w.kind != Kind::Number)
            .find(|word| is_unit(word));
        out.push((
            word.stem.as_str(),
            before.or(behind).map(|word| word.stem.as_str()),
        ));
    }
    out
}

fn is_currency(unit: &str) -> bool {
    matches!(unit, "usd" | "eur" | "gbp")
}
