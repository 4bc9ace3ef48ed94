//! Fits the weights of `score` and cross-validates them, and holds the score to its figures.
//! `cargo test --lib grounding -- --include-ignored --nocapture fit` prints weights to paste.

use std::path::PathBuf;

use super::{GroundingFigures, Row, figures, grounding, rows};
use crate::domain::answering::grounding::{
    claim_words,
    evidence::{Evidence, Passage},
    features::{Features, compare},
    score::{INPUTS, inputs, penalty},
};

/// The labelled data, when this machine has it.
fn data() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/eval/grounding/begin_wow.tsv");
    let nested = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/eval/grounding/begin_wow.tsv");
    let found = [path, nested].into_iter().find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: no labelled data at ../shared/eval/grounding");
    }
    found
}

fn featured(rows: &[Row]) -> Vec<(Features, bool)> {
    rows.iter()
        .map(|row| {
            let (claim, passage) = (claim_words(&row.response), Passage::new(&row.knowledge));
            let evidence = Evidence::for_claim(&claim, std::iter::once(&passage));
            (compare(&claim, &evidence), row.attributable)
        })
        .collect()
}

/// Logistic regression by gradient descent with an L2 penalty of 1 on the weights (as
/// scikit-learn's default), the bias last.
fn regress(rows: &[(Features, bool)]) -> [f32; INPUTS + 1] {
    let mut weights = [0.0f32; INPUTS + 1];
    let n = rows.len() as f32;
    for _ in 0..6_000 {
        let mut slope = [0.0f32; INPUTS + 1];
        for (features, label) in rows {
            let error = predict(&weights, features) - f32::from(u8::from(*label));
            for (slope, input) in slope.iter_mut().zip(inputs(features).into_iter().chain([1.0])) {
                *slope += error * input / n;
            }
        }
        for (at, weight) in weights.iter_mut().enumerate() {
            let decay = if at == INPUTS { 0.0 } else { *weight / n };
            *weight -= 1.0 * (slope[at] + decay);
        }
    }
    weights
}

fn predict(weights: &[f32; INPUTS + 1], features: &Features) -> f32 {
    let sum: f32 = inputs(features)
        .into_iter()
        .chain([1.0])
        .zip(weights)
        .map(|(i, w)| i * w)
        .sum();
    1.0 / (1.0 + (-sum).exp())
}

fn cross_validated(rows: &[(Features, bool)], folds: usize) -> GroundingFigures {
    let mut scored = Vec::new();
    for fold in 0..folds {
        let part = |keep: bool| -> Vec<(Features, bool)> {
            let chosen = rows
                .iter()
                .enumerate()
                .filter(|(at, _)| (at % folds != fold) == keep);
            chosen.map(|(_, row)| *row).collect()
        };
        let weights = regress(&part(true));
        scored.extend(
            part(false)
                .iter()
                .map(|(f, label)| (predict(&weights, f) * penalty(f), *label)),
        );
    }
    figures(&scored).expect("both classes")
}

#[test]
#[ignore = "prints weights to paste; seconds"]
fn fit() {
    let Some(path) = data() else { return };
    let rows = featured(&rows(&path).expect("readable"));
    println!("weights {:?}", regress(&rows));
    println!("10 folds {:?}", cross_validated(&rows, 10));
    println!("in use   {:?}", grounding(&path).expect("figures"));
}

#[test]
fn the_score_reaches_its_figures() {
    let Some(path) = data() else { return };
    let reached = grounding(&path).expect("figures");
    println!(
        "grounding: AUC {:.3}, accuracy {:.3} at 0.5, {} rows",
        reached.auc, reached.accuracy, reached.rows
    );
    assert!(reached.auc >= 0.94, "{reached:?}");
    assert!(reached.accuracy >= 0.87, "{reached:?}");
}
