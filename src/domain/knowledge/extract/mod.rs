//! From bytes to blocks, a file per format. Blocking and bounded: callers run it through
//! [`extract`], which keeps it off the async threads, limits its time and turns a panic into a
//! failed document.

pub mod html;
pub mod markdown;
pub mod pdf;
pub mod text;

use std::{panic, time::Duration};

use tokio::{sync::Semaphore, task};

use super::{
    block::Extracted,
    sniff::{self, Format, SniffError},
};

/// What an extraction may cost.
#[derive(Clone, Copy, Debug)]
pub struct ExtractLimits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes of the extracted text.
    pub text_bytes: usize,
    pub pages: usize,
    pub time: Duration,
}

impl Default for ExtractLimits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            text_bytes: 8 << 20,
            pages: 2_000,
            time: Duration::from_secs(60),
        }
    }
}

/// Why no text came out of a file, in words for the person who uploaded it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ExtractError {
    #[error(transparent)]
    Sniff(#[from] SniffError),
    #[error("the file is larger than {limit} MiB")]
    TooLarge { limit: usize },
    #[error("the document has more than {limit} pages")]
    TooManyPages { limit: usize },
    #[error("reading the document took longer than {0:?}")]
    TimedOut(Duration),
    #[error("the document holds no text (a scan without text recognition?)")]
    NoText,
    #[error("the PDF is encrypted")]
    Encrypted,
    #[error("the document is damaged: {0}")]
    Damaged(String),
    #[error("too many documents are being read at once: try again shortly")]
    Busy,
}

/// Extractions at once. One that runs out of time cannot be killed, only left behind; it keeps
/// its permit until it ends, so that hostile files cannot take every blocking thread.
static RUNNING: Semaphore = Semaphore::const_new(4);

/// Extracts `bytes` as what they are.
///
/// # Errors
/// [`ExtractError`]; all but `Busy` are final for this file.
pub async fn extract(
    bytes: Vec<u8>,
    name: &str,
    limits: ExtractLimits,
) -> Result<(Format, Extracted), ExtractError> {
    if bytes.len() > limits.bytes {
        return Err(ExtractError::TooLarge {
            limit: limits.bytes >> 20,
        });
    }
    let format = sniff::sniff(&bytes, name)?;
    let permit = tokio::time::timeout(limits.time, RUNNING.acquire())
        .await
        .map_err(|_| ExtractError::Busy)?
        .map_err(|_| ExtractError::Busy)?;
    let work = task::spawn_blocking(move || {
        let extracted = panic::catch_unwind(|| by_format(format, &bytes, limits));
        drop(permit);
        extracted.unwrap_or_else(|_| Err(ExtractError::Damaged("its structure cannot be followed".into())))
    });
    let extracted = match tokio::time::timeout(limits.time, work).await {
        Ok(Ok(extracted)) => extracted?,
        Ok(Err(error)) => return Err(ExtractError::Damaged(error.to_string())),
        Err(_) => return Err(ExtractError::TimedOut(limits.time)),
    };
    if extracted.blocks.is_empty() {
        return Err(ExtractError::NoText);
    }
    Ok((format, extracted))
}

fn by_format(format: Format, bytes: &[u8], limits: ExtractLimits) -> Result<Extracted, ExtractError> {
    let decoded = || sniff::decode(bytes).ok_or_else(|| SniffError::Unsupported("binary data".into()));
    let extracted = match format {
        Format::Pdf => pdf::extract(bytes, limits)?,
        Format::Html => html::extract(&decoded()?)?,
        Format::Markdown => markdown::extract(decoded()?),
        Format::Text => text::extract(decoded()?),
    };
    if extracted.text.len() > limits.text_bytes {
        return Err(ExtractError::TooLarge {
            limit: limits.text_bytes >> 20,
        });
    }
    Ok(extracted)
}
