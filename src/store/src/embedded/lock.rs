//! One server at a time on a data folder.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::{Duration, Instant},
};

use super::error::{EmbeddedError, IoContext};

/// How long the kernel may take to clear away a server that was just killed.
const PATIENCE: Duration = Duration::from_secs(1);

/// The lock on a data folder; the kernel takes it back however the process ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    pub(super) fn take(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let path = data_dir.join("parlance.lock");
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .context("open the lock file", &path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse {
                data_dir: data_dir.to_path_buf(),
            }),
            Err(TryLockError::Error(source)) => Err(source).context("lock", &path),
        }
    }

    /// As [`take`](Self::take), but gives a server that is just ending a moment.
    pub(super) async fn take_patiently(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let begin = Instant::now();
        loop {
            match Self::take(data_dir) {
                Err(EmbeddedError::InUse { .. }) if begin.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                taken => return taken,
            }
        }
    }
}

impl Drop for Lock {
    /// Explicitly: closing the file is not enough while a process that another
    /// thread has just forked still has a copy of it, before its exec.
    fn drop(&mut self) {
        self.0.unlock().ok();
    }
}
