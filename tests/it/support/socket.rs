//! A WebSocket, as a test sees it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async, tungstenite::Message};

/// Nothing in a test takes this long; then something is wrong.
const PATIENCE: Duration = Duration::from_secs(15);

pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

/// How a socket ended: the close code, `None` where the connection just went.
pub type Ended = Option<u16>;

impl Socket {
    pub async fn open(url: &str) -> Self {
        Self(connect_async(url).await.expect("the socket opens").0)
    }

    /// One whose window is so small that little fits on the way.
    pub async fn narrow(url: &str) -> Self {
        let address = url
            .strip_prefix("ws://")
            .and_then(|rest| rest.split('/').next())
            .unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(32_768).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let stream = MaybeTlsStream::Plain(stream);
        Self(client_async(url, stream).await.unwrap().0)
    }

    /// The same where the server may be gone.
    pub async fn reach(url: &str) -> Option<Self> {
        Some(Self(connect_async(url).await.ok()?.0))
    }

    pub async fn send(&mut self, frame: &Value) {
        assert!(self.try_send(frame).await, "the socket is gone");
    }

    /// Whether it could be sent.
    pub async fn try_send(&mut self, frame: &Value) -> bool {
        self.0.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// The next frame, or how the socket ended.
    pub async fn next(&mut self) -> Result<Value, Ended> {
        let next = self.next_within(PATIENCE).await;
        next.expect("a frame comes in time")
    }

    /// The same, or none where nothing comes within `patience`.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Result<Value, Ended>> {
        // Pings keep a silent line open, but they are not what a test waits for.
        let until = Instant::now() + patience;
        loop {
            match timeout_at(until, self.0.next()).await.ok()? {
                Some(Ok(Message::Text(text))) => return Some(Ok(serde_json::from_str(&text).unwrap())),
                Some(Ok(Message::Close(reason))) => {
                    return Some(Err(reason.map(|reason| u16::from(reason.code))));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Some(Err(None)),
            }
        }
    }

    /// The next frame of this type; others are passed over.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self
                .next()
                .await
                .unwrap_or_else(|code| panic!("closed with {code:?} before {kind}"));
            if frame.get("type").and_then(Value::as_str) == Some(kind) {
                return frame;
            }
        }
    }

    /// Every frame up to the durable message of the assistant.
    pub async fn until_answer(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self
                .next()
                .await
                .unwrap_or_else(|code| panic!("closed with {code:?} after {frames:#?}"));
            let done = frame.get("in_reply_to").is_some() && frame.get("seq").is_some();
            frames.push(frame);
            if done {
                return frames;
            }
        }
    }

    /// Reads until the socket ends.
    pub async fn ends(&mut self) -> Ended {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }
}

/// The durable answer among frames.
pub fn answer_of(frames: &[Value]) -> &Value {
    frames
        .iter()
        .find(|frame| frame.get("in_reply_to").is_some() && frame.get("seq").is_some())
        .unwrap()
}

/// The text that the deltas among frames add up to.
pub fn deltas_of(frames: &[Value]) -> String {
    let deltas = frames
        .iter()
        .filter(|frame| frame.get("type").and_then(Value::as_str) == Some("answer.delta"));
    deltas
        .map(|delta| delta.get("text").and_then(Value::as_str).unwrap())
        .collect()
}
