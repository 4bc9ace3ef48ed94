//! A visitor over HTTP: `POST …/chat` answered as server-sent events.

use anyhow::{Context, Result};
use reqwest::{Response, header::ACCEPT};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    session::{Server, code_of},
    turn::{Answered, Turn},
};

/// One event is far smaller; more without an end is a fault.
const MAX_EVENT: usize = 1 << 20;

/// A session with a conversation of its own.
#[derive(Debug)]
pub(super) struct Http {
    server: Server,
    token: String,
    conversation: String,
}

impl Http {
    pub(super) async fn open(server: &Server) -> Result<Self> {
        let session = server.session().await?;
        let conversation = server.conversation(&session.token).await?;
        Ok(Self {
            server: server.clone(),
            token: session.token,
            conversation,
        })
    }

    pub(super) async fn ask(&self, question: &str) -> Result<Answered> {
        let client_id = Uuid::now_v7().to_string();
        let mut turn = Turn::new(client_id.clone());
        let body = json!({"conversation": self.conversation, "client_id": client_id, "text": question});
        let request = self
            .server
            .post("chat", &body)?
            .bearer_auth(&self.token)
            .header(ACCEPT, "text/event-stream");
        let mut response = request.send().await.context("chat")?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            return Ok(turn.failed(&format!(
                "{status} {}",
                code_of(&response.text().await.unwrap_or_default())
            )));
        }
        let mut unread = Vec::new();
        loop {
            match event(&mut response, &mut unread).await {
                Ok(event) => {
                    if let Some(answered) = turn.event(&event) {
                        return Ok(answered);
                    }
                }
                Err(error) => return Ok(turn.failed(&error.to_string())),
            }
        }
    }
}

/// The JSON of the next event that has data.
async fn event(response: &mut Response, unread: &mut Vec<u8>) -> Result<Value> {
    loop {
        if let Some(end) = unread.windows(2).position(|w| w == b"\n\n") {
            let block: Vec<u8> = unread.drain(..end + 2).collect();
            let block = String::from_utf8_lossy(&block);
            let data: Vec<&str> = block
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .collect();
            if !data.is_empty() {
                return Ok(serde_json::from_str(&data.join("\n"))?);
            }
            continue;
        }
        anyhow::ensure!(unread.len() < MAX_EVENT, "event without an end");
        let bytes = response
            .chunk()
            .await
            .ok()
            .flatten()
            .context("stream closed before the answer")?;
        unread.extend(bytes.iter().filter(|b| **b != b'\r'));
    }
}
