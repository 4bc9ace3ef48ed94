//! Visitors of every contender: what their answers cost, and how many of them are held.

use std::time::Duration;

use anyhow::Result;
use parlance_loadtest::{
    upstream::Behaviour,
    visitor::{chat, report::Report},
};

use super::{
    ANSWER, Args, FIRST_TOKEN, PATIENCE, SPREAD,
    contender::{Contender, Running},
    limit::Search,
    machine::Reading,
    report::{Bench, Run},
    rig::Rig,
};

/// Warms up whatever answers have, and not their pace.
const WARM: &str = "tokens=200,tps=0,first=0,stamps";

/// All runs of all, in turn; behind the last of each, how many streams it holds.
pub(crate) async fn runs(args: &Args, contenders: &[Contender], rig: &Rig, bench: &mut Bench) -> Result<()> {
    for run in 1..=args.runs {
        for contender in contenders {
            let counts = contender.counts(run, &args.visitors);
            if counts.is_empty() {
                continue;
            }
            let server = begin(args, rig, *contender).await?;
            for visitors in counts {
                let run = stream(args, rig, *contender, *visitors, &server).await?;
                bench.runs.push(run);
            }
            rig.progress.say(format_args!(
                "run {run} of {}: {}",
                args.runs,
                bench.latest(*contender, counts.len())
            ));
            if run == args.runs && !args.no_limits {
                limit(args, rig, *contender, &server, bench).await?;
            }
            server.stop().await?;
        }
    }
    Ok(())
}

/// Starts it, and has everybody asked something once, at the same moment: pools, caches and pages have their size.
async fn begin(args: &Args, rig: &Rig, contender: Contender) -> Result<Running> {
    let server = contender.start(&args.programs, &rig.around).await?;
    rig.mock.set_behaviour(Behaviour::default().directed(WARM)?);
    chat(args, rig, contender, args.spaces.min(100), Duration::ZERO, None).await?;
    rig.mock.set_behaviour(Behaviour::default().directed(ANSWER)?);
    Ok(server)
}

/// How many streams it holds, beginning with what its runs have shown.
async fn limit(
    args: &Args,
    rig: &Rig,
    contender: Contender,
    server: &Running,
    bench: &mut Bench,
) -> Result<()> {
    let mut search = Search::default();
    for (visitors, holds) in bench.shown(contender) {
        search.learn(visitors, holds);
    }
    while let Some(visitors) = search.next() {
        let mut run = stream(args, rig, contender, visitors, server).await?;
        if !run.holds() && !run.shares.is_fit() {
            // It may have been the others.
            run = stream(args, rig, contender, visitors, server).await?;
        }
        search.learn(visitors, run.holds());
        bench.limits.push(run);
    }
    bench.held.insert(contender, search.held());
    rig.progress
        .say(format_args!("{} holds {}", contender.name(), search.held()));
    Ok(())
}

async fn stream(
    args: &Args,
    rig: &Rig,
    contender: Contender,
    visitors: usize,
    server: &Running,
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
    measured: Option<&Running>,
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
        process: measured.map(Running::process),
        upstream_first_token: Some(FIRST_TOKEN),
        agents: None,
        company: None,
    };
    chat::run(plan, &|| Some(rig.mock.totals().sent)).await
}
