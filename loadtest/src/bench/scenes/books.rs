//! How many calls a second get into the books: the ledger's actor, statement, policies and triggers, in a process of its own
//! (`parlance bench-ledger`), which has the whole machine with Postgres, as an installation has.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::super::{
    contender::{ALL_CPUS, OTHERS_CPU, Programs},
    figures::{Figures, Goal, median},
    rig::Rig,
};

const RUNS: usize = 3;

pub(super) fn run(programs: &Programs, rig: &Rig, figures: &mut Figures) -> Result<()> {
    let database = rig.database("bench_ledger", None)?;
    rig.postgres_on(ALL_CPUS)?;
    let runs: Result<Vec<f64>> = (0..RUNS).map(|_| once(programs, rig, &database)).collect();
    rig.postgres_on(OTHERS_CPU)?;
    let a_second = median(runs?).unwrap_or(f64::NAN);
    figures.add("ledger: calls a second", a_second, Goal::AtLeast(50_000.0));
    Ok(())
}

fn once(programs: &Programs, rig: &Rig, database: &str) -> Result<f64> {
    // What was written before is on the disk before.
    rig.run("postgres", "CHECKPOINT")?;
    let run = Command::new("taskset")
        .args(["--cpu-list", ALL_CPUS])
        .arg(&programs.parlance)
        .arg("bench-ledger")
        .envs([("DATABASE_URL", database), ("LOG", "warn")])
        .env("DATA_DIR", rig.around.folder.join("parlance"))
        .output()?;
    ensure!(
        run.status.success(),
        "nothing was booked: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let said = String::from_utf8(run.stdout)?;
    rig.progress.say(said.trim());
    let first = said.split_whitespace().next().context("it says nothing")?;
    Ok(first.parse()?)
}
