//! What Parlance alone is held to, beside streaming to visitors: agents who watch, silent sockets, everybody at once,
//! documents that come in. On the demo workspace, with a database of its own.

use std::{collections::BTreeMap, fmt, time::Duration};

use anyhow::{Context, Result};
use parlance_loadtest::{
    upstream::{Behaviour, MockUpstream},
    visitor::{
        Server,
        chat::{self, Plan, Transport},
        feed::Feeding,
        idle,
        report::Report,
        storm,
        watch::Agents,
    },
};
use serde::Serialize;

use super::{
    FIRST_TOKEN, PATIENCE, SPREAD,
    contender::{Around, Programs, Running, start_demo},
    rig::Rig,
};

const SPACE: &str = "acme";
const QUESTION: &str = "How long does the warranty of my robot last?";
/// A member of the demo's workspace.
const MEMBER: (&str, &str) = ("admin@acme.example", "acmedemo1!");
/// Consoles that watch each conversation, at most.
const WATCHERS: usize = 3;
/// Runs of each, of which the median counts.
const RUNS: usize = 3;
const VISITORS: usize = 100;
const BURST: usize = 500;
const SILENT: usize = 10_000;
const STORM: usize = 2_000;
/// For scenes in which the answer is not what is measured.
const AT_ONCE: &str = "tokens=20,tps=0,first=0,stamps";
const FAST_UPSTREAM: u16 = 8_191;
const SETTLE: Duration = Duration::from_secs(5);

/// One figure, and what it is to be at most.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    at_most: Option<f64>,
}

/// All of them.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Scenes(Vec<Figure>);

impl Scenes {
    fn add(&mut self, name: impl Into<String>, value: f64, at_most: impl Into<Option<f64>>) {
        self.0.push(Figure {
            name: name.into(),
            value,
            at_most: at_most.into(),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scenes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| Parlance alone | measured | goal |\n|---|---:|---:|")?;
        for Figure { name, value, at_most } in &self.0 {
            let goal = at_most.map_or_else(|| "–".to_owned(), |most| format!("≤ {most}"));
            writeln!(f, "| {name} | {value:.2} | {goal} |")?;
        }
        Ok(())
    }
}

pub(crate) async fn run(programs: &Programs, rig: &Rig) -> Result<Scenes> {
    let mut scenes = Scenes::default();
    let around = Around {
        admin_url: rig.database("bench_demo")?,
        ..rig.around.clone()
    };
    let server = start_demo(programs, &around).await?;
    let sent = || Some(rig.mock.totals().sent);
    let place = Place::of(&server, &sent)?;
    // Pools, caches and pages have their size.
    place.chat(VISITORS, SPREAD, None).await?;
    watched(&place, &mut scenes).await?;
    let burst = place.chat(BURST, Duration::ZERO, None).await?;
    let added = burst.added_to_first_text_ms.context("the mock does not tell")?;
    scenes.add(
        format!("{BURST} ask at once: first text, added, p50 ms"),
        added.p50,
        None,
    );
    scenes.add(
        format!("{BURST} ask at once: first text, added, p99 ms"),
        added.p99,
        None,
    );
    fed(&place, &mut scenes).await?;
    server.stop().await?;

    let mock = MockUpstream::start_on(FAST_UPSTREAM, Behaviour::default().directed(AT_ONCE)?).await?;
    let around = Around {
        upstream: mock.base_url(),
        ..around
    };
    let server = start_demo(programs, &around).await?;
    let place = Place::of(&server, &|| None)?;
    let silent = idle::run(idle::Plan {
        server: place.server.clone(),
        process: server.process(),
        connections: SILENT,
        question: None,
        settle: SETTLE,
    });
    let silent = silent.await?;
    scenes.add(
        format!("{SILENT} silent sockets: KiB each"),
        silent.bytes_per_connection / 1024.0,
        14.0,
    );
    let back = storm::run(storm::Plan {
        servers: vec![place.server.clone()],
        connections: STORM,
        question: QUESTION.to_owned(),
    });
    let back = back.await?.resumed;
    scenes.add(
        format!("{STORM} come back at once: ms until the last has all"),
        back.max,
        2_000.0,
    );
    server.stop().await?;
    Ok(scenes)
}

/// Each agent who watches is another reader of every token.
async fn watched(place: &Place<'_>, scenes: &mut Scenes) -> Result<()> {
    let mut costs: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for _ in 0..RUNS {
        for each in 0..=WATCHERS {
            let report = place.chat(VISITORS, SPREAD, (each > 0).then_some(each)).await?;
            let cost = report.server.and_then(|cost| cost.cpu_ms_per_1000_tokens);
            costs.entry(each).or_default().push(cost.context("no tokens")?);
        }
    }
    let costs: Vec<f64> = costs.into_values().map(median).collect();
    let alone = costs.first().copied().unwrap_or(f64::NAN);
    for (number, pair) in (1..).zip(costs.windows(2)) {
        if let [before, with] = pair {
            scenes.add(
                format!("watcher {number} of {VISITORS} conversations: CPU more, % of none"),
                (with - before) / alone * 100.0,
                25.0,
            );
        }
    }
    Ok(())
}

/// Tokens beside documents that are read, cut, embedded and stored.
async fn fed(place: &Place<'_>, scenes: &mut Scenes) -> Result<()> {
    let late = |report: &Report| {
        let latency = report.token_latency_ms.context("the mock does not tell")?;
        anyhow::Ok(latency.p99)
    };
    let quiet = late(&place.chat(VISITORS, SPREAD, None).await?)?;
    let feeding = Feeding::begin(&place.server, SPACE, MEMBER).await?;
    let busy = late(&place.chat(VISITORS, SPREAD, None).await?)?;
    let documents = feeding.added();
    scenes.add(format!("{VISITORS} streams: token p99 ms"), quiet, 20.0);
    scenes.add(
        format!("{VISITORS} streams while {documents} documents come in: token p99 ms"),
        busy,
        None,
    );
    Ok(())
}

/// A server, as visitors come to it.
struct Place<'a> {
    server: Server,
    running: &'a Running,
    sent: chat::TokenCount<'a>,
}

impl<'a> Place<'a> {
    fn of(running: &'a Running, sent: chat::TokenCount<'a>) -> Result<Self> {
        Ok(Self {
            server: running.server(SPACE)?,
            running,
            sent,
        })
    }

    async fn chat(&self, visitors: usize, spread: Duration, each: Option<usize>) -> Result<Report> {
        let (email, password) = MEMBER;
        let plan = Plan {
            servers: vec![self.server.clone()],
            visitors,
            rounds: 1,
            transport: Transport::WebSocket,
            questions: vec![QUESTION.to_owned()],
            patience: PATIENCE,
            spread,
            pause: Duration::ZERO,
            process: Some(self.running.process()),
            upstream_first_token: Some(FIRST_TOKEN),
            agents: each.map(|each| Agents {
                email: email.to_owned(),
                password: password.to_owned(),
                each,
            }),
        };
        let report = chat::run(plan, self.sent).await?;
        anyhow::ensure!(report.failed() == 0, "answers failed: {:?}", report.errors);
        Ok(report)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
