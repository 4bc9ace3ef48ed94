//! A stream of server-sent events, as a browser reads it.

use std::{pin::Pin, time::Duration};

use futures_util::{Stream, StreamExt};
use reqwest::{RequestBuilder, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// One event.
#[derive(Clone, Debug)]
pub struct SseEvent {
    pub kind: String,
    /// The `id:` line: on durable events only.
    pub id: Option<u64>,
    pub data: Value,
}

/// An open stream; dropping it cuts the connection.
pub struct Sse {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>>>>,
    buffer: String,
}

impl Sse {
    pub async fn open(request: RequestBuilder) -> Self {
        let response = request
            .header("accept", "text/event-stream")
            .send()
            .await
            .unwrap();
        Self::of(response)
    }

    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        let kind = response.headers().get(CONTENT_TYPE).unwrap();
        assert_eq!(kind, "text/event-stream");
        Self {
            bytes: Box::pin(response.bytes_stream()),
            buffer: String::new(),
        }
    }

    /// The next event; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<SseEvent> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                if let Some(event) = read(&block) {
                    return Some(event);
                }
                continue;
            }
            let next = timeout(PATIENCE, self.bytes.next())
                .await
                .expect("an event comes in time");
            let bytes = next?.ok()?;
            self.buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

fn read(block: &str) -> Option<SseEvent> {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim_start().to_owned())
    };
    Some(SseEvent {
        kind: field("event:")?,
        id: field("id:").map(|id| id.parse().unwrap()),
        data: serde_json::from_str(&field("data:")?).unwrap(),
    })
}
