//! The scenario `inbox`: an agent's console is open and pages through the list, while visitors who wait for a person go on
//! writing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time};
use uuid::Uuid;

use super::{
    process::Process,
    report::Spread,
    session::{Server, answer},
    ws::{Reads, Socket},
};

const OPENING: usize = 16;
/// Pages that are read one behind the other before the list is begun anew.
const DEEP: usize = 20;
/// Between two pages.
const LOOKS: Duration = Duration::from_millis(50);
/// For what was sent last to arrive.
const SETTLES: Duration = Duration::from_millis(500);

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    pub server: Server,
    /// The agent, by their e-mail address.
    pub email: String,
    pub password: String,
    /// Who write, in turn.
    pub visitors: u32,
    /// Messages of all of them together.
    pub a_second: u32,
    pub lasts: Duration,
    /// The server's process, for its cost.
    pub process: Process,
}

/// What the agent had of it.
#[derive(Clone, Copy, Debug)]
pub struct InboxReport {
    pub sent: u64,
    /// From a visitor sending a message to the console having the conversation with it, milliseconds. A conversation that
    /// changes again before it is told is told once.
    pub told: Spread,
    /// A page of the list, the one sorted by urgency and the one by time in turn, milliseconds.
    pub page: Spread,
    /// Of one processor, meanwhile.
    pub cpu: f64,
}

/// When each message was sent, by its text.
type Sent = Arc<Mutex<HashMap<String, Instant>>>;

/// Has visitors wait for a person and write, the console listen, and the list be read.
///
/// # Errors
/// When the server refuses something, or the console is told of nothing.
pub async fn run(plan: Plan) -> Result<InboxReport> {
    ensure!(
        (1..=1_000).contains(&plan.visitors) && (1..=2_000).contains(&plan.a_second),
        "1 to 1,000 visitors and 1 to 2,000 messages a second"
    );
    let comes = stream::iter(0..plan.visitors).map(async |_| {
        let (mut socket, _) = Socket::open(&plan.server).await?;
        socket.send(&json!({ "type": "human" })).await?;
        anyhow::Ok(socket)
    });
    let sockets: Vec<Socket> = comes.buffer_unordered(OPENING).try_collect().await?;
    let token = plan.server.login(&plan.email, &plan.password).await?;
    let console = Socket::console(&plan.server, &token, Reads::AtOnce).await?;
    let sent = Sent::default();
    let (begun, cpu) = (Instant::now(), plan.process.cpu()?);
    let mut writing = JoinSet::new();
    for (number, socket) in (0..).zip(sockets) {
        writing.spawn(write(plan.clone(), number, socket, Arc::clone(&sent)));
    }
    let (told, page) = tokio::try_join!(
        listen(console, &sent, plan.lasts + SETTLES),
        look(&plan, &token, begun)
    )?;
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = plan.process.cpu()?.saturating_sub(cpu).as_secs_f64() / seconds;
    let mut written = 0;
    while let Some(number) = writing.join_next().await {
        written += number??;
    }
    ensure!(!told.is_empty(), "the console is told of nothing");
    Ok(InboxReport {
        sent: written,
        told: Spread::of(told),
        page: Spread::of(page),
        cpu,
    })
}

/// Writes in the visitor's turn; with how many messages.
async fn write(plan: Plan, number: u32, mut socket: Socket, sent: Sent) -> Result<u64> {
    let mut due = time::interval(Duration::from_secs(plan.visitors.into()) / plan.a_second);
    time::sleep(Duration::from_secs(number.into()) / plan.a_second).await;
    let (begun, mut written) = (Instant::now(), 0);
    while begun.elapsed() < plan.lasts {
        tokio::select! {
            _ = due.tick() => {
                let text = format!("Is somebody there? {number}.{written}");
                let say = json!({ "type": "say", "client_id": Uuid::now_v7(), "text": text });
                sent.lock().unwrap_or_else(PoisonError::into_inner).insert(text, Instant::now());
                socket.send(&say).await?;
                written += 1;
            }
            event = socket.next() => { event?; }
        }
    }
    Ok(written)
}

/// How long each took to the console, microseconds.
async fn listen(mut console: Socket, sent: &Sent, lasts: Duration) -> Result<Vec<u64>> {
    let mut told = Vec::new();
    let all = async {
        loop {
            let event = console.next().await?;
            let text = event.pointer("/conversation/last/text").and_then(Value::as_str);
            let Some(text) = text else { continue };
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = sent.remove(text) {
                told.push(micros(at));
            }
        }
    };
    match time::timeout(lasts, all).await {
        Ok(failed) => failed,
        Err(_) => Ok(told),
    }
}

/// Reads page after page; how long each took, microseconds.
async fn look(plan: &Plan, token: &str, begun: Instant) -> Result<Vec<u64>> {
    let mut took = Vec::new();
    for sort in ["urgency", "recent"].into_iter().cycle() {
        let mut cursor = String::new();
        for _ in 0..DEEP {
            if begun.elapsed() > plan.lasts {
                return Ok(took);
            }
            let page = format!("/api/conversations?sort={sort}&limit=50{cursor}");
            let asked = Instant::now();
            let list = answer(
                plan.server
                    .client
                    .get(plan.server.call(&page)?)
                    .bearer_auth(token),
            )
            .await?;
            took.push(micros(asked));
            match list.get("next").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            time::sleep(LOOKS).await;
        }
    }
    Ok(took)
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
