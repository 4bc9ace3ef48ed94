//! The part of the cited passages that speaks of a claim: a few windows of two sentences, chosen
//! greedily so that each adds the most weight of words not seen yet.

use std::collections::{BTreeMap, HashMap};

use super::features::weight;
use crate::kernel::text::{
    sentences::sentences,
    words::{Word, words},
};

/// Windows that together make up the evidence.
const WINDOWS_MAX: usize = 3;
/// A further window must add this share of the claim's weight.
const WORTH_ADDING: f32 = 0.08;
/// Sentences of one window.
const WINDOW: usize = 2;
/// Characters of a passage that are read.
const PASSAGE_MAX: usize = 20_000;

/// Different stems of a claim that are looked for, the heaviest where it has more: a bit each.
const STEMS_MAX: usize = 128;
const _: () = assert!(STEMS_MAX <= u128::BITS as usize, "a bit each");

/// A passage cut into sentences.
#[derive(Debug)]
pub struct Passage {
    sentences: Vec<Vec<Word>>,
    /// By stem the sentences that have it.
    having: HashMap<String, Vec<usize>>,
}

/// A few neighbouring sentences.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    /// The passage, as it was given.
    passage: usize,
    /// Its first sentence in the passage.
    first: usize,
    /// Which of the claim's stems it has, by their numbers.
    has: u128,
}

impl Passage {
    pub fn new(text: &str) -> Self {
        let bounded: String = text.chars().take(PASSAGE_MAX).collect();
        let sentences = sentences(&bounded).into_iter();
        let sentences: Vec<Vec<Word>> = sentences
            .filter_map(|span| bounded.get(span).map(words))
            .collect();
        let mut having: HashMap<String, Vec<usize>> = HashMap::new();
        for (sentence, words) in sentences.iter().enumerate() {
            for word in words {
                match having.get_mut(&word.stem) {
                    Some(sentences) => sentences.push(sentence),
                    None => {
                        having.insert(word.stem.clone(), vec![sentence]);
                    }
                }
            }
        }
        Self { sentences, having }
    }

    /// Which of these stems each sentence has.
    fn found(&self, stems: &[&str]) -> Vec<u128> {
        let mut found = vec![0; self.sentences.len()];
        for (stem, n) in stems.iter().zip(0..) {
            for sentence in self.having.get(*stem).into_iter().flatten() {
                if let Some(found) = found.get_mut(*sentence) {
                    *found |= 1 << n;
                }
            }
        }
        found
    }
}

/// The words a claim is compared with, in the order of the passages.
#[derive(Debug, Default)]
pub struct Evidence<'a> {
    pub words: Vec<&'a Word>,
}

impl<'a> Evidence<'a> {
    /// The evidence for `claim` in `passages`.
    pub fn for_claim(claim: &[Word], passages: impl Iterator<Item = &'a Passage>) -> Self {
        let passages: Vec<&Passage> = passages.collect();
        // By their stems, so that weights are added up in the same order each time.
        let weights: BTreeMap<&str, f32> = claim.iter().map(|w| (w.stem.as_str(), weight(w))).collect();
        let mut weights: Vec<(&str, f32)> = weights.into_iter().collect();
        if weights.len() > STEMS_MAX {
            weights.sort_by(|a, b| b.1.total_cmp(&a.1));
            weights.truncate(STEMS_MAX);
            weights.sort_unstable_by_key(|(stem, _)| *stem);
        }
        let (stems, missing): (Vec<&str>, Vec<f32>) = weights.into_iter().unzip();
        let total: f32 = missing.iter().sum();
        let mut windows: Vec<Window> = Vec::new();
        for (at, passage) in passages.iter().enumerate() {
            let found = passage.found(&stems);
            let together = found.len().clamp(1, WINDOW);
            windows.extend(found.windows(together).enumerate().map(|(first, found)| Window {
                passage: at,
                first,
                has: found.iter().fold(0, |all, found| all | found),
            }));
        }
        let (mut chosen, mut seen): (Vec<Window>, u128) = (Vec::new(), 0);
        while chosen.len() < WINDOWS_MAX {
            let gains = windows
                .iter()
                .map(|window| worth(window.has & !seen, &missing))
                .enumerate();
            // Of equals the first.
            let Some((best, gained)) = gains.rev().max_by(|a, b| a.1.total_cmp(&b.1)) else {
                break;
            };
            if gained <= 0.0 || (!chosen.is_empty() && gained < WORTH_ADDING * total) {
                break;
            }
            let window = windows.remove(best);
            seen |= window.has;
            chosen.push(window);
        }
        chosen.sort_unstable();
        let sentences = chosen.iter().filter_map(|window| {
            let sentences = &passages.get(window.passage)?.sentences;
            Some(sentences.iter().skip(window.first).take(WINDOW))
        });
        Self {
            words: sentences.flatten().flatten().collect(),
        }
    }
}

/// The sum of the weights whose bits are set.
fn worth(mut bits: u128, weights: &[f32]) -> f32 {
    let mut sum = 0.0;
    while bits != 0 {
        sum += weights
            .get(bits.trailing_zeros() as usize)
            .copied()
            .unwrap_or(0.0);
        bits &= bits - 1;
    }
    sum
}
