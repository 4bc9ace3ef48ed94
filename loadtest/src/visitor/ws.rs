//! A visitor, or an agent, on a WebSocket.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use uuid::Uuid;

use super::{
    session::Server,
    turn::{Answered, Turn},
};

/// An open, greeted socket.
#[derive(Debug)]
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// A visitor who comes for the first time, and their conversation.
    pub(super) async fn open(server: &Server) -> Result<(Self, String)> {
        let session = server.session().await?;
        let (socket, ready) = Self::visit(server, &session.token, None).await?;
        let conversation = ready.pointer("/conversation/id").and_then(Value::as_str);
        Ok((
            socket,
            conversation.context("ready without a conversation")?.to_owned(),
        ))
    }

    /// Comes to a conversation, or a new one, to read it from its beginning. With what `ready` says.
    pub(super) async fn visit(
        server: &Server,
        token: &str,
        conversation: Option<&str>,
    ) -> Result<(Self, Value)> {
        let hello = json!({"type": "hello", "token": token, "conversation": conversation, "after": 0});
        Self::greeted(server, "socket", &hello).await
    }

    /// The console of whoever this token is of.
    pub(super) async fn console(server: &Server, token: &str) -> Result<Self> {
        let hello = json!({"type": "hello", "token": token});
        Ok(Self::greeted(server, "/api/console/socket", &hello).await?.0)
    }

    async fn greeted(server: &Server, path: &str, hello: &Value) -> Result<(Self, Value)> {
        let mut url = server.call(path)?;
        url.set_scheme("ws").ok().context("no socket address")?;
        let mut request = url.as_str().into_client_request()?;
        if let Some(origin) = &server.origin {
            request
                .headers_mut()
                .insert("origin", HeaderValue::from_str(origin)?);
        }
        let (stream, _) = connect_async_with_config(request, None, true)
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
