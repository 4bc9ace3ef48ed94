//! The part of the cited passages that speaks of a claim: a few windows of two sentences, chosen
//! greedily so that each adds the most weight of words not seen yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// A passage cut into sentences.
#[derive(Debug)]
pub struct Passage {
    sentences: Vec<Vec<Word>>,
}

/// A few neighbouring sentences, and what they have of the claim.
struct Window<'a> {
    /// The passage, as it was given.
    passage: usize,
    /// Its first sentence in the passage.
    first: usize,
    sentences: &'a [Vec<Word>],
    /// Which of the claim's stems it has, by their numbers.
    has: BTreeSet<usize>,
}

impl Passage {
    pub fn new(text: &str) -> Self {
        let bounded: String = text.chars().take(PASSAGE_MAX).collect();
        let sentences = sentences(&bounded).into_iter();
        Self {
            sentences: sentences
                .filter_map(|span| bounded.get(span).map(words))
                .collect(),
        }
    }

    /// Its windows, where it is the passage at this place. Every word is looked up once.
    fn windows(&self, passage: usize, stems: &HashMap<&str, usize>) -> Vec<Window<'_>> {
        let found = |sentence: &Vec<Word>| -> BTreeSet<usize> {
            let known = sentence.iter().filter_map(|word| stems.get(word.stem.as_str()));
            known.copied().collect()
        };
        let found: Vec<BTreeSet<usize>> = self.sentences.iter().map(found).collect();
        let together = found.len().clamp(1, WINDOW);
        let windows = self.sentences.windows(together).zip(found.windows(together));
        windows
            .enumerate()
            .map(|(first, (sentences, found))| Window {
                passage,
                first,
                sentences,
                has: found.iter().flatten().copied().collect(),
            })
            .collect()
    }
}

impl Window<'_> {
    fn place(&self) -> (usize, usize) {
        (self.passage, self.first)
    }
}

/// The words a claim is compared with, in the order of the passages.
#[derive(Debug, Default)]
pub struct Evidence {
    pub words: Vec<Word>,
}

impl Evidence {
    /// The evidence for `claim` in `passages`.
    pub fn for_claim<'a>(claim: &[Word], passages: impl Iterator<Item = &'a Passage>) -> Self {
        // By their stems, so that weights are added up in the same order each time.
        let weights: BTreeMap<&str, f32> = claim.iter().map(|w| (w.stem.as_str(), weight(w))).collect();
        let stems: HashMap<&str, usize> = weights.keys().zip(0..).map(|(stem, n)| (*stem, n)).collect();
        let mut missing: Vec<f32> = weights.into_values().collect();
        let total: f32 = missing.iter().sum();
        let mut windows: Vec<Window<'_>> = passages
            .enumerate()
            .flat_map(|(at, passage)| passage.windows(at, &stems))
            .collect();
        let mut chosen: Vec<Window<'_>> = Vec::new();
        while chosen.len() < WINDOWS_MAX {
            let gain =
                |window: &Window<'_>| -> f32 { window.has.iter().filter_map(|n| missing.get(*n)).sum() };
            let gains = windows.iter().map(gain).enumerate();
            // Of equals the first.
            let Some((best, gained)) = gains.rev().max_by(|a, b| a.1.total_cmp(&b.1)) else {
                break;
            };
            if gained <= 0.0 || (!chosen.is_empty() && gained < WORTH_ADDING * total) {
                break;
            }
            let window = windows.remove(best);
            for n in &window.has {
                if let Some(weight) = missing.get_mut(*n) {
                    *weight = 0.0;
                }
            }
            chosen.push(window);
        }
        chosen.sort_by_key(Window::place);
        let words = chosen.iter().flat_map(|window| window.sentences.iter().flatten());
        Self {
            words: words.cloned().collect(),
        }
    }
}
