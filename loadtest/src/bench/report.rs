//! What was measured: for machines, and as tables.

use std::{collections::BTreeMap, fmt};

use parlance_loadtest::visitor::report::Report;
use serde::Serialize;

use super::{HELD_MS, contender::Contender, machine::Shares, scenes::Scenes};

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
    /// For cost and latency, several of each.
    pub(crate) runs: Vec<Run>,
    /// The ways to how many streams each holds.
    pub(crate) limits: Vec<Run>,
    pub(crate) held: BTreeMap<Contender, usize>,
    pub(crate) scenes: Scenes,
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
        let mut figures: Vec<f64> = mine()
            .filter(|run| run.shares.is_fit() == any_fit)
            .filter_map(figure)
            .collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
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
        let contenders = self.contenders();
        let heads = |f: &mut fmt::Formatter<'_>, first: &str| {
            write!(f, "| {first} |")?;
            contenders
                .iter()
                .try_for_each(|one| write!(f, " {} |", one.name()))?;
            writeln!(f, "\n|---|{}", "---:|".repeat(contenders.len()))
        };
        let mut counts: Vec<usize> = self.runs.iter().map(|run| run.visitors).collect();
        counts.sort_unstable();
        counts.dedup();
        for visitors in counts {
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
                write!(f, " {} |", self.held.get(one).copied().unwrap_or_default())?;
            }
            writeln!(f)?;
        }
        if !self.scenes.is_empty() {
            write!(f, "\n{}", self.scenes)?;
        }
        Ok(())
    }
}
