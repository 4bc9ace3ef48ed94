//! Fits the weights of the mood's model: `parlance train-mood`. Ridge regression, solved exactly, so
//! the same data and code give the same weights.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::sentiment::{Figures, Row, Set, figures};
use crate::domain::mood;

/// What squared weights cost beside squared errors.
const PENALTY: f64 = 10.0;
/// Folds of the cross-validation, each a stretch of every set: neighbours come from one review.
const FOLDS: usize = 10;

/// What the weights score on texts they were not fitted on, by set.
#[derive(Clone, Debug, Default)]
pub struct Training(pub Vec<(&'static str, Figures)>);

impl fmt::Display for Training {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cross-validated in {FOLDS} folds of neighbours")?;
        self.0.iter().try_for_each(|(name, figures)| {
            let Figures { accuracy, angry_recall, angry_precision } = figures;
            writeln!(
                f,
                "  {name:<18} accuracy {accuracy:.3}   angry: recall {angry_recall:.3}, precision {angry_precision:.3}"
            )
        })
    }
}

/// A text as the regression sees it.
struct Example {
    inputs: Vec<f64>,
    target: f64,
    fold: usize,
}

/// Fits weights on the sets, writes them to `out` and cross-validates them.
///
/// # Errors
/// When a set has no vectors of the model that moods are read with, or writing fails.
pub fn run(sets: &[Set], out: &Path) -> Result<Training> {
    let mut examples = Vec::new();
    for set in sets {
        examples.push(of_set(set)?);
    }
    let mut held_out = Vec::new();
    let all = || examples.iter().flatten();
    for fold in 0..FOLDS {
        held_out.push(fit(all().filter(|example| example.fold != fold))?);
    }
    let mut training = Training::default();
    for (set, examples) in sets.iter().zip(&examples) {
        let read: Vec<f32> = examples
            .iter()
            .map(|example| {
                held_out
                    .get(example.fold)
                    .map_or(0.0, |weights| predict(weights, example))
            })
            .collect();
        training.0.push((set.name, figures(&set.rows, &read)));
    }
    let bytes: Vec<u8> = fit(all())?
        .into_iter()
        .flat_map(|weight| single(weight).to_le_bytes())
        .collect();
    fs::write(out, bytes).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(training)
}

fn of_set(set: &Set) -> Result<Vec<Example>> {
    ensure!(
        set.vectors.len() == set.rows.len(),
        "training needs the embedder {}",
        mood::EMBEDDER
    );
    let count = set.rows.len().max(1);
    let example = |(at, (row, vector)): (usize, (&Row, &Vec<f32>))| {
        let inputs = mood::inputs(&row.text, vector).context("an embedding of another length")?;
        Ok(Example {
            inputs: inputs.into_iter().map(f64::from).collect(),
            target: f64::from(row.valence.clamp(-mood::FITTED, mood::FITTED)),
            fold: at * FOLDS / count,
        })
    };
    set.rows
        .iter()
        .zip(&set.vectors)
        .enumerate()
        .map(example)
        .collect()
}

/// −1 to 1, as the mood reads it.
fn predict(weights: &[f64], example: &Example) -> f32 {
    let sum: f64 = weights
        .iter()
        .zip(&example.inputs)
        .map(|(weight, input)| weight * input)
        .sum();
    single(sum / f64::from(mood::FITTED)).clamp(-1.0, 1.0)
}

/// The weights with the least squared error and penalty; the last one, the constant's, is free.
fn fit<'a>(examples: impl Iterator<Item = &'a Example>) -> Result<Vec<f64>> {
    let mut squares: Vec<Vec<f64>> = Vec::new();
    let mut right: Vec<f64> = Vec::new();
    for example in examples {
        let size = example.inputs.len();
        squares.resize_with(size, || vec![0.0; size]);
        right.resize(size, 0.0);
        for ((row, side), input) in squares.iter_mut().zip(&mut right).zip(&example.inputs) {
            *side += input * example.target;
            for (sum, other) in row.iter_mut().zip(&example.inputs) {
                *sum += input * other;
            }
        }
    }
    let free = squares.len().saturating_sub(1);
    for (at, row) in squares.iter_mut().enumerate().take(free) {
        if let Some(sum) = row.get_mut(at) {
            *sum += PENALTY;
        }
    }
    solve(squares, right)
}

/// Solves a system of equations with a symmetric, positive matrix by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Result<Vec<f64>> {
    let size = right.len();
    for at in 0..size {
        let (above, below) = matrix.split_at_mut(at + 1);
        let (sides_above, sides_below) = right.split_at_mut(at + 1);
        let (Some(pivot), Some(side)) = (above.last(), sides_above.last()) else {
            break;
        };
        ensure!(pivot[at] > 1e-9, "the examples do not decide the weights");
        for (row, row_side) in below.iter_mut().zip(sides_below) {
            let factor = row[at] / pivot[at];
            *row_side -= factor * side;
            for (number, above) in row.iter_mut().zip(pivot).skip(at) {
                *number -= factor * above;
            }
        }
    }
    for at in (0..size).rev() {
        let known: f64 = (at + 1..size).map(|other| matrix[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    Ok(right)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "weights need no more than seven digits"
)]
fn single(number: f64) -> f32 {
    number as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_and_an_undecided_one_refused() {
        let solved = solve(vec![vec![4.0, 2.0], vec![2.0, 3.0]], vec![2.0, 5.0]).unwrap();
        assert!((solved[0] + 0.5).abs() < 1e-9 && (solved[1] - 2.0).abs() < 1e-9);
        assert!(solve(vec![vec![1.0, 1.0], vec![1.0, 1.0]], vec![1.0, 1.0]).is_err());
    }

    #[test]
    fn a_line_is_found_and_its_constant_not_shrunk() {
        let example = |x: f64| Example {
            inputs: vec![x, 1.0],
            target: 3.0,
            fold: 0,
        };
        let examples: Vec<Example> = [-1.0, 0.0, 1.0].map(example).into();
        let weights = fit(examples.iter()).unwrap();
        assert!(weights[0].abs() < 1e-9 && (weights[1] - 3.0).abs() < 1e-9);
    }
}
