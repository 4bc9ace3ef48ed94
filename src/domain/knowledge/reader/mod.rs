//! Reading a file from outside: looked at by the malware scanner, then parsed by a worker process,
//! so that nothing a file does to a parser reaches the server. [`child`] is what the worker runs,
//! `wire` what both say to each other. [`Reader::here`] parses in this process, for files that are
//! trusted and for tests. Start at [`Reader::read`].

pub mod child;
#[cfg(debug_assertions)]
mod misbehave;
mod wire;

use std::{panic, sync::Arc};

use tokio::{task, time::timeout};
use tracing::{error, warn};

use self::wire::Request;
use super::{
    block::Extracted,
    extract::{self, ExtractError, ExtractLimits},
    sniff::Format,
};
use crate::adapters::{
    scan::{NoScanner, ScanError, Scanner, Verdict},
    worker::{Worker, WorkerError},
};

/// What a file was and what is in it.
pub type Read = (Format, Extracted);

/// Reads files within limits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    limits: ExtractLimits,
    worker: Option<Arc<dyn Worker>>,
    scanner: Arc<dyn Scanner>,
}

impl Reader {
    /// Parses in this process. For files that are trusted: an endless loop stays one.
    #[must_use]
    pub fn here(limits: ExtractLimits) -> Self {
        Self {
            limits,
            worker: None,
            scanner: Arc::new(NoScanner),
        }
    }

    /// Parses by `worker`, which runs [`child::answer`].
    #[must_use]
    pub fn apart(worker: Arc<dyn Worker>, limits: ExtractLimits) -> Self {
        Self {
            worker: Some(worker),
            ..Self::here(limits)
        }
    }

    #[must_use]
    pub fn scanned_by(self, scanner: Arc<dyn Scanner>) -> Self {
        Self { scanner, ..self }
    }

    #[must_use]
    pub fn limits(&self) -> ExtractLimits {
        self.limits
    }

    /// Reads `bytes` as what they are.
    ///
    /// # Errors
    /// [`ExtractError`] in words for the person who uploaded the file.
    pub async fn read(&self, bytes: Vec<u8>, name: &str) -> Result<Read, ExtractError> {
        if bytes.len() > self.limits.bytes {
            return Err(ExtractError::TooLarge {
                limit: self.limits.bytes >> 20,
            });
        }
        self.scan(&bytes).await?;
        match &self.worker {
            Some(worker) => self.ask(&**worker, &bytes, name).await,
            None => read_here(bytes, name, self.limits).await,
        }
    }

    /// Looks at `bytes` for malware, and at nothing else of them.
    ///
    /// # Errors
    /// `Malware`, `TooLargeToScan`, `Unavailable`.
    pub async fn scan(&self, bytes: &[u8]) -> Result<(), ExtractError> {
        match self.scanner.scan(bytes).await {
            Ok(Verdict::Clean) => Ok(()),
            Ok(Verdict::Infected(name)) => Err(ExtractError::Malware(name)),
            Err(ScanError::TooLarge) => Err(ExtractError::TooLargeToScan),
            Err(ScanError::Unavailable(reason)) => {
                error!(%reason, "the malware scanner does not answer: files wait for it");
                Err(ExtractError::Unavailable)
            }
        }
    }

    async fn ask(&self, worker: &dyn Worker, bytes: &[u8], name: &str) -> Result<Read, ExtractError> {
        let request = Request::new(name, self.limits).line();
        match worker.ask(&[&request, bytes]).await {
            Ok(answer) => wire::understand(&answer, self.limits),
            Err(error) => Err(told(error)),
        }
    }
}

/// How a worker ended, for the person who uploaded the file; details go to the log.
fn told(failed: WorkerError) -> ExtractError {
    match failed {
        WorkerError::Busy => ExtractError::Busy,
        WorkerError::Interrupted => ExtractError::Unavailable,
        WorkerError::Unstartable(reason) => {
            error!(%reason, "no process can be started to read documents: they wait");
            ExtractError::Unavailable
        }
        WorkerError::OutOfTime(limit) => ExtractError::TimedOut(limit),
        WorkerError::OutOfMemory(limit) => ExtractError::OutOfMemory { limit: limit >> 20 },
        WorkerError::TooLong(_) => ExtractError::Damaged("it holds more than can be read".into()),
        WorkerError::Died(reason) => {
            warn!(%reason, "the process that read a document died");
            ExtractError::Damaged(wire::NOT_FOLLOWED.into())
        }
    }
}

async fn read_here(bytes: Vec<u8>, name: &str, limits: ExtractLimits) -> Result<Read, ExtractError> {
    let name = name.to_owned();
    let work = task::spawn_blocking(move || {
        let read = panic::catch_unwind(|| extract::read(&bytes, &name, limits));
        read.unwrap_or_else(|_| Err(ExtractError::Damaged(wire::NOT_FOLLOWED.into())))
    });
    match timeout(limits.time, work).await {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => Err(ExtractError::Damaged(error.to_string())),
        Err(_) => Err(ExtractError::TimedOut(limits.time)),
    }
}
