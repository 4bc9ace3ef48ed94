//! `parlance-loadtest`: a mock upstream to point the server at, and visitors to measure it with.

mod args;
mod bench;

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Parser;
use parlance_loadtest::{
    ledger,
    upstream::{Behaviour, MockUpstream},
    visitor::{chat, idle, restart, storm, urgency},
};
use serde::Serialize;

use self::args::{Args, Chat, Command, Idle, Ledger, Restart, Storm, Upstream, Urgency};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    match Args::parse().command {
        Command::Upstream(args) => upstream(args).await,
        Command::Chat(args) => run_chat(*args).await,
        Command::Idle(args) => run_idle(args).await,
        Command::Storm(args) => run_storm(args).await,
        Command::Restart(args) => run_restart(args).await,
        Command::Urgency(args) => run_urgency(args).await,
        Command::Bench(args) => {
            say(&bench::run(*args).await?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Ledger(args) => run_ledger(&args).await,
    }
}

fn say(text: &str) -> Result<()> {
    Ok(io::stdout().write_all(text.as_bytes())?)
}

async fn upstream(args: Upstream) -> Result<ExitCode> {
    let mock = MockUpstream::start_on(args.port, args.behaviour()?)
        .await
        .context("the port is taken")?;
    say(&format!(
        "mock upstream at {0}\nANTHROPIC_BASE_URL={0} ANTHROPIC_API_KEY=anything\n",
        mock.base_url()
    ))?;
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => stopped?,
        () = mock.run() => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_chat(args: Chat) -> Result<ExitCode> {
    let mock = match args.with_upstream {
        Some(port) => {
            let behaviour = Behaviour {
                stamps: true,
                ..Behaviour::default()
            }
            .directed(&args.upstream)?;
            Some(
                MockUpstream::start_on(port, behaviour)
                    .await
                    .context("the mock's port is taken")?,
            )
        }
        None => None,
    };
    let plan = args.plan()?;
    let report = chat::run(plan, &|| mock.as_ref().map(|mock| mock.totals().sent)).await?;
    finish(&report, args.json.as_deref())?;
    Ok(if report.failed() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn run_idle(args: Idle) -> Result<ExitCode> {
    let report = idle::run(args.plan()?).await?;
    finish(&report, args.json.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

async fn run_storm(args: Storm) -> Result<ExitCode> {
    let report = storm::run(args.plan()?).await?;
    finish(&report, args.json.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

async fn run_restart(args: Restart) -> Result<ExitCode> {
    let report = restart::run(args.plan()).await?;
    finish(&report, args.json.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

async fn run_ledger(args: &Ledger) -> Result<ExitCode> {
    let verdict = ledger::run(args.plan()).await?;
    say(&format!(
        "{} calls booked as told, {} n$; {} calls estimated, {} output tokens off; nothing else differs\n",
        verdict.told, verdict.nanos, verdict.estimated, verdict.output_off
    ))?;
    Ok(ExitCode::SUCCESS)
}

async fn run_urgency(args: Urgency) -> Result<ExitCode> {
    let report = urgency::run(args.plan()?).await?;
    finish(&report, args.json.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

fn finish(report: &(impl Serialize + ToString), json: Option<&std::path::Path>) -> Result<()> {
    if let Some(file) = json {
        fs::write(file, serde_json::to_string_pretty(report)?).context("the report cannot be written")?;
    }
    say(&report.to_string())
}
