//! What can go wrong around the private Postgres, each with what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why the private Postgres did not start.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error("another parlance is using DATA_DIR {}: stop it, or set DATA_DIR to another folder", data_dir.display())]
    InUse { data_dir: PathBuf },

    #[error("no usable postgres in {}: run `make setup`, or set PARLANCE_POSTGRES_DIR or DATABASE_URL ({reason})", dir.display())]
    NoPostgres { dir: PathBuf, reason: String },

    #[error("postgres {found} in {} is too old: parlance needs 16 or newer", dir.display())]
    TooOld { dir: PathBuf, found: u32 },

    #[error("the postgres in {} has no pgvector: install it there, or unset PARLANCE_POSTGRES_DIR", dir.display())]
    NoPgvector { dir: PathBuf },

    #[error("the data in {} were written by postgres {written}, but this is postgres {found}: set PARLANCE_POSTGRES_DIR to a {written}, or dump and restore", cluster.display())]
    OtherVersion {
        cluster: PathBuf,
        written: String,
        found: u32,
    },

    #[error(
        "postgres refuses to run as root and there is no user `postgres` or `nobody` to run it as: create one, or set DATABASE_URL"
    )]
    NoAccount,

    #[error("user `{user}`, whom postgres runs as, cannot enter {}: let it (chmod o+x on the folders above), or run parlance as the owner", path.display())]
    Unreachable { path: PathBuf, user: String },

    #[error("the database files in {} belong to another user: run parlance as that user, or set DATA_DIR to another folder", path.display())]
    ForeignOwner { path: PathBuf },

    #[error(
        "the postgres of an earlier start (pid {pid}) does not end: stop it with `kill -9 {pid}` as its user or as root"
    )]
    Unstoppable { pid: i32 },

    #[error("initdb failed in {}:\n{output}", cluster.display())]
    Initdb { cluster: PathBuf, output: String },

    #[error("postgres ended while starting ({status}); the end of {}:\n{tail}", log.display())]
    Exited {
        status: String,
        log: PathBuf,
        tail: String,
    },

    #[error("postgres did not answer within {seconds} s; the end of {}:\n{tail}", log.display())]
    NotReady {
        seconds: u64,
        log: PathBuf,
        tail: String,
    },

    #[error("the private postgres does not answer a query")]
    Query(#[from] tokio_postgres::Error),

    #[error("cannot {what} ({})", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Says what was being done, and to which file, when an I/O call fails.
pub(super) trait IoContext<T> {
    fn context(self, what: &'static str, path: &Path) -> Result<T, EmbeddedError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn context(self, what: &'static str, path: &Path) -> Result<T, EmbeddedError> {
        self.map_err(|source| EmbeddedError::Io {
            what,
            path: path.to_path_buf(),
            source,
        })
    }
}
