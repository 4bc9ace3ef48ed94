//! What an earlier start may have left on a cluster: a running Postgres without
//! its server, or a `postmaster.pid` of one that is no more.
//!
//! The pid file is never deleted here. It also names the shared memory of the
//! old Postgres, by which a new one makes sure that no old backend still writes
//! to the files; so it is only disarmed, and Postgres itself clears it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tracing::{info, warn};

use super::error::{EmbeddedError, IoContext};

/// Fast shutdown, immediate shutdown, and the axe: each with its patience.
pub(super) const ENDINGS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// The lines of `postmaster.pid` that matter here.
#[derive(Debug)]
pub(super) struct PidFile {
    path: PathBuf,
    pub(super) pid: i32,
    pub(super) socket_dir: Option<PathBuf>,
    rest: String,
}

impl PidFile {
    /// Reads the pid file of a cluster; `None` when there is none to speak of.
    pub(super) fn read(cluster: &Path) -> Result<Option<Self>, EmbeddedError> {
        let path = cluster.join("postmaster.pid");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("read the pid file", &path),
        };
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        // pid, data folder, start time, port, socket folder, …
        let socket_dir = rest.lines().nth(3).filter(|line| line.starts_with('/'));
        Ok(first.trim().parse().ok().map(|pid| Self {
            path,
            pid,
            socket_dir: socket_dir.map(PathBuf::from),
            rest: rest.to_owned(),
        }))
    }

    /// Whether the process is there and really is the Postgres of `cluster`,
    /// not another program that was given the same number.
    pub(super) fn is_alive_for(&self, cluster: &Path) -> bool {
        command_line(self.pid).is_some_and(|line| line.contains(&*cluster.to_string_lossy()))
    }

    /// Rewrites the pid to our own. Postgres takes a file with the pid of its
    /// parent for stale, and still checks the shared memory it names.
    fn disarm(&self) -> Result<(), EmbeddedError> {
        let text = format!("{}\n{}", std::process::id(), self.rest);
        fs::write(&self.path, text).context("rewrite the stale pid file", &self.path)
    }
}

/// Ends an orphaned Postgres and disarms its pid file. Returns whether there
/// was anything: then the first try to start may come too early.
pub(super) async fn clear(cluster: &Path) -> Result<bool, EmbeddedError> {
    let Some(found) = PidFile::read(cluster)? else {
        return Ok(false);
    };
    if found.is_alive_for(cluster) {
        info!(pid = found.pid, "ending the postgres of an earlier start");
        end(&found, cluster).await?;
    }
    if let Some(stale) = PidFile::read(cluster)? {
        warn!(
            pid = stale.pid,
            "clearing the pid file of a postgres that is gone"
        );
        stale.disarm()?;
    }
    Ok(true)
}

async fn end(found: &PidFile, cluster: &Path) -> Result<(), EmbeddedError> {
    let unstoppable = EmbeddedError::Unstoppable { pid: found.pid };
    for (signal, patience) in ENDINGS {
        match kill(Pid::from_raw(found.pid), signal) {
            Ok(()) => {}
            Err(Errno::ESRCH) => return Ok(()),
            Err(_) => return Err(unstoppable),
        }
        let sent = Instant::now();
        while sent.elapsed() < patience {
            if !found.is_alive_for(cluster) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Err(unstoppable)
}

/// The command line of a process; `None` when it is gone or a zombie.
fn command_line(pid: i32) -> Option<String> {
    let line = if Path::new("/proc/self/cmdline").exists() {
        fs::read(format!("/proc/{pid}/cmdline")).ok()?
    } else {
        let pid = pid.to_string();
        std::process::Command::new("ps")
            .args(["-ww", "-o", "command=", "-p", &pid])
            .output()
            .ok()?
            .stdout
    };
    (!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned())
}
