//! The scenario `urgency`: how soon an angry visitor is on top of the inbox of an agent whose console is open,
//! among many who wait.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    report::Spread,
    session::{Server, answer},
    ws::{Reads, Socket},
};

const MAX_WAITING: usize = 2_000;
const MAX_ROUNDS: usize = 1_000;
const OPENING: usize = 8;
/// Within which an agent is told.
const PATIENCE: Duration = Duration::from_secs(30);
const ANGRY: &str =
    "You are liars and thieves! This is a scam, I am furious and I hate your terrible service!";

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    pub server: Server,
    /// The agent, by their e-mail address.
    pub email: String,
    pub password: String,
    /// Visitors who wait for a person.
    pub waiting: usize,
    /// Angry visitors, one after another.
    pub rounds: usize,
}

/// From sending the message on.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UrgencyReport {
    pub waiting: usize,
    /// Until the agent's console is told that the visitor is angry.
    pub told: Spread,
    /// Until the inbox that is then read anew has the conversation on top, with its reason.
    pub on_top: Spread,
}

impl fmt::Display for UrgencyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "an angry visitor among {} who wait, ms from sending",
            self.waiting
        )?;
        writeln!(f, "  the console is told     {}", self.told)?;
        writeln!(f, "  on top of the inbox     {}", self.on_top)
    }
}

/// Has visitors wait, then lets one after another be angry. Each is resolved before the next.
///
/// # Errors
/// When the plan is out of bounds, the server refuses, or a conversation is not on top when the console is told.
pub async fn run(plan: Plan) -> Result<UrgencyReport> {
    ensure!(
        (1..=MAX_WAITING).contains(&plan.waiting),
        "1 to {MAX_WAITING} wait"
    );
    ensure!(
        (1..=MAX_ROUNDS).contains(&plan.rounds),
        "1 to {MAX_ROUNDS} rounds"
    );
    let desk = Desk::open(&plan).await?;
    let waits = stream::iter(0..plan.waiting).map(|_| async {
        let asked = json!({ "type": "human" });
        Visitor::comes(&plan.server).await?.sends(&asked).await
    });
    waits.buffer_unordered(OPENING).try_collect::<Vec<()>>().await?;
    let (mut told, mut on_top) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let mut socket = Socket::console(&plan.server, &desk.token, Reads::AtOnce).await?;
        let visitor = Visitor::comes(&plan.server).await?;
        let begun = Instant::now();
        visitor
            .sends(&json!({ "type": "say", "client_id": Uuid::now_v7(), "text": ANGRY }))
            .await?;
        let angry = desk_is_told(&mut socket, &visitor.conversation);
        timeout(PATIENCE, angry).await.context("no agent is told")??;
        told.push(micros(begun));
        desk.sees_on_top(&visitor.conversation).await?;
        on_top.push(micros(begun));
        desk.resolves(&visitor.conversation).await?;
        socket.close().await;
    }
    Ok(UrgencyReport {
        waiting: plan.waiting,
        told: Spread::of(told),
        on_top: Spread::of(on_top),
    })
}

fn micros(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

async fn desk_is_told(socket: &mut Socket, conversation: &str) -> Result<()> {
    loop {
        let event = socket.next().await?;
        let seen = event.get("conversation").unwrap_or(&Value::Null);
        if is(seen, "id", conversation) && is_angry(seen) {
            return Ok(());
        }
    }
}

fn is(seen: &Value, field: &str, value: &str) -> bool {
    seen.get(field).and_then(Value::as_str) == Some(value)
}

/// Whether anger is what comes first of what makes it urgent.
fn is_angry(seen: &Value) -> bool {
    let first = seen.pointer("/urgency/reasons/0");
    first.is_some_and(|reason| is(reason, "kind", "angry"))
}

/// A visitor with a conversation of their own.
struct Visitor<'a> {
    server: &'a Server,
    token: String,
    conversation: String,
}

impl<'a> Visitor<'a> {
    async fn comes(server: &'a Server) -> Result<Self> {
        let token = server.session().await?.token;
        Ok(Self {
            server,
            conversation: server.conversation(&token).await?,
            token,
        })
    }

    async fn sends(&self, frame: &Value) -> Result<()> {
        let path = format!("conversation/{}/frames", self.conversation);
        let request = self.server.post(&path, frame)?.bearer_auth(&self.token);
        answer(request).await.map(drop)
    }
}

/// An agent.
struct Desk {
    server: Server,
    token: String,
}

impl Desk {
    async fn open(plan: &Plan) -> Result<Self> {
        let server = plan.server.clone();
        let token = server.login(&plan.email, &plan.password).await?;
        Ok(Self { server, token })
    }

    async fn sees_on_top(&self, conversation: &str) -> Result<()> {
        let list = self.server.call("/api/conversations?sort=urgency&limit=50")?;
        let list = answer(self.server.client.get(list).bearer_auth(&self.token)).await?;
        let top = list.pointer("/items/0").unwrap_or(&Value::Null);
        ensure!(
            is(top, "id", conversation) && is_angry(top),
            "another conversation is on top"
        );
        Ok(())
    }

    async fn resolves(&self, conversation: &str) -> Result<()> {
        let path = format!("/api/conversations/{conversation}/resolve");
        let request = self.server.client.post(self.server.call(&path)?);
        answer(request.bearer_auth(&self.token).json(&json!({})))
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anger_counts_where_it_comes_first() {
        let seen = |kinds: &[&str]| {
            let reasons: Vec<Value> = kinds.iter().map(|kind| json!({ "kind": kind })).collect();
            json!({ "urgency": { "reasons": reasons } })
        };
        assert!(is_angry(&seen(&["angry", "waiting"])));
        assert!(!is_angry(&seen(&["urgent", "angry"])));
        assert!(!is_angry(&json!({ "urgency": null })));
    }
}
