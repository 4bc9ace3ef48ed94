//! How good the support score is, measured on labelled responses: BEGIN's tab-separated files
//! (columns `knowledge`, `response`, `begin_label`; `Fully attributable` is the positive class).

use std::path::Path;

use super::support;

/// The decision threshold the score is calibrated to.
pub const THRESHOLD: f32 = 0.5;
const POSITIVE: &str = "Fully attributable";
/// Rows read at most.
const ROWS_MAX: usize = 100_000;

/// Area under the ROC curve, accuracy at [`THRESHOLD`], rows they stand on.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct GroundingFigures {
    pub auc: f64,
    pub accuracy: f64,
    #[serde(skip)]
    pub rows: usize,
}

/// A labelled response.
#[derive(Clone, Debug)]
pub struct Row {
    pub knowledge: String,
    pub response: String,
    pub attributable: bool,
}

/// Why the figures cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error("cannot read {path}: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("{path} has no column {column}")]
    Column { path: String, column: &'static str },
    #[error("{path} needs rows of both classes")]
    OneClass { path: String },
}

/// Measures the score on the file at `path`.
///
/// # Errors
/// When the file cannot be read, lacks a column or holds one class only.
pub fn grounding(path: &Path) -> Result<GroundingFigures, EvalError> {
    let rows = rows(path)?;
    let scored: Vec<(f32, bool)> = rows
        .iter()
        .map(|row| (support(&row.response, &[&row.knowledge]), row.attributable))
        .collect();
    figures(&scored).ok_or_else(|| EvalError::OneClass {
        path: path.display().to_string(),
    })
}

/// Reads the labelled rows.
///
/// # Errors
/// When the file cannot be read or lacks a column.
pub fn rows(path: &Path) -> Result<Vec<Row>, EvalError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|cause| EvalError::Read {
        path: shown.clone(),
        cause,
    })?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines
        .next()
        .unwrap_or_default()
        .split('\t')
        .map(str::trim)
        .collect();
    let column = |name: &'static str| {
        header
            .iter()
            .position(|cell| *cell == name)
            .ok_or(EvalError::Column {
                path: shown.clone(),
                column: name,
            })
    };
    let (knowledge, response, label) = (column("knowledge")?, column("response")?, column("begin_label")?);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |at: usize| cells.get(at).map(|cell| cell.trim());
        Some(Row {
            knowledge: cell(knowledge)?.to_owned(),
            response: cell(response)?.to_owned(),
            attributable: cell(label)? == POSITIVE,
        })
    };
    Ok(lines.take(ROWS_MAX).filter_map(row).collect())
}

/// Figures of scored rows; `None` unless both classes are there.
#[must_use]
pub fn figures(scored: &[(f32, bool)]) -> Option<GroundingFigures> {
    let right = scored
        .iter()
        .filter(|(score, label)| (*score >= THRESHOLD) == *label)
        .count();
    let accuracy = ratio(right, scored.len())?;
    Some(GroundingFigures {
        auc: area_under_curve(scored)?,
        accuracy,
        rows: scored.len(),
    })
}

/// The chance that a positive row scores above a negative one, ties counted half
/// (Mann–Whitney U divided by the number of pairs).
fn area_under_curve(scored: &[(f32, bool)]) -> Option<f64> {
    let mut wins = 0usize;
    let mut pairs = 0usize;
    for (positive, _) in scored.iter().filter(|(_, label)| *label) {
        for (negative, _) in scored.iter().filter(|(_, label)| !*label) {
            pairs += 2;
            wins += match positive.total_cmp(negative) {
                std::cmp::Ordering::Greater => 2,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Less => 0,
            };
        }
    }
    ratio(wins, pairs)
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    let (part, whole) = (u32::try_from(part).ok()?, u32::try_from(whole).ok()?);
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

#[cfg(test)]
#[path = "fit.rs"]
mod fit;
