//! Who gets a mail where somebody waits and nobody is there: once, and not who is there or wants none.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use parlance_store::control::Role;
use serde_json::{Value, json};

use super::Agent;
use crate::{
    accounts::mail_to,
    support::{Setup, TestApp, Workspace, says},
};

/// Somebody asks for a person: the conversation, which waits.
async fn waits(app: &TestApp, workspace: &Workspace) -> String {
    let (conversation, mut socket) = app.visitor(workspace).await.connects().await;
    socket.send(&json!({ "type": "human" })).await;
    socket.next_of("status").await;
    conversation
}

/// Of which conversations mail was put in line, by address. It is, with the change of status or not at all.
pub(super) async fn told(app: &TestApp) -> Vec<(String, String)> {
    let rows = app
        .db()
        .rows(
            "SELECT u.email, j.payload #>> '{errand,conversation}' AS conversation FROM jobs j \
             JOIN users u ON u.id::text = j.payload #>> '{errand,user}' \
             WHERE j.payload #>> '{errand,mail}' = 'waiting' ORDER BY j.created_at, u.email",
        )
        .await
        .unwrap();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (word(row, "email"), word(row, "conversation")))
        .collect()
}

#[tokio::test]
async fn everyone_who_may_answer_is_told_who_waits_and_for_what() {
    let (app, acme, visitor) = TestApp::chat().await;
    for role in [Role::Agent, Role::Viewer] {
        app.colleague(&acme, role).await;
    }
    let (conversation, mut socket) = visitor.connects().await;
    socket
        .send(&says("My robot <b>hums</b>. I want to talk to a human"))
        .await;
    assert_eq!(socket.next_of("status").await["status"], "waiting");
    let both = ["agent@acme.example", "owner@acme.example"].map(|to| (to.to_owned(), conversation.clone()));
    assert_eq!(told(&app).await, both);
    let mail = mail_to(&app, "owner@acme.example", "Somebody waits for a person in acme").await;
    let said = mail["text"].as_str().unwrap();
    assert!(said.contains("A visitor waits for a person in acme"), "{said}");
    assert!(said.contains("My robot <b>hums</b>."), "{said}");
    let link = format!("/app/inbox/{conversation}");
    assert!(mail["links"][0].as_str().unwrap().ends_with(&link), "{mail}");
}

#[tokio::test]
async fn nobody_is_told_twice_within_a_quarter_of_an_hour() {
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let app = Setup::default().clock(clock.clone()).start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let first = waits(&app, &acme).await;
    clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    waits(&app, &acme).await;
    let other = waits(&app, &globex).await;
    clock.advance(TimeDelta::seconds(1));
    let third = waits(&app, &acme).await;
    let [ada, ben] = ["owner@acme.example", "owner@globex.example"].map(str::to_owned);
    assert_eq!(
        told(&app).await,
        [(ada.clone(), first), (ben, other), (ada, third)]
    );
}

#[tokio::test]
async fn nobody_is_told_while_somebody_is_there() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let mut ada = Agent::owner(&app, &acme).await;
    waits(&app, &acme).await;
    assert_eq!(told(&app).await, []);
    // Away is not there.
    ada.socket.send(&json!({ "type": "away", "on": true })).await;
    while ada.socket.next_of("presence").await["agents"][0]["away"] != true {}
    let conversation = waits(&app, &acme).await;
    assert_eq!(
        told(&app).await,
        [("owner@acme.example".to_owned(), conversation)]
    );
}

#[tokio::test]
async fn who_wants_no_mail_gets_none_of_this_workspace() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let token = app.log_in(&acme.email).await;
    let url = app.url("/api/auth/notifications");
    let read = async || -> Value {
        let answer = app.http.get(&url).bearer_auth(&token).send().await.unwrap();
        answer.json().await.unwrap()
    };
    assert_eq!(read().await["waiting_mail"], json!(true));
    for on in [false, true] {
        let patch = app.http.patch(&url).bearer_auth(&token);
        let answer = patch.json(&json!({ "waiting_mail": on })).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(
            read().await,
            json!({ "waiting_mail": on, "deadline_mail": true, "ticket_mail": true })
        );
        waits(&app, &acme).await;
        assert_eq!(told(&app).await.len(), usize::from(on));
    }
}
