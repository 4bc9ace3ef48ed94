//! A visitor, or an agent, on a WebSocket.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};
use uuid::Uuid;

use super::{
    session::Server,
    stall::Visited,
    turn::{Answered, Turn},
};

/// What is kept here for who never reads, bytes: nearly the least that the system allows.
const SMALL: u32 = 4_096;

/// Bytes that are read at once. All of them are made zero before every read: of the 128 KiB that are usual that was a
/// fifth of the generator's time.
const READ: usize = 4_096;

/// What whoever opens a socket means to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    AtOnce,
    /// Nothing but the greeting.
    Never,
}

/// An open, greeted socket.
#[derive(Debug)]
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// A visitor who comes for the first time, and their conversation.
    pub(super) async fn open(server: &Server) -> Result<(Self, Visited)> {
        let session = server.session().await?;
        let (socket, ready) = Self::visit(server, &session.token, None, Reads::AtOnce).await?;
        let conversation = ready.pointer("/conversation/id").and_then(Value::as_str);
        let conversation = conversation.context("ready without a conversation")?.to_owned();
        let token = session.token;
        Ok((socket, Visited { token, conversation }))
    }

    /// Comes to a conversation, or a new one, to read it from its beginning. With what `ready` says.
    pub(super) async fn visit(
        server: &Server,
        token: &str,
        conversation: Option<&str>,
        reads: Reads,
    ) -> Result<(Self, Value)> {
        let hello = json!({"type": "hello", "token": token, "conversation": conversation, "after": 0});
        Self::greeted(server, "socket", &hello, reads).await
    }

    /// The console of whoever this token is of.
    pub(super) async fn console(server: &Server, token: &str, reads: Reads) -> Result<Self> {
        let hello = json!({"type": "hello", "token": token});
        Ok(Self::greeted(server, "/api/console/socket", &hello, reads)
            .await?
            .0)
    }

    async fn greeted(server: &Server, path: &str, hello: &Value, reads: Reads) -> Result<(Self, Value)> {
        let mut url = server.call(path)?;
        url.set_scheme("ws").ok().context("no socket address")?;
        let mut request = url.as_str().into_client_request()?;
        if let Some(origin) = &server.origin {
            request
                .headers_mut()
                .insert("origin", HeaderValue::from_str(origin)?);
        }
        let stream = MaybeTlsStream::Plain(connect(&url, reads).await.context("socket")?);
        let config = WebSocketConfig::default().read_buffer_size(READ);
        let (stream, _) = client_async_with_config(request, stream, Some(config))
            .await
            .context("socket")?;
        let mut socket = Self(stream);
        socket.send(hello).await?;
        let first = socket.next().await?;
        if first.get("type").and_then(Value::as_str) != Some("ready") {
            bail!(
                "hello: {}",
                first.get("code").and_then(Value::as_str).unwrap_or("not ready")
            );
        }
        Ok((socket, first))
    }

    pub(super) async fn ask(&mut self, question: &str) -> Result<Answered> {
        let client_id = Uuid::now_v7().to_string();
        let mut turn = Turn::new(client_id.clone());
        self.send(&json!({"type": "say", "client_id": client_id, "text": question}))
            .await?;
        loop {
            let event = match self.next().await {
                Ok(event) => event,
                Err(error) => return Ok(turn.failed(&error.to_string())),
            };
            if let Some(answered) = turn.event(&event) {
                return Ok(answered);
            }
        }
    }

    pub(super) async fn close(mut self) {
        // The visitor leaves either way.
        let _ = self.0.close(None).await;
    }

    pub(super) async fn send(&mut self, frame: &Value) -> Result<()> {
        Ok(self.0.send(Message::text(frame.to_string())).await?)
    }

    pub(super) async fn next(&mut self) -> Result<Value> {
        loop {
            match self.0.next().await.context("socket closed")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("socket closed {}", frame.map_or(0, |f| u16::from(f.code))),
                _ => {}
            }
        }
    }
}

async fn connect(url: &Url, reads: Reads) -> Result<TcpStream> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let mut failed = None;
    for address in lookup_host((host, url.port_or_known_default().unwrap_or(80))).await? {
        let socket = match address.is_ipv4() {
            true => TcpSocket::new_v4(),
            false => TcpSocket::new_v6(),
        }?;
        if reads == Reads::Never {
            socket.set_recv_buffer_size(SMALL)?;
        }
        match socket.connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failed = Some(error),
        }
    }
    Err(failed.context("no such host")?.into())
}
