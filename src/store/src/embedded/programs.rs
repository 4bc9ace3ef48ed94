//! The programs of Postgres: which version they are, and whether the account
//! that Postgres runs as can reach them.

use std::{
    fs::{self, Permissions},
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
};

use super::{
    account::Account,
    error::{EmbeddedError, IoContext},
};

/// The oldest major version of Postgres that Parlance works with.
const OLDEST: u32 = 16;
/// For programs that lie where only root may go.
const ROOT_PROGRAMS: &str = "/var/cache/parlance-postgres";

/// An installation of Postgres that the account can run.
#[derive(Debug)]
pub(super) struct Programs {
    /// The folder with `bin/`, `lib/` and `share/`.
    pub(super) dir: PathBuf,
    pub(super) major: u32,
}

/// The programs as they can be run by the account, copied if need be, and their
/// major version.
pub(super) async fn find(given: &Path, account: &Account) -> Result<Programs, EmbeddedError> {
    let no_postgres = |reason: String| EmbeddedError::NoPostgres {
        dir: given.to_path_buf(),
        reason,
    };
    let dir = given
        .canonicalize()
        .map_err(|error| no_postgres(error.to_string()))?;
    let server = dir.join("bin/postgres");
    let found = fs::metadata(&server).map_err(|error| no_postgres(error.to_string()))?;
    let (dir, major) = match version_of(&dir, account).await {
        Ok(major) => (dir, major),
        Err(_) if account.differs() => {
            let copy = copy_place(&dir, &found);
            copy_programs(&dir, &copy)?;
            let major = version_of(&copy, account).await.map_err(no_postgres)?;
            (copy, major)
        }
        Err(reason) => return Err(no_postgres(reason)),
    };
    if major < OLDEST {
        return Err(EmbeddedError::TooOld { dir, found: major });
    }
    Ok(Programs { dir, major })
}

/// Where the copy of an installation goes: another one for another build of it.
pub(super) fn copy_place(dir: &Path, server: &fs::Metadata) -> PathBuf {
    let key = hash(&(dir, server.len(), server.mtime()));
    Path::new(ROOT_PROGRAMS).join(format!("postgres-{key:016x}"))
}

/// The major version that `bin/postgres` reports when the account runs it, or
/// why it could not.
async fn version_of(programs: &Path, account: &Account) -> Result<u32, String> {
    let done = account
        .command(&programs.join("bin/postgres"))
        .arg("--version")
        .stderr(Stdio::null())
        .output()
        .await
        .map_err(|error| error.to_string())?;
    // "postgres (PostgreSQL) 18.4 (Debian 18.4-1)"
    let said = String::from_utf8_lossy(&done.stdout);
    let number = said.split_whitespace().find_map(|word| {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    number.ok_or_else(|| format!("`postgres --version` said {said:?}"))
}

/// Copies bin, lib and share to where everyone may read them; complete or not
/// at all.
pub(super) fn copy_programs(from: &Path, to: &Path) -> Result<(), EmbeddedError> {
    if to.exists() {
        return Ok(());
    }
    open_folder(Path::new(ROOT_PROGRAMS))?;
    // A name of this call's own: two may copy at once, also within one process.
    let unfinished = to.with_extension(uuid::Uuid::now_v7().to_string());
    for part in ["bin", "lib", "share"] {
        copy_tree(&from.join(part), &unfinished.join(part))?;
    }
    fs::set_permissions(&unfinished, Permissions::from_mode(0o755))
        .context("open the folder", &unfinished)?;
    match fs::rename(&unfinished, to) {
        Ok(()) => Ok(()),
        // Someone else was faster; theirs is as good.
        Err(_) if to.exists() => fs::remove_dir_all(&unfinished).context("remove the folder", &unfinished),
        Err(error) => Err(error).context("put the copied programs in place", to),
    }
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), EmbeddedError> {
    open_folder(to)?;
    for entry in fs::read_dir(from).context("read the folder", from)? {
        let entry = entry.context("read the folder", from)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let found = fs::metadata(&source).context("look at", &source)?;
        if found.is_dir() {
            copy_tree(&source, &target)?;
            continue;
        }
        fs::copy(&source, &target).context("copy a program", &source)?;
        let mode = if found.mode() & 0o100 == 0 { 0o644 } else { 0o755 };
        fs::set_permissions(&target, Permissions::from_mode(mode)).context("open the file", &target)?;
    }
    Ok(())
}

/// A folder that everyone may enter, whatever the umask.
pub(super) fn open_folder(path: &Path) -> Result<(), EmbeddedError> {
    fs::create_dir_all(path).context("create the folder", path)?;
    fs::set_permissions(path, Permissions::from_mode(0o755)).context("open the folder", path)
}

/// Names a folder after a path; stable for one build of Parlance, which is enough.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
