//! The command line.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use parlance_loadtest::{
    ledger,
    upstream::Behaviour,
    visitor::{Server, chat, idle, process::Process, restart, storm, urgency, watch::Agents},
};

/// Drives and measures a Parlance server on this machine.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves a mock of the Anthropic and OpenAI APIs until stopped.
    Upstream(Upstream),
    /// Visitors who ask and read the answers.
    Chat(Box<Chat>),
    /// Memory of open, silent conversations.
    Idle(Idle),
    /// Visitors who all lose their connection and come back at once.
    Storm(Storm),
    /// A server that is replaced under open conversations.
    Restart(Restart),
    /// How soon an agent sees who is angry.
    Urgency(Urgency),
    /// Parlance beside its peers and the floor of the machine.
    Bench(Box<crate::bench::Args>),
    /// Whether the books are right after a run in which everything goes wrong that may.
    Ledger(Ledger),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Upstream {
    #[arg(long, default_value_t = 8090)]
    pub(crate) port: u16,
    /// Text tokens of an answer.
    #[arg(long, default_value_t = 200)]
    tokens: usize,
    /// 0: as fast as possible.
    #[arg(long, default_value_t = 50.0)]
    tokens_per_second: f64,
    #[arg(long, default_value_t = 200)]
    first_token_ms: u64,
    /// Anything else, as a directive: `429=2`, `cut=10`, `stall=5`, `split,crlf`, `stamps` …
    #[arg(long, default_value = "")]
    behaviour: String,
}

impl Upstream {
    pub(crate) fn behaviour(&self) -> Result<Behaviour> {
        let Self {
            tokens,
            tokens_per_second,
            first_token_ms,
            behaviour,
            ..
        } = self;
        let words = format!("tokens={tokens},tps={tokens_per_second},first={first_token_ms},{behaviour}");
        Ok(Behaviour::default().directed(&words)?)
    }
}

/// The server under test.
#[derive(Debug, clap::Args)]
struct Target {
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The space's slug or public key.
    #[arg(long, default_value = "acme")]
    space: String,
    /// Sent as `Origin`, where the space checks it.
    #[arg(long)]
    origin: Option<String>,
}

impl Target {
    fn server(&self) -> Result<Server> {
        Server::new(&self.url, &self.space, self.origin.clone())
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Transport {
    Ws,
    Sse,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    target: Target,
    #[arg(long, default_value_t = 20)]
    visitors: usize,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    #[arg(long, value_enum, default_value = "ws")]
    transport: Transport,
    /// May be given several times.
    #[arg(long = "question", default_value = "How long is the warranty?")]
    questions: Vec<String>,
    /// One question a line, instead of `--question`.
    #[arg(long = "questions")]
    questions_file: Option<PathBuf>,
    #[arg(long, default_value_t = 60)]
    patience_s: u64,
    /// The first questions are spread over this time; 0: all at once.
    #[arg(long, default_value_t = 1000)]
    spread_ms: u64,
    /// From an answer to the same visitor's next question.
    #[arg(long, default_value_t = 0)]
    pause_ms: u64,
    /// The server's process, to measure CPU and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// The mock's delay to the first token, taken off to show what the server adds. Known by
    /// itself with `--with-upstream`.
    #[arg(long)]
    upstream_first_token_ms: Option<u64>,
    /// Runs the mock in this process on the port the server was pointed at; its tokens carry the
    /// time they were sent.
    #[arg(long)]
    pub(crate) with_upstream: Option<u16>,
    /// An agent of the workspace, who watches all conversations.
    #[arg(long, requires = "password")]
    email: Option<String>,
    #[arg(long, env = "PARLANCE_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// Consoles of the agent that watch each of them.
    #[arg(long, default_value_t = 2)]
    consoles: usize,
    /// What that mock does, as a directive.
    #[arg(long, default_value = "tokens=200,tps=50,first=200")]
    pub(crate) upstream: String,
    /// Writes the report as JSON too.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

impl Chat {
    fn agents(&self) -> Option<Agents> {
        let (email, password) = (self.email.clone()?, self.password.clone()?);
        Some(Agents {
            email,
            password,
            each: self.consoles,
        })
    }

    pub(crate) fn plan(&self) -> Result<chat::Plan> {
        let questions = match &self.questions_file {
            Some(file) => {
                let text = fs::read_to_string(file).context("the questions cannot be read")?;
                text.lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect()
            }
            None => self.questions.clone(),
        };
        let told = match self.with_upstream {
            Some(_) => Some(Behaviour::default().directed(&self.upstream)?.first_token_ms),
            None => None,
        };
        Ok(chat::Plan {
            servers: vec![self.target.server()?],
            visitors: self.visitors,
            rounds: self.rounds,
            transport: match self.transport {
                Transport::Ws => chat::Transport::WebSocket,
                Transport::Sse => chat::Transport::Sse,
            },
            questions,
            patience: Duration::from_secs(self.patience_s),
            spread: Duration::from_millis(self.spread_ms),
            pause: Duration::from_millis(self.pause_ms),
            process: self.pid.map(Process),
            upstream_first_token: self.upstream_first_token_ms.or(told).map(Duration::from_millis),
            agents: self.agents(),
            company: None,
        })
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Idle {
    #[command(flatten)]
    target: Target,
    #[arg(long, default_value_t = 500)]
    connections: usize,
    /// The server's process.
    #[arg(long)]
    pid: u32,
    /// Asked once on every socket before it falls silent.
    #[arg(long)]
    question: Option<String>,
    #[arg(long, default_value_t = 3)]
    settle_s: u64,
    /// Writes the report as JSON too.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

impl Idle {
    pub(crate) fn plan(&self) -> Result<idle::Plan> {
        Ok(idle::Plan {
            server: self.target.server()?,
            process: Process(self.pid),
            connections: self.connections,
            question: self.question.clone(),
            settle: Duration::from_secs(self.settle_s),
        })
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Storm {
    #[command(flatten)]
    target: Target,
    #[arg(long, default_value_t = 2_000)]
    connections: usize,
    /// Asked in each conversation before.
    #[arg(long, default_value = "How long is the warranty?")]
    question: String,
    /// Writes the report as JSON too.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

impl Storm {
    pub(crate) fn plan(&self) -> Result<storm::Plan> {
        Ok(storm::Plan {
            servers: vec![self.target.server()?],
            connections: self.connections,
            question: self.question.clone(),
        })
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Restart {
    /// The server's program; it is started with a folder and a private Postgres of its own.
    #[arg(long, default_value = "target/release/parlance")]
    program: PathBuf,
    #[arg(long, default_value_t = 500)]
    connections: usize,
    /// Of them, who are being answered when the server is told to stop.
    #[arg(long, default_value_t = 50)]
    asking: usize,
    /// Writes the report as JSON too.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

impl Restart {
    pub(crate) fn plan(&self) -> restart::Plan {
        restart::Plan {
            program: self.program.clone(),
            connections: self.connections,
            asking: self.asking,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ledger {
    /// The server's program; it is started with a folder and a private Postgres of its own.
    #[arg(long, default_value = "target/release/parlance")]
    program: PathBuf,
    /// The same seed, the same faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 12)]
    visitors: u64,
    /// How often the server is killed.
    #[arg(long, default_value_t = 4)]
    kills: u64,
    /// Requests between two kills, at most.
    #[arg(long, default_value_t = 80)]
    requests: u64,
}

impl Ledger {
    pub(crate) fn plan(&self) -> ledger::Plan {
        ledger::Plan {
            program: self.program.clone(),
            seed: self.seed,
            visitors: self.visitors,
            kills: self.kills,
            requests: self.requests,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Urgency {
    #[command(flatten)]
    target: Target,
    /// An agent of the workspace.
    #[arg(long)]
    email: String,
    #[arg(long, env = "PARLANCE_PASSWORD", hide_env_values = true)]
    password: String,
    /// Visitors who wait for a person meanwhile.
    #[arg(long, default_value_t = 300)]
    waiting: usize,
    /// Angry visitors, one after another.
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// Writes the report as JSON too.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

impl Urgency {
    pub(crate) fn plan(&self) -> Result<urgency::Plan> {
        Ok(urgency::Plan {
            server: self.target.server()?,
            email: self.email.clone(),
            password: self.password.clone(),
            waiting: self.waiting,
            rounds: self.rounds,
        })
    }
}
