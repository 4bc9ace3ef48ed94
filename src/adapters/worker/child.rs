//! A process for every request: fed over its standard input, answering on its standard output,
//! without our environment, and ended when its time is over.

use std::{
    ffi::OsString, io, os::unix::process::ExitStatusExt, path::PathBuf, process::Stdio, time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
    sync::Semaphore,
    time::timeout,
};

use super::{Worker, WorkerError};

/// Bytes of a worker's last words that are kept.
const LAST_WORDS: usize = 4096;
/// What Rust says when memory is refused, before it ends the process: nothing else tells that end
/// from any other abort.
const NO_MEMORY: &str = "memory allocation of";

/// Our allocator reserves a gigabyte of address space at its start, which a worker's limit would count
/// before anything is in it; by this it takes what it needs. All that a worker has for environment.
const ENVIRONMENT: [(&str, &str); 1] = [("MIMALLOC_ARENA_RESERVE", "0")];

/// What one request may cost, and how many are worked on at once.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of address space.
    pub memory: u64,
    /// From the start to the end of the answer; as much processor time.
    pub time: Duration,
    /// Bytes of the answer.
    pub answer: usize,
    pub at_once: usize,
}

/// Starts `program` for every request, with `--memory BYTES --cpu SECONDS` behind its arguments:
/// the program is to apply them by `Limits` before it reads.
#[derive(Debug)]
pub struct ChildProcess {
    program: PathBuf,
    arguments: Vec<OsString>,
    bounds: Bounds,
    seats: Semaphore,
}

impl ChildProcess {
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str], bounds: Bounds) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(OsString::from).collect(),
            bounds,
            seats: Semaphore::new(bounds.at_once.max(1)),
        }
    }

    /// The program that is running now, even where its file was replaced or removed since.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn this_program() -> io::Result<PathBuf> {
        if cfg!(target_os = "linux") {
            return Ok(PathBuf::from("/proc/self/exe"));
        }
        std::env::current_exe()
    }

    fn start(&self) -> Result<Child, WorkerError> {
        // Rounded up, so that time on the clock is what ends an idle and a busy one alike.
        let cpu = self.bounds.time.as_secs().saturating_add(1);
        Command::new(&self.program)
            .args(&self.arguments)
            .args(["--memory", &self.bounds.memory.to_string()])
            .args(["--cpu", &cpu.to_string()])
            .env_clear()
            .envs(ENVIRONMENT)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C at a terminal is for the server, which lets its workers end.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| WorkerError::Unstartable(format!("{}: {error}", self.program.display())))
    }

    /// Feeds it and takes its answer, to the end.
    async fn talk(&self, child: &mut Child, request: &[&[u8]]) -> Result<Vec<u8>, WorkerError> {
        let gone = || WorkerError::Died("it cannot be spoken to".to_owned());
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let words = child.stderr.take().ok_or_else(gone)?;
        let (input, output) = (input.ok_or_else(gone)?, output.ok_or_else(gone)?);
        let ((), answer, words) = tokio::try_join!(
            feed(input, request),
            whole(output, self.bounds.answer),
            beginning(words)
        )?;
        let status = child
            .wait()
            .await
            .map_err(|error| WorkerError::Died(error.to_string()))?;
        if status.success() {
            return Ok(answer);
        }
        let signal = status.signal().and_then(|signal| Signal::try_from(signal).ok());
        Err(match signal {
            Some(Signal::SIGTERM | Signal::SIGINT | Signal::SIGHUP | Signal::SIGQUIT) => {
                WorkerError::Interrupted
            }
            Some(Signal::SIGXCPU) => WorkerError::OutOfTime(self.bounds.time),
            // Not by us: the system does it when memory runs out.
            Some(Signal::SIGKILL) => WorkerError::OutOfMemory(self.bounds.memory),
            _ if words.contains(NO_MEMORY) => WorkerError::OutOfMemory(self.bounds.memory),
            _ => WorkerError::Died(format!("{status}: {}", words.trim())),
        })
    }
}

#[async_trait::async_trait]
impl Worker for ChildProcess {
    async fn ask(&self, request: &[&[u8]]) -> Result<Vec<u8>, WorkerError> {
        let time = self.bounds.time;
        let Ok(Ok(_seat)) = timeout(time, self.seats.acquire()).await else {
            return Err(WorkerError::Busy);
        };
        let mut child = self.start()?;
        let answer = timeout(time, self.talk(&mut child, request)).await;
        if !matches!(answer, Ok(Ok(_))) {
            // It may have ended already; either way it is gone before its seat is given away.
            let _ = child.kill().await;
        }
        answer.unwrap_or(Err(WorkerError::OutOfTime(time)))
    }
}

/// A worker need not take all it is given: what it says then is what counts.
async fn feed(mut input: ChildStdin, request: &[&[u8]]) -> Result<(), WorkerError> {
    for part in request {
        if input.write_all(part).await.is_err() {
            break;
        }
    }
    let _ = input.shutdown().await;
    Ok(())
}

async fn whole(output: impl AsyncRead + Unpin, limit: usize) -> Result<Vec<u8>, WorkerError> {
    let mut answer = Vec::new();
    let mut bounded = output.take((limit as u64).saturating_add(1));
    let read = bounded.read_to_end(&mut answer).await;
    read.map_err(|error| WorkerError::Died(error.to_string()))?;
    if answer.len() > limit {
        return Err(WorkerError::TooLong(limit));
    }
    Ok(answer)
}

/// The first words; the rest is read and dropped, so that nobody waits for us.
async fn beginning(mut words: impl AsyncRead + Unpin) -> Result<String, WorkerError> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 1024]);
    while let Ok(read @ 1..) = words.read(&mut buffer).await {
        let room = LAST_WORDS - kept.len();
        kept.extend_from_slice(buffer.get(..read.min(room)).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const BOUNDS: Bounds = Bounds {
        memory: 1 << 30,
        time: Duration::from_secs(20),
        answer: 1 << 20,
        at_once: 2,
    };

    fn shell(script: &str, bounds: Bounds) -> ChildProcess {
        ChildProcess::new("/bin/sh", &["-c", script, "worker"], bounds)
    }

    async fn ask(script: &str) -> Result<Vec<u8>, WorkerError> {
        shell(script, BOUNDS).ask(&[b"one ", b"two"]).await
    }

    #[tokio::test]
    async fn what_is_asked_is_answered_without_our_environment() {
        assert_eq!(ask("cat").await, Ok(b"one two".to_vec()));
        let told = ask("cat >/dev/null; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL=; pwd; echo $@").await;
        let told = String::from_utf8(told.unwrap()).unwrap();
        assert_eq!(
            told,
            "MIMALLOC_ARENA_RESERVE=0\n/\n--memory 1073741824 --cpu 21\n"
        );
    }

    #[tokio::test]
    async fn a_request_nobody_reads_is_no_failure() {
        let long = vec![0; 4 << 20];
        assert_eq!(shell("echo hi", BOUNDS).ask(&[&long]).await, Ok(b"hi\n".to_vec()));
    }

    #[tokio::test]
    async fn one_that_does_not_end_is_ended() {
        let bounds = Bounds {
            time: Duration::from_millis(200),
            ..BOUNDS
        };
        let started = Instant::now();
        let late = shell("while :; do :; done", bounds).ask(&[]).await;
        assert_eq!(late, Err(WorkerError::OutOfTime(bounds.time)));
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut_off() {
        assert_eq!(ask("yes").await, Err(WorkerError::TooLong(BOUNDS.answer)));
    }

    #[tokio::test]
    async fn how_it_ended_is_told() {
        let died = ask("echo broken >&2; exit 3").await.unwrap_err().to_string();
        assert!(
            died.contains("exit status: 3") && died.contains("broken"),
            "{died}"
        );
        assert_eq!(ask("kill -TERM $$").await, Err(WorkerError::Interrupted));
        let memory = Err(WorkerError::OutOfMemory(BOUNDS.memory));
        assert_eq!(ask("kill -KILL $$").await, memory);
        let refused = "echo 'memory allocation of 8 bytes failed' >&2; kill -ABRT $$";
        assert_eq!(ask(refused).await, memory);
        assert_eq!(
            ask("kill -XCPU $$").await,
            Err(WorkerError::OutOfTime(BOUNDS.time))
        );
    }

    #[tokio::test]
    async fn what_cannot_be_started_says_so() {
        let none = ChildProcess::new("/nowhere/parlance", &[], BOUNDS).ask(&[]).await;
        assert!(matches!(none, Err(WorkerError::Unstartable(why)) if why.contains("/nowhere/parlance")));
    }

    #[tokio::test]
    async fn no_more_than_the_seats_are_worked_on() {
        let bounds = Bounds {
            time: Duration::from_millis(300),
            at_once: 1,
            ..BOUNDS
        };
        let worker = shell("sleep 10", bounds);
        let (first, second) = tokio::join!(worker.ask(&[]), async {
            tokio::task::yield_now().await;
            timeout(Duration::from_millis(100), worker.ask(&[])).await
        });
        assert_eq!(first, Err(WorkerError::OutOfTime(bounds.time)));
        assert!(second.is_err(), "it waits for its seat");
    }
}
