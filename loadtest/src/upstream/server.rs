//! HTTP: connections, routes, the control calls under `/_mock/`.

use std::{convert::Infallible, io, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet, time::Instant};

use super::{
    behaviour::Behaviour, bills::today, chat::chat, desk::Desk, embeddings, stream::infallible, wire::refusal,
};

/// The Messages API's own limit.
const MAX_BODY: usize = 32 << 20;
pub(super) type Answered = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// Accepts connections until dropped; then they all close.
pub(super) async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((socket, _)) = listener.accept() => {
                // Without it a token waits for the acknowledgement of the one before.
                let _ = socket.set_nodelay(true);
                desk.connected();
                let desk = Arc::clone(&desk);
                connections.spawn(async move {
                    let service = service_fn(|request| serve(Arc::clone(&desk), request));
                    // A connection that breaks is the client's business, or a fault as told.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
                });
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn serve(desk: Arc<Desk>, request: Request<Incoming>) -> Result<Answered, Infallible> {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    // The newer clients send a bearer token.
    let has_key = ["x-api-key", "authorization"]
        .iter()
        .any(|name| parts.headers.contains_key(*name))
        && parts.headers.contains_key("anthropic-version");
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return Ok(refused(413));
    };
    let body = body.to_bytes();
    Ok(match (parts.method, path.as_str()) {
        (Method::GET, "/_mock/requests") => json(200, &desk.records().all()),
        (Method::GET, "/_mock/totals") => json(200, &desk.records().totals()),
        (Method::GET, "/_mock/usage") => json(200, &desk.records().usage_lines()),
        (Method::GET, "/v1/organizations/usage_report/messages") if !has_key => refused(401),
        (Method::GET, "/v1/organizations/usage_report/messages") => match desk.records().usage_page(&query) {
            Some(page) => json(200, &page),
            None => refused(400),
        },
        (Method::POST, "/_mock/reset") => {
            desk.reset();
            json(200, &desk.records().totals())
        }
        (Method::POST, "/_mock/behaviour" | "/_mock/queue") => control(&desk, &path, &body),
        (Method::POST, "/v1/messages") if !has_key => refused(401),
        (Method::POST, "/v1/messages" | "/v1/chat/completions") => chat(&desk, path, &body, began).await,
        (Method::POST, "/v1/embeddings") => embed(&desk, &body),
        _ => refused(404),
    })
}

/// One behaviour a line, each as a directive over the default.
fn control(desk: &Desk, path: &str, body: &[u8]) -> Answered {
    let text = String::from_utf8_lossy(body);
    let read: Result<Vec<_>, _> = text
        .lines()
        .map(|line| Behaviour::default().directed(line))
        .collect();
    match read {
        Err(error) => json(400, &error.to_string()),
        Ok(behaviours) => {
            if path == "/_mock/queue" {
                desk.queue(behaviours.clone());
            } else if let Some(behaviour) = behaviours.first() {
                desk.set_behaviour(behaviour.clone());
            }
            json(200, &behaviours)
        }
    }
}

fn embed(desk: &Desk, body: &[u8]) -> Answered {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return refused(400);
    };
    let Ok((answer, tokens)) = embeddings::answer(&request) else {
        return refused(400);
    };
    let model = request.get("model").and_then(Value::as_str).unwrap_or_default();
    desk.records().embedded(today(), model, tokens);
    json(200, &answer)
}

pub(super) fn refused(status: u16) -> Answered {
    reply(
        status,
        refusal(status, "the mock cannot read this request", false),
    )
}

fn json(status: u16, value: &impl serde::Serialize) -> Answered {
    reply(status, serde_json::to_string(value).unwrap_or_default())
}

pub(super) fn reply(status: u16, body: String) -> Answered {
    let mut response = Response::new(Full::new(Bytes::from(body)).map_err(infallible).boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
