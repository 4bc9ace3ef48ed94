//! The real binary, as an operator starts it.

use std::{path::PathBuf, process::Stdio, time::Duration};

use chrono::NaiveDate;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::support::{PLAN_FILE, SECRET};

/// A start takes a second or two; a loaded machine a few more.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// What a server is started with.
pub struct Place {
    pub database_url: String,
    pub upstream_url: String,
    pub data_dir: PathBuf,
    pub model_dir: PathBuf,
}

pub struct Server {
    pub base: String,
    child: Child,
}

/// The program in the place of its own, and nothing of ours.
fn program(place: &Place) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    command
        .env_clear()
        .current_dir(&place.data_dir)
        .env("PORT", "0")
        .env("BIND", "127.0.0.1")
        .env("LOG", "warn")
        .env("DATA_DIR", &place.data_dir)
        .env("DATABASE_URL", &place.database_url)
        .env("DATABASE_POOL", "8")
        .env("AUTH_SECRET", SECRET)
        .env("ANTHROPIC_API_KEY", "a key")
        .env("ANTHROPIC_BASE_URL", &place.upstream_url)
        .env("EMBEDDINGS", "minilm")
        .env("PARLANCE_MODEL_DIR", &place.model_dir)
        .env("CHAT_RATE_VISITOR", "1000/1000")
        .env("READER_SECONDS", "20")
        .env("PLAN_FILE", PLAN_FILE)
        // Every question is one call in the books.
        .env("ANSWER_CACHE_MB", "0");
    command
}

/// How `parlance reconcile` ends, and what it says of `day`.
pub async fn reconcile(place: &Place, day: NaiveDate) -> (Option<i32>, Value) {
    let mut command = program(place);
    command
        .args(["reconcile", "--json", "--day", &day.to_string()])
        .env("ANTHROPIC_ADMIN_KEY", "an admin key");
    let done = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let report = serde_json::from_slice(&done.stdout).expect(&said);
    (done.status.code(), report)
}

impl Server {
    /// Starts it and waits until it says where it is.
    pub async fn start(place: &Place) -> Self {
        let mut child = program(place)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, port)) = line.split_once("ready at http://localhost:") {
                    return port.trim().to_owned();
                }
                println!("{line}");
            }
            panic!("the server ended: {:?}", child.wait().await);
        };
        let port = timeout(STARTS_WITHIN, told)
            .await
            .expect("the server starts in time");
        // Read on, so that it never waits for its own log.
        tokio::task::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            base: format!("http://127.0.0.1:{port}"),
            child,
        }
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and waits for its orderly end.
    pub async fn stop(mut self) {
        let id = self.child.id().unwrap().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        assert!(asked.success());
        let ended = timeout(STARTS_WITHIN, self.child.wait())
            .await
            .expect("the server stops in time");
        assert!(ended.unwrap().success());
    }
}
