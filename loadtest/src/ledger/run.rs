//! A server of its own, with a private Postgres in a folder that is removed: visitors ask and leave, the upstream
//! misbehaves by the seed, the server is killed and started again, then stopped, and its books are judged.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    chaos::Chaos,
    judge::{Rates, Verdict, judge},
};
use crate::{
    upstream::{Behaviour, Ending, MockUpstream},
    visitor::{Server, leaving},
};

/// Requests to which something may happen; the others are answered.
const FAULTS: usize = 2_000;
/// The model that the demo's bot asks, and its price since October 2026.
const MODEL: &str = "claude-sonnet-5-5";
const RATES: Rates = Rates {
    input: 2_000,
    output: 10_000,
    cache_write_5m: 2_500,
    cache_read: 100,
};
/// The first start makes the demo.
const STARTS_WITHIN: Duration = Duration::from_secs(300);
const STOPS_WITHIN: Duration = Duration::from_secs(90);
/// Without a request for so long, everything that was left open is taken up.
const QUIET: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program `parlance`.
    pub program: PathBuf,
    pub seed: u64,
    pub visitors: u64,
    /// How often the server is killed.
    pub kills: u64,
    /// Requests between two kills, at most.
    pub requests: u64,
}

/// Runs it and judges the books.
///
/// # Errors
/// Says what is wrong with the books, or why they could not be judged.
pub async fn run(plan: Plan) -> Result<Verdict> {
    let pace = Behaviour {
        tokens_per_second: 60.0,
        first_token_ms: 50,
        ..Behaviour::default()
    };
    let mock = MockUpstream::start(pace.clone()).await?;
    let faults = Chaos::new(plan.seed).take(FAULTS);
    mock.queue(faults.map(|fault| Behaviour {
        fault,
        ..pace.clone()
    }));
    let place = Place {
        program: plan.program.clone(),
        data: env::temp_dir().join(format!("parlance-ledger-{}", std::process::id())),
        upstream: mock.base_url(),
    };
    fs::create_dir_all(&place.data).context("no folder for its data")?;
    let judged = lived(&plan, &place, &mock).await;
    fs::remove_dir_all(&place.data).context("its folder cannot be removed")?;
    judged
}

async fn lived(plan: &Plan, place: &Place, mock: &MockUpstream) -> Result<Verdict> {
    let mut luck = Chaos::new(plan.seed ^ 0x5EED);
    for round in 0..=plan.kills {
        let (mut child, base) = place.start().await?;
        let mut visitors = JoinSet::new();
        for n in 0..plan.visitors {
            let server = Server::new(&base, "acme", None)?;
            let luck = Chaos::new(plan.seed.wrapping_add(1_000 * round + n));
            visitors.spawn(leaving::ask_and_leave(server, luck));
        }
        let goal = mock.requests().len() + usize::try_from(1 + luck.below(plan.requests))?;
        mock.wait_for(|requests| requests.len() >= goal).await;
        if round < plan.kills {
            child.kill().await?;
        }
        visitors.shutdown().await;
        if round == plan.kills {
            falls_quiet(mock).await;
            stop(child).await?;
        }
    }
    let requests = mock.requests();
    let day = requests.first().context("nothing was asked")?.day;
    ensure!(
        requests.iter().all(|request| request.day == day),
        "midnight passed: run it again"
    );
    judge(
        &place.reconciled(&day.to_string()).await?,
        &requests,
        MODEL,
        RATES,
    )
}

/// Waits until nothing is asked any more.
async fn falls_quiet(mock: &MockUpstream) {
    let (mut asked, mut quiet) = (0, Duration::ZERO);
    while quiet < QUIET {
        sleep(LOOK_EVERY).await;
        let requests = mock.requests();
        let is_running = requests.iter().any(|request| request.ending == Ending::Running);
        quiet = if is_running || requests.len() != asked {
            Duration::ZERO
        } else {
            quiet + LOOK_EVERY
        };
        asked = requests.len();
    }
}

async fn stop(mut child: Child) -> Result<()> {
    let id = child.id().context("the server ended by itself")?;
    let asked = Command::new("kill")
        .args(["-TERM", &id.to_string()])
        .status()
        .await?;
    ensure!(asked.success(), "the server could not be asked to stop");
    let ended = timeout(STOPS_WITHIN, child.wait())
        .await
        .context("the server does not stop")??;
    ensure!(ended.success(), "the server ended with {ended}");
    Ok(())
}

struct Place {
    program: PathBuf,
    data: PathBuf,
    upstream: String,
}

impl Place {
    fn command(&self) -> Command {
        let mut command = Command::new(absolute(&self.program));
        command
            .current_dir(&self.data)
            .env_remove("DATABASE_URL")
            .env("PORT", "0")
            .env("BIND", "127.0.0.1")
            .env("LOG", "error")
            .env("DATA_DIR", &self.data)
            .env("DEMO", "true")
            .env("EMBEDDINGS", "minilm")
            .env("ANTHROPIC_API_KEY", "anything")
            .env("ANTHROPIC_ADMIN_KEY", "anything")
            .env("ANTHROPIC_BASE_URL", &self.upstream)
            .env("ANSWER_CACHE_MB", "0")
            .env("CHAT_RATE_VISITOR", "1000/1000")
            .env("CHAT_RATE_ADDRESS", "10000/10000")
            .kill_on_drop(true);
        command
    }

    /// The server and where it is.
    async fn start(&self) -> Result<(Child, String)> {
        let mut child = self
            .command()
            .stdout(Stdio::piped())
            .spawn()
            .context("the server does not start")?;
        let out = child.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(out).lines();
        let told = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, address)) = line.split_once("ready at ") {
                    return Ok(address.trim().to_owned());
                }
            }
            bail!("the server ended before it was ready");
        };
        let base = timeout(STARTS_WITHIN, told)
            .await
            .context("the server is not ready in time")??;
        // Read on, so that it never waits for who listens.
        #[expect(clippy::disallowed_methods, reason = "it ends with the server's output")]
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((child, base))
    }

    async fn reconciled(&self, day: &str) -> Result<Value> {
        let done = self
            .command()
            .args(["reconcile", "--json", "--day", day])
            .output()
            .await?;
        serde_json::from_slice(&done.stdout)
            .with_context(|| format!("no report: {}", String::from_utf8_lossy(&done.stderr)))
    }
}

fn absolute(program: &Path) -> PathBuf {
    fs::canonicalize(program).unwrap_or_else(|_| program.to_owned())
}
