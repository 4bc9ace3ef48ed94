//! Who may listen, and for how long.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::{domain::accounts::token::USER_TTL, kernel::clock::ManualClock};
use parlance_store::control::Role;
use serde_json::{Value, json};

use crate::support::{Setup, Socket, TestApp};

/// The code of the error that a first frame gets, and that of the close.
async fn refused(app: &TestApp, first: &Value) -> (Value, Option<u16>) {
    let mut socket = Socket::open(&app.console_url()).await;
    socket.send(first).await;
    let error = socket.next_of("error").await;
    (error["code"].clone(), socket.ends().await)
}

#[tokio::test]
async fn the_first_frame_is_hello_with_an_access_token() {
    let (app, acme, visitor) = TestApp::chat().await;
    let token = app.log_in(&acme.email).await;
    for wrong in ["", "x", "a.b.c", &visitor.token, &token.replace('.', "x")] {
        let hello = json!({ "type": "hello", "token": wrong });
        assert_eq!(
            refused(&app, &hello).await,
            (json!("unauthenticated"), Some(4001)),
            "{wrong:?}"
        );
    }
    for first in [json!({ "type": "ping" }), json!({ "type": "hello" }), json!([])] {
        assert_eq!(refused(&app, &first).await, (json!("invalid_frame"), Some(4001)));
    }
    let plain = app.http.get(app.url("/api/console/socket")).bearer_auth(&token);
    assert_eq!(
        plain.send().await.unwrap().status(),
        400,
        "a socket is an upgrade"
    );

    for role in [Role::Admin, Role::Agent, Role::Viewer] {
        let token = app.colleague(&acme, role).await;
        let mut socket = Socket::open(&app.console_url()).await;
        socket.send(&json!({ "type": "hello", "token": token })).await;
        assert_eq!(socket.next_of("ready").await["role"], role.as_str());
        socket.next_of("job.all").await;
        socket.send(&json!({ "type": "say", "text": "hi" })).await;
        assert_eq!(socket.next_of("error").await["code"], "invalid_frame");
        socket.send(&json!({ "type": "ping" })).await;
        socket.next_of("pong").await;
    }
}

#[tokio::test]
async fn a_socket_ends_with_its_token() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let app = Setup::default().clock(clock.clone()).start().await;
    let acme = app.workspace("acme").await;
    let token = app.log_in(&acme.email).await;
    clock.advance(USER_TTL - TimeDelta::milliseconds(50));
    let (_, mut silent) = app.console(&token).await;
    let (_, mut talking) = app.console(&token).await;
    clock.advance(TimeDelta::milliseconds(50));
    assert_eq!(silent.ends().await, Some(4001), "by the timer alone");
    let _ = talking.try_send(&json!({ "type": "ping" })).await;
    assert_eq!(talking.ends().await, Some(4001), "before it is answered");
    let hello = json!({ "type": "hello", "token": token });
    assert_eq!(
        refused(&app, &hello).await,
        (json!("unauthenticated"), Some(4001))
    );
    let token = app.log_in(&acme.email).await;
    app.console(&token).await;
}

#[tokio::test]
async fn a_socket_ends_when_its_person_is_out_of_the_workspace() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let (owner, agent) = (
        app.log_in(&acme.email).await,
        app.colleague(&acme, Role::Agent).await,
    );
    let (_, mut socket) = app.console(&agent).await;
    let me = app.http.get(app.url("/api/auth/me")).bearer_auth(&agent);
    let me: Value = me.send().await.unwrap().json().await.unwrap();
    let path = format!("/api/team/members/{}", me["user"]["id"].as_str().unwrap());
    let removed = app.http.delete(app.url(&path)).bearer_auth(&owner);
    assert_eq!(removed.send().await.unwrap().status(), 204);
    assert_eq!(socket.ends().await, Some(4009), "told to come again");
    let hello = json!({ "type": "hello", "token": agent });
    assert_eq!(
        refused(&app, &hello).await,
        (json!("unauthenticated"), Some(4001))
    );
}
