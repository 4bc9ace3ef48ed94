//! A Postgres of a test's own, which others need not share while it is crashed, cut off, locked or out of disk.

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use parlance::config::Config;
use parlance_store::{
    embedded::{EmbeddedConfig, EmbeddedPostgres},
    testing::{TestDb, with_database},
};
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};

use super::proxy::{Reach, Wire};
use crate::support::eventually;

/// Of the disk, where it may be made: what is in it takes some 200 MiB.
const DISK: &str = "size=400m,mode=0755";
/// A Postgres that is told to end at once does.
const ENDS_WITHIN: Duration = Duration::from_secs(60);
/// Few connections, so that they can all be taken.
const SETTINGS: [(&str, &str); 7] = [
    ("fsync", "off"),
    ("max_connections", "30"),
    ("shared_buffers", "32MB"),
    ("min_wal_size", "32MB"),
    ("max_wal_size", "64MB"),
    ("client_connection_check_interval", "100"),
    // What is noted without waiting for the disk is lost by a crash of Postgres: as little as may be.
    ("wal_writer_delay", "1ms"),
];

/// A small disk, or where that needs a right that is not given, a folder.
struct Disk {
    folder: TempDir,
    mounted: bool,
}

impl Disk {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // As root, Postgres runs as another user, who must be able to enter.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let mut mount = process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", DISK, "tmpfs"])
            .arg(folder.path());
        let mounted = mount.output().is_ok_and(|done| done.status.success());
        if !mounted {
            println!("no small disk can be mounted here: it is never full");
        }
        Self { folder, mounted }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            let _ = process::Command::new("umount")
                .arg("--lazy")
                .arg(self.folder.path())
                .status();
        }
    }
}

pub struct OwnPostgres {
    running: Option<EmbeddedPostgres>,
    config: EmbeddedConfig,
    wire: Wire,
    wire_folder: TempDir,
    disk: Disk,
}

impl OwnPostgres {
    pub async fn start() -> Self {
        let disk = Disk::make();
        let config = EmbeddedConfig {
            data_dir: disk.folder.path().to_owned(),
            postgres_dir: Config::from_env().unwrap().database.postgres_dir,
            settings: SETTINGS
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        };
        let running = EmbeddedPostgres::start(config.clone()).await.unwrap();
        let wire_folder = tempfile::tempdir().unwrap();
        let wire = Wire::lay(wire_folder.path(), &socket_of(&running.admin_url()));
        Self {
            running: Some(running),
            config,
            wire,
            wire_folder,
            disk,
        }
    }

    /// For orders; it is always reached.
    pub fn admin_url(&self) -> String {
        self.running.as_ref().unwrap().admin_url()
    }

    /// How a server reaches `db`: by a wire that may break.
    pub fn wired_url(&self, db: &TestDb) -> String {
        let name = db.url().rsplit('/').next().unwrap();
        let folder = self.wire_folder.path().to_str().unwrap().replace('/', "%2F");
        with_database(&format!("postgres://postgres@{folder}/postgres"), name)
    }

    pub fn reach(&self, reach: Reach) {
        self.wire.set(reach);
    }

    /// Ends it as a power cut would, as far as it can tell.
    pub async fn crash(&mut self) {
        let mut running = self.running.take().unwrap();
        if let Some(id) = running.pid() {
            let told = Command::new("kill")
                .args(["-QUIT", &id.to_string()])
                .status()
                .await;
            assert!(told.unwrap().success());
            timeout(ENDS_WITHIN, running.exited())
                .await
                .expect("Postgres ends")
                .unwrap();
        }
    }

    pub async fn restart(&mut self) {
        self.running = Some(EmbeddedPostgres::start(self.config.clone()).await.unwrap());
    }

    /// Takes what is left of the disk. False where it is none of its own.
    pub fn fill(&self) -> bool {
        if self.disk.mounted {
            let mut ballast = File::create(self.disk.ballast()).unwrap();
            while ballast.write_all(&[0; 4096]).is_ok() {}
        }
        self.disk.mounted
    }

    /// Gives it back, and starts Postgres again where it had to end.
    pub async fn empty(&mut self, db: &TestDb) {
        fs::remove_file(self.disk.ballast()).unwrap();
        let running = self.running.as_mut().unwrap();
        let ended = timeout(Duration::ZERO, running.exited()).await.is_ok();
        if ended {
            self.running = None;
            self.restart().await;
        }
        eventually(async || db.rows("SELECT 1 AS one").await.ok()).await;
    }

    pub async fn stop(mut self) {
        self.running.take().unwrap().stop().await;
    }
}

/// The folder of the socket that a URL names.
fn socket_of(url: &str) -> PathBuf {
    let host = url.split(['@', '/']).nth(3).unwrap();
    Path::new(&host.replace("%2F", "/")).to_owned()
}
