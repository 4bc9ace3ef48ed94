//! The floor: what it costs at the least to pass a model's tokens on to a visitor's socket with actix.
//!
//! It speaks as much of Parlance's wire as a visitor on a socket needs. There is no database, actor, retrieval, citation
//! or second reader: the question goes to the model as it is, every token goes out as it comes.

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_ws::{Message, MessageStream, Session};
use anyhow::{Context, Result};
use clap::Parser;
use futures_util::StreamExt;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Passes the tokens of a model on to visitors' sockets, and does nothing else.
#[derive(Debug, Parser)]
struct Args {
    #[arg(long, env = "PORT", default_value_t = 8103)]
    port: u16,
    /// An address that speaks the Messages API.
    #[arg(long, env = "UPSTREAM")]
    upstream: String,
}

#[derive(Clone)]
struct Model {
    client: Client,
    messages: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Hello,
    Say {
        client_id: String,
        text: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
#[serde(tag = "type")]
enum Event<'a> {
    #[serde(rename = "answer.delta")]
    Delta { message: Uuid, n: u64, text: &'a str },
}

/// What the relay reads of an event of the model's.
#[derive(Deserialize)]
struct Upstream {
    delta: Option<Delta>,
}

#[derive(Deserialize)]
struct Delta {
    text: Option<String>,
}

#[actix_web::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let model = Model {
        client: Client::builder().tcp_nodelay(true).build()?,
        messages: format!("{}/v1/messages", args.upstream),
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(model.clone()))
            .route("/readyz", web::get().to(HttpResponse::Ok))
            .route("/api/widget/{space}/session", web::post().to(session))
            .route("/api/widget/{space}/socket", web::get().to(socket))
    });
    server
        .workers(1)
        .tcp_nodelay(true)
        .bind(("127.0.0.1", args.port))
        .context("the port is taken")?
        .run()
        .await?;
    Ok(())
}

async fn session() -> HttpResponse {
    HttpResponse::Ok().json(json!({"token": "anybody", "conversation": null}))
}

async fn socket(
    request: HttpRequest,
    body: web::Payload,
    model: web::Data<Model>,
) -> actix_web::Result<HttpResponse> {
    let (response, session, frames) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(async move {
        // The visitor left, or the model failed: either ends the socket, which is all there is to do.
        let _ = serve(session, frames, &model).await;
    });
    Ok(response)
}

async fn serve(mut session: Session, mut frames: MessageStream, model: &Model) -> Result<()> {
    while let Some(Ok(message)) = frames.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        match serde_json::from_str(&text)? {
            Frame::Hello => {
                let ready = json!({"type": "ready", "conversation": {"id": Uuid::now_v7(), "status": "bot"}, "seq": 0});
                session.text(ready.to_string()).await?;
            }
            Frame::Say { client_id, text } => answer(&mut session, model, &client_id, &text).await?,
            Frame::Other => {}
        }
    }
    Ok(())
}

async fn answer(session: &mut Session, model: &Model, client_id: &str, text: &str) -> Result<()> {
    let (question, message) = (Uuid::now_v7(), Uuid::now_v7());
    let ack = json!({"type": "ack", "client_id": client_id, "message": question, "seq": 1});
    session.text(ack.to_string()).await?;
    let prompt = json!({"model": "claude-sonnet-5-5", "max_tokens": 800, "stream": true,
        "messages": [{"role": "user", "content": text}]});
    let request = model
        .client
        .post(&model.messages)
        .header("x-api-key", "any")
        .header("anthropic-version", "2023-06-01")
        .timeout(Duration::from_secs(120))
        .json(&prompt);
    let mut response = request.send().await?.error_for_status()?;
    let start = json!({"type": "answer.start", "message": message, "in_reply_to": question});
    session.text(start.to_string()).await?;
    let (mut unread, mut whole, mut n) = (Vec::new(), String::new(), 0);
    while let Some(bytes) = response.chunk().await? {
        unread.extend_from_slice(&bytes);
        while let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = unread.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data: ") else {
                continue;
            };
            let event: Upstream = serde_json::from_slice(data)?;
            let Some(text) = event.delta.and_then(|delta| delta.text) else {
                continue;
            };
            let delta = Event::Delta {
                message,
                n,
                text: &text,
            };
            session.text(serde_json::to_string(&delta)?).await?;
            whole.push_str(&text);
            n += 1;
        }
    }
    let message = json!({"type": "message", "seq": 2, "id": message, "author": {"kind": "assistant"},
        "in_reply_to": question, "text": whole, "state": "complete"});
    Ok(session.text(message.to_string()).await?)
}
