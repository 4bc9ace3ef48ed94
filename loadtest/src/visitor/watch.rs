//! Agents who watch what visitors are told, token by token.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    session::{Server, code_of},
    stall::Visited,
    ws::{Reads, Socket},
};

/// How many conversations a console watches here: it may watch 64, and say 60 things in a row.
pub(super) const OF_A_CONSOLE: usize = 50;

/// Who watches.
#[derive(Clone, Debug)]
pub struct Agents {
    pub email: String,
    pub password: String,
    /// Consoles that watch each conversation.
    pub each: usize,
}

/// Consoles that are open, until this is dropped.
#[derive(Debug)]
pub(super) struct Watching {
    _consoles: JoinSet<()>,
    deltas: Arc<AtomicU64>,
}

impl Watching {
    /// Opens as many consoles as it takes, and returns when all conversations are watched.
    pub(super) async fn open(server: &Server, agents: &Agents, visited: &[Visited]) -> Result<Self> {
        let token = server.login(&agents.email, &agents.password).await?;
        let (mut consoles, deltas) = (JoinSet::new(), Arc::new(AtomicU64::new(0)));
        for _ in 0..agents.each {
            for visited in visited.chunks(OF_A_CONSOLE) {
                let conversations = visited.iter().map(|visited| visited.conversation.as_str());
                let mut console = console(server, &token, conversations, Reads::AtOnce).await?;
                let seen = Arc::clone(&deltas);
                consoles.spawn(async move {
                    while let Ok(event) = console.next().await {
                        let is_delta = event.get("type").and_then(Value::as_str) == Some("answer.delta");
                        seen.fetch_add(u64::from(is_delta), Ordering::Relaxed);
                    }
                });
            }
        }
        Ok(Self {
            _consoles: consoles,
            deltas,
        })
    }

    /// Deltas that all consoles have had.
    pub(super) fn deltas(&self) -> u64 {
        self.deltas.load(Ordering::Relaxed)
    }
}

/// A console that watches these.
pub(super) async fn console(
    server: &Server,
    token: &str,
    conversations: impl Iterator<Item = &str>,
    reads: Reads,
) -> Result<Socket> {
    let mut console = Socket::console(server, token, reads).await?;
    for conversation in conversations {
        console
            .send(&json!({"type": "watch", "conversation": conversation, "after": 0}))
            .await?;
        watched(&mut console, conversation).await?;
    }
    Ok(console)
}

async fn watched(console: &mut Socket, conversation: &str) -> Result<()> {
    loop {
        let event = console.next().await?;
        let of = |kind: &str| event.get("type").and_then(Value::as_str) == Some(kind);
        if of("error") {
            bail!("watch: {}", code_of(&event.to_string()));
        }
        if of("watching") && event.get("conversation").and_then(Value::as_str) == Some(conversation) {
            return Ok(());
        }
    }
}
