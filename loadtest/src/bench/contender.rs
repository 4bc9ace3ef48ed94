//! Who is measured, and how each is started and stopped.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use parlance_loadtest::visitor::{Server, chat::Transport, process::Process};
use serde::Serialize;

/// The processor that the server under test has to itself.
const SERVER_CPU: &str = "0";
/// That of everything else.
pub(crate) const OTHERS_CPU: &str = "1";
/// Of both.
pub(crate) const ALL_CPUS: &str = "0,1";
/// Runs of FastAPI with more visitors than the fewest.
const RUNS_OF_MANY: usize = 3;
/// From the start until a server says that it is ready.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// From asking a server to stop until it is made to.
const STOPS_WITHIN: Duration = Duration::from_secs(40);

/// A server that visitors can chat with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Contender {
    /// The product, whole.
    Parlance,
    /// The floor: tokens passed on by actix, and nothing else.
    Relay,
    /// FastAPI, WebSocket.
    FastapiWs,
    /// FastAPI, server-sent events.
    FastapiSse,
    /// Node, WebSocket.
    Node,
}

impl Contender {
    pub(crate) const ALL: [Self; 5] = [
        Self::Parlance,
        Self::Relay,
        Self::FastapiWs,
        Self::FastapiSse,
        Self::Node,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parlance => "Parlance",
            Self::Relay => "bare relay",
            Self::FastapiWs => "FastAPI, WebSocket",
            Self::FastapiSse => "FastAPI, SSE",
            Self::Node => "Node, ws",
        }
    }

    pub(crate) fn transport(self) -> Transport {
        match self {
            Self::FastapiSse => Transport::Sse,
            _ => Transport::WebSocket,
        }
    }

    /// The numbers of visitors that it has in this run, of all. With many of them FastAPI takes twice as long as the others,
    /// and its second way says what the first does.
    pub(crate) fn counts(self, run: usize, all: &[usize]) -> &[usize] {
        match self {
            Self::FastapiWs if run > RUNS_OF_MANY => all.get(..1).unwrap_or_default(),
            Self::FastapiSse if run == 1 => all.get(..1).unwrap_or_default(),
            Self::FastapiSse => &[],
            _ => all,
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Parlance => 8100,
            Self::FastapiWs | Self::FastapiSse => 8101,
            Self::Node => 8102,
            Self::Relay => 8103,
        }
    }

    /// The server in the space with this slug.
    pub(crate) fn server(self, slug: &str) -> Result<Server> {
        Server::new(&url(self.port()), slug, None)
    }
}

/// Where everything is that is started. `scripts/bench.sh` fills it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Programs {
    /// The server.
    #[arg(long, env = "BENCH_PARLANCE")]
    pub(crate) parlance: PathBuf,
    /// The bare relay.
    #[arg(long, env = "BENCH_RELAY")]
    relay: PathBuf,
    /// A Python that has what peers/fastapi/requirements.txt names.
    #[arg(long, env = "BENCH_PYTHON")]
    python: PathBuf,
    /// A folder with the Node peer and its packages.
    #[arg(long, env = "BENCH_NODE")]
    node: PathBuf,
    /// The folder loadtest/peers.
    #[arg(long, env = "BENCH_PEERS")]
    pub(crate) peers: PathBuf,
    /// A plan file without limits.
    #[arg(long, env = "BENCH_PLANS")]
    plans: PathBuf,
}

/// What the servers talk to.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) upstream: String,
    /// For Parlance, which migrates and drops to its own role.
    pub(crate) admin_url: String,
    pub(crate) peer_url: String,
    /// For Parlance's files and everybody's logs.
    pub(crate) folder: PathBuf,
}

/// A server that runs, alone on its processor.
pub(crate) struct Running {
    child: Child,
    port: u16,
}

impl Contender {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(self, programs: &Programs, around: &Around) -> Result<Running> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", SERVER_CPU]);
        match self {
            Self::Parlance => parlance(&mut command, programs, around),
            Self::Relay => {
                command.arg(&programs.relay);
            }
            Self::FastapiWs | Self::FastapiSse => {
                let uvicorn = [
                    "-m",
                    "uvicorn",
                    "app:app",
                    "--log-level",
                    "warning",
                    "--no-access-log",
                    "--port",
                ];
                command
                    .arg(&programs.python)
                    .args(uvicorn)
                    .arg(self.port().to_string());
                command
                    .env("PYTHONDONTWRITEBYTECODE", "1")
                    .env("DATABASE_URL", &around.peer_url);
                command.current_dir(programs.peers.join("fastapi"));
            }
            Self::Node => {
                command.arg("node").arg("server.js").current_dir(&programs.node);
                command
                    .env("NODE_ENV", "production")
                    .env("DATABASE_URL", &around.peer_url);
            }
        }
        command.env("UPSTREAM", &around.upstream);
        started(command, self.name(), self.port(), around).await
    }
}

/// Parlance with its demo, which has people and documents, in a database of its own.
pub(crate) async fn start_demo(
    programs: &Programs,
    around: &Around,
    more: &[(&str, &str)],
) -> Result<Running> {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", SERVER_CPU]);
    parlance(&mut command, programs, around);
    command
        .env("DEMO", "on")
        .env("EMBEDDINGS", "minilm")
        .envs(more.iter().copied());
    let contender = Contender::Parlance;
    started(command, "Parlance demo", contender.port(), around).await
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Starts it, its words in a log, and waits until it is ready.
async fn started(mut command: Command, name: &str, port: u16, around: &Around) -> Result<Running> {
    let log = around
        .folder
        .join(format!("{}.log", name.replace([' ', ','], "-")));
    let file = File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
    command
        .env("PORT", port.to_string())
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file);
    let child = command
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    let mut running = Running { child, port };
    running
        .ready()
        .await
        .with_context(|| format!("{name}: see {}", log.display()))?;
    Ok(running)
}

fn parlance(command: &mut Command, programs: &Programs, around: &Around) {
    let Around {
        upstream,
        admin_url,
        folder,
        ..
    } = around;
    let given = [
        ("DATABASE_URL", admin_url.as_str()),
        ("BIND", "127.0.0.1"),
        ("DEMO", "off"),
        ("LOG", "warn"),
        ("EMBEDDINGS", "openai"),
        ("EMBEDDING_DIMENSIONS", "384"),
        ("OPENAI_API_KEY", "any"),
        ("ANTHROPIC_API_KEY", "any"),
        ("ANTHROPIC_BASE_URL", upstream),
        // Peers have none, and an answer from it is no work.
        ("ANSWER_CACHE_MB", "0"),
        // All visitors come from one address.
        ("CHAT_RATE_VISITOR", "100000/100000"),
        ("CHAT_RATE_ADDRESS", "1000000/1000000"),
        ("CHAT_RATE_TENANT", "1000000/1000000"),
    ];
    command.arg(&programs.parlance).arg("serve").envs(given);
    command.env("OPENAI_BASE_URL", format!("{upstream}/v1"));
    command.env("PLAN_FILE", &programs.plans);
    command.env("DATA_DIR", folder.join("parlance"));
}

impl Running {
    pub(crate) fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        url(self.port)
    }

    /// As visitors of the space with this slug come to it.
    pub(crate) fn server(&self, slug: &str) -> Result<Server> {
        Server::new(&url(self.port), slug, None)
    }

    async fn ready(&mut self) -> Result<()> {
        let (began, url) = (Instant::now(), format!("{}/readyz", url(self.port)));
        let client = reqwest::Client::new();
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended at once, with {status}");
            }
            if client
                .get(&url)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            ensure!(
                began.elapsed() < STARTS_WITHIN,
                "it is not ready after {STARTS_WITHIN:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Asks it to stop, and makes it after a while.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status()?;
        let began = Instant::now();
        while asked.success() && began.elapsed() < STOPS_WITHIN {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Drop for Running {
    /// Whatever happened, nothing is left on the processor.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It may end at this very moment.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether the peers' folder is what it should be.
pub(crate) fn check(programs: &Programs) -> Result<()> {
    let needed: [&Path; 4] = [
        &programs.parlance,
        &programs.relay,
        &programs.python,
        &programs.node.join("node_modules"),
    ];
    for path in needed {
        ensure!(path.exists(), "{} is not there: run `make bench`", path.display());
    }
    Ok(())
}
