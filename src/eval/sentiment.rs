//! How well moods are read, on VADER's gold sets: sentences of product reviews, and tweets, each with
//! the mean valence that twenty people gave it, −4 to 4.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::{
    adapters::embed::{Embedder, Purpose},
    domain::mood::{self, Mood},
};

/// The sets, below the folder of the data.
pub const FOLDER: &str = "sentiment";
const SETS: [&str; 2] = ["product_reviews", "tweets"];
/// At this valence and below people call a text angry.
pub const ANGRY: f32 = -1.0;
/// Texts embedded at once: as many may wait at the embedder.
const BATCH: usize = 256;

/// A text with what people said of it, −4 to 4.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub valence: f32,
    pub text: String,
}

/// A set as it was read.
#[derive(Clone, Debug, Default)]
pub struct Set {
    pub name: &'static str,
    pub rows: Vec<Row>,
    /// By the model that moods are read with; empty where another one embeds.
    pub vectors: Vec<Vec<f32>>,
}

/// What a set scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Share of the texts with a valence other than 0 whose sign is right; one that is read as 0 is wrong.
    pub accuracy: f64,
    /// Of the texts with a valence of −1 and below, how many are read as negative.
    pub angry_recall: f64,
    /// Of those read as negative, how many have a valence of −1 and below.
    pub angry_precision: f64,
}

/// All sets, and what reading costs.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub figures: BTreeMap<&'static str, Figures>,
    /// The same without embeddings.
    pub alone: BTreeMap<&'static str, Figures>,
    pub texts: usize,
    /// Mean time to read a text, its embedding aside.
    pub cost: Duration,
}

/// Reads and embeds the sets in `data`; `None` when the folder is not there.
///
/// # Errors
/// When a file is missing or malformed, or embedding fails.
pub async fn sets(data: &Path, embedder: &dyn Embedder) -> Result<Option<Vec<Set>>> {
    let folder = data.join(FOLDER);
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut sets = Vec::new();
    for name in SETS {
        let path = folder.join(name).with_extension("tsv");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let rows = rows(&text).with_context(|| format!("in {}", path.display()))?;
        let mut vectors = Vec::new();
        if embedder.model() == mood::EMBEDDER {
            for batch in rows.chunks(BATCH) {
                let texts: Vec<String> = batch.iter().map(|row| row.text.clone()).collect();
                vectors.extend(embedder.embed(&texts, Purpose::Query).await?.vectors);
            }
        }
        sets.push(Set { name, rows, vectors });
    }
    Ok(Some(sets))
}

/// Measures the sets with and without embeddings.
#[must_use]
pub fn run(sets: &[Set]) -> Report {
    let mut report = Report::default();
    let mut spent = Duration::ZERO;
    // The lexicon is loaded with the first text.
    let _ = mood::read("", None);
    for set in sets {
        let started = Instant::now();
        let alone: Vec<Mood> = set.rows.iter().map(|row| mood::read(&row.text, None)).collect();
        spent += started.elapsed();
        let vector = |at: usize| set.vectors.get(at).map(Vec::as_slice);
        let read = set.rows.iter().enumerate();
        let moods: Vec<Mood> = read.map(|(at, row)| mood::read(&row.text, vector(at))).collect();
        report.figures.insert(set.name, of_moods(&set.rows, &moods));
        report.alone.insert(set.name, of_moods(&set.rows, &alone));
        report.texts += set.rows.len();
    }
    report.cost = spent / u32::try_from(report.texts.max(1)).unwrap_or(u32::MAX);
    report
}

fn of_moods(rows: &[Row], moods: &[Mood]) -> Figures {
    let read: Vec<f32> = moods.iter().map(|mood| mood.valence).collect();
    figures(rows, &read)
}

/// The figures of valences that were read, −1 to 1, in the order of the rows.
#[must_use]
pub fn figures(rows: &[Row], read: &[f32]) -> Figures {
    let both = || rows.iter().map(|row| row.valence).zip(read.iter().copied());
    let count = |which: fn(f32, f32) -> bool| both().filter(|(gold, read)| which(*gold, *read)).count();
    let angry = |gold: f32, _: f32| gold <= ANGRY;
    let flagged = |_: f32, read: f32| read <= Mood::NEGATIVE;
    let hit = count(|gold, read| gold <= ANGRY && read <= Mood::NEGATIVE);
    Figures {
        accuracy: ratio(
            count(|gold, read| gold * read > 0.0),
            count(|gold, _| gold != 0.0),
        ),
        angry_recall: ratio(hit, count(angry)),
        angry_precision: ratio(hit, count(flagged)),
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand rows")]
    let ratio = part as f64 / whole.max(1) as f64;
    ratio
}

/// The rows of a tab-separated file with a head: valence, text.
fn rows(file: &str) -> Result<Vec<Row>> {
    let row = |(at, line): (usize, &str)| {
        let (valence, text) = line
            .split_once('\t')
            .with_context(|| format!("row {at} has no tab"))?;
        let valence: f32 = valence.parse().with_context(|| format!("valence of row {at}"))?;
        ensure!(
            (-4.0..=4.0).contains(&valence),
            "valence of row {at} is not −4 to 4"
        );
        let text = text.to_owned();
        Ok(Row { valence, text })
    };
    file.lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.is_empty())
        .map(row)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_a_valence_and_a_text() {
        let read = rows("valence\ttext\n-1.5\tit broke\n2\tgood\tindeed\n").unwrap();
        let texts: Vec<(f32, &str)> = read.iter().map(|row| (row.valence, row.text.as_str())).collect();
        assert_eq!(texts, [(-1.5, "it broke"), (2.0, "good\tindeed")]);
        assert!(rows("valence\ttext\n9\tx\n").is_err());
        assert!(rows("valence\ttext\nx\n").is_err());
    }

    #[test]
    fn a_neutral_reading_is_wrong_and_a_neutral_gold_does_not_count() {
        let rows: Vec<Row> = [-2.0, -1.0, 1.0, 0.0, -0.5]
            .map(|valence| Row {
                valence,
                text: String::new(),
            })
            .into();
        let scored = figures(&rows, &[-0.9, 0.0, 0.5, -0.9, -0.1]);
        assert!((scored.accuracy - 0.75).abs() < 1e-9);
        assert!((scored.angry_recall - 0.5).abs() < 1e-9);
        assert!((scored.angry_precision - 0.5).abs() < 1e-9);
    }
}
