//! From bytes to blocks, a file or folder per format. Blocking and not to be trusted with a file
//! from outside: `knowledge::reader` runs [`read`] in a process of its own. Formats without a text
//! of their own to keep are written as Markdown by `compose` and `rows`, and read back by `markdown`.

pub mod compose;
pub mod csv;
pub mod docx;
pub mod html;
pub mod json;
pub mod markdown;
pub mod pdf;
pub mod rows;
pub mod text;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    block::Extracted,
    sniff::{self, Format, SniffError},
};

/// What an extraction may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractLimits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes of the extracted text.
    pub text_bytes: usize,
    pub pages: usize,
    /// Files in an archive.
    pub entries: usize,
    /// Bytes that an archive unpacks to, and each file in it.
    pub expanded_bytes: usize,
    pub entry_bytes: usize,
    pub time: Duration,
}

impl Default for ExtractLimits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            text_bytes: 8 << 20,
            pages: 2_000,
            entries: 10_000,
            expanded_bytes: 256 << 20,
            entry_bytes: 64 << 20,
            time: Duration::from_secs(60),
        }
    }
}

/// Why no text came out of a file, in words for the person who uploaded it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExtractError {
    #[error(transparent)]
    Sniff(#[from] SniffError),
    #[error("the file, or the text in it, is larger than {limit} MiB")]
    TooLarge { limit: usize },
    #[error("the document has more than {limit} pages: upload it in parts")]
    TooManyPages { limit: usize },
    #[error("the file unpacks to more than {limit} MiB or to too many files")]
    Expands { limit: usize },
    #[error("reading the document took longer than {0:?}")]
    TimedOut(Duration),
    #[error("reading the document took more than {limit} MiB of memory")]
    OutOfMemory { limit: u64 },
    #[error("the document holds no text (a scan without text recognition?)")]
    NoText,
    #[error("the document is protected by a password: save it without one and upload that")]
    Encrypted,
    #[error("the document is damaged: {0}")]
    Damaged(String),
    #[error("the file holds malware ({0})")]
    Malware(String),
    #[error("the file is too large for the malware scanner")]
    TooLargeToScan,
    #[error("too many documents are being read at once: try again shortly")]
    Busy,
    /// What it was is in the log.
    #[error("documents cannot be read just now: try again later")]
    Unavailable,
}

impl ExtractError {
    /// Whether the same file may well be read later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable)
    }
}

/// Reads `bytes` as what they are.
///
/// # Errors
/// [`ExtractError`]; never a transient one.
pub fn read(bytes: &[u8], name: &str, limits: ExtractLimits) -> Result<(Format, Extracted), ExtractError> {
    if bytes.len() > limits.bytes {
        return Err(ExtractError::TooLarge {
            limit: limits.bytes >> 20,
        });
    }
    let format = sniff::sniff(bytes, name)?;
    let extracted = by_format(format, bytes, limits)?;
    if extracted.text.len() > limits.text_bytes {
        return Err(ExtractError::TooLarge {
            limit: limits.text_bytes >> 20,
        });
    }
    if extracted.blocks.is_empty() {
        return Err(ExtractError::NoText);
    }
    Ok((format, extracted))
}

fn by_format(format: Format, bytes: &[u8], limits: ExtractLimits) -> Result<Extracted, ExtractError> {
    let decoded = || sniff::decode(bytes).ok_or_else(|| SniffError::Unsupported("binary data".into()));
    Ok(match format {
        Format::Pdf => pdf::extract(bytes, limits)?,
        Format::Docx => docx::extract(bytes, limits)?,
        Format::Html => html::extract(&decoded()?)?,
        Format::Markdown => markdown::extract(decoded()?),
        Format::Text => text::extract(decoded()?),
        Format::Json => json::extract(&decoded()?)?,
        Format::Csv => csv::extract(&decoded()?)?,
    })
}
