//! Agents who drop off, and conversations that are put off.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::{Clock, ManualClock};
use parlance_store::control::Role;
use serde_json::{Value, json};

use super::Agent;
use crate::support::{Setup, TestApp, TestVisitor, Workspace, says};

async fn by_hand() -> (Arc<ManualClock>, TestApp, Workspace, TestVisitor) {
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let (app, acme, visitor) = Setup::default().clock(clock.clone()).chat().await;
    (clock, app, acme, visitor)
}

#[tokio::test]
async fn what_an_agent_had_who_is_gone_waits_for_another() {
    let (clock, app, acme, visitor) = by_hand().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    cole.take(&conversation).await;
    assert_eq!(socket.next_of("status").await["status"], "human");
    let token = cole.token.clone();
    drop(cole);
    // Back within 30 seconds, as after a reload.
    clock.advance(TimeDelta::seconds(20));
    let cole = Agent::opens(&app, &token).await;
    clock.advance(TimeDelta::seconds(31));
    let mut ada = Agent::owner(&app, &acme).await;
    ada.watch(&conversation, 0).await;
    let still = ada.get(&app, &format!("/api/conversations/{conversation}")).await;
    assert_eq!(still["assignee"]["id"], *cole.id);
    drop(cole);
    // The server has seen them go when Ada is alone.
    loop {
        let there = ada.socket.next_of("presence").await;
        if there["agents"].as_array().unwrap().len() == 1 {
            break;
        }
    }
    clock.advance(TimeDelta::seconds(30));
    let left = socket.next_of("status").await;
    assert_eq!(
        (&left["status"], &left["reason"]),
        (&json!("waiting"), &json!("agent_left"))
    );
    assert_eq!(
        (&left["by"]["kind"], left.get("assignee")),
        (&json!("system"), None)
    );
    let told = socket.next_of("message").await;
    assert_eq!(
        (&told["author"]["kind"], &told["text"]),
        (
            &json!("system"),
            &json!("A person from our team will join you here.")
        )
    );
    ada.take(&conversation).await;
    assert_eq!(socket.next_of("status").await["assignee"]["id"], *ada.id);
}

#[tokio::test]
async fn what_comes_back_to_an_agent_who_is_gone_waits_for_another() {
    let (clock, app, acme, visitor) = by_hand().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let mut ada = Agent::owner(&app, &acme).await;
    cole.take(&conversation).await;
    let until = clock.now() + TimeDelta::days(1);
    cole.send("snooze", &conversation, json!({ "until": until }))
        .await;
    while socket.next_of("status").await["status"] != "snoozed" {}
    drop(cole);
    while ada.socket.next_of("presence").await["agents"]
        .as_array()
        .unwrap()
        .len()
        != 1
    {}
    // Long gone, and looked for in vain, when the visitor writes.
    clock.advance(TimeDelta::minutes(1));
    let _ = app.services.consoles.take_gone(TimeDelta::seconds(30));
    socket.send(&says("Any news?")).await;
    let (mut taken, mut acknowledged) = (false, false);
    while !(taken && acknowledged) {
        let frame = socket.next().await.unwrap();
        taken |= frame["status"] == "human";
        acknowledged |= frame["type"] == "ack";
    }
    clock.advance(TimeDelta::seconds(30));
    let left = socket.next_of("status").await;
    assert_eq!(
        (&left["status"], &left["reason"]),
        (&json!("waiting"), &json!("agent_left"))
    );
}

#[tokio::test]
async fn what_is_transferred_to_an_agent_who_is_gone_waits_for_another() {
    let (clock, app, acme, visitor) = by_hand().await;
    let (conversation, mut socket) = visitor.connects().await;
    let cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let id = cole.id.clone();
    let mut ada = Agent::owner(&app, &acme).await;
    drop(cole);
    while ada.socket.next_of("presence").await["agents"]
        .as_array()
        .unwrap()
        .len()
        != 1
    {}
    clock.advance(TimeDelta::minutes(1));
    let _ = app.services.consoles.take_gone(TimeDelta::seconds(30));
    ada.send("transfer", &conversation, json!({ "to": id })).await;
    assert_eq!(socket.next_of("status").await["assignee"]["id"], *id);
    clock.advance(TimeDelta::seconds(30));
    let left = socket.next_of("status").await;
    assert_eq!(
        (&left["status"], &left["reason"]),
        (&json!("waiting"), &json!("agent_left"))
    );
}

#[tokio::test]
async fn who_does_not_come_back_after_a_restart_is_gone() {
    let (clock, mut app, acme, visitor) = by_hand().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    cole.take(&conversation).await;
    socket.next_of("status").await;
    app.restart().await;
    let (ready, mut socket) = visitor.at(&app).resumes(&conversation, 1).await;
    assert_eq!(
        ready["conversation"]["status"], "human",
        "the lock outlives the server"
    );
    clock.advance(TimeDelta::seconds(30));
    assert_eq!(socket.next_of("status").await["reason"], "agent_left");
}

#[tokio::test]
async fn a_snoozed_conversation_comes_back_when_it_is_time() {
    let (clock, app, acme, visitor) = by_hand().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let until = DateTime::from_timestamp(1_800_000_300, 0).unwrap();
    for wrong in ["2027-01-15T08:00:00Z", "2099-01-01T00:00:00Z"] {
        ada.send("snooze", &conversation, json!({ "until": wrong })).await;
        assert_eq!(
            ada.socket.next_of("error").await["code"],
            "invalid_request",
            "{wrong}"
        );
    }
    ada.send("snooze", &conversation, json!({ "until": until })).await;
    let put_off = socket.next_of("status").await;
    assert_eq!(
        (&put_off["status"], &put_off["until"]),
        (&json!("snoozed"), &json!(until))
    );
    clock.advance(TimeDelta::seconds(300));
    let back = socket.next_of("status").await;
    assert_eq!(
        (&back["status"], &back["reason"]),
        (&json!("human"), &json!("snooze_ended"))
    );
    assert_eq!(back["assignee"]["id"], *ada.id);

    // Or when the visitor writes.
    let until = until + TimeDelta::hours(9);
    ada.send("snooze", &conversation, json!({ "until": until })).await;
    assert_eq!(socket.next_of("status").await["status"], "snoozed");
    socket.send(&says("Are you still there?")).await;
    let back = socket.next_of("status").await;
    assert_eq!(
        (&back["status"], &back["reason"]),
        (&json!("human"), &json!("reopened"))
    );
    let seen = ada.get(&app, &format!("/api/conversations/{conversation}")).await;
    assert_eq!(seen["snoozed_until"], Value::Null);
}

#[tokio::test]
async fn a_resolved_conversation_begins_anew_with_the_bot() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    ada.say(&conversation, "Anything else?", 0).await;
    ada.socket.next_of("ack").await;
    ada.send("resolve", &conversation, json!({})).await;
    assert_eq!(socket.next_of("status").await["status"], "human");
    let resolved = socket.next_of("status").await;
    assert_eq!(
        (&resolved["status"], resolved.get("assignee")),
        (&json!("resolved"), None)
    );
    socket.send(&says("How long does the warranty last?")).await;
    assert_eq!(socket.next_of("status").await["reason"], "reopened");
    socket.until_answer().await;
    let asked = app.upstream.requests().last().cloned().unwrap();
    assert!(!asked.body.contains("Anything else?"), "a fresh context");
}
