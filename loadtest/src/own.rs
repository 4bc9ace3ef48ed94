//! A server of our own, as an operator starts it, with a private Postgres in a folder that is removed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// The first start makes the demo.
const STARTS_WITHIN: Duration = Duration::from_secs(300);
const STOPS_WITHIN: Duration = Duration::from_secs(90);

/// Has it stop in order.
///
/// # Errors
/// Where it does not, or not in time.
pub(crate) async fn stop(mut child: Child) -> Result<()> {
    let id = child.id().context("the server ended by itself")?;
    let asked = Command::new("kill")
        .args(["-TERM", &id.to_string()])
        .status()
        .await?;
    ensure!(asked.success(), "the server could not be asked to stop");
    let ended = timeout(STOPS_WITHIN, child.wait())
        .await
        .context("the server does not stop")??;
    ensure!(ended.success(), "the server ended with {ended}");
    Ok(())
}

/// Where it lives.
#[derive(Debug)]
pub(crate) struct Place {
    program: PathBuf,
    data: PathBuf,
    upstream: String,
}

impl Place {
    /// A folder for `program`, which asks `upstream`.
    pub(crate) fn make(program: &Path, upstream: String) -> Result<Self> {
        let data = env::temp_dir().join(format!("parlance-own-{}", std::process::id()));
        fs::create_dir_all(&data).context("no folder for its data")?;
        Ok(Self {
            program: fs::canonicalize(program).unwrap_or_else(|_| program.to_owned()),
            data,
            upstream,
        })
    }

    /// Removes the folder.
    pub(crate) fn remove(self) -> Result<()> {
        fs::remove_dir_all(&self.data).context("its folder cannot be removed")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.data)
            .env_remove("DATABASE_URL")
            .env("BIND", "127.0.0.1")
            .env("LOG", "error")
            .env("DATA_DIR", &self.data)
            .env("DEMO", "on")
            .env("EMBEDDINGS", "minilm")
            .env("ANTHROPIC_API_KEY", "anything")
            .env("ANTHROPIC_ADMIN_KEY", "anything")
            .env("ANTHROPIC_BASE_URL", &self.upstream)
            .env("ANSWER_CACHE_MB", "0")
            .env("CHAT_RATE_VISITOR", "1000/1000")
            .env("CHAT_RATE_ADDRESS", "10000/10000")
            .kill_on_drop(true);
        command
    }

    /// The server and where it is; port 0 takes a free one.
    pub(crate) async fn start(&self, port: u16) -> Result<(Child, String)> {
        let mut child = self
            .command()
            .env("PORT", port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .context("the server does not start")?;
        let out = child.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(out).lines();
        let told = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, address)) = line.split_once("ready at ") {
                    return Ok(address.trim().to_owned());
                }
            }
            bail!("the server ended before it was ready");
        };
        let base = timeout(STARTS_WITHIN, told)
            .await
            .context("the server is not ready in time")??;
        // Read on, so that it never waits for who listens.
        #[expect(clippy::disallowed_methods, reason = "it ends with the server's output")]
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((child, base))
    }

    /// What `parlance reconcile` says of a day.
    pub(crate) async fn reconciled(&self, day: &str) -> Result<Value> {
        let done = self
            .command()
            .args(["reconcile", "--json", "--day", day])
            .output()
            .await?;
        serde_json::from_slice(&done.stdout)
            .with_context(|| format!("no report: {}", String::from_utf8_lossy(&done.stderr)))
    }
}
