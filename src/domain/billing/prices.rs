//! The price book: what a model's tokens cost on a day. Rows have effective dates, tiers by
//! prompt length and rates for the prompt cache. What is not in the book is an error that callers
//! alarm on; nothing is ever counted as 0 because it is unknown.

use std::{collections::BTreeMap, path::Path};

use chrono::NaiveDate;
use serde::Deserialize;

use super::rate::Rate;
use crate::adapters::llm::Usage;

/// The rows shipped with the program.
const BUILTIN: &str = include_str!("prices.toml");

/// What a call cost, and by which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Nano-dollars, never negative.
    pub nanos: i64,
    /// The row's effective date.
    pub effective: NaiveDate,
    /// The row's tier: prompts up to so many tokens; `None` is the open one.
    pub tier: Option<u64>,
    /// A rate that was used is derived, not published.
    pub derived: bool,
}

/// Why a call has no price. An alarm, never 0.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unpriced {
    #[error("the price book has no model {0}")]
    UnknownModel(String),
    #[error("the price book knows {model} only from {first}")]
    NotYet { model: String, first: NaiveDate },
    #[error("the price book has no {kind} rate for {model}")]
    NoRate { model: String, kind: &'static str },
    #[error("the usage of {0} is beyond any bill")]
    Absurd(String),
}

/// Why a book cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PriceBookError {
    #[error("cannot read {path}: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("the price book is not readable: {0}")]
    Parse(#[from] toml::de::Error),
    #[error("the price book has {problem} for {model} from {from}")]
    Rows {
        model: String,
        from: NaiveDate,
        problem: &'static str,
    },
}

/// All prices. Cheap to share behind an `Arc`; read once at start.
#[derive(Clone, Debug)]
pub struct PriceBook {
    /// By model and effective date: the tiers, shortest prompts first, the open one last.
    rows: BTreeMap<String, BTreeMap<NaiveDate, Vec<Row>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    price: Vec<Row>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    from: NaiveDate,
    prompt_up_to: Option<u64>,
    input: Rate,
    output: Option<Rate>,
    cache_write_5m: Option<Rate>,
    cache_write_1h: Option<Rate>,
    cache_read: Option<Rate>,
    #[serde(default)]
    derived: Vec<String>,
}

impl PriceBook {
    /// The book shipped with the program.
    ///
    /// # Errors
    /// Never in a released build: a test reads it.
    pub fn builtin() -> Result<Self, PriceBookError> {
        Self::parse(BUILTIN)
    }

    /// The book at `path`, of the same form as `prices.toml`; it replaces the shipped one.
    ///
    /// # Errors
    /// When the file cannot be read or its rows contradict each other.
    pub fn from_file(path: &Path) -> Result<Self, PriceBookError> {
        let shown = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|cause| PriceBookError::Read { path: shown, cause })?;
        Self::parse(&text)
    }

    /// Reads a book.
    ///
    /// # Errors
    /// When it is not TOML of this form, or a model's rows of one date contradict each other.
    pub fn parse(text: &str) -> Result<Self, PriceBookError> {
        let file: File = toml::from_str(text)?;
        let mut rows: BTreeMap<String, BTreeMap<NaiveDate, Vec<Row>>> = BTreeMap::new();
        for row in file.price {
            rows.entry(row.model.clone())
                .or_default()
                .entry(row.from)
                .or_default()
                .push(row);
        }
        for (model, dates) in &mut rows {
            for (from, tiers) in dates {
                tiers.sort_by_key(|row| row.prompt_up_to.unwrap_or(u64::MAX));
                let problem = if tiers.iter().filter(|row| row.prompt_up_to.is_none()).count() != 1 {
                    "not exactly one row without prompt_up_to"
                } else if tiers
                    .windows(2)
                    .any(|pair| matches!(pair, [a, b] if a.prompt_up_to == b.prompt_up_to))
                {
                    "a tier twice"
                } else {
                    continue;
                };
                return Err(PriceBookError::Rows {
                    model: model.clone(),
                    from: *from,
                    problem,
                });
            }
        }
        Ok(Self { rows })
    }

    /// What `usage` of `model` costs on the day `at` (UTC). A dated id
    /// (`claude-sonnet-4-6-20260101`) is priced as the model it is a version of, unless the book
    /// has the dated id itself.
    ///
    /// # Errors
    /// When the book has no row, no rate for a kind of token that was used, or the bill does not
    /// fit.
    pub fn cost(&self, model: &str, at: NaiveDate, usage: &Usage) -> Result<Cost, Unpriced> {
        let row = self.row(model, at, prompt_tokens(usage))?;
        let parts = [
            ("input", usage.input, Some(row.input)),
            ("output", usage.output, row.output),
            ("cache_write_5m", usage.cache_write_5m, row.cache_write_5m),
            ("cache_write_1h", usage.cache_write_1h, row.cache_write_1h),
            ("cache_read", usage.cache_read, row.cache_read),
        ];
        let mut nanos = 0u128;
        let mut derived = false;
        for (kind, tokens, rate) in parts.into_iter().filter(|(_, tokens, _)| *tokens > 0) {
            let rate = rate.ok_or_else(|| Unpriced::NoRate {
                model: model.to_owned(),
                kind,
            })?;
            nanos = nanos.saturating_add(rate.of(tokens));
            derived |= row.derived.iter().any(|name| name == kind);
        }
        let nanos = i64::try_from(nanos).map_err(|_| Unpriced::Absurd(model.to_owned()))?;
        Ok(Cost {
            nanos,
            effective: row.from,
            tier: row.prompt_up_to,
            derived,
        })
    }

    /// What `usage` may cost at most on the day `at` (UTC), in nano-dollars, of whichever of `models` it is. A
    /// model without a price counts as the dearest of the book: nothing is free because it is unknown.
    #[must_use]
    pub fn at_most<'a>(
        &self,
        models: impl IntoIterator<Item = &'a str>,
        at: NaiveDate,
        usage: &Usage,
    ) -> i64 {
        let cost = |model: &str| self.cost(model, at, usage).map(|cost| cost.nanos);
        let dearest = || {
            let all = self.rows.keys().filter_map(|model| cost(model).ok());
            all.max().unwrap_or(0)
        };
        let each = models
            .into_iter()
            .map(|model| cost(model).unwrap_or_else(|_| dearest()));
        each.max().unwrap_or(0)
    }

    /// Whether the book has the model at all, at any date.
    #[must_use]
    pub fn knows(&self, model: &str) -> bool {
        self.dates(model).is_some()
    }

    fn row(&self, model: &str, at: NaiveDate, prompt: u64) -> Result<&Row, Unpriced> {
        let dates = self
            .dates(model)
            .ok_or_else(|| Unpriced::UnknownModel(model.to_owned()))?;
        let Some((_, tiers)) = dates.range(..=at).next_back() else {
            let first = dates.keys().next().copied().unwrap_or(at);
            return Err(Unpriced::NotYet {
                model: model.to_owned(),
                first,
            });
        };
        tiers
            .iter()
            .find(|row| row.prompt_up_to.is_none_or(|most| prompt <= most))
            .ok_or_else(|| Unpriced::UnknownModel(model.to_owned()))
    }

    fn dates(&self, model: &str) -> Option<&BTreeMap<NaiveDate, Vec<Row>>> {
        self.rows.get(model).or_else(|| self.rows.get(undated(model)?))
    }
}

/// The length of a prompt as tiers count it: cache reads and writes belong to it.
fn prompt_tokens(usage: &Usage) -> u64 {
    [usage.cache_write_5m, usage.cache_write_1h, usage.cache_read]
        .into_iter()
        .fold(usage.input, u64::saturating_add)
}

/// `claude-sonnet-4-6` of `claude-sonnet-4-6-20260101`.
fn undated(model: &str) -> Option<&str> {
    let (base, date) = model.rsplit_once('-')?;
    (date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit())).then_some(base)
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
