//! What upstreams say they billed, by day and model: Anthropic's usage API, and a file for others. Nothing here
//! knows the ledger.

mod anthropic;
mod file;

use std::collections::BTreeMap;

pub use self::{anthropic::AnthropicUsage, file::from_file};
use crate::adapters::llm::Usage;

/// What an upstream billed on a UTC date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageReport {
    /// Who says so: `anthropic`, or the file's name.
    pub source: String,
    pub models: BTreeMap<String, Usage>,
    /// Models whose names begin so are reported, and used nothing where they are not among `models`; none: a model
    /// that is not there is not reported.
    pub covers: Option<&'static str>,
}

impl UsageReport {
    /// Whether it says what `model` used, be it nothing.
    #[must_use]
    pub fn covers(&self, model: &str) -> bool {
        self.models.contains_key(model) || self.covers.is_some_and(|begin| model.starts_with(begin))
    }

    /// Adds to what `model` used; `None`, and nothing changes, beyond what can be counted.
    fn add(&mut self, model: &str, more: Usage) -> Option<()> {
        let known = self.models.entry(undated(model).to_owned()).or_default();
        *known = Usage {
            input: known.input.checked_add(more.input)?,
            output: known.output.checked_add(more.output)?,
            cache_write_5m: known.cache_write_5m.checked_add(more.cache_write_5m)?,
            cache_write_1h: known.cache_write_1h.checked_add(more.cache_write_1h)?,
            cache_read: known.cache_read.checked_add(more.cache_read)?,
        };
        Some(())
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum UsageReportError {
    #[error("its address is not a http(s) URL without credentials or query")]
    Address,
    #[error("the key has characters that a header cannot carry")]
    Key,
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
    #[error("the usage API does not answer: {0}")]
    Unavailable(String),
    #[error("the usage API refuses it ({status}): {detail}")]
    Refused { status: u16, detail: String },
    #[error("the usage report cannot be read: {0}")]
    Unreadable(String),
}

/// The model of which `model` is a dated snapshot: reports name snapshots, books what was asked for.
#[must_use]
pub fn undated(model: &str) -> &str {
    match model.rsplit_once('-') {
        Some((base, date)) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => base,
        _ => model,
    }
}
