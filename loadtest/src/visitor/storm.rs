//! The scenario `storm`: all visitors lose their connection at the same moment and come back.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use tokio::{
    sync::Barrier,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    report::Spread,
    session::Server,
    stall::Visited,
    ws::{Reads, Socket},
};

const MAX_CONNECTIONS: usize = 10_000;
const OPENING: usize = 32;
const PATIENCE: Duration = Duration::from_secs(60);
/// From the loss to the return, so that the server knows of it.
const AWAY: Duration = Duration::from_secs(1);

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The spaces that are visited, in turn.
    pub servers: Vec<Server>,
    pub connections: usize,
    /// Asked once before the storm, so that there is something to resume.
    pub question: String,
}

/// From the moment at which all come back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StormReport {
    pub connections: usize,
    /// Until each has read again what was said, milliseconds.
    pub resumed: Spread,
}

impl fmt::Display for StormReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} come back at once, ms until all is read  {}",
            self.connections, self.resumed
        )
    }
}

/// A conversation to come back to.
struct Place {
    server: Server,
    token: String,
    conversation: String,
}

/// Opens the conversations, drops every connection, and has all come back at once.
///
/// # Errors
/// When the plan is out of bounds, or one of them does not get back what was said.
pub async fn run(plan: Plan) -> Result<StormReport> {
    ensure!(
        (1..=MAX_CONNECTIONS).contains(&plan.connections),
        "1 to {MAX_CONNECTIONS} connections"
    );
    let servers = plan.servers.iter().cycle().take(plan.connections);
    let opened = stream::iter(servers).map(|server| open(server, &plan.question));
    let opened: Vec<(Socket, Place)> = opened.buffer_unordered(OPENING).try_collect().await?;
    ensure!(opened.len() == plan.connections, "at least one space");
    let (sockets, places): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    drop(sockets);
    sleep(AWAY).await;
    let start = Arc::new(Barrier::new(places.len()));
    let mut returns = JoinSet::new();
    for place in places {
        let start = Arc::clone(&start);
        returns.spawn(async move {
            start.wait().await;
            let began = Instant::now();
            timeout(PATIENCE, resume(&place))
                .await
                .context("not back in time")??;
            anyhow::Ok(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX))
        });
    }
    let mut took = Vec::with_capacity(plan.connections);
    while let Some(returned) = returns.join_next().await {
        took.push(returned??);
    }
    Ok(StormReport {
        connections: plan.connections,
        resumed: Spread::of(took),
    })
}

async fn open(server: &Server, question: &str) -> Result<(Socket, Place)> {
    let (mut socket, Visited { token, conversation }) = Socket::open(server).await?;
    let answered = socket.ask(question).await?;
    ensure!(answered.fault.is_none(), "{}", answered.fault.unwrap_or_default());
    let server = server.clone();
    Ok((
        socket,
        Place {
            server,
            token,
            conversation,
        },
    ))
}

/// Reads until the answer is there again.
async fn resume(place: &Place) -> Result<()> {
    let Place {
        server,
        token,
        conversation,
    } = place;
    let (mut socket, _) = Socket::visit(server, token, Some(conversation), Reads::AtOnce).await?;
    loop {
        let event = socket.next().await?;
        if event.pointer("/author/kind") == Some(&json!("assistant")) {
            return Ok(());
        }
    }
}
