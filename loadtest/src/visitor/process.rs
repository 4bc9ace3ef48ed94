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

    /// As [`cpu`](Self::cpu), with that of its children, those included that have ended.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn tree_cpu(self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).context("no such process")?;
        let ended = ticks_of(&stat, 13).context("unknown format of /proc/PID/stat")?;
        let mut all = self.cpu()? + ended;
        for entry in fs::read_dir("/proc")?.flatten() {
            // Others come and go meanwhile.
            let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
                continue;
            };
            if parent_of(&stat) == Some(self.0) {
                all += cpu_of(&stat).unwrap_or_default();
            }
        }
        Ok(all)
    }

    /// Resident memory, bytes.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn rss(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).context("no such process")?;
        rss_of(&status).context("unknown format of /proc/PID/status")
    }

    /// Open files, sockets among them.
    ///
    /// # Errors
    /// When there is no such process, or it is another user's.
    pub fn files(self) -> Result<usize> {
        let open = fs::read_dir(format!("/proc/{}/fd", self.0)).context("no such process")?;
        Ok(open.count())
    }
}

/// Fields 14 and 15.
fn cpu_of(stat: &str) -> Option<Duration> {
    ticks_of(stat, 11)
}

/// Two fields behind the name, the second field, which stands in parentheses and may hold anything.
fn ticks_of(stat: &str, skipped: usize) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(skipped);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

fn parent_of(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
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
        assert_eq!(
            (ticks_of(stat, 13), parent_of(stat)),
            (Some(Duration::ZERO), Some(1))
        );
        assert_eq!(rss_of("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2 << 20));
        let own = Process(std::process::id());
        assert!(own.rss().unwrap() > 0 && own.files().unwrap() > 2);
        assert!(own.cpu().unwrap() <= own.tree_cpu().unwrap());
    }
}
