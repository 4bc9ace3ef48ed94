//! How near a sentence is to the question in meaning. Words alone miss `broken when it arrived`
//! for `dead on arrival`; an embedder does not. What was embedded once is remembered, so that a
//! knowledge base is read once and not with every question.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use tracing::debug;

use super::{question::Question, rank, units::Unit};
use crate::{
    adapters::embed::{EmbedError, Embedder, Purpose},
    kernel::vector::dot,
};

/// Units that are compared, at most: those with the most words of the question, and the first
/// of the best sources. Some 25 tokens each.
const BY_WORDS: usize = 16;
const BY_PLACE: usize = 16;
/// Beyond it words alone decide: an answer is not held up for long by a busy embedder. It is far
/// above what a comparison takes, so that an answer does not depend on what else goes on.
const LIMIT: Duration = Duration::from_secs(5);
/// Vectors that are remembered, each about two kilobytes.
const REMEMBERED: u64 = 20_000;
/// Characters of a unit that are embedded.
const READ_MAX: usize = 500;

/// Compares units with a question, by an embedder that nobody charges for.
#[derive(Clone, Debug)]
pub struct Nearness {
    embedder: Arc<dyn Embedder>,
    known: Cache<String, Arc<Vec<f32>>>,
}

impl Nearness {
    pub fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self {
            embedder,
            known: Cache::new(REMEMBERED),
        }
    }

    /// The cosine to the question for each unit; `None` for those that were not compared, and
    /// for all when the embedder is busy, slow or broken.
    pub async fn of(&self, question: &Question, units: &[Unit]) -> Vec<Option<f32>> {
        let chosen = candidates(question, units);
        let found = tokio::time::timeout(LIMIT, self.compare(&question.asked, units, &chosen)).await;
        let mut near = vec![None; units.len()];
        match found {
            Ok(Ok(cosines)) => {
                for (at, cosine) in chosen.into_iter().zip(cosines) {
                    if let Some(slot) = near.get_mut(at) {
                        *slot = Some(cosine);
                    }
                }
            }
            Ok(Err(error)) => debug!(%error, "sentences are ranked by words alone"),
            Err(_) => debug!("the embedder is slow: sentences are ranked by words alone"),
        }
        near
    }

    async fn compare(&self, asked: &str, units: &[Unit], chosen: &[usize]) -> Result<Vec<f32>, EmbedError> {
        let question = self.embedder.question(asked, None).await?;
        let texts: Vec<String> = chosen.iter().filter_map(|at| units.get(*at)).map(text).collect();
        let vectors = self.vectors(&texts).await?;
        Ok(vectors.iter().map(|vector| dot(&question, vector)).collect())
    }

    async fn vectors(&self, texts: &[String]) -> Result<Vec<Arc<Vec<f32>>>, EmbedError> {
        let mut out = Vec::with_capacity(texts.len());
        let mut missing = Vec::new();
        for text in texts {
            let known = self.known.get(text).await;
            if known.is_none() {
                missing.push(text.clone());
            }
            out.push(known);
        }
        let mut fresh = Vec::new();
        if !missing.is_empty() {
            let embedded = self.embedder.embed(&missing, Purpose::Passage).await?;
            fresh = embedded.vectors.into_iter().map(Arc::new).collect();
            for (text, vector) in missing.into_iter().zip(&fresh) {
                self.known.insert(text, Arc::clone(vector)).await;
            }
        }
        let mut fresh = fresh.into_iter();
        Ok(out
            .into_iter()
            .map(|known| known.or_else(|| fresh.next()).unwrap_or_default())
            .collect())
    }
}

/// The units worth comparing, in order.
fn candidates(question: &Question, units: &[Unit]) -> Vec<usize> {
    let by_words = rank::rank(question, units, &[])
        .into_iter()
        .map(|scored| scored.unit)
        .take(BY_WORDS);
    let mut chosen: Vec<usize> = by_words.collect();
    for at in 0..units.len() {
        if chosen.len() >= BY_WORDS + BY_PLACE {
            break;
        }
        if !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// A unit under its heading, as a passage is embedded.
fn text(unit: &Unit) -> String {
    let lead = unit.lead.as_deref().unwrap_or_default();
    let line = format!("{} {lead} {}", unit.heading, unit.text);
    line.trim().chars().take(READ_MAX).collect()
}
