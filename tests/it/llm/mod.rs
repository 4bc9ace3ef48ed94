//! Answer models over real sockets: one contract for every upstream (`contract.rs`), the gateway
//! (`gateway.rs`, `gateway_sockets.rs`), and what goes over Anthropic's wire (`wire.rs`).

mod contract;
mod gateway;
mod gateway_sockets;
mod wire;

use std::time::Duration;

use futures_util::StreamExt;
use parlance::adapters::llm::{ChatRequest, Chunk, ChunkStream, LlmError, Role, Source, Turn, Usage};

/// A question with one source, as retrieval would ask it.
fn question(request_id: &str) -> ChatRequest {
    ChatRequest {
        model: "claude-sonnet-5-5".into(),
        system: "You answer for Acme Robotics from the sources, and cite them.".into(),
        turns: vec![Turn {
            role: Role::User,
            text: "How long do refunds take?".into(),
        }],
        sources: vec![Source {
            number: 1,
            title: "Refunds".into(),
            heading: vec!["Returns".into()],
            text: "Refunds are paid within five working days.".into(),
        }],
        max_tokens: 400,
        temperature: None,
        hand_over: false,
        request_id: request_id.into(),
    }
}

/// Everything a stream said.
#[derive(Debug, Default)]
struct Heard {
    chunks: Vec<Chunk>,
    text: String,
    usage: Option<Usage>,
    error: Option<LlmError>,
}

impl Heard {
    fn complete(&self) -> bool {
        self.error.is_none() && matches!(self.chunks.last(), Some(Chunk::Done(_)))
    }

    fn started(&self) -> Vec<&str> {
        self.chunks
            .iter()
            .filter_map(|c| {
                if let Chunk::Started { model } = c {
                    Some(model.as_str())
                } else {
                    None
                }
            })
            .collect()
    }

    fn abandoned(&self) -> Vec<Usage> {
        self.chunks
            .iter()
            .filter_map(|c| {
                if let Chunk::Abandoned { usage, .. } = c {
                    Some(*usage)
                } else {
                    None
                }
            })
            .collect()
    }
}

/// Reads to the end, within a bound that only a broken test reaches.
async fn hear(mut stream: ChunkStream) -> Heard {
    let mut heard = Heard::default();
    let all = async {
        while let Some(item) = stream.next().await {
            match item {
                Err(error) => heard.error = Some(error),
                Ok(chunk) => {
                    match &chunk {
                        Chunk::Text(text) => heard.text.push_str(text),
                        Chunk::Usage(usage) => heard.usage = Some(*usage),
                        _ => {}
                    }
                    heard.chunks.push(chunk);
                }
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all)
        .await
        .expect("the stream ends");
    heard
}

/// Reads up to the first text.
async fn first_text(stream: &mut ChunkStream) -> String {
    let until = async {
        loop {
            if let Chunk::Text(text) = stream.next().await.expect("more").expect("no error") {
                return text;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), until)
        .await
        .expect("text comes")
}
