//! Streaming with something beside it: agents who watch, readers who stall, everybody at once, documents that come in.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result};
use parlance_loadtest::visitor::{feed::Feeding, report::Report};

use super::{
    super::{
        HELD_MS,
        figures::{Figures, Goal, median},
    },
    MEMBER, QUICKLY, SPACE,
    place::{Beside, Place},
};

/// Runs of each, in turn.
const RUNS: usize = 3;
const VISITORS: usize = 100;
/// Visitors, second tabs and watched conversations beside them, of each.
const OF_EACH: usize = 50;
const BURST: usize = 500;

/// A figure of a report.
type Of = fn(&Report) -> Option<f64>;

pub(super) async fn run(place: &Place<'_>, figures: &mut Figures) -> Result<()> {
    // Pools, caches and pages have their size.
    place.chat(VISITORS, QUICKLY, Beside::Nobody).await?;
    in_turn(place, figures).await?;
    let burst = place.chat(BURST, Duration::ZERO, Beside::Nobody).await?;
    let added = burst.added_to_first_text_ms.context("the mock does not tell")?;
    for (name, value) in [("p50", added.p50), ("p99", added.p99)] {
        let name = format!("{BURST} ask at once: first text, added, {name} ms");
        figures.add(name, value, Goal::None);
    }
    place.progress.say(format_args!("{BURST} asked at once"));
    fed(place, figures).await
}

/// What two kinds of company cost: each agent who watches is another reader of every token, and who stalls is to be none.
async fn in_turn(place: &Place<'_>, figures: &mut Figures) -> Result<()> {
    let all = [
        Beside::Nobody,
        Beside::Watchers(1),
        Beside::Watchers(2),
        Beside::Watchers(3),
        Beside::Readers(OF_EACH),
        Beside::Stalled(OF_EACH),
    ];
    let mut reports: BTreeMap<Beside, Vec<Report>> = BTreeMap::new();
    for run in 1..=RUNS {
        for beside in all {
            let report = place.chat(VISITORS, QUICKLY, beside).await?;
            reports.entry(beside).or_default().push(report);
        }
        place.progress.say(format_args!(
            "watchers and readers who stall, run {run} of {RUNS}"
        ));
    }
    let of = |beside, figure: Of| -> Vec<f64> {
        let reports = reports.get(&beside).into_iter().flatten();
        reports.filter_map(figure).collect()
    };
    let cost = |beside| median(of(beside, cpu)).context("no tokens");
    let alone = cost(Beside::Nobody)?;
    let mut before = alone;
    for number in 1..=3 {
        let with = cost(Beside::Watchers(number))?;
        figures.add(
            format!("watcher {number} of {VISITORS} conversations: CPU more, % of none"),
            (with - before) / alone * 100.0,
            Goal::AtMost(25.0),
        );
        before = with;
    }
    // What cannot be told from a run in which they read costs the others nothing measurable.
    let kinds: [(&str, Of); 2] = [("token p99 ms", late), ("CPU, ms per 1,000 tokens", cpu)];
    for (name, figure) in kinds {
        let reading = of(Beside::Readers(OF_EACH), figure);
        let worst = Goal::AtMost(reading.iter().copied().fold(f64::NAN, f64::max));
        let stalled = of(Beside::Stalled(OF_EACH), figure);
        for (how, runs, goal) in [("read", reading, Goal::None), ("stall", stalled, worst)] {
            let name = format!("{VISITORS} streams beside {OF_EACH} of each kind who {how}: {name}");
            figures.add(name, median(runs).context("the mock does not tell")?, goal);
        }
    }
    let alone = median(of(Beside::Nobody, late)).context("the mock does not tell")?;
    figures.add(
        format!("{VISITORS} streams alone: token p99 ms"),
        alone,
        Goal::AtMost(HELD_MS),
    );
    Ok(())
}

fn cpu(report: &Report) -> Option<f64> {
    report.server?.cpu_ms_per_1000_tokens
}

fn late(report: &Report) -> Option<f64> {
    Some(report.token_latency_ms?.p99)
}

/// Tokens beside documents that are read, cut, embedded and stored.
async fn fed(place: &Place<'_>, figures: &mut Figures) -> Result<()> {
    let feeding = Feeding::begin(&place.server, SPACE, MEMBER).await?;
    let busy = place.chat(VISITORS, QUICKLY, Beside::Nobody).await?;
    let documents = feeding.added()?;
    figures.add(
        format!("{VISITORS} streams while {documents} documents come in: token p99 ms"),
        late(&busy).context("the mock does not tell")?,
        Goal::None,
    );
    place
        .progress
        .say(format_args!("{documents} documents came in beside"));
    Ok(())
}
