//! What the figures are held against: BM25 (Robertson and Zaragoza 2009) on chunks of 800 words,
//! the way much of this is still done. It finds the right chunk, and four others of the same
//! length with it: hence the overlap is measured too.

use std::collections::HashMap;

use anyhow::{Context, Result};

use super::{
    data::{RetrievalSet, Span},
    metrics::{self, Score},
    retrieval::Figures,
};
use crate::kernel::text::words::{Word, words};

const CHUNK_WORDS: usize = 800;
/// The usual constants: how soon repetition stops counting, how much length does.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Figures of the same questions under BM25.
///
/// # Errors
/// When a corpus is not text.
pub fn run(set: &RetrievalSet) -> Result<Figures> {
    let mut indexes = HashMap::new();
    for (name, content) in &set.corpora {
        let text = std::str::from_utf8(content).with_context(|| format!("corpus {name}"))?;
        indexes.insert(name.as_str(), Index::new(text));
    }
    let scores: Vec<Score> = set
        .questions
        .iter()
        .filter_map(|question| {
            let index = indexes.get(question.corpus.as_str())?;
            Some(metrics::score(&index.search(&question.text), &question.spans))
        })
        .collect();
    Ok(Figures::from(metrics::mean(&scores)))
}

struct Chunk {
    span: Span,
    counts: HashMap<String, f64>,
    length: f64,
}

struct Index {
    chunks: Vec<Chunk>,
    mean_length: f64,
}

impl Index {
    fn new(text: &str) -> Self {
        let chunks: Vec<Chunk> = chunks(text)
            .into_iter()
            .map(|(span, text)| Chunk::new(span, text))
            .collect();
        let total: f64 = chunks.iter().map(|chunk| chunk.length).sum();
        Self {
            mean_length: total / count(chunks.len()).max(1.0),
            chunks,
        }
    }

    /// Chunks, best first.
    fn search(&self, question: &str) -> Vec<Span> {
        let mut scored: Vec<(f64, Span)> = self.chunks.iter().map(|chunk| (0.0, chunk.span)).collect();
        for term in terms(question) {
            let with = count(
                self.chunks
                    .iter()
                    .filter(|chunk| chunk.counts.contains_key(&term))
                    .count(),
            );
            let rarity = (1.0 + (count(self.chunks.len()) - with + 0.5) / (with + 0.5)).ln();
            for (chunk, (score, _)) in self.chunks.iter().zip(&mut scored) {
                let often = chunk.counts.get(&term).copied().unwrap_or(0.0);
                let long = 1.0 - B + B * chunk.length / self.mean_length;
                *score += rarity * often * (K1 + 1.0) / (often + K1 * long);
            }
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().map(|(_, span)| span).collect()
    }
}

impl Chunk {
    fn new(span: Span, text: &str) -> Self {
        let mut counts = HashMap::new();
        let mut length = 0.0;
        for term in terms(text) {
            *counts.entry(term).or_insert(0.0) += 1.0;
            length += 1.0;
        }
        Self { span, counts, length }
    }
}

fn terms(text: &str) -> impl Iterator<Item = String> {
    words(text)
        .into_iter()
        .filter(Word::has_meaning)
        .map(|word| word.stem)
}

/// Stretches of 800 words with their place in characters.
fn chunks(text: &str) -> Vec<(Span, &str)> {
    let mut out = Vec::new();
    let (mut from, mut start, mut inside, mut seen) = (0, 0, false, 0);
    let mut at = 0;
    for (byte, c) in text.char_indices() {
        let begins = !c.is_whitespace() && !inside;
        if begins && seen == CHUNK_WORDS {
            out.push((Span { start, end: at }, text.get(from..byte).unwrap_or_default()));
            (from, start, seen) = (byte, at, 0);
        }
        seen += usize::from(begins);
        inside = !c.is_whitespace();
        at += 1;
    }
    out.push((Span { start, end: at }, text.get(from..).unwrap_or_default()));
    out
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand chunks at most")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_have_800_words_and_lose_nothing() {
        let text = "wörd ".repeat(1_700);
        let cut = chunks(&text);
        let lengths: Vec<usize> = cut
            .iter()
            .map(|(_, text)| text.split_whitespace().count())
            .collect();
        assert_eq!(lengths, [800, 800, 100]);
        assert_eq!(cut.iter().map(|(_, text)| *text).collect::<String>(), text);
        assert_eq!(
            cut.iter().map(|(span, _)| span.len()).sum::<usize>(),
            text.chars().count()
        );
    }

    #[test]
    fn the_chunk_with_the_rare_word_comes_first() {
        let text = format!("{} zebra {}", "common ".repeat(1_000), "common ".repeat(900));
        let found = Index::new(&text).search("Which zebra is common?");
        assert_eq!(found.first().map(|span| span.start), Some(800 * 7));
    }
}
