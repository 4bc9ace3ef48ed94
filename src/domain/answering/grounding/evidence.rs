//! The part of the cited passages that speaks of a claim: a few windows of two sentences, chosen
//! greedily so that each adds the most weight of words not seen yet.

use std::collections::{BTreeMap, BTreeSet};

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

/// A passage cut into windows.
#[derive(Debug)]
pub struct Passage {
    windows: Vec<Window>,
}

#[derive(Debug)]
struct Window {
    words: Vec<Word>,
    stems: BTreeSet<String>,
    /// First sentence of the window in the passage.
    first: usize,
}

impl Passage {
    pub fn new(text: &str) -> Self {
        let bounded: String = text.chars().take(PASSAGE_MAX).collect();
        let parts: Vec<Vec<Word>> = sentences(&bounded)
            .into_iter()
            .filter_map(|span| bounded.get(span).map(words))
            .collect();
        let window = |(first, part): (usize, &[Vec<Word>])| {
            let words: Vec<Word> = part.concat();
            let stems = words.iter().map(|word| word.stem.clone()).collect();
            Window { words, stems, first }
        };
        let windows = if parts.len() <= WINDOW {
            (!parts.is_empty())
                .then(|| window((0, &parts)))
                .into_iter()
                .collect()
        } else {
            parts.windows(WINDOW).enumerate().map(window).collect()
        };
        Self { windows }
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
        let windows: Vec<(usize, &Window)> = passages
            .enumerate()
            .flat_map(|(at, passage)| passage.windows.iter().map(move |w| (at, w)))
            .collect();
        let mut missing: BTreeMap<&str, f32> = claim.iter().map(|w| (w.stem.as_str(), weight(w))).collect();
        let total: f32 = missing.values().sum();
        let mut chosen: Vec<(usize, &Window)> = Vec::new();
        while chosen.len() < WINDOWS_MAX {
            let best = windows
                .iter()
                .map(|(passage, window)| (gain(window, &missing), *passage, *window))
                .max_by(|a, b| a.0.total_cmp(&b.0).then((b.1, b.2.first).cmp(&(a.1, a.2.first))));
            let Some((gained, passage, window)) = best else {
                break;
            };
            if gained <= 0.0 || (!chosen.is_empty() && gained < WORTH_ADDING * total) {
                break;
            }
            missing.retain(|stem, _| !window.stems.contains(*stem));
            chosen.push((passage, window));
        }
        chosen.sort_by_key(|(passage, window)| (*passage, window.first));
        Self {
            words: chosen
                .into_iter()
                .flat_map(|(_, window)| window.words.iter().cloned())
                .collect(),
        }
    }
}

/// Weight of the claim's missing words that `window` has.
fn gain(window: &Window, missing: &BTreeMap<&str, f32>) -> f32 {
    missing
        .iter()
        .filter(|(stem, _)| window.stems.contains(**stem))
        .map(|(_, weight)| weight)
        .sum()
}
