//! The private Postgres of the embedded default: found, initialised, started,
//! watched over and stopped by Parlance itself, on a Unix socket only.
//!
//! Start reading at [`EmbeddedPostgres::start`], which is the whole sequence.
//! `account` is who Postgres runs as, `place` where its files are, `leftover`
//! what an earlier start that crashed has left behind, `server` the running
//! process, `address` how to reach it. Nothing here knows diesel, a schema or
//! the environment: configuration comes in as [`EmbeddedConfig`].
//!
//! # Trust
//!
//! Authentication is `trust`, because nobody else can get to the socket: there
//! is no TCP listener, and the socket lies in a folder of mode 0700 that belongs
//! to the same user as the data files. Who may connect could read those anyway.
//!
//! # As root
//!
//! Postgres refuses to run as root, so it then runs as `postgres` or `nobody`.
//! Where that user cannot enter the folder of the data (a clone below `/root`),
//! the cluster is put into `/var/lib/parlance-postgres/<id>` and `DATA_DIR/postgres.path`
//! says where; where it cannot reach the programs, they are copied once to
//! `/var/cache/parlance-postgres`. To begin afresh remove DATA_DIR and that folder.

mod account;
mod address;
mod error;
mod leftover;
mod lock;
mod place;
mod programs;
mod server;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

pub use self::{address::Address, error::EmbeddedError};
use self::{error::IoContext, lock::Lock, place::Place, server::Server};

/// How long [`EmbeddedPostgres::shared`] waits for another process that is
/// starting the same Postgres.
const JOIN_LIMIT: Duration = Duration::from_secs(90);

/// Where the private Postgres lives and how it is set.
#[derive(Clone, Debug)]
pub struct EmbeddedConfig {
    /// Parlance's DATA_DIR; created when missing. The cluster, its log and the
    /// lock that keeps a second server away are in it.
    pub data_dir: PathBuf,
    /// A Postgres 16 or newer with pgvector: the folder that has `bin/`.
    pub postgres_dir: PathBuf,
    /// Server settings (`name`, `value`) on top of the built-in ones.
    pub settings: Vec<(String, String)>,
}

/// A running private Postgres. Call [`stop`](Self::stop) when everything that
/// uses it has finished; merely dropping it asks Postgres to stop, unawaited.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    address: Address,
    server: Server,
    _lock: Lock,
}

impl EmbeddedPostgres {
    /// Starts Postgres on `data_dir` and returns when it answers; makes the
    /// cluster on the first call. Whatever an earlier start left running on the
    /// same folder is ended first.
    pub async fn start(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let data_dir = prepare(&config.data_dir)?;
        let lock = Lock::take_patiently(&data_dir).await?;
        Self::start_locked(&config, &data_dir, lock).await
    }

    /// The Postgres on `data_dir`, started if it is not running, and left
    /// running afterwards: for test processes that share one. Whoever runs the
    /// tests stops it at the end (`make test` does).
    pub async fn shared(config: EmbeddedConfig) -> Result<Address, EmbeddedError> {
        let data_dir = prepare(&config.data_dir)?;
        let begin = Instant::now();
        loop {
            if let Some(address) = Self::running(&data_dir).await {
                return Ok(address);
            }
            match Lock::take(&data_dir) {
                Ok(lock) => {
                    // Someone may have finished starting it between the two looks.
                    if let Some(address) = Self::running(&data_dir).await {
                        return Ok(address);
                    }
                    let started = Self::start_locked(&config, &data_dir, lock).await?;
                    return Ok(started.detach());
                }
                Err(EmbeddedError::InUse { .. }) if begin.elapsed() < JOIN_LIMIT => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The address of the Postgres that is running on `data_dir`, if one is and
    /// answers: for commands beside a running server.
    pub async fn running(data_dir: &Path) -> Option<Address> {
        let data_dir = data_dir.canonicalize().ok()?;
        let cluster = place::existing_cluster(&data_dir)?;
        let found = leftover::PidFile::read(&cluster).ok().flatten()?;
        if !found.is_alive_for(&cluster) {
            return None;
        }
        let address = Address::new(found.socket_dir?);
        address.answers().await.then_some(address)
    }

    async fn start_locked(
        config: &EmbeddedConfig,
        data_dir: &Path,
        lock: Lock,
    ) -> Result<Self, EmbeddedError> {
        let place = Place::find(data_dir, &config.postgres_dir).await?;
        let crashed = leftover::clear(&place.cluster).await?;
        place.initialise().await?;
        let address = Address::new(place.socket_dir()?);
        let started = Server::start(&place, &address, &config.settings, crashed).await;
        let server = started.inspect_err(|_| address.tidy())?;
        if let Err(error) = address.check_pgvector(&config.postgres_dir).await {
            server.stop().await;
            address.tidy();
            return Err(error);
        }
        Ok(Self {
            address,
            server,
            _lock: lock,
        })
    }

    /// The connection string of the superuser, for `create database` and roles.
    pub fn admin_url(&self) -> String {
        self.address.admin_url()
    }

    /// The connection string of `user` for `database`.
    pub fn url(&self, user: &str, database: &str) -> String {
        self.address.url(user, database)
    }

    /// The id of the postmaster, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// Resolves when Postgres has ended, by itself or by someone's hand.
    pub async fn exited(&mut self) -> Result<ExitStatus, EmbeddedError> {
        self.server.exited().await
    }

    /// Ends Postgres cleanly (open transactions are rolled back) and waits.
    pub async fn stop(self) {
        self.server.stop().await;
        self.address.tidy();
    }

    /// Lets Postgres run on without an owner.
    fn detach(self) -> Address {
        self.server.detach();
        self.address
    }
}

/// Makes the data folder and returns its one true name.
fn prepare(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    std::fs::create_dir_all(data_dir).context("create the data folder", data_dir)?;
    data_dir.canonicalize().context("find the data folder", data_dir)
}
