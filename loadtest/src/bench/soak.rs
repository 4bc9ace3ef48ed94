//! A steady load for minutes, and what it leaves: `--soak-minutes 10`.
//!
//! Memory is bounded where it grows by no more than a fiftieth in the second half of the time, by a line through its
//! samples: by then all that is kept on purpose has its size, and what leaks goes on. In ten minutes that half has some
//! 6,500 visits, so that less than a KiB of each may stay.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use parlance_loadtest::visitor::{
    process::Process,
    soak::{Habit, Soak, Visits},
};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    SPREAD,
    contender::{Programs, Running, start_demo},
    figures::{Figures, Goal},
    rig::Rig,
    scenes::{QUESTION, SPACE, demo},
};

const VISITORS: u32 = 100;
const SAMPLES: Duration = Duration::from_secs(2);
/// Between two lines of progress, in samples.
const SAYS: usize = 15;
/// Conversations are unloaded this long after the last word, so that the load has them come and go.
const UNLOADED_AFTER: &str = "20";
/// How long what is left may take to go: unloading, connections to the upstream, answers that nobody reads.
const GONE_WITHIN: Duration = Duration::from_secs(120);
const GROWTH_AT_MOST: f64 = 2.0;

/// The server at one moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
    second: f64,
    rss_mib: f64,
    files: f64,
    tasks: f64,
    sockets: f64,
    conversations: f64,
}

pub(crate) async fn run(programs: &Programs, rig: &Rig, minutes: u64, figures: &mut Figures) -> Result<()> {
    let around = demo(programs, rig).await?;
    let server = start_demo(programs, &around, &[("PASSIVATE_SECONDS", UNLOADED_AFTER)]).await?;
    let probe = Probe::of(&server);
    let visitors = || -> Result<Soak> {
        let visited = server.server(SPACE)?;
        Ok(Soak::begin(&visited, VISITORS, QUESTION, SPREAD))
    };
    // Pools have their size before anything is compared.
    let warm = visitors()?;
    sleep(SPREAD * 3).await;
    warm.end().await?;
    let before = probe.sample().await?;
    rig.progress.say(format_args!("soak: {before}"));

    let soak = visitors()?;
    let samples = watch(&probe, rig, Duration::from_secs(minutes * 60)).await?;
    // A gauge that is not told reads as none, which afterwards is what is hoped for.
    let seen = |sample: &Sample| sample.sockets > 0.0 && sample.conversations > 0.0;
    ensure!(
        samples.iter().any(seen),
        "no socket or conversation was ever told"
    );
    let visits = soak.end().await?;
    let left = emptied(&probe, before).await?;
    rig.progress.say(format_args!("soak, afterwards: {left}"));
    server.stop().await?;
    tell(&samples, before, left, &visits, minutes, figures);
    Ok(())
}

async fn watch(probe: &Probe, rig: &Rig, lasts: Duration) -> Result<Vec<Sample>> {
    let (begun, mut samples) = (Instant::now(), Vec::new());
    while begun.elapsed() < lasts {
        sleep_until(begun + SAMPLES * u32::try_from(samples.len() + 1)?).await;
        let sample = probe.sample().await?;
        if samples.len() % SAYS == 0 {
            rig.progress.say(format_args!("soak: {sample}"));
        }
        samples.push(sample);
    }
    Ok(samples)
}

/// What is there once nothing is left, or does not go.
async fn emptied(probe: &Probe, before: Sample) -> Result<Sample> {
    let begun = Instant::now();
    loop {
        let now = probe.sample().await?;
        let none = now.sockets + now.conversations == 0.0;
        if none && now.files <= before.files && now.tasks <= before.tasks || begun.elapsed() > GONE_WITHIN {
            return Ok(now);
        }
        sleep(SAMPLES).await;
    }
}

fn tell(
    samples: &[Sample],
    before: Sample,
    left: Sample,
    visits: &Visits,
    minutes: u64,
    figures: &mut Figures,
) {
    #[expect(clippy::cast_precision_loss, reason = "thousands of visits")]
    let number = |of: u64| of as f64;
    for habit in [Habit::Reads, Habit::Leaves, Habit::Stalls, Habit::ComesBack] {
        let done = visits.done.get(&habit).copied().unwrap_or_default();
        let name = format!("soak of {minutes} minutes, {VISITORS} visitors: visits, {habit:?}");
        figures.add(name, number(done), Goal::None);
    }
    let done: u64 = visits.done.values().sum();
    let faults: u64 = visits.faults.values().sum();
    let what: Vec<&str> = visits.faults.keys().map(String::as_str).collect();
    let name = format!("soak: visits that failed {}", what.join(", "));
    figures.add(name.trim_end(), number(faults), Goal::AtMost(0.0));
    let half = samples.get(samples.len() / 2..).unwrap_or_default();
    let points: Vec<(f64, f64)> = half.iter().map(|one| (one.second, one.rss_mib)).collect();
    let (from, to) = line(&points).unwrap_or((f64::NAN, f64::NAN));
    figures.add("soak: memory after the first half, MiB", from, Goal::None);
    figures.add(
        "soak: memory grows in the second half, %",
        (to - from) / from * 100.0,
        Goal::AtMost(GROWTH_AT_MOST),
    );
    figures.add(
        "soak: memory that stays in the second half, KiB a visit",
        (to - from) * 1024.0 * 2.0 / number(done),
        Goal::None,
    );
    for (name, left, most) in [
        ("open files", left.files, before.files),
        ("tasks", left.tasks, before.tasks),
        ("sockets", left.sockets, 0.0),
        ("conversations in memory", left.conversations, 0.0),
    ] {
        figures.add(format!("soak, afterwards: {name}"), left, Goal::AtMost(most));
    }
}

/// The ends of the line that is nearest to all points, by least squares.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "thousands of samples")]
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let up: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let wide: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let at = |point: &(f64, f64)| y + up / wide * (point.0 - x);
    (wide > 0.0).then_some(())?;
    Some((at(points.first()?), at(points.last()?)))
}

/// Where the server is looked at.
struct Probe {
    process: Process,
    url: String,
    client: reqwest::Client,
    begun: Instant,
}

impl Probe {
    fn of(server: &Running) -> Self {
        Self {
            process: server.process(),
            url: format!("{}/metrics", server.url()),
            client: reqwest::Client::new(),
            begun: Instant::now(),
        }
    }

    async fn sample(&self) -> Result<Sample> {
        let told = self.client.get(&self.url).send().await?.error_for_status()?;
        let told = gauges(&told.text().await?);
        // One that nothing was counted in yet is not told.
        let gauge = |name: &str| told.get(name).copied().unwrap_or_default();
        #[expect(
            clippy::cast_precision_loss,
            reason = "bytes of one machine's memory, and thousands of files"
        )]
        let (rss, files) = (self.process.rss()? as f64, self.process.files()? as f64);
        Ok(Sample {
            second: self.begun.elapsed().as_secs_f64(),
            rss_mib: rss / f64::from(1 << 20),
            files,
            tasks: told.get("parlance_tasks").copied().context("no tasks are told")?,
            sockets: gauge("parlance_sockets"),
            conversations: gauge("parlance_conversations_active"),
        })
    }
}

/// Sums over the labels of each.
fn gauges(text: &str) -> BTreeMap<String, f64> {
    let mut gauges = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.rsplit_once(' ') else {
            continue;
        };
        let name = name.split('{').next().unwrap_or(name);
        *gauges.entry(name.to_owned()).or_default() += value.parse().unwrap_or(0.0);
    }
    gauges
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            rss_mib,
            files,
            tasks,
            sockets,
            conversations,
            ..
        } = self;
        write!(
            f,
            "{rss_mib:.1} MiB, {files} files, {tasks} tasks, {sockets} sockets, {conversations} conversations"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaks_is_seen_through_what_comes_and_goes() {
        let second = |n: u32| f64::from(n);
        let waves: Vec<_> = (0..300).map(|n| (second(n), 200.0 + second(n % 7))).collect();
        let (from, to) = line(&waves).unwrap();
        assert!(((to - from) / from).abs() < 0.002, "{from} {to}");
        let leaks: Vec<_> = waves.iter().map(|(at, mib)| (*at, mib + at / 10.0)).collect();
        let (from, to) = line(&leaks).unwrap();
        assert!((to - from - 30.0).abs() < 0.5, "{from} {to}");
        assert_eq!(line(&[]), None);
    }

    #[test]
    fn gauges_are_summed_over_their_labels() {
        let told = gauges("# TYPE a gauge\na{of=\"x y\"} 2\na{of=\"z\"} 3\n\nb 7\n");
        assert_eq!((told["a"], told["b"]), (5.0, 7.0));
    }
}
