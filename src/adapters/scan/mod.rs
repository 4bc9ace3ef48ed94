//! Malware scanners behind one trait: [`Clamd`] for ClamAV's daemon, and [`NoScanner`] where none is
//! configured.

mod address;
mod clamd;

use std::fmt;

pub use self::{address::ClamdAddress, clamd::Clamd};

/// What a scanner thinks of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// With the name of what was found.
    Infected(String),
}

#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScanError {
    /// More than the scanner takes; the same file never will be.
    #[error("the scanner takes no file of this size")]
    TooLarge,
    /// It may answer later.
    #[error("the scanner does not answer: {0}")]
    Unavailable(String),
}

#[async_trait::async_trait]
pub trait Scanner: Send + Sync + fmt::Debug {
    /// # Errors
    /// [`ScanError`]: nothing is known of the file then.
    async fn scan(&self, file: &[u8]) -> Result<Verdict, ScanError>;
}

/// Finds nothing, for it does not look.
#[derive(Clone, Copy, Debug)]
pub struct NoScanner;

#[async_trait::async_trait]
impl Scanner for NoScanner {
    async fn scan(&self, _: &[u8]) -> Result<Verdict, ScanError> {
        Ok(Verdict::Clean)
    }
}
