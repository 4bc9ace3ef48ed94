//! The scenario `chat`: N visitors, each asking R questions one after the other.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    sync::{Barrier, Semaphore, mpsc},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::{
    process::Process,
    report::{Cost, Report},
    session::Server,
    sse::Http,
    stall::{Company, Present, Visited},
    turn::Answered,
    watch::{Agents, Watching},
    ws::Socket,
};

/// Bounds of a run: this is a tool for one machine.
const MAX_VISITORS: usize = 5_000;
const MAX_ROUNDS: usize = 1_000;
const MAX_ANSWERS: usize = 100_000;
const MAX_PATIENCE: Duration = Duration::from_secs(300);
/// Sessions opened at the same time: opening is not what is measured.
const OPENING: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    WebSocket,
    Sse,
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The spaces that are asked; visitor `i` comes to the `i`-th, and then from the first on.
    pub servers: Vec<Server>,
    pub visitors: usize,
    pub rounds: usize,
    pub transport: Transport,
    /// Asked in turn; visitor `i` starts with the `i`-th.
    pub questions: Vec<String>,
    /// The longest a visitor waits for an answer.
    pub patience: Duration,
    /// The first questions are spread evenly over this time; zero: all at the same moment.
    pub spread: Duration,
    /// From one answer to the same visitor's next question.
    pub pause: Duration,
    /// The server's process, for its cost.
    pub process: Option<Process>,
    /// The mock's delay to the first token, to be taken off.
    pub upstream_first_token: Option<Duration>,
    /// Who watches all of them.
    pub agents: Option<Agents>,
    /// Who else is there.
    pub company: Option<Company>,
}

/// Tokens the mock sent so far, where there is a mock to ask.
pub type TokenCount<'a> = &'a (dyn Fn() -> Option<u64> + Sync);

impl Plan {
    fn check(&self) -> Result<()> {
        ensure!(
            (1..=MAX_VISITORS).contains(&self.visitors),
            "1 to {MAX_VISITORS} visitors"
        );
        ensure!(
            (1..=MAX_ROUNDS).contains(&self.rounds),
            "1 to {MAX_ROUNDS} rounds"
        );
        ensure!(
            self.visitors * self.rounds <= MAX_ANSWERS,
            "at most {MAX_ANSWERS} answers a run"
        );
        ensure!(!self.servers.is_empty(), "at least one space");
        ensure!(!self.questions.is_empty(), "at least one question");
        for time in [self.patience, self.spread, self.pause] {
            ensure!(time <= MAX_PATIENCE, "no wait is longer than {MAX_PATIENCE:?}");
        }
        Ok(())
    }

    fn question(&self, visitor: usize, round: usize) -> &str {
        let place = (visitor + round) % self.questions.len().max(1);
        self.questions.get(place).map_or("", String::as_str)
    }
}

/// Runs the plan.
///
/// # Errors
/// When the plan is out of bounds or a visitor cannot connect; failed answers are in the report.
pub async fn run(plan: Plan, tokens: TokenCount<'_>) -> Result<Report> {
    plan.check()?;
    let plan = Arc::new(plan);
    let opening = Arc::new(Semaphore::new(OPENING));
    // The visitors and this function, which reads the clocks when all are connected.
    let ready = Arc::new(Barrier::new(plan.visitors + 1));
    let (opened, mut conversations) = mpsc::channel(plan.visitors);
    let mut visitors = JoinSet::new();
    for visitor in 0..plan.visitors {
        visitors.spawn(visit(
            Arc::clone(&plan),
            visitor,
            Arc::clone(&opening),
            opened.clone(),
            Arc::clone(&ready),
        ));
    }
    drop(opened);
    let mut visited = Vec::with_capacity(plan.visitors);
    if plan.agents.is_some() || plan.company.is_some() {
        while let Some(conversation) = conversations.recv().await {
            visited.push(conversation);
        }
    }
    let server = plan.servers.first().context("no space")?;
    let watching = match &plan.agents {
        Some(agents) => Some(Watching::open(server, agents, &visited).await?),
        None => None,
    };
    let _present = match &plan.company {
        Some(company) => Some(Present::open(server, company, plan.question(0, 0), &visited).await?),
        None => None,
    };
    tokio::select! {
        _ = ready.wait() => {}
        Some(early) = visitors.join_next() => {
            // Nobody finishes before all have begun: this one failed to connect.
            early??;
            bail!("a visitor left before the start");
        }
    }
    let (began, cpu, rss, sent) = (Instant::now(), cpu(&plan)?, rss(&plan)?, tokens());
    let mut answers = Vec::with_capacity(plan.visitors * plan.rounds);
    while let Some(visited) = visitors.join_next().await {
        answers.extend(visited??);
    }
    let mut report = Report {
        transport: if plan.transport == Transport::Sse {
            "sse"
        } else {
            "ws"
        }
        .to_owned(),
        visitors: plan.visitors,
        rounds: plan.rounds,
        seconds: began.elapsed().as_secs_f64(),
        upstream_tokens: tokens()
            .zip(sent)
            .map(|(after, before)| after.saturating_sub(before)),
        ..Report::default()
    };
    report.count(&answers, plan.upstream_first_token);
    report.watched_deltas = watching.as_ref().map(Watching::deltas);
    if plan.process.is_some() {
        report.server = Some(cost(
            &report,
            self::cpu(&plan)?.saturating_sub(cpu),
            rss,
            self::rss(&plan)?,
        ));
    }
    Ok(report)
}

fn cpu(plan: &Plan) -> Result<Duration> {
    plan.process.map_or(Ok(Duration::ZERO), Process::cpu)
}

fn rss(plan: &Plan) -> Result<u64> {
    plan.process.map_or(Ok(0), Process::rss)
}

fn cost(report: &Report, cpu: Duration, rss_before: u64, rss_after: u64) -> Cost {
    let cpu_ms = cpu.as_secs_f64() * 1000.0;
    let tokens = report.upstream_tokens.unwrap_or(report.words);
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let each = (tokens > 0).then(|| cpu_ms * 1000.0 / tokens as f64);
    Cost {
        cpu_ms,
        cpu_ms_per_1000_tokens: each,
        rss_before,
        rss_after,
    }
}

enum Line {
    Socket(Box<Socket>),
    Http(Http),
}

async fn visit(
    plan: Arc<Plan>,
    visitor: usize,
    opening: Arc<Semaphore>,
    opened: mpsc::Sender<Visited>,
    ready: Arc<Barrier>,
) -> Result<Vec<Answered>> {
    let server = plan
        .servers
        .get(visitor % plan.servers.len().max(1))
        .context("no space")?;
    let mut line = {
        let _place = opening.acquire().await?;
        match plan.transport {
            Transport::WebSocket => {
                let (socket, visited) = timeout(plan.patience, Socket::open(server)).await??;
                // Nobody asks for it where nobody is beside them.
                let _ = opened.send(visited).await;
                Line::Socket(Box::new(socket))
            }
            Transport::Sse => Line::Http(timeout(plan.patience, Http::open(server)).await??),
        }
    };
    drop(opened);
    ready.wait().await;
    let share = u32::try_from(visitor).unwrap_or(u32::MAX);
    let offset = plan.spread.saturating_mul(share) / u32::try_from(plan.visitors).unwrap_or(1).max(1);
    let mut next = Instant::now() + offset;
    let mut answers = Vec::with_capacity(plan.rounds);
    for round in 0..plan.rounds {
        sleep_until(next).await;
        let question = plan.question(visitor, round);
        let asked = async {
            match &mut line {
                Line::Socket(socket) => socket.ask(question).await,
                Line::Http(http) => http.ask(question).await,
            }
        };
        let answered = match timeout(plan.patience, asked).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => Answered {
                fault: Some(error.to_string()),
                ..Answered::default()
            },
            Err(_) => Answered {
                fault: Some("no answer in time".to_owned()),
                ..Answered::default()
            },
        };
        let lost = answered
            .fault
            .as_deref()
            .is_some_and(|f| f.starts_with("socket closed") || f == "no answer in time");
        answers.push(answered);
        if lost {
            break;
        }
        next = Instant::now() + plan.pause;
    }
    if let Line::Socket(socket) = line {
        socket.close().await;
    }
    Ok(answers)
}
