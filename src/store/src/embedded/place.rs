//! Where the files are: programs, cluster, log and socket, each in a folder
//! that the account of Postgres can really get into.

use std::{
    fs::{self, DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tokio::process::Command;
use tracing::info;
use uuid::Uuid;

use super::{
    account::Account,
    address::SUPERUSER,
    error::{EmbeddedError, IoContext},
    programs::{self, Programs, hash, open_folder},
};

/// For clusters that cannot lie in a DATA_DIR which only root may enter.
const ROOT_DATA: &str = "/var/lib/parlance-postgres";
/// A socket's path is limited to some 100 bytes, so it can't be in DATA_DIR.
const SOCKETS: &str = "/tmp";

#[derive(Debug)]
pub(super) struct Place {
    pub(super) account: Account,
    pub(super) cluster: PathBuf,
    pub(super) log: PathBuf,
    programs: Programs,
}

impl Place {
    /// Decides on account, cluster and programs for a canonical `data_dir`.
    pub(super) async fn find(data_dir: &Path, programs: &Path) -> Result<Self, EmbeddedError> {
        let existing = existing_cluster(data_dir);
        let account = Account::choose(existing.as_deref())?;
        let cluster = match existing {
            Some(cluster) => usable(cluster, &account).await?,
            None => new_cluster(data_dir, &account).await?,
        };
        let programs = programs::find(programs, &account).await?;
        Ok(Self {
            account,
            cluster,
            log: data_dir.join("postgres.log"),
            programs,
        })
    }

    /// A command for one of the programs of this Postgres.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = self.account.command(&self.programs.dir.join("bin").join(program));
        // The wheel's programs look for libpq beside the wheel; ours has it in lib/.
        let libraries = self.programs.dir.join("lib");
        command
            .env("LD_LIBRARY_PATH", &libraries)
            .env("DYLD_LIBRARY_PATH", &libraries);
        command
    }

    /// Makes the cluster unless it is there. It is made under another name and
    /// renamed when complete, so that a crash in between leaves nothing half done.
    pub(super) async fn initialise(&self) -> Result<(), EmbeddedError> {
        let version_file = self.cluster.join("PG_VERSION");
        if let Ok(written) = fs::read_to_string(&version_file) {
            let written = written.trim().to_owned();
            return if written == self.programs.major.to_string() {
                Ok(())
            } else {
                Err(EmbeddedError::OtherVersion {
                    cluster: self.cluster.clone(),
                    written,
                    found: self.programs.major,
                })
            };
        }
        let fresh = self.cluster.with_file_name("postgres.new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).context("remove an unfinished cluster", &fresh)?;
        }
        DirBuilder::new()
            .mode(0o700)
            .create(&fresh)
            .context("create the cluster", &fresh)?;
        self.account.take(&fresh)?;
        self.initdb(&fresh).await?;
        fs::rename(&fresh, &self.cluster).context("put the new cluster in place", &self.cluster)?;
        info!(cluster = %self.cluster.display(), user = %self.account.name, "made a private postgres cluster");
        Ok(())
    }

    async fn initdb(&self, fresh: &Path) -> Result<(), EmbeddedError> {
        let mut command = self.command("initdb");
        command
            .arg("--pgdata")
            .arg(fresh)
            .args(["--username", SUPERUSER, "--auth", "trust"])
            .args(["--encoding", "UTF8"]);
        // Code-point order everywhere, but a UTF-8 character type: the full-text
        // parser asks libc what a letter is, and under plain C takes “ for one.
        let ctype = if cfg!(target_os = "macos") {
            "UTF-8"
        } else {
            "C.UTF-8"
        };
        command.args(["--locale", "C", "--lc-ctype", ctype]);
        if self.programs.major >= 17 {
            command.args(["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]);
        }
        let done = command.output().await.context("run initdb", &self.programs.dir)?;
        if done.status.success() {
            return Ok(());
        }
        Err(EmbeddedError::Initdb {
            cluster: self.cluster.clone(),
            output: String::from_utf8_lossy(&done.stderr).trim().to_owned(),
        })
    }

    /// A short folder for the socket that only Postgres's user (and root) may
    /// enter. The name is predictable, so a folder of someone else's is passed by.
    pub(super) fn socket_dir(&self) -> Result<PathBuf, EmbeddedError> {
        let name = format!("parlance-{:016x}", hash(&self.cluster));
        let mut candidate = Path::new(SOCKETS).join(&name);
        for attempt in 1.. {
            match DirBuilder::new().mode(0o700).create(&candidate) {
                Ok(()) => break,
                Err(_) if self.is_ours(&candidate) => break,
                Err(error) if attempt > 8 => {
                    return Err(error).context("create the socket folder", &candidate);
                }
                Err(_) => candidate = Path::new(SOCKETS).join(format!("{name}-{attempt}")),
            }
        }
        // Explicitly, because a umask may have taken bits away.
        fs::set_permissions(&candidate, Permissions::from_mode(0o700))
            .context("close the socket folder", &candidate)?;
        self.account.take(&candidate)?;
        // No Postgres runs on this cluster now, so what lies here is stale.
        for stale in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
            fs::remove_file(candidate.join(stale)).ok();
        }
        Ok(candidate)
    }

    fn is_ours(&self, dir: &Path) -> bool {
        let root = self.account.differs();
        fs::symlink_metadata(dir)
            .is_ok_and(|found| found.is_dir() && (self.account.owns(dir) || (root && found.uid() == 0)))
    }
}

/// The cluster of a data folder, if it has one: in it, or where a start as root
/// had to put it.
pub(super) fn existing_cluster(data_dir: &Path) -> Option<PathBuf> {
    let inside = data_dir.join("postgres");
    if inside.exists() {
        return Some(inside);
    }
    let noted = fs::read_to_string(data_dir.join("postgres.path")).ok()?;
    Some(PathBuf::from(noted.trim())).filter(|outside| outside.exists())
}

async fn usable(cluster: PathBuf, account: &Account) -> Result<PathBuf, EmbeddedError> {
    if !account.owns(&cluster) {
        return Err(EmbeddedError::ForeignOwner { path: cluster });
    }
    if !account.can_use(&cluster).await {
        return Err(EmbeddedError::Unreachable {
            path: cluster,
            user: account.name.clone(),
        });
    }
    Ok(cluster)
}

/// Where a cluster is to be made: in the data folder, or outside when Postgres's
/// user could not get there.
async fn new_cluster(data_dir: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let inside = data_dir.join("postgres");
    if !account.differs() {
        return Ok(inside);
    }
    let probe = data_dir.join("postgres.new");
    fs::create_dir_all(&probe).context("create the cluster", &probe)?;
    account.take(&probe)?;
    if account.can_use(&probe).await {
        return Ok(inside);
    }
    fs::remove_dir_all(&probe).context("remove the folder", &probe)?;
    let home = Path::new(ROOT_DATA).join(Uuid::now_v7().to_string());
    open_folder(Path::new(ROOT_DATA))?;
    open_folder(&home)?;
    let outside = home.join("postgres");
    let note = data_dir.join("postgres.path");
    fs::write(&note, format!("{}\n", outside.display())).context("note the place", &note)?;
    info!(cluster = %outside.display(), user = %account.name, "the database is kept outside DATA_DIR, which only root may enter");
    Ok(outside)
}
