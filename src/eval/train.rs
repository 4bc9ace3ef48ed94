//! Fits the weights of the mood's model: `parlance train-mood`. Ridge regression, solved exactly, so
//! the same data and code give the same weights.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::sentiment::{Figures, Row, Set, figures};
use crate::domain::mood;

/// What squared weights cost beside squared errors.
const PENALTY: f64 = 5.0;
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
    /// None where the rules answer without the model.
    inputs: Option<Vec<f64>>,
    /// What the rules say, −1 to 1.
    alone: f32,
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
    let mut folds = vec![Sums::default(); FOLDS];
    for example in examples.iter().flatten() {
        if let Some(sums) = folds.get_mut(example.fold) {
            sums.take(example);
        }
    }
    let mut held_out = Vec::new();
    for left_out in 0..FOLDS {
        let others = folds.iter().enumerate().filter(|(fold, _)| *fold != left_out);
        held_out.push(fit(others.map(|(_, sums)| sums))?);
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
    let bytes: Vec<u8> = fit(&folds)?
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
        let inputs = mood::inputs(&row.text, vector);
        Example {
            inputs: inputs.map(|inputs| inputs.into_iter().map(f64::from).collect()),
            alone: mood::read(&row.text, None).valence,
            target: f64::from(row.valence.clamp(-mood::FITTED, mood::FITTED)),
            fold: at * FOLDS / count,
        }
    };
    Ok(set
        .rows
        .iter()
        .zip(&set.vectors)
        .enumerate()
        .map(example)
        .collect())
}

/// −1 to 1, as the mood reads it.
fn predict(weights: &[f64], example: &Example) -> f32 {
    let Some(inputs) = &example.inputs else {
        return example.alone;
    };
    let sum: f64 = weights
        .iter()
        .zip(inputs)
        .map(|(weight, input)| weight * input)
        .sum();
    single(sum / f64::from(mood::FITTED)).clamp(-1.0, 1.0)
}

/// What a least-squares fit needs of examples: products of their inputs, those from the diagonal on,
/// and of inputs and targets.
#[derive(Clone, Debug, Default)]
struct Sums {
    squares: Vec<Vec<f64>>,
    right: Vec<f64>,
}

impl Sums {
    fn resize(&mut self, size: usize) {
        self.squares.resize_with(size, || vec![0.0; size]);
        self.right.resize(size, 0.0);
    }

    fn take(&mut self, example: &Example) {
        let Some(inputs) = &example.inputs else { return };
        self.resize(inputs.len());
        let rows = self.squares.iter_mut().zip(&mut self.right).zip(inputs);
        for (at, ((row, side), input)) in rows.enumerate() {
            *side += input * example.target;
            for (sum, other) in row.iter_mut().zip(inputs).skip(at) {
                *sum += input * other;
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.resize(other.right.len());
        for (row, others) in self.squares.iter_mut().zip(&other.squares) {
            row.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
        self.right
            .iter_mut()
            .zip(&other.right)
            .for_each(|(sum, other)| *sum += other);
    }
}

/// The weights with the least squared error and penalty; the last one, the constant's, is free.
fn fit<'a>(parts: impl IntoIterator<Item = &'a Sums>) -> Result<Vec<f64>> {
    let mut all = Sums::default();
    for part in parts {
        all.add(part);
    }
    let free = all.squares.len().saturating_sub(1);
    for (at, row) in all.squares.iter_mut().enumerate().take(free) {
        row[at] += PENALTY;
    }
    solve(all.squares, all.right)
}

/// Solves a system of equations by elimination. Its matrix is symmetric and positive; what is below
/// the diagonal is not read.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Result<Vec<f64>> {
    let size = right.len();
    for at in 0..size {
        let (above, below) = matrix.split_at_mut(at + 1);
        let (sides_above, sides_below) = right.split_at_mut(at + 1);
        let (pivot, side) = (&above[at], sides_above[at]);
        ensure!(pivot[at] > 1e-9, "the examples do not decide the weights");
        let rows = below.iter_mut().zip(sides_below).zip(at + 1..);
        for ((row, row_side), place) in rows {
            let factor = pivot[place] / pivot[at];
            *row_side -= factor * side;
            for (number, above) in row.iter_mut().zip(pivot).skip(place) {
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
            inputs: Some(vec![x, 1.0]),
            alone: 0.0,
            target: 3.0,
            fold: 0,
        };
        let examples: Vec<Example> = [-1.0, 0.0, 1.0].map(example).into();
        let mut sums = Sums::default();
        examples.iter().for_each(|example| sums.take(example));
        let weights = fit([&sums]).unwrap();
        assert!(weights[0].abs() < 1e-9 && (weights[1] - 3.0).abs() < 1e-9);
    }
}
