//! Who may open what: the first frame, and the bearer of a request.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::{domain::accounts::token::VISITOR_TTL, kernel::clock::ManualClock};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::is_answered;
use crate::support::{Ended, Setup, Sse, TestApp, TestVisitor};

/// What a first frame gets: the error frame's code, where there is one, and how the socket ends.
async fn begins_with(visitor: &TestVisitor, first: &Value) -> (Option<String>, Ended) {
    let mut socket = visitor.socket().await;
    socket.send(first).await;
    let mut code = None;
    loop {
        match socket.next().await {
            Ok(frame) => {
                assert_eq!(frame["type"], "error", "{frame}");
                code = frame["code"].as_str().map(str::to_owned);
            }
            Err(ended) => return (code, ended),
        }
    }
}

fn hello(token: &str, conversation: Option<&str>) -> Value {
    json!({ "type": "hello", "token": token, "conversation": conversation, "after": 0 })
}

fn code(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[tokio::test]
async fn the_first_frame_is_hello_with_a_token_of_ours() {
    let (app, acme, visitor) = TestApp::chat().await;
    let not_hello = begins_with(&visitor, &json!({ "type": "ping" })).await;
    assert_eq!(not_hello, (code("invalid_frame"), Some(4001)));
    for token in ["", "x", "a.b.c", &visitor.token.replace('.', "x")] {
        let refused = begins_with(&visitor, &hello(token, None)).await;
        assert_eq!(refused, (code("unauthenticated"), Some(4001)), "{token:?}");
    }
    let mut leaves = visitor.socket().await;
    leaves.0.close(None).await.unwrap();
    drop(visitor.socket().await);
    is_answered(&app.visitor(&acme).await).await;
}

#[tokio::test]
async fn a_token_of_another_space_is_forbidden() {
    let (app, acme, visitor) = TestApp::chat().await;
    let globex = app.workspace("globex").await;
    let foreign = app.visitor(&globex).await;
    let mixed = visitor.with_token(&foreign.token);
    assert_eq!(
        begins_with(&visitor, &hello(&foreign.token, None)).await.1,
        Some(4003)
    );
    let refused = mixed.post("/conversation").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    is_answered(&app.visitor(&acme).await).await;
}

/// Somebody else's conversation and one that never was are the same answer, however often one asks.
#[tokio::test]
async fn a_foreign_conversation_is_as_absent_as_none() {
    let (app, acme, visitor) = TestApp::chat().await;
    let globex = app.workspace("globex").await;
    let foreign = app.visitor(&globex).await.conversation().await;
    let neighbour = app.visitor(&acme).await.conversation().await;
    let never = Uuid::now_v7().to_string();
    for _ in 0..12 {
        for conversation in [&foreign, &neighbour, &never] {
            let refused = begins_with(&visitor, &hello(&visitor.token, Some(conversation))).await;
            assert_eq!(refused, (code("not_found"), Some(4004)));
        }
    }
    is_answered(&visitor).await;
}

#[tokio::test]
async fn an_expired_token_opens_nothing_but_a_new_one_of_the_same_visitor() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let (app, acme, visitor) = Setup::default().clock(clock.clone()).chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    clock.advance(VISITOR_TTL - TimeDelta::milliseconds(50));
    let (_, mut silent) = visitor.resumes(&conversation, 0).await;
    socket.send(&json!({ "type": "ping" })).await;
    socket.next_of("pong").await;
    let events = format!("/conversation/{conversation}/events");
    let mut stream = Sse::open(visitor.get(&events)).await;
    assert_eq!(stream.next().await.unwrap().kind, "ready");
    clock.advance(TimeDelta::milliseconds(50));
    let ended = stream.next().await.unwrap();
    assert_eq!(
        (ended.kind.as_str(), &ended.data["code"], ended.id),
        ("close", &json!(4001), None)
    );
    assert!(stream.next().await.is_none(), "and nothing after it");
    assert_eq!(silent.ends().await, Some(4001), "by the timer alone");
    let refused = begins_with(&visitor, &hello(&visitor.token, Some(&conversation))).await;
    assert_eq!(refused, (code("unauthenticated"), Some(4001)));
    let over_http = visitor.post("/conversation").send().await.unwrap();
    assert_eq!(over_http.status(), StatusCode::UNAUTHORIZED);
    let problem: Value = over_http.json().await.unwrap();
    assert_eq!(problem["code"], "unauthenticated");

    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.ends().await, Some(4001), "before it is answered");
    let url = app.url(&format!("/api/widget/{}/session", acme.slug));
    let renewed = app
        .http
        .post(url)
        .json(&json!({ "token": visitor.token }))
        .send()
        .await
        .unwrap();
    let renewed: Value = renewed.json().await.unwrap();
    assert_eq!(renewed["visitor"]["id"], json!(visitor.id));
    assert_eq!(renewed["conversation"], json!(conversation));
    let token = renewed["token"].as_str().unwrap();
    let visitor = visitor.with_token(token);
    visitor.resumes(&conversation, 0).await;
    let mut stream = Sse::open(visitor.get(&events)).await;
    assert_eq!(stream.next().await.unwrap().kind, "ready");
}
