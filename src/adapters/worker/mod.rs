//! Work that may go wrong in any way, done in a process of its own: [`Worker`] is what asks for it,
//! [`ChildProcess`] starts a program for every request, and [`limits`] is what that program calls
//! first. What is asked and answered is bytes; what they mean is not known here.

mod child;
pub mod limits;

use std::{fmt, time::Duration};

pub use self::child::{Bounds, ChildProcess};

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum WorkerError {
    /// All seats were taken for as long as one request may take.
    #[error("all workers are busy")]
    Busy,
    #[error("no worker can be started: {0}")]
    Unstartable(String),
    /// Somebody asked it to stop, such as whoever stops the server.
    #[error("the worker was interrupted")]
    Interrupted,
    #[error("the worker took longer than {0:?}")]
    OutOfTime(Duration),
    #[error("the worker wanted more than {0} bytes of memory")]
    OutOfMemory(u64),
    #[error("the worker answered more than {0} bytes")]
    TooLong(usize),
    /// It ended otherwise, with what it said on its way.
    #[error("the worker died: {0}")]
    Died(String),
}

/// Answers requests, each on its own.
#[async_trait::async_trait]
pub trait Worker: Send + Sync + fmt::Debug {
    /// The answer to the bytes of `request`, one part behind the other.
    ///
    /// # Errors
    /// [`WorkerError`]; the server lives on whatever it is.
    async fn ask(&self, request: &[&[u8]]) -> Result<Vec<u8>, WorkerError>;
}
