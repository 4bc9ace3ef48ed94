//! The scenario `idle`: what an open, silent conversation costs in memory.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use super::{process::Process, report::IdleReport, session::Server, ws::Socket};

const MAX_CONNECTIONS: usize = 20_000;
const OPENING: usize = 32;

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    pub server: Server,
    pub process: Process,
    pub connections: usize,
    /// Asked once on each socket first, so that its conversation exists and has spoken.
    pub question: Option<String>,
    /// From the last connection to the measurement.
    pub settle: Duration,
}

/// Opens a tenth first, so that pools and caches have their size, then measures the growth.
///
/// # Errors
/// When the plan is out of bounds, a socket cannot be opened or the process ends.
pub async fn run(plan: Plan) -> Result<IdleReport> {
    ensure!(
        (10..=MAX_CONNECTIONS).contains(&plan.connections),
        "10 to {MAX_CONNECTIONS} connections"
    );
    ensure!(
        plan.settle <= Duration::from_secs(600),
        "settles for at most 600 s"
    );
    let warm = open(&plan, plan.connections / 10).await?;
    sleep(plan.settle).await;
    let rss_before = plan.process.rss()?;
    let sockets = open(&plan, plan.connections).await?;
    sleep(plan.settle).await;
    let rss_after = plan.process.rss()?;
    drop((warm, sockets));
    #[expect(clippy::cast_precision_loss, reason = "bytes of one machine's memory")]
    let growth = rss_after.saturating_sub(rss_before) as f64;
    #[expect(clippy::cast_precision_loss, reason = "at most MAX_CONNECTIONS")]
    let connections = plan.connections as f64;
    Ok(IdleReport {
        connections: plan.connections,
        rss_before,
        rss_after,
        bytes_per_connection: growth / connections,
    })
}

async fn open(plan: &Plan, count: usize) -> Result<Vec<Socket>> {
    let sockets = stream::iter(0..count).map(|_| async {
        let (mut socket, _) = Socket::open(&plan.server).await?;
        if let Some(question) = &plan.question {
            let answered = socket.ask(question).await?;
            ensure!(answered.fault.is_none(), "{}", answered.fault.unwrap_or_default());
        }
        Ok(socket)
    });
    sockets.buffer_unordered(OPENING).try_collect().await
}
