//! Categories of tickets: learned from five examples each, as a tenant would give, and from all there
//! are; and how much of what is of no category is refused.

use std::{collections::HashMap, fmt, sync::Arc};

use anyhow::{Context, Result};
use parlance_store::ids::TicketCategoryId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::data::CategorySet;
use crate::{
    adapters::embed::{Embedder, Purpose},
    domain::tickets::categories::{
        classifier::{Classifier, Labelled},
        score::FLOOR,
    },
};

/// Examples of a category that a tenant would give.
const FEW: usize = 5;
/// Choices of those: the figures are means over them.
const SEEDS: u8 = 5;
/// Texts of one embedding call.
const BATCH: usize = 128;

/// The share that is right, and the mean over categories of the harmonic mean of precision and recall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quality {
    pub accuracy: f64,
    pub macro_f1: f64,
    /// What is below the floor, where it should not be.
    #[serde(skip)]
    pub refused: f64,
    /// Of what is above it, the share that is right.
    #[serde(skip)]
    pub right_if_taken: f64,
    /// What is below the floor of that which is of no category.
    #[serde(skip)]
    pub strangers_refused: f64,
}

/// The figures, as `target/eval.json` has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    pub few_shot: Quality,
    pub full: Quality,
}

/// Learns, and asks every question of the set; `strangers` are of no category.
///
/// # Errors
/// When embedding or learning fails.
pub async fn run(set: &CategorySet, strangers: &[String], embedder: Arc<dyn Embedder>) -> Result<Figures> {
    let mut known: HashMap<&str, TicketCategoryId> = HashMap::new();
    for (number, (_, category)) in (1..).zip(&set.train) {
        known
            .entry(category)
            .or_insert_with(|| Uuid::from_u128(number).into());
    }
    let train = labelled(&*embedder, &set.train, &known).await?;
    let asked = Asked {
        test: labelled(&*embedder, &set.test, &known).await?,
        strangers: vectors(&*embedder, strangers).await?,
    };
    let mut few_shot = Quality::default();
    for seed in 0..SEEDS {
        few_shot.add(asked.quality(few(set, &train, seed))?, 1.0 / f64::from(SEEDS));
    }
    let full = asked.quality(train)?;
    Ok(Figures { few_shot, full })
}

struct Asked {
    test: Vec<Labelled>,
    strangers: Vec<Vec<f32>>,
}

impl Asked {
    fn quality(&self, examples: Vec<Labelled>) -> Result<Quality> {
        let classifier = Classifier::learn(examples)?;
        // Of each category: right, guessed, there.
        let mut counts: HashMap<TicketCategoryId, [u32; 3]> = HashMap::new();
        let (mut right, mut taken, mut right_taken) = (0, 0, 0);
        for question in &self.test {
            let Some(guess) = classifier.rank(&question.vector).into_iter().next() else {
                continue;
            };
            let is_right = guess.category == question.category;
            right += u32::from(is_right);
            taken += u32::from(guess.score >= FLOOR);
            right_taken += u32::from(is_right && guess.score >= FLOOR);
            counts.entry(guess.category).or_default()[1] += 1;
            let there = counts.entry(question.category).or_default();
            there[2] += 1;
            there[0] += u32::from(is_right);
        }
        let f1 = counts
            .values()
            .map(|[right, guessed, there]| 2.0 * f64::from(*right) / f64::from(guessed + there).max(1.0));
        let refused = self.strangers.iter().filter(|stranger| {
            let best = classifier.rank(stranger).into_iter().next();
            best.is_none_or(|guess| guess.score < FLOOR)
        });
        let asked = self.test.len();
        Ok(Quality {
            accuracy: share(right, asked),
            macro_f1: f1.sum::<f64>() / f64::from(u32::try_from(counts.len())?).max(1.0),
            refused: 1.0 - share(taken, asked),
            right_if_taken: f64::from(right_taken) / f64::from(taken).max(1.0),
            strangers_refused: share(u32::try_from(refused.count())?, self.strangers.len()),
        })
    }
}

impl Quality {
    fn add(&mut self, other: Self, weight: f64) {
        self.accuracy += weight * other.accuracy;
        self.macro_f1 += weight * other.macro_f1;
        self.refused += weight * other.refused;
        self.right_if_taken += weight * other.right_if_taken;
        self.strangers_refused += weight * other.strangers_refused;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, quality) in [("5 examples each", self.few_shot), ("all examples", self.full)] {
            writeln!(
                f,
                "  {name:<16} accuracy {:.3}   macro-F1 {:.3}   below the floor {:.3}   right above it {:.3}   \
                 of no category, refused {:.3}",
                quality.accuracy,
                quality.macro_f1,
                quality.refused,
                quality.right_if_taken,
                quality.strangers_refused
            )?;
        }
        Ok(())
    }
}

/// A few examples of each category, by lot.
fn few(set: &CategorySet, train: &[Labelled], seed: u8) -> Vec<Labelled> {
    let lot = |text: &str| Sha256::digest([&[seed], text.as_bytes()].concat());
    let mut order: Vec<_> = set.train.iter().zip(train).collect();
    order.sort_by_cached_key(|((text, _), _)| lot(text));
    let mut taken: HashMap<TicketCategoryId, usize> = HashMap::new();
    let few = order.into_iter().filter(|(_, example)| {
        let taken = taken.entry(example.category).or_default();
        *taken += 1;
        *taken <= FEW
    });
    few.map(|(_, example)| example.clone()).collect()
}

async fn labelled(
    embedder: &dyn Embedder,
    rows: &[(String, String)],
    known: &HashMap<&str, TicketCategoryId>,
) -> Result<Vec<Labelled>> {
    let texts: Vec<String> = rows.iter().map(|(text, _)| text.clone()).collect();
    let vectors = vectors(embedder, &texts).await?;
    let labelled = rows.iter().zip(vectors).map(|((_, category), vector)| {
        let category = *known.get(category.as_str()).context("a category of no example")?;
        Ok(Labelled {
            category,
            vector,
            weight: 1.0,
        })
    });
    labelled.collect()
}

async fn vectors(embedder: &dyn Embedder, texts: &[String]) -> Result<Vec<Vec<f32>>> {
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(BATCH) {
        vectors.extend(embedder.embed(batch, Purpose::Passage).await?.vectors);
    }
    Ok(vectors)
}

fn share(part: u32, whole: usize) -> f64 {
    let whole = u32::try_from(whole).unwrap_or(u32::MAX);
    f64::from(part) / f64::from(whole.max(1))
}
