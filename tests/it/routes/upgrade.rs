//! Requests that ask to leave HTTP, on a bare line.

use parlance_loadtest::upstream::Behaviour;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Duration, timeout},
};

use crate::support::{Setup, TestApp};

fn asking(method: &str, path: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

async fn line(app: &TestApp) -> TcpStream {
    let address = app.base.strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// Everything the server says until it hangs up.
async fn answer(app: &TestApp, request: &str) -> (String, Value) {
    let mut line = line(app).await;
    line.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    let read = timeout(Duration::from_secs(10), line.read_to_string(&mut said)).await;
    read.expect("the server hangs up").unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    (
        head.to_lowercase(),
        serde_json::from_str(body).unwrap_or(Value::Null),
    )
}

#[tokio::test]
async fn one_that_is_refused_is_answered_whole_and_closed() {
    let app = Setup::upstream(Behaviour::default()).start().await;
    let acme = app
        .workspace_with("acme", json!({}), &["https://shop.example"])
        .await;
    let socket = format!("/api/widget/{}/socket", acme.slug);
    for (request, status, code) in [
        (asking("GET", "/api/widget/nobody/socket"), "404", "not_found"),
        (asking("GET", "/nowhere"), "404", "not_found"),
        (asking("POST", &socket), "405", "method_not_allowed"),
        (
            asking("GET", &socket).replace("Version: 13", "Version: 12"),
            "400",
            "invalid_request",
        ),
        (
            asking("GET", &socket).replace("\r\n\r\n", "\r\nOrigin: https://evil.example\r\n\r\n"),
            "403",
            "origin_not_allowed",
        ),
        (
            asking("GET", &socket).replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nhello"),
            "400",
            "invalid_request",
        ),
        (
            asking("POST", "/api/widget/acme/session").replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{}"),
            "400",
            "invalid_request",
        ),
    ] {
        let (head, problem) = answer(&app, &request).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{request}{head}");
        assert!(head.contains("\r\nconnection: close"), "{head}");
        assert_eq!(problem["code"], code, "{request}");
    }
    let (head, _) = answer(&app, &asking("GET", "/healthz")).await;
    assert!(
        head.starts_with("http/1.1 200"),
        "what needs no upgrade goes without: {head}"
    );
    let plain = app.http.get(app.url(&socket)).send().await.unwrap();
    assert_eq!(plain.status(), 400, "and a socket does not");
}

/// Answers to what was asked before on the same line come first.
#[tokio::test]
async fn a_line_of_requests_is_answered_in_order() {
    let (app, acme, _) = TestApp::chat().await;
    let health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let socket = asking("GET", &format!("/api/widget/{}/socket", acme.slug));
    let mut line = line(&app).await;
    line.write_all(format!("{health}{health}{socket}").as_bytes())
        .await
        .unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("HTTP/1.1 101") {
        let read = timeout(Duration::from_secs(10), line.read_buf(&mut said)).await;
        assert_ne!(read.expect("all are answered").unwrap(), 0, "{said:?}");
    }
    let said = String::from_utf8_lossy(&said);
    assert_eq!(said.matches("HTTP/1.1 200").count(), 2, "{said}");
    assert!(said.find("HTTP/1.1 101") > said.rfind("HTTP/1.1 200"), "{said}");
}

#[tokio::test]
async fn what_comes_right_behind_the_request_is_read() {
    let (app, acme, visitor) = TestApp::chat().await;
    let hello =
        json!({ "type": "hello", "token": visitor.token, "conversation": null, "after": 0 }).to_string();
    let length = u16::try_from(hello.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 0x80 | 126], &length[..], &[0; 4], hello.as_bytes()].concat();
    let request = asking("GET", &format!("/api/widget/{}/socket", acme.slug));
    let mut line = line(&app).await;
    line.write_all(&[request.as_bytes(), &frame].concat())
        .await
        .unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains(r#"{"type":"ready""#) {
        let read = timeout(Duration::from_secs(10), line.read_buf(&mut said)).await;
        assert_ne!(read.expect("ready comes").unwrap(), 0, "{said:?}");
    }
    assert!(said.starts_with(b"HTTP/1.1 101"));
}
