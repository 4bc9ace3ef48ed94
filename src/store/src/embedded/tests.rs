//! The real Postgres, started and mistreated. Skipped, loudly, where none is
//! installed: `make test` says where with PARLANCE_POSTGRES_DIR.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use tokio_postgres::NoTls;

use super::{EmbeddedConfig, EmbeddedError, EmbeddedPostgres, leftover::PidFile, place};

/// A data folder that goes away with the test, wherever its cluster is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let unique = uuid::Uuid::now_v7();
        let path = std::env::temp_dir().join(format!("parlance-test-{name}-{unique}"));
        fs::create_dir_all(&path).unwrap();
        // Postgres may run as another user: the name must be enough to get in.
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn below(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let outside = fs::read_to_string(self.0.join("data/postgres.path")).ok();
        if let Some(home) = outside
            .as_deref()
            .and_then(|path| Path::new(path.trim()).parent())
        {
            fs::remove_dir_all(home).ok();
        }
        fs::remove_dir_all(&self.0).ok();
    }
}

fn config(data_dir: &Path) -> Option<EmbeddedConfig> {
    let given = std::env::var_os("PARLANCE_POSTGRES_DIR");
    let Some(postgres_dir) = given.map(PathBuf::from) else {
        eprintln!("skipped: PARLANCE_POSTGRES_DIR is not set");
        return None;
    };
    Some(EmbeddedConfig {
        data_dir: data_dir.to_path_buf(),
        postgres_dir,
        settings: vec![("shared_buffers".into(), "16MB".into())],
    })
}

async fn run(url: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let rows = async {
        let messages = client.simple_query(sql).await.unwrap();
        let rows = messages.into_iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        rows.collect()
    };
    tokio::select! {
        rows = rows => rows,
        closed = connection => panic!("the connection ended: {closed:?}"),
    }
}

fn slay(pid: u32) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL).unwrap();
}

fn note(text: &str) -> String {
    format!("create table if not exists notes (body text); insert into notes values ('{text}')")
}

const NOTES: &str = "select body from notes order by 1";

/// A server that vanished without a word: nothing signals Postgres, and the
/// kernel has given the lock back.
fn vanish(postgres: EmbeddedPostgres) -> u32 {
    let pid = postgres.pid().unwrap();
    postgres.detach();
    pid
}

#[tokio::test]
async fn a_restart_keeps_the_data_and_leaves_no_process() {
    let folder = Folder::new("restart");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let postgres = EmbeddedPostgres::start(config.clone()).await.unwrap();
    let url = postgres.admin_url();
    run(&url, "create extension vector").await;
    run(&url, &note("kept")).await;
    assert_eq!(run(&url, "show listen_addresses").await, [""]);
    assert_eq!(run(&url, "show shared_buffers").await, ["16MB"]);
    let version: u32 = run(&url, "show server_version_num").await[0].parse().unwrap();
    assert!(version >= 160_000);
    postgres.stop().await;
    assert!(EmbeddedPostgres::running(&config.data_dir).await.is_none());

    let begin = Instant::now();
    let postgres = EmbeddedPostgres::start(config).await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    assert_eq!(run(&postgres.url("postgres", "postgres"), NOTES).await, ["kept"]);
    postgres.stop().await;
}

#[tokio::test]
async fn text_is_compared_by_code_point_and_parsed_as_utf_8() {
    let folder = Folder::new("locale");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let postgres = EmbeddedPostgres::start(config).await.unwrap();
    let url = postgres.admin_url();
    assert_eq!(run(&url, "select 'É' > 'z'").await, ["t"]);
    assert_eq!(run(&url, "select lower('ÉTÉ')").await, ["été"]);
    let words = run(&url, "select to_tsvector('simple', '“naïve” — really')").await;
    assert_eq!(words, ["'naïve':1 'really':2"]);
    postgres.stop().await;
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let folder = Folder::new("second");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let first = EmbeddedPostgres::start(config.clone()).await.unwrap();
    let second = EmbeddedPostgres::start(config.clone()).await;
    let said = second.unwrap_err().to_string();
    assert!(said.starts_with("another parlance is using DATA_DIR"), "{said}");
    let beside = EmbeddedPostgres::running(&config.data_dir).await.unwrap();
    assert_eq!(beside.admin_url(), first.admin_url());
    first.stop().await;
}

#[tokio::test]
async fn an_orphan_is_ended_and_its_data_are_kept() {
    let folder = Folder::new("orphan");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let first = EmbeddedPostgres::start(config.clone()).await.unwrap();
    run(&first.admin_url(), &note("by the first")).await;
    let orphan = vanish(first);

    let second = EmbeddedPostgres::start(config).await.unwrap();
    assert_ne!(second.pid(), Some(orphan));
    assert_eq!(run(&second.admin_url(), NOTES).await, ["by the first"]);
    second.stop().await;
}

#[tokio::test]
async fn a_killed_postmaster_is_noticed_and_does_not_block_the_next_start() {
    let folder = Folder::new("killed");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let mut first = EmbeddedPostgres::start(config.clone()).await.unwrap();
    run(&first.admin_url(), &note("committed")).await;
    slay(first.pid().unwrap());
    let status = first.exited().await.unwrap();
    assert!(!status.success());
    drop(first);

    let second = EmbeddedPostgres::start(config).await.unwrap();
    assert_eq!(run(&second.admin_url(), NOTES).await, ["committed"]);
    second.stop().await;
}

#[tokio::test]
async fn server_and_postgres_killed_together_leave_nothing_that_blocks() {
    let folder = Folder::new("both");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let first = EmbeddedPostgres::start(config.clone()).await.unwrap();
    run(&first.admin_url(), &note("committed")).await;
    slay(vanish(first));

    let second = EmbeddedPostgres::start(config).await.unwrap();
    assert_eq!(run(&second.admin_url(), NOTES).await, ["committed"]);
    second.stop().await;
}

#[tokio::test]
async fn a_pid_that_another_program_now_has_is_no_obstacle_and_lives_on() {
    let folder = Folder::new("stale");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    EmbeddedPostgres::start(config.clone())
        .await
        .unwrap()
        .stop()
        .await;

    // As the user of Postgres, for then Postgres too would be taken in.
    let cluster = place::existing_cluster(&config.data_dir).unwrap();
    let account = super::account::Account::choose(Some(&cluster)).unwrap();
    let mut stranger = account
        .command(Path::new("/bin/sleep"))
        .arg("60")
        .spawn()
        .unwrap();
    let pid_file = cluster.join("postmaster.pid");
    let pid = stranger.id().unwrap();
    let text = format!("{pid}\n{}\n1700000000\n5432\n/tmp/gone\n\n", cluster.display());
    fs::write(&pid_file, text).unwrap();

    let second = EmbeddedPostgres::start(config).await.unwrap();
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger was hurt");
    let found = PidFile::read(&cluster).unwrap().unwrap();
    assert_eq!(u32::try_from(found.pid).ok(), second.pid());
    second.stop().await;
    stranger.kill().await.unwrap();
}

#[tokio::test]
async fn a_data_path_longer_than_a_socket_may_be_works() {
    let folder = Folder::new("long");
    let long = folder.below(&"long-".repeat(30)).join("data");
    let Some(config) = config(&long) else { return };
    let postgres = EmbeddedPostgres::start(config).await.unwrap();
    assert_eq!(run(&postgres.admin_url(), "select 1").await, ["1"]);
    postgres.stop().await;
}

#[tokio::test]
async fn several_processes_share_one() {
    let folder = Folder::new("shared");
    let Some(config) = config(&folder.below("data")) else {
        return;
    };
    let all = futures_util::future::join_all((0..4).map(|_| EmbeddedPostgres::shared(config.clone())));
    let all: Vec<_> = all.await.into_iter().map(Result::unwrap).collect();
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(run(&all[0].admin_url(), "select 1").await, ["1"]);
    // Taken over and ended like any other leftover.
    EmbeddedPostgres::start(config).await.unwrap().stop().await;
}

#[tokio::test]
async fn an_unfinished_cluster_is_made_anew() {
    let folder = Folder::new("unfinished");
    let data_dir = folder.below("data");
    let Some(config) = config(&data_dir) else { return };
    fs::create_dir_all(data_dir.join("postgres.new/base")).unwrap();
    let postgres = EmbeddedPostgres::start(config).await.unwrap();
    assert!(!data_dir.join("postgres.new").exists());
    postgres.stop().await;
}

#[tokio::test]
async fn a_setting_that_postgres_refuses_is_quoted_from_its_log() {
    let folder = Folder::new("setting");
    let Some(mut config) = config(&folder.below("data")) else {
        return;
    };
    config.settings.push(("max_connections".into(), "many".into()));
    let said = EmbeddedPostgres::start(config).await.unwrap_err().to_string();
    assert!(said.contains("max_connections"), "{said}");
}

#[tokio::test]
async fn data_of_another_version_are_left_alone() {
    let folder = Folder::new("version");
    let data_dir = folder.below("data");
    let Some(config) = config(&data_dir) else { return };
    EmbeddedPostgres::start(config.clone())
        .await
        .unwrap()
        .stop()
        .await;
    let cluster = place::existing_cluster(&data_dir).unwrap();
    fs::write(cluster.join("PG_VERSION"), "15\n").unwrap();
    let error = EmbeddedPostgres::start(config).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::OtherVersion { .. }), "{error}");
}

#[tokio::test]
async fn missing_programs_are_named() {
    let folder = Folder::new("missing");
    let error = EmbeddedPostgres::start(EmbeddedConfig {
        data_dir: folder.below("data"),
        postgres_dir: folder.below("nowhere"),
        settings: Vec::new(),
    })
    .await
    .unwrap_err();
    assert!(matches!(error, EmbeddedError::NoPostgres { .. }), "{error}");
}

#[tokio::test]
async fn as_root_a_folder_that_only_root_may_enter_works_too() {
    let folder = Folder::new("root");
    let Some(mut config) = config(&folder.below("data")) else {
        return;
    };
    if !geteuid().is_root() {
        eprintln!("skipped: only root has this problem");
        return;
    }
    // Programs and data both lie behind a closed door.
    fs::set_permissions(&folder.0, Permissions::from_mode(0o700)).unwrap();
    let programs = folder.below("programs");
    super::programs::copy_programs(&config.postgres_dir, &programs).unwrap();
    config.postgres_dir = programs;

    let server = config.postgres_dir.join("bin/postgres").metadata().unwrap();
    let copy = super::programs::copy_place(&config.postgres_dir.canonicalize().unwrap(), &server);
    let first = EmbeddedPostgres::start(config.clone()).await.unwrap();
    run(&first.admin_url(), &note("outside")).await;
    let cluster = place::existing_cluster(&config.data_dir).unwrap();
    assert!(!cluster.starts_with(&folder.0));
    assert_ne!(cluster.metadata().unwrap().uid(), 0);
    vanish(first);

    let second = EmbeddedPostgres::start(config.clone()).await.unwrap();
    assert_eq!(run(&second.admin_url(), NOTES).await, ["outside"]);
    second.stop().await;

    // A data folder that was emptied starts afresh.
    fs::remove_dir_all(cluster.parent().unwrap()).unwrap();
    fs::remove_dir_all(&config.data_dir).unwrap();
    let third = EmbeddedPostgres::start(config).await.unwrap();
    assert!(
        run(
            &third.admin_url(),
            "select 1 from pg_class where relname = 'notes'"
        )
        .await
        .is_empty()
    );
    third.stop().await;
    fs::remove_dir_all(copy).unwrap();
}
