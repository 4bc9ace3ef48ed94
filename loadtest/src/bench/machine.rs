//! Who used the processors during a run, from `/proc`.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use parlance_loadtest::visitor::process::Process;
use serde::Serialize;

/// More than this share of a processor in other hands, and a run says nothing.
pub const FOREIGN_AT_MOST: f64 = 0.10;
/// Ticks a second in `/proc/*/stat`.
const TICKS: u64 = 100;

/// Puts the threads that this process has now in front of all others on its processor, so that no visitor waits there
/// behind Postgres for what has arrived, and the mock says no word late: that would be taken for the server's time.
/// What Postgres has is what they leave. Threads and processes to come are as others.
///
/// # Errors
/// Where that is not allowed.
pub(crate) fn come_first() -> Result<()> {
    let set = Command::new("chrt")
        .args(["--all-tasks", "--reset-on-fork", "--rr", "--pid", "1"])
        .arg(std::process::id().to_string())
        .output()
        .context("there is no chrt (util-linux)")?;
    let why = String::from_utf8_lossy(&set.stderr);
    ensure!(set.status.success(), "{}", why.trim());
    Ok(())
}

/// The processors at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    at: Instant,
    busy: Duration,
    server: Duration,
    postgres: Duration,
    generator: Duration,
}

/// Shares of one processor between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Shares {
    pub server: f64,
    pub postgres: f64,
    /// The generator with the mock upstream.
    pub generator: f64,
    /// Everything else on the machine, what the host took included.
    pub foreign: f64,
}

impl Reading {
    /// Of the server, of Postgres with its children, and of this process.
    pub(crate) fn take(server: Process, postgres: Process) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            busy: busy(&fs::read_to_string("/proc/stat")?).context("unknown format of /proc/stat")?,
            server: server.cpu()?,
            postgres: postgres.tree_cpu()?,
            generator: Process(std::process::id()).cpu()?,
        })
    }

    pub(crate) fn until(self, later: Self) -> Shares {
        let seconds = later.at.duration_since(self.at).as_secs_f64();
        let share = |from: Duration, to: Duration| to.saturating_sub(from).as_secs_f64() / seconds;
        let (server, postgres, generator) = (
            share(self.server, later.server),
            share(self.postgres, later.postgres),
            share(self.generator, later.generator),
        );
        let foreign = (share(self.busy, later.busy) - server - postgres - generator).max(0.0);
        Shares {
            server,
            postgres,
            generator,
            foreign,
        }
    }
}

impl Shares {
    pub fn is_fit(&self) -> bool {
        self.foreign <= FOREIGN_AT_MOST
    }
}

/// User, nice, system and stolen time of all processors. Interrupts are left out: they are the network's, which is ours.
fn busy(stat: &str) -> Option<Duration> {
    let fields: Vec<u64> = stat
        .lines()
        .next()?
        .strip_prefix("cpu ")?
        .split_whitespace()
        .map_while(|field| field.parse().ok())
        .collect();
    let ticks = fields.get(..3)?.iter().sum::<u64>() + fields.get(7)?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_of_ours_used_is_foreign() {
        let stat = "cpu  100 20 30 900 5 6 7 50 0 0\ncpu0 1 2 3";
        assert_eq!(busy(stat), Some(Duration::from_secs(2)));
        let at = Instant::now();
        let first = Reading {
            at,
            busy: Duration::ZERO,
            server: Duration::ZERO,
            postgres: Duration::ZERO,
            generator: Duration::ZERO,
        };
        let later = Reading {
            at: at + Duration::from_secs(10),
            busy: Duration::from_secs(12),
            server: Duration::from_secs(5),
            postgres: Duration::from_secs(1),
            generator: Duration::from_secs(4),
        };
        let shares = first.until(later);
        assert!(
            (shares.foreign - 0.2).abs() < 1e-9 && !shares.is_fit(),
            "{shares:?}"
        );
    }
}
