//! Who Postgres runs as: the user of this process, or, when that is root, an
//! unprivileged one.

use std::{
    os::unix::fs::{MetadataExt, chown},
    path::Path,
    process::Stdio,
};

use nix::unistd::{Uid, User, getegid, geteuid};
use tokio::process::Command;

use super::error::{EmbeddedError, IoContext};

/// Users that root may become, the first that exists.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) name: String,
    uid: u32,
    gid: u32,
    /// Whether this process is root and has to change to the account.
    changes: bool,
}

impl Account {
    /// The account for a cluster: as root its owner, if there is one already.
    pub(super) fn choose(cluster: Option<&Path>) -> Result<Self, EmbeddedError> {
        let me = geteuid();
        if !me.is_root() {
            return Ok(Self {
                name: name_of(me),
                uid: me.as_raw(),
                gid: getegid().as_raw(),
                changes: false,
            });
        }
        let owner = cluster
            .and_then(|cluster| cluster.metadata().ok())
            .filter(|owner| owner.uid() != 0);
        if let Some(owner) = owner {
            return Ok(Self {
                name: name_of(Uid::from_raw(owner.uid())),
                uid: owner.uid(),
                gid: owner.gid(),
                changes: true,
            });
        }
        let found = UNPRIVILEGED
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .ok_or(EmbeddedError::NoAccount)?;
        Ok(Self {
            name: found.name,
            uid: found.uid.as_raw(),
            gid: found.gid.as_raw(),
            changes: true,
        })
    }

    /// Whether Postgres runs as another user than this process.
    pub(super) fn differs(&self) -> bool {
        self.changes
    }

    /// Whether `path` belongs to this account.
    pub(super) fn owns(&self, path: &Path) -> bool {
        path.metadata().is_ok_and(|found| found.uid() == self.uid)
    }

    /// Gives `path` to this account.
    pub(super) fn take(&self, path: &Path) -> Result<(), EmbeddedError> {
        if self.changes {
            chown(path, Some(self.uid), Some(self.gid)).context("change the owner", path)?;
        }
        Ok(())
    }

    /// A command of this account with a bare environment: Parlance's own holds
    /// secrets, and `PG*` variables would steer Postgres.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        if self.changes {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether this account can enter `dir` and write there, tried as that
    /// account: mode bits alone would miss ACLs and squashed network folders.
    pub(super) async fn can_use(&self, dir: &Path) -> bool {
        if !self.changes {
            return true;
        }
        self.command(Path::new("/bin/sh"))
            .args(["-c", r#"[ -w "$0" ] && cd "$0""#])
            .arg(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await
            .is_ok_and(|status| status.success())
    }
}

fn name_of(uid: Uid) -> String {
    let found = User::from_uid(uid).ok().flatten();
    found.map_or_else(|| uid.to_string(), |user| user.name)
}
