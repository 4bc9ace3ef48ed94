//! The visitors against a server that says what the protocol says, and nothing more.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use super::{
    chat::{Plan, Transport, run},
    process::Process,
    session::Server,
};

/// The events of an answer to the question `client_id`, acknowledged as message `q`.
fn events(client_id: &str) -> Vec<Value> {
    let id = format!("answer-{client_id}");
    let text = ["Five ", "days [S1]."];
    let mut events = vec![
        json!({"type": "message", "seq": 1, "id": "q", "client_id": client_id, "author": {"kind": "visitor"}}),
        json!({"type": "answer.start", "message": id, "in_reply_to": "q"}),
    ];
    events.extend(
        (0..)
            .zip(text)
            .map(|(n, text)| json!({"type": "answer.delta", "message": id, "n": n, "text": text})),
    );
    events.push(
        json!({"type": "message", "seq": 2, "id": id, "author": {"kind": "assistant"},
        "in_reply_to": "q", "text": text.concat(), "state": "complete"}),
    );
    events
}

async fn socket(stream: TcpStream) {
    let mut socket = accept_async(stream).await.unwrap();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        let frame: Value = serde_json::from_str(&text).unwrap();
        let replies = match frame["type"].as_str().unwrap() {
            "hello" => vec![json!({"type": "ready", "conversation": {"id": "c", "status": "bot"}, "seq": 0})],
            "say" if frame["text"] == "too much" => {
                vec![json!({"type": "error", "code": "rate_limited", "client_id": frame["client_id"]})]
            }
            "say" => events(frame["client_id"].as_str().unwrap()),
            other => panic!("{other}"),
        };
        for reply in replies {
            socket.send(Message::text(reply.to_string())).await.unwrap();
        }
    }
}

async fn http(mut stream: TcpStream) {
    let mut request = Vec::new();
    let body = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap();
        request.extend_from_slice(&part[..read]);
        let text = String::from_utf8(request.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|l| l.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            break body.to_owned();
        }
    };
    let path = String::from_utf8(request).unwrap();
    let answer = if path.starts_with("POST /api/widget/acme/chat ") {
        let asked: Value = serde_json::from_str(&body).unwrap();
        let frames: String = events(asked["client_id"].as_str().unwrap())
            .iter()
            .map(|e| format!("event: {}\r\ndata: {e}\r\n\r\n", e["type"].as_str().unwrap()))
            .collect();
        format!("content-type: text/event-stream\r\n\r\n: hello\r\n\r\n{frames}")
    } else {
        "content-type: application/json\r\n\r\n{\"token\": \"t\", \"conversation\": {\"id\": \"c\"}}"
            .to_owned()
    };
    stream
        .write_all(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{answer}").as_bytes())
        .await
        .unwrap();
}

/// Serves until dropped.
async fn serve() -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(async move {
                let mut head = [0; 32];
                let seen = stream.peek(&mut head).await.unwrap();
                if head[..seen].starts_with(b"GET /api/widget/acme/socket ") {
                    socket(stream).await;
                } else {
                    http(stream).await;
                }
            });
        }
    });
    (url, server)
}

fn plan(url: &str, transport: Transport, question: &str) -> Plan {
    Plan {
        servers: vec![Server::new(url, "acme", None).unwrap()],
        visitors: 5,
        rounds: 3,
        transport,
        questions: vec![question.to_owned()],
        patience: Duration::from_secs(20),
        spread: Duration::ZERO,
        pause: Duration::ZERO,
        process: Some(Process(std::process::id())),
        agents: None,
        company: None,
        upstream_first_token: None,
    }
}

#[tokio::test]
async fn visitors_ask_and_read_on_both_transports() {
    let (url, _server) = serve().await;
    for transport in [Transport::WebSocket, Transport::Sse] {
        let report = run(plan(&url, transport, "why?"), &|| None).await.unwrap();
        assert_eq!((report.answers, report.failed()), (15, 0), "{report}");
        assert_eq!((report.words, report.time_to_first_text_ms.count), (45, 15));
        assert!(report.server.is_some_and(|cost| cost.rss_after > 0));
    }
}

#[tokio::test]
async fn refusals_are_counted_by_their_code_and_plans_are_bounded() {
    let (url, _server) = serve().await;
    let report = run(plan(&url, Transport::WebSocket, "too much"), &|| None)
        .await
        .unwrap();
    assert_eq!(report.errors.get("error rate_limited"), Some(&15));
    let endless = Plan {
        rounds: 1_000_000,
        ..plan(&url, Transport::WebSocket, "why?")
    };
    assert!(run(endless, &|| None).await.is_err());
}

#[tokio::test]
async fn nobody_there_is_an_error_not_a_wait() {
    let plan = plan("http://127.0.0.1:9", Transport::WebSocket, "why?");
    assert!(run(plan, &|| None).await.is_err());
}
