//! The real binary, as an operator starts it.

use std::{fs, path::PathBuf, process::Stdio, time::Duration};

use chrono::{DateTime, NaiveDate};
use parlance::kernel::clock::{Clock, SystemClock};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::skew::Skew;
use crate::support::SECRET;

/// A start takes a second or two; a loaded machine a few more.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// What a server is started with.
#[derive(Clone)]
pub struct Place {
    pub database_url: String,
    pub upstream_url: String,
    pub data_dir: PathBuf,
    pub model_dir: PathBuf,
    pub plan_file: PathBuf,
    /// Makes the server's clock wrong, where there is one.
    pub skew: Option<Skew>,
}

pub struct Server {
    pub base: String,
    pub port: u16,
    id: u32,
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
        .env("PLAN_FILE", &place.plan_file)
        .env("LOGIN_RATE", "1000/1000")
        .env("CHAT_RATE_ADDRESS", "10000/10000")
        .env("PASSIVATE_SECONDS", "1")
        // Every question is one call in the books.
        .env("ANSWER_CACHE_MB", "0");
    if let Some(skew) = &place.skew {
        skew.apply(&mut command);
    }
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
        let id = child.id().unwrap();
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
            port: port.parse().unwrap(),
            id,
            child,
        }
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM.
    pub async fn terminate(&self) {
        let mut asked = Command::new("kill");
        asked.args(["-TERM", &self.id.to_string()]);
        assert!(asked.status().await.unwrap().success());
    }

    /// Waits for its orderly end.
    pub async fn has_ended(mut self) {
        let ended = timeout(STARTS_WITHIN, self.child.wait())
            .await
            .expect("the server stops in time");
        assert!(ended.unwrap().success());
    }

    /// SIGTERM, and waits for its orderly end.
    pub async fn stop(self) {
        self.terminate().await;
        self.has_ended().await;
    }

    /// Its clock is as wrong as it is to be: HTTP tells the time.
    pub async fn has_its_clock(&self, place: &Place) {
        let answer = reqwest::get(format!("{}/healthz", self.base)).await.unwrap();
        let told = answer.headers()["date"].to_str().unwrap();
        let told = DateTime::parse_from_rfc2822(told).unwrap();
        let wrong = told.signed_duration_since(SystemClock.now()).num_seconds();
        let meant = place.skew.as_ref().map_or(0, |skew| skew.seconds);
        assert!(
            (wrong - meant).abs() < 60,
            "the clock is wrong by {wrong} s, not by {meant} s"
        );
    }

    /// KiB of memory that it has.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.map_or(0, |number| number.parse().unwrap())
    }

    /// What `/metrics` says of one that has no labels; 0 where nothing was counted.
    pub async fn metric(&self, name: &str) -> f64 {
        let answer = reqwest::get(format!("{}/metrics", self.base)).await.unwrap();
        let told = answer.text().await.unwrap();
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }
}
