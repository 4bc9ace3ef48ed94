//! Parlance beside its peers and the floor, in one run: the server under test alone on one processor; visitors, mock
//! upstream and Postgres on the other. Runs are interleaved, so that a slow hour of the host is everybody's.

mod contender;
mod machine;
mod plot;
mod report;
mod rig;
mod scenes;

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use parlance_loadtest::visitor::{chat, report::Report};

use self::{
    contender::{Contender, Programs},
    machine::Reading,
    report::{Bench, Run},
    rig::Rig,
};

/// What the mock answers with.
pub(crate) const FIRST_TOKEN: Duration = Duration::from_millis(200);
pub(crate) const ANSWER: &str = "tokens=200,tps=50,first=200,stamps";
/// Questions begin within this time: as long as an answer takes, so that all are at different words of it.
pub(crate) const SPREAD: Duration = Duration::from_millis(4_200);
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// A stream is held where tokens come within this time at the 99th percentile.
pub(crate) const HELD_MS: f64 = 20.0;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    programs: Programs,
    /// The folder that has `bin/` of a Postgres with pgvector.
    #[arg(long, env = "PARLANCE_POSTGRES_DIR")]
    postgres: PathBuf,
    /// Where the database stays, since making the corpora takes minutes.
    #[arg(long, env = "BENCH_FOLDER")]
    folder: PathBuf,
    /// Where bench.json, bench.md and bench.svg are written.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// Only these.
    #[arg(long, value_enum)]
    only: Vec<Contender>,
    /// Visitors at the same time whose cost is measured.
    #[arg(long, value_delimiter = ',', default_value = "100,500")]
    visitors: Vec<usize>,
    /// Runs of each, of which the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Spaces that visitors come to, of 1,000.
    #[arg(long, default_value_t = 50)]
    spaces: usize,
    /// Leave out how many streams each holds.
    #[arg(long)]
    no_limits: bool,
    /// Leave out what Parlance alone is held to.
    #[arg(long)]
    no_scenes: bool,
}

/// Measures, writes the files and returns what is to be said.
pub(crate) async fn run(args: Args) -> Result<String> {
    ensure!(
        (1..=rig::TENANTS).contains(&args.spaces),
        "1 to {} spaces",
        rig::TENANTS
    );
    ensure!((1..=50).contains(&args.runs), "1 to 50 runs");
    contender::check(&args.programs)?;
    let contenders = if args.only.is_empty() {
        Contender::ALL.to_vec()
    } else {
        args.only.clone()
    };
    fs::create_dir_all(&args.out).context("the folder of the results cannot be made")?;
    let rig = Rig::up(&args.programs, &args.postgres, &args.folder).await?;
    let mut bench = Bench::default();
    let measured = measure(&args, &contenders, &rig, &mut bench).await;
    rig.down().await;
    // What was measured before something failed took minutes, and is as true as before.
    let table = bench.to_string();
    fs::write(args.out.join("bench.json"), serde_json::to_string_pretty(&bench)?)?;
    fs::write(args.out.join("bench.md"), &table)?;
    plot::draw(&bench, &args.out.join("bench.svg"))?;
    measured.with_context(|| format!("what was measured until then is in {}", args.out.display()))?;
    Ok(format!("{table}\nwritten to {}\n", args.out.display()))
}

async fn measure(args: &Args, contenders: &[Contender], rig: &Rig, bench: &mut Bench) -> Result<()> {
    for _ in 0..args.runs {
        for contender in contenders {
            bench.runs.extend(once(args, rig, *contender).await?);
        }
    }
    if !args.no_limits {
        for contender in contenders {
            limit(args, rig, *contender, bench).await?;
        }
    }
    if !args.no_scenes {
        bench.scenes = scenes::run(&args.programs, rig).await?;
    }
    Ok(())
}

/// One fresh server, warmed up, and one answer for each visitor of each number.
async fn once(args: &Args, rig: &Rig, contender: Contender) -> Result<Vec<Run>> {
    let server = contender.start(&args.programs, &rig.around).await?;
    warm_up(args, rig, contender).await?;
    let mut runs = Vec::with_capacity(args.visitors.len());
    for visitors in &args.visitors {
        runs.push(stream(args, rig, contender, *visitors, &server).await?);
    }
    server.stop().await?;
    Ok(runs)
}

/// Everybody is asked something once, at the same moment: pools, caches and pages have their size.
async fn warm_up(args: &Args, rig: &Rig, contender: Contender) -> Result<()> {
    let visitors = args.spaces.min(100);
    chat(args, rig, contender, visitors, Duration::ZERO, None).await?;
    Ok(())
}

/// More and more visitors, until tokens come late: half as many more each time, then once in between.
async fn limit(args: &Args, rig: &Rig, contender: Contender, bench: &mut Bench) -> Result<()> {
    let server = contender.start(&args.programs, &rig.around).await?;
    warm_up(args, rig, contender).await?;
    let (mut held, mut visitors) = (0, 20);
    let over = loop {
        let run = stream(args, rig, contender, visitors, &server).await?;
        let holds = run.holds();
        bench.limits.push(run);
        if !holds || visitors > 4_000 {
            break visitors;
        }
        held = visitors;
        visitors += visitors / 2;
    };
    for part in [2, 1, 3] {
        let between = held + (over - held) * part / 4;
        if between <= held || held == 0 {
            break;
        }
        let run = stream(args, rig, contender, between, &server).await?;
        let holds = run.holds();
        bench.limits.push(run);
        if holds {
            held = between;
        }
    }
    bench.held.insert(contender, held);
    server.stop().await
}

async fn stream(
    args: &Args,
    rig: &Rig,
    contender: Contender,
    visitors: usize,
    server: &contender::Running,
) -> Result<Run> {
    let before = Reading::take(server.process(), rig.postgres())?;
    let report = chat(args, rig, contender, visitors, SPREAD, Some(server)).await?;
    let shares = before.until(Reading::take(server.process(), rig.postgres())?);
    Ok(Run {
        contender,
        visitors,
        shares,
        report,
    })
}

async fn chat(
    args: &Args,
    rig: &Rig,
    contender: Contender,
    visitors: usize,
    spread: Duration,
    measured: Option<&contender::Running>,
) -> Result<Report> {
    let servers = (0..args.spaces).map(|number| contender.server(&format!("bench-{number}")));
    let plan = chat::Plan {
        servers: servers.collect::<Result<_>>()?,
        visitors,
        rounds: 1,
        transport: contender.transport(),
        questions: rig.questions.clone(),
        patience: PATIENCE,
        spread,
        pause: Duration::ZERO,
        process: measured.map(contender::Running::process),
        upstream_first_token: Some(FIRST_TOKEN),
        agents: None,
    };
    chat::run(plan, &|| Some(rig.mock.totals().sent)).await
}
