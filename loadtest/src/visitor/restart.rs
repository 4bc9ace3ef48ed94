//! The scenario `restart`: a server is replaced under open conversations, some of them in the middle of an answer.

use std::{
    fmt,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{
    process::Child,
    task::JoinSet,
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::{
    report::Spread,
    session::Server,
    stall::Visited,
    ws::{Reads, Socket},
};
use crate::{
    own::{Place, stop},
    upstream::{Behaviour, MockUpstream},
};

const MAX_CONNECTIONS: usize = 10_000;
const OPENING: usize = 32;
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two tries to come back.
const AGAIN_AFTER: Duration = Duration::from_millis(200);
const QUESTION: &str = "How long is the warranty?";
/// Of an answer that the stop falls into: some two seconds.
const SLOW: f64 = 12.0;

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program `parlance`.
    pub program: PathBuf,
    pub connections: usize,
    /// Who are being answered when the server is told to stop.
    pub asking: usize,
}

/// How the visitors fared.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RestartReport {
    pub connections: usize,
    /// From being told that the server goes until everything was read from the next, milliseconds.
    pub away: Spread,
    /// From the signal until the next server took requests, milliseconds.
    pub replaced_ms: u64,
}

impl fmt::Display for RestartReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            connections,
            away,
            replaced_ms,
        } = self;
        writeln!(
            f,
            "{connections} open, replaced in {replaced_ms} ms, ms without a server  {away}"
        )
    }
}

/// A conversation that is open.
struct Open {
    server: Server,
    token: String,
    conversation: String,
    socket: Socket,
    /// The `seq` of the last event that there is to be.
    last: u64,
}

/// Replaces a server of its own under open conversations.
///
/// # Errors
/// When the plan is out of bounds, a server does not start or stop, or something of a conversation is missing.
pub async fn run(plan: Plan) -> Result<RestartReport> {
    ensure!(
        (1..=MAX_CONNECTIONS).contains(&plan.connections) && plan.asking <= plan.connections,
        "1 to {MAX_CONNECTIONS} connections, and no more that ask"
    );
    let mock = MockUpstream::start(Behaviour::default()).await?;
    let place = Place::make(&plan.program, mock.base_url())?;
    let report = replaced(&plan, &place, &mock).await;
    place.remove()?;
    report
}

async fn replaced(plan: &Plan, place: &Place, mock: &MockUpstream) -> Result<RestartReport> {
    let (child, base) = place.start(0).await?;
    let server = Server::new(&base, "acme", None)?;
    let opened = stream::iter(0..plan.connections).map(|_| open(&server));
    let mut opened: Vec<Open> = opened.buffer_unordered(OPENING).try_collect().await?;
    mock.set_behaviour(Behaviour {
        tokens_per_second: SLOW,
        ..Behaviour::default()
    });
    let asked = mock.requests().len() + plan.asking;
    for visitor in opened.iter_mut().take(plan.asking) {
        let say = json!({ "type": "say", "client_id": Uuid::now_v7(), "text": QUESTION });
        visitor.socket.send(&say).await?;
        visitor.last += 2;
    }
    mock.wait_for(|requests| requests.len() >= asked).await;

    let mut visitors = JoinSet::new();
    for visitor in opened {
        visitors.spawn(async move {
            timeout(PATIENCE, away(visitor))
                .await
                .context("not back in time")?
        });
    }
    let (child, replaced_ms) = replace(child, place, &base).await?;
    let mut took = Vec::with_capacity(plan.connections);
    while let Some(back) = visitors.join_next().await {
        took.push(back??);
    }
    stop(child).await?;
    Ok(RestartReport {
        connections: plan.connections,
        away: Spread::of(took),
        replaced_ms,
    })
}

/// The next server, in the same place, and how long it took, milliseconds.
async fn replace(child: Child, place: &Place, base: &str) -> Result<(Child, u64)> {
    let port = base.rsplit(':').next().context("an address without a port")?;
    let begun = Instant::now();
    stop(child).await?;
    let (child, _) = place.start(port.parse()?).await?;
    Ok((
        child,
        u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    ))
}

/// A conversation with an answer in it.
async fn open(server: &Server) -> Result<Open> {
    let (mut socket, Visited { token, conversation }) = Socket::open(server).await?;
    let answered = socket.ask(QUESTION).await?;
    ensure!(answered.fault.is_none(), "{}", answered.fault.unwrap_or_default());
    Ok(Open {
        server: server.clone(),
        token,
        conversation,
        socket,
        last: 2,
    })
}

/// Microseconds without a server.
async fn away(visitor: Open) -> Result<u64> {
    let Open {
        server,
        token,
        conversation,
        mut socket,
        last,
    } = visitor;
    while socket
        .next()
        .await
        .is_ok_and(|event| event.get("type") != Some(&json!("moved")))
    {}
    let began = Instant::now();
    drop(socket);
    let mut socket = loop {
        match Socket::visit(&server, &token, Some(&conversation), Reads::AtOnce).await {
            Ok((socket, _)) => break socket,
            Err(_) => sleep(AGAIN_AFTER).await,
        }
    };
    let mut read = 0;
    while read < last {
        let event = socket.next().await?;
        if let Some(seq) = event.get("seq").and_then(Value::as_u64) {
            ensure!(seq == read + 1, "event {seq} comes behind {read}");
            read = seq;
        }
    }
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    // It is there to be talked to.
    socket.close().await;
    Ok(micros)
}
