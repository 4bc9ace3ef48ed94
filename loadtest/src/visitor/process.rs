//! What the server process costs, read from `/proc`.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// Ticks a second in `/proc/*/stat`: fixed at 100 on Linux for every architecture in use.
const TICKS: u64 = 100;

/// A process of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// User and system time so far.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn cpu(self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).context("no such process")?;
        cpu_of(&stat).context("unknown format of /proc/PID/stat")
    }

    /// Resident memory, bytes.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn rss(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).context("no such process")?;
        rss_of(&status).context("unknown format of /proc/PID/status")
    }
}

/// Fields 14 and 15; the second field, the name in parentheses, may hold anything.
fn cpu_of(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

fn rss_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_proc() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 4 0 1 2 3";
        assert_eq!(cpu_of(stat), Some(Duration::from_secs(2)));
        assert_eq!(rss_of("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2 << 20));
        let own = Process(std::process::id());
        assert!(own.rss().unwrap() > 0 && own.cpu().is_ok());
    }
}
