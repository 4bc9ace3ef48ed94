//! The running Postgres: spawned as a child in a process group of its own,
//! watched until it answers, ended by signals.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::ExitStatus,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{process::Child, time::timeout};
use tokio_postgres::error::SqlState;
use tracing::{info, warn};

use super::{
    address::Address,
    error::{EmbeddedError, IoContext},
    leftover::ENDINGS,
    place::Place,
};

/// How long Postgres may be silent while starting; one that says that it is
/// recovering may take as long as it needs.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);
/// After a crash the old backends need a moment to notice and leave the shared
/// memory, longer when they sit in an fsync of a busy disk; until then a new
/// Postgres refuses to start.
const CRASH_PATIENCE: Duration = Duration::from_secs(30);
/// A log beyond this is put aside at the next start; one old one is kept.
const LOG_LIMIT: u64 = 8 << 20;
/// How much of the log goes into an error message.
const LOG_TAIL: i64 = 2_000;

const SETTINGS: [(&str, &str); 13] = [
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "100"),
    ("shared_buffers", "128MB"),
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("wal_compression", "on"),
    // Compiling plans costs more than the short queries of a chat gain.
    ("jit", "off"),
    ("log_min_messages", "warning"),
    ("log_line_prefix", "%m [%p] %u@%d "),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
];

#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    detached: bool,
}

impl Server {
    /// Spawns Postgres and returns when it takes connections.
    pub(super) async fn start(
        place: &Place,
        address: &Address,
        settings: &[(String, String)],
        crashed: bool,
    ) -> Result<Self, EmbeddedError> {
        let begin = Instant::now();
        loop {
            let mut server = Self::spawn(place, address, settings)?;
            match server.ready(place, address).await {
                Ok(()) => {
                    let took_ms = begin.elapsed().as_millis();
                    info!(pid = server.pid(), took_ms, "private postgres is ready");
                    return Ok(server);
                }
                Err(error @ EmbeddedError::Exited { .. }) if crashed && begin.elapsed() < CRASH_PATIENCE => {
                    warn!(%error, "trying again, for the processes of the earlier postgres may not have ended yet");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn spawn(place: &Place, address: &Address, settings: &[(String, String)]) -> Result<Self, EmbeddedError> {
        let log = open_log(&place.log)?;
        let errors = log.try_clone().context("open the log", &place.log)?;
        let mut command = place.command("postgres");
        command.arg("-D").arg(&place.cluster);
        for (name, value) in SETTINGS {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let sockets = address.socket_dir().display();
        command
            .arg("-c")
            .arg(format!("unix_socket_directories={sockets}"));
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let child = command
            .stdout(log)
            .stderr(errors)
            // Ctrl-C goes to the terminal's group: the server is to drain first.
            .process_group(0)
            .spawn()
            .context("start postgres", &place.cluster)?;
        Ok(Self {
            child,
            detached: false,
        })
    }

    async fn ready(&mut self, place: &Place, address: &Address) -> Result<(), EmbeddedError> {
        let mut last_sign = Instant::now();
        let mut pause = Duration::from_millis(5);
        loop {
            match address.connects().await {
                Ok(()) => return Ok(()),
                Err(error) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) => {
                    last_sign = Instant::now();
                }
                Err(_) => {}
            }
            let exit = self.child.try_wait().context("watch postgres", &place.cluster)?;
            if let Some(status) = exit {
                return Err(EmbeddedError::Exited {
                    status: status.to_string(),
                    log: place.log.clone(),
                    tail: tail(&place.log),
                });
            }
            if last_sign.elapsed() > SILENCE_LIMIT {
                return Err(EmbeddedError::NotReady {
                    seconds: SILENCE_LIMIT.as_secs(),
                    log: place.log.clone(),
                    tail: tail(&place.log),
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) async fn exited(&mut self) -> Result<ExitStatus, EmbeddedError> {
        let ended = self.child.wait().await;
        ended.context("wait for postgres", Path::new("postgres"))
    }

    /// Fast shutdown first; harder when it does not end in time.
    pub(super) async fn stop(mut self) {
        for (signal, patience) in ENDINGS {
            self.signal(signal);
            if let Ok(Ok(status)) = timeout(patience, self.child.wait()).await {
                info!(%status, "private postgres stopped");
                return;
            }
            warn!(%signal, "private postgres does not end");
        }
    }

    pub(super) fn detach(mut self) {
        self.detached = true;
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid {
            // It fails only for a process that is gone, which is what we want.
            kill(Pid::from_raw(pid), signal).ok();
        }
    }
}

impl Drop for Server {
    /// Best effort: `id` is `None` once the child was waited for.
    fn drop(&mut self) {
        if !self.detached {
            self.signal(Signal::SIGINT);
        }
    }
}

fn open_log(path: &Path) -> Result<File, EmbeddedError> {
    if fs::metadata(path).is_ok_and(|found| found.len() > LOG_LIMIT) {
        fs::rename(path, path.with_extension("log.1")).context("put the log aside", path)?;
    }
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .context("open the log", path)
}

/// The last lines of the log, as far as they can be read.
fn tail(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let back = LOG_TAIL.min(i64::try_from(length).unwrap_or(LOG_TAIL));
        file.seek(SeekFrom::End(-back))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    read().unwrap_or_default()
}
