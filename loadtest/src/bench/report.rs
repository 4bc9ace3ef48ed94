//! What was measured: for machines, and as tables.

use std::{collections::BTreeMap, fmt};

use parlance_loadtest::visitor::report::{Report, Spread};
use serde::Serialize;

use super::{
    HELD_MS,
    contender::Contender,
    figures::{Figures, Goal, HEAD, median},
    limit::MOST,
    machine::Shares,
};

/// Numbers of visitors that goals are about.
const FEW: usize = 100;
const MANY: usize = 500;

/// One server, one number of visitors, one answer each.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) contender: Contender,
    pub(crate) visitors: usize,
    pub(crate) shares: Shares,
    pub(crate) report: Report,
}

impl Run {
    /// Whether all answers were complete, and their tokens in time.
    pub(crate) fn holds(&self) -> bool {
        self.report.failed() == 0
            && self
                .report
                .token_latency_ms
                .is_some_and(|late| late.p99 <= HELD_MS)
    }

    fn cpu(&self) -> Option<f64> {
        self.report.server?.cpu_ms_per_1000_tokens
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "bytes of one machine's memory, and thousands of visitors"
    )]
    fn memory_kib(&self) -> Option<f64> {
        let cost = self.report.server?;
        Some(cost.rss_after.saturating_sub(cost.rss_before) as f64 / 1024.0 / self.visitors as f64)
    }
}

/// All of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Bench {
    /// Whether visitors and mock came before Postgres on their processor.
    pub(crate) visitors_come_first: bool,
    /// For cost and latency, several of each.
    pub(crate) runs: Vec<Run>,
    /// The ways to how many streams each holds.
    pub(crate) limits: Vec<Run>,
    pub(crate) held: BTreeMap<Contender, usize>,
    pub(crate) scenes: Figures,
}

impl Bench {
    /// The median over the fit runs of one contender, or over all where none was.
    fn median(
        &self,
        contender: Contender,
        visitors: usize,
        figure: impl Fn(&Run) -> Option<f64>,
    ) -> Option<f64> {
        let mine = || {
            self.runs
                .iter()
                .filter(|run| run.contender == contender && run.visitors == visitors)
        };
        let any_fit = mine().any(|run| run.shares.is_fit());
        let figures = mine()
            .filter(|run| run.shares.is_fit() == any_fit)
            .filter_map(figure);
        median(figures.collect())
    }

    /// Numbers of visitors that all runs had, in order.
    fn counts(&self) -> Vec<usize> {
        let mut counts: Vec<usize> = self.runs.iter().map(|run| run.visitors).collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }

    /// How late tokens were in the median of one contender's runs, for each number of visitors.
    pub(crate) fn late(&self, contender: Contender) -> Vec<(usize, f64)> {
        let late = |run: &Run| Some(run.report.token_latency_ms?.p99);
        let of = |visitors| Some((visitors, self.median(contender, visitors, late)?));
        self.counts().into_iter().filter_map(of).collect()
    }

    /// Which numbers of visitors its runs have shown to be held, or not, where one of them was fit.
    pub(crate) fn shown(&self, contender: Contender) -> Vec<(usize, bool)> {
        let failed = |visitors| {
            let failed = |run: &Run| Some(if run.report.failed() == 0 { 0.0 } else { 1.0 });
            self.median(contender, visitors, failed).unwrap_or(1.0) > 0.0
        };
        let is_fit = |(visitors, _): &(usize, f64)| {
            let mut mine = self.runs.iter().filter(|run| run.contender == contender);
            mine.any(|run| run.visitors == *visitors && run.shares.is_fit())
        };
        let holds = |(visitors, late)| (visitors, late <= HELD_MS && !failed(visitors));
        self.late(contender)
            .into_iter()
            .filter(is_fit)
            .map(holds)
            .collect()
    }

    /// One contender's last runs, in a line.
    pub(crate) fn latest(&self, contender: Contender, runs: usize) -> String {
        let mine = self.runs.iter().rev().filter(|run| run.contender == contender);
        let mut said: Vec<String> = mine
            .take(runs)
            .map(|run| {
                let late = run.report.token_latency_ms.map_or(f64::NAN, |late| late.p99);
                let cpu = run.cpu().unwrap_or(f64::NAN);
                format!("{}: {cpu:.0} ms, p99 {late:.1}", run.visitors)
            })
            .collect();
        said.reverse();
        format!("{}  {}", contender.name(), said.join("; "))
    }

    /// What is asked of Parlance beside others, where they were measured.
    fn goals(&self) -> Figures {
        let mut goals = Figures::default();
        let cpu = |one| self.median(one, MANY, Run::cpu);
        let mine = cpu(Contender::Parlance);
        if let (Some(mine), Some(relay)) = (mine, cpu(Contender::Relay)) {
            let name = format!("CPU per 1,000 tokens, of the relay's, {MANY} streams");
            goals.add(name, mine / relay, Goal::AtMost(1.25));
        }
        let fastapi = [Contender::FastapiWs, Contender::FastapiSse];
        if let (Some(mine), Some(theirs)) = (mine, fastapi.into_iter().filter_map(cpu).reduce(f64::min)) {
            let name = format!("CPU per 1,000 tokens, of FastAPI's, {MANY} streams");
            goals.add(name, mine / theirs, Goal::AtMost(0.2));
        }
        #[expect(clippy::cast_precision_loss, reason = "thousands of streams")]
        let held = |one| self.held.get(&one).map(|held| (*held).max(1) as f64);
        for (one, least) in [(Contender::FastapiWs, 4.0), (Contender::Node, 1.3)] {
            if let (Some(mine), Some(theirs)) = (held(Contender::Parlance), held(one)) {
                let name = format!("streams held, times those of {}", one.name());
                goals.add(name, mine / theirs, Goal::AtLeast(least));
            }
        }
        let added = |of: fn(Spread) -> f64| {
            let added = |run: &Run| run.report.added_to_first_text_ms.map(of);
            self.median(Contender::Parlance, FEW, added)
        };
        for (name, value, most) in [
            ("p50", added(|all| all.p50), 2.0),
            ("p99", added(|all| all.p99), 10.0),
        ] {
            if let Some(value) = value {
                let name = format!("first text, added, {name} ms, {FEW} streams");
                goals.add(name, value, Goal::AtMost(most));
            }
        }
        goals
    }

    pub(crate) fn contenders(&self) -> Vec<Contender> {
        let runs = || self.runs.iter().chain(&self.limits);
        Contender::ALL
            .into_iter()
            .filter(|one| runs().any(|run| run.contender == *one))
            .collect()
    }
}

type Figure = (&'static str, fn(&Run) -> Option<f64>);

const FIGURES: [Figure; 9] = [
    ("CPU, ms per 1,000 tokens", Run::cpu),
    ("Postgres, share of a processor", |run| Some(run.shares.postgres)),
    ("first text, added, p50 ms", |run| {
        Some(run.report.added_to_first_text_ms?.p50)
    }),
    ("first text, added, p99 ms", |run| {
        Some(run.report.added_to_first_text_ms?.p99)
    }),
    ("token, p50 ms", |run| Some(run.report.token_latency_ms?.p50)),
    ("token, p99 ms", |run| Some(run.report.token_latency_ms?.p99)),
    ("memory of a stream, KiB", Run::memory_kib),
    #[expect(clippy::cast_precision_loss, reason = "a count of visitors")]
    ("answers that failed", |run| Some(run.report.failed() as f64)),
    ("foreign load, share of a processor", |run| {
        Some(run.shares.foreign)
    }),
];

impl fmt::Display for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.visitors_come_first {
            writeln!(
                f,
                "Visitors and mock waited for their processor behind Postgres.\n"
            )?;
        }
        let contenders = self.contenders();
        let heads = |f: &mut fmt::Formatter<'_>, first: &str| {
            write!(f, "| {first} |")?;
            contenders
                .iter()
                .try_for_each(|one| write!(f, " {} |", one.name()))?;
            writeln!(f, "\n|---|{}", "---:|".repeat(contenders.len()))
        };
        for visitors in self.counts() {
            heads(f, &format!("{visitors} streams"))?;
            for (name, figure) in FIGURES {
                write!(f, "| {name} |")?;
                for one in &contenders {
                    match self.median(*one, visitors, figure) {
                        Some(value) => write!(f, " {value:.2} |")?,
                        None => f.write_str(" – |")?,
                    }
                }
                writeln!(f)?;
            }
            write!(f, "| fit runs |")?;
            for one in &contenders {
                let mine = || {
                    self.runs
                        .iter()
                        .filter(|run| run.contender == *one && run.visitors == visitors)
                };
                let fit = mine().filter(|run| run.shares.is_fit()).count();
                write!(f, " {fit} of {} |", mine().count())?;
            }
            writeln!(f, "\n")?;
        }
        if !self.held.is_empty() {
            heads(f, "on one processor")?;
            write!(f, "| streams held, tokens within {HELD_MS} ms at p99 |")?;
            for one in &contenders {
                match self.held.get(one) {
                    Some(held) if *held >= MOST => write!(f, " {held} or more |")?,
                    Some(held) => write!(f, " {held} |")?,
                    None => f.write_str(" – |")?,
                }
            }
            writeln!(f, "\n")?;
        }
        let goals = self.goals();
        if !(goals.is_empty() && self.scenes.is_empty()) {
            write!(f, "{HEAD}{goals}{}", self.scenes)?;
        }
        Ok(())
    }
}
