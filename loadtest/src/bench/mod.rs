//! Parlance beside its peers and the floor, in one run: the server under test alone on one processor; visitors, mock
//! upstream and Postgres on the other. Runs are interleaved, so that a slow hour of the host is everybody's.

mod contender;
mod figures;
mod limit;
mod machine;
mod plot;
mod progress;
mod report;
mod rig;
mod scenes;
mod soak;
mod streams;

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};

use self::{
    contender::{Contender, Programs},
    progress::Progress,
    report::Bench,
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
    /// Nothing but a steady load on Parlance for this long, and whether its memory grows.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=600))]
    soak_minutes: Option<u64>,
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
    let rig = Rig::up(&args.programs, &args.postgres, &args.folder, Progress::begin()).await?;
    let first = machine::come_first();
    if let Err(why) = &first {
        let shared = "visitors wait for their processor behind Postgres, which looks like a slow server";
        rig.progress.say(format!("{shared}: {why:#}"));
    }
    let mut bench = Bench {
        visitors_come_first: first.is_ok(),
        ..Bench::default()
    };
    let measured = measure(&args, &contenders, &rig, &mut bench).await;
    rig.down().await;
    // What was measured before something failed took minutes, and is as true as before.
    let table = bench.to_string();
    let name = if args.soak_minutes.is_some() {
        "soak"
    } else {
        "bench"
    };
    fs::write(
        args.out.join(format!("{name}.json")),
        serde_json::to_string_pretty(&bench)?,
    )?;
    fs::write(args.out.join(format!("{name}.md")), &table)?;
    if !bench.runs.is_empty() {
        plot::draw(&bench, &args.out.join("bench.svg"))?;
    }
    measured.with_context(|| format!("what was measured until then is in {}", args.out.display()))?;
    Ok(format!("{table}\nwritten to {}\n", args.out.display()))
}

async fn measure(args: &Args, contenders: &[Contender], rig: &Rig, bench: &mut Bench) -> Result<()> {
    if let Some(minutes) = args.soak_minutes {
        return soak::run(&args.programs, rig, minutes, &mut bench.scenes).await;
    }
    streams::runs(args, contenders, rig, bench).await?;
    if !args.no_scenes {
        scenes::run(&args.programs, rig, &mut bench.scenes).await?;
    }
    Ok(())
}
