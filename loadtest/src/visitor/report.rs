//! The result of a run: numbers for a machine (`--json`) and a table for people.

use std::{collections::BTreeMap, fmt, time::Duration};

use hdrhistogram::Histogram;
use serde::Serialize;

use super::turn::Answered;

/// A distribution in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    pub count: u64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub max: f64,
}

impl Spread {
    /// From microseconds; anything above an hour counts as an hour.
    pub(super) fn of(micros: impl IntoIterator<Item = u64>) -> Self {
        const HOUR: u64 = 3_600_000_000;
        let Ok(mut histogram) = Histogram::<u64>::new_with_bounds(1, HOUR, 3) else {
            return Self::default();
        };
        for value in micros {
            histogram.saturating_record(value.clamp(1, HOUR));
        }
        #[expect(clippy::cast_precision_loss, reason = "at most an hour of microseconds")]
        let ms = |micros: u64| micros as f64 / 1000.0;
        Self {
            count: histogram.len(),
            p50: ms(histogram.value_at_quantile(0.5)),
            p90: ms(histogram.value_at_quantile(0.9)),
            p99: ms(histogram.value_at_quantile(0.99)),
            max: ms(histogram.max()),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str("-");
        }
        let Self {
            count,
            p50,
            p90,
            p99,
            max,
        } = self;
        write!(
            f,
            "p50 {p50:.2}  p90 {p90:.2}  p99 {p99:.2}  max {max:.2}  ({count})"
        )
    }
}

/// What the server process spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    pub cpu_ms: f64,
    /// Over tokens of the mock, where one is known, else over words.
    pub cpu_ms_per_1000_tokens: Option<f64>,
    pub rss_before: u64,
    pub rss_after: u64,
}

/// A chat run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub transport: String,
    pub visitors: usize,
    pub rounds: usize,
    pub seconds: f64,
    pub answers: u64,
    pub cached: u64,
    pub words: u64,
    pub deltas: u64,
    /// Frames with text that agents had, where some watch.
    pub watched_deltas: Option<u64>,
    /// Text tokens the mock sent during the run.
    pub upstream_tokens: Option<u64>,
    pub time_to_first_text_ms: Spread,
    /// The mock's own delay taken off: what Parlance added. Answers from the cache are left out.
    pub added_to_first_text_ms: Option<Spread>,
    /// From the mock sending a token to a visitor having it.
    pub token_latency_ms: Option<Spread>,
    pub answer_ms: Spread,
    pub errors: BTreeMap<String, u64>,
    pub server: Option<Cost>,
}

impl Report {
    /// Sums up; `upstream` is the delay to the first token that the mock was told, for answers in
    /// which it does not tell what it really took.
    pub(super) fn count(&mut self, answers: &[Answered], upstream: Option<Duration>) {
        let micros = |d: Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
        for answer in answers {
            self.words += answer.words;
            self.deltas += answer.deltas;
            self.cached += u64::from(answer.cached);
            match &answer.fault {
                None => self.answers += 1,
                Some(fault) => *self.errors.entry(fault.clone()).or_default() += 1,
            }
        }
        let whole = || answers.iter().filter(|a| a.fault.is_none());
        self.time_to_first_text_ms = Spread::of(whole().filter_map(|a| a.first_text).map(micros));
        self.added_to_first_text_ms = upstream.map(|upstream| {
            let asked = whole().filter(|a| !a.cached);
            let added = |a: &Answered| {
                let upstream = a.upstream_waited.unwrap_or(upstream);
                Some(micros(a.first_text?.saturating_sub(upstream)))
            };
            Spread::of(asked.filter_map(added))
        });
        let tokens = Spread::of(whole().flat_map(|a| a.token_micros.iter().copied()));
        self.token_latency_ms = (tokens.count > 0).then_some(tokens);
        self.answer_ms = Spread::of(whole().map(|a| micros(a.total)));
    }

    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<32}{value}");
        row(
            "visitors × rounds",
            &format_args!("{} × {} over {}", self.visitors, self.rounds, self.transport),
        )?;
        row(
            "answers complete",
            &format_args!(
                "{} in {:.1} s, {} from the cache",
                self.answers, self.seconds, self.cached
            ),
        )?;
        if let Some(watched) = self.watched_deltas {
            row(
                "deltas, to agents besides",
                &format_args!("{}, {watched}", self.deltas),
            )?;
        }
        row("errors", &self.failed())?;
        for (error, count) in &self.errors {
            row(&format!("  {error}"), count)?;
        }
        row("time to first text, ms", &self.time_to_first_text_ms)?;
        if let Some(added) = &self.added_to_first_text_ms {
            row("  of it added by the server, ms", added)?;
        }
        if let Some(latency) = &self.token_latency_ms {
            row("token latency, ms", latency)?;
        }
        row("whole answer, ms", &self.answer_ms)?;
        if let Some(cost) = &self.server {
            row("server CPU, ms", &format_args!("{:.0}", cost.cpu_ms))?;
            if let Some(each) = cost.cpu_ms_per_1000_tokens {
                let unit = if self.upstream_tokens.is_some() {
                    "tokens"
                } else {
                    "words"
                };
                row(
                    &format!("server CPU per 1,000 {unit}, ms"),
                    &format_args!("{each:.2}"),
                )?;
            }
            row(
                "server RSS, MiB",
                &format_args!("{:.1} → {:.1}", mib(cost.rss_before), mib(cost.rss_after)),
            )?;
        }
        Ok(())
    }
}

/// An idle run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct IdleReport {
    pub connections: usize,
    pub rss_before: u64,
    pub rss_after: u64,
    pub bytes_per_connection: f64,
}

impl fmt::Display for IdleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<32}{}", "idle connections", self.connections)?;
        writeln!(
            f,
            "{:<32}{:.1} → {:.1}",
            "server RSS, MiB",
            mib(self.rss_before),
            mib(self.rss_after)
        )?;
        writeln!(
            f,
            "{:<32}{:.2}",
            "per connection, KiB",
            self.bytes_per_connection / 1024.0
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_upstreams_share_off() {
        let answer = |ms| Answered {
            first_text: Some(Duration::from_millis(ms)),
            ..Answered::default()
        };
        // The mock's own timer was late.
        let late = Answered {
            upstream_waited: Some(Duration::from_millis(203)),
            ..answer(218)
        };
        let mut report = Report::default();
        let failed = Answered {
            fault: Some("answer failed".into()),
            ..answer(9_000)
        };
        report.count(&[answer(205), late, failed], Some(Duration::from_millis(200)));
        let added = report.added_to_first_text_ms.unwrap();
        assert!(
            (added.p50 - 5.0).abs() < 0.1 && (added.max - 15.0).abs() < 0.1,
            "{added:?}"
        );
        assert_eq!((report.answers, report.failed()), (2, 1));
        assert!(report.to_string().contains("answer failed"));
    }
}
