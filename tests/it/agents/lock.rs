//! No double answers: who has a conversation answers, and who has not seen what another wrote is told.

use parlance_store::control::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Agent;
use crate::support::{Setup, TestApp, says};

fn kinds(frames: &[Value]) -> Vec<&str> {
    frames
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn who_has_it_answers_and_whoever_has_not_seen_that_is_told() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&json!({ "type": "human" })).await;
    socket.next_of("status").await;
    let mut ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    ada.watch(&conversation, 0).await;
    cole.watch(&conversation, 0).await;

    // Both answer at once: the first takes it, the second is shown what the first wrote.
    ada.say(&conversation, "This is Ada.", 2).await;
    assert_eq!(cole.next_event().await["status"], "human");
    assert_eq!(cole.next_event().await["text"], "This is Ada.");
    let refused_id = cole.say(&conversation, "This is Cole.", 2).await;
    let refused = cole.socket.next_of("error").await;
    assert_eq!(refused["code"], "stale");
    assert_eq!(refused["client_id"], refused_id.to_string());
    assert_eq!(refused["conversation"], *conversation);
    let unseen = refused["events"].as_array().unwrap();
    assert_eq!(unseen.len(), 2);
    assert_eq!(unseen[1]["text"], "This is Ada.");

    // Having seen it, it is still Ada's to answer.
    cole.say(&conversation, "This is Cole.", 4).await;
    let refused = cole.socket.next_of("error").await;
    assert_eq!(refused["code"], "held");
    assert!(
        refused["detail"].as_str().unwrap().starts_with("Olive"),
        "{refused}"
    );
    cole.take(&conversation).await;
    assert_eq!(cole.socket.next_of("error").await["code"], "held");

    // Taken over in so many words, it is Cole's.
    let to = json!({ "to": cole.id });
    cole.send("transfer", &conversation, to).await;
    let moved = ada.socket.next_of("status").await;
    assert_eq!(
        ada.socket.next_of("status").await["assignee"]["name"],
        "Cole League",
        "{moved}"
    );
    cole.say(&conversation, "Now it is me.", 5).await;
    assert!(cole.socket.next_of("ack").await["seq"].as_u64() == Some(6));
    ada.say(&conversation, "Me too.", 5).await;
    assert_eq!(ada.socket.next_of("error").await["code"], "stale");
    assert_eq!(visitor.log(&conversation).await.len(), 6);
}

#[tokio::test]
async fn a_message_that_is_sent_again_is_said_once() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, _socket) = visitor.connects().await;
    let ada = Agent::owner(&app, &acme).await;
    let path = format!("/api/conversations/{conversation}/messages");
    let body = json!({ "client_id": Uuid::new_v4(), "text": "Can I help?" });
    let (status, first) = ada.post(&app, &path, &body).await;
    assert_eq!((status, &first["seq"]), (201, &json!(2)), "behind the status");
    assert_eq!(ada.post(&app, &path, &body).await, (201, first.clone()));
    // Also when it is no longer among the newest events.
    for n in 0..20 {
        let more = json!({ "client_id": Uuid::new_v4(), "text": format!("{n}"), "after": 2 });
        assert_eq!(ada.post(&app, &path, &more).await.0, 201);
    }
    assert_eq!(ada.post(&app, &path, &body).await, (201, first));
    assert_eq!(visitor.log(&conversation).await.len(), 22);
}

#[tokio::test]
async fn over_rest_the_refusal_shows_what_was_not_seen() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, _socket) = visitor.connects().await;
    let ada = Agent::owner(&app, &acme).await;
    let cole = Agent::colleague(&app, &acme, Role::Admin).await;
    let path = format!("/api/conversations/{conversation}");
    let says = |text: &str, after: u64| json!({ "client_id": Uuid::new_v4(), "text": text, "after": after });
    assert_eq!(
        ada.post(&app, &format!("{path}/messages"), &says("Ada here.", 0))
            .await
            .0,
        201
    );
    assert_eq!(
        ada.post(&app, &format!("{path}/release"), &json!({})).await.0,
        200
    );
    // Nobody has it now, and still Cole has not read what Ada wrote.
    let (status, refused) = cole
        .post(&app, &format!("{path}/messages"), &says("Cole here.", 0))
        .await;
    assert_eq!((status, &refused["code"]), (409, &json!("stale")));
    assert_eq!(refused["events"].as_array().unwrap().len(), 3);
    assert_eq!(
        cole.post(&app, &format!("{path}/messages"), &says("Cole here.", 3))
            .await
            .0,
        201
    );
    let (status, refused) = ada.post(&app, &format!("{path}/take"), &json!({})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("held")));
}

#[tokio::test]
async fn who_only_looks_on_does_not_answer() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.until_answer().await;
    let mut viewer = Agent::colleague(&app, &acme, Role::Viewer).await;
    assert_eq!(
        kinds(&viewer.watch(&conversation, 0).await),
        ["message"; 2],
        "they may read"
    );
    viewer.say(&conversation, "Let me.", 2).await;
    assert_eq!(viewer.socket.next_of("error").await["code"], "forbidden");
    for act in ["take", "release", "resolve", "reopen"] {
        viewer.send(act, &conversation, json!({})).await;
        assert_eq!(viewer.socket.next_of("error").await["code"], "forbidden", "{act}");
    }
    assert_eq!(visitor.log(&conversation).await.len(), 2);
}

#[tokio::test]
async fn conversations_of_another_workspace_are_not_there() {
    let (app, _, visitor) = TestApp::chat().await;
    let (conversation, _socket) = visitor.connects().await;
    let globex = app.workspace("globex").await;
    let mut mallory = Agent::owner(&app, &globex).await;
    mallory.send("watch", &conversation, json!({})).await;
    assert_eq!(mallory.socket.next_of("error").await["code"], "not_found");
    mallory.say(&conversation, "Hello there.", 0).await;
    assert_eq!(mallory.socket.next_of("error").await["code"], "not_found");
    let note = json!({ "client_id": Uuid::new_v4(), "text": "Mine." });
    mallory.send("note", &conversation, note).await;
    assert_eq!(mallory.socket.next_of("error").await["code"], "not_found");
    let stranger = json!({ "to": mallory.id });
    let ada = Agent::owner(&app, &app.workspace("initech").await).await;
    ada.post(
        &app,
        &format!("/api/conversations/{conversation}/transfer"),
        &stranger,
    )
    .await;
    assert_eq!(visitor.log(&conversation).await, Vec::<Value>::new());
}

/// The actor of a conversation is started anew when another owner has written to its log: who watches
/// does not notice.
#[tokio::test]
async fn who_watches_misses_nothing_when_a_conversation_is_loaded_anew() {
    let (app, acme, visitor) = Setup::default().chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.until_answer().await;
    let mut ada = Agent::owner(&app, &acme).await;
    assert_eq!(kinds(&ada.watch(&conversation, 0).await), ["message"; 2]);
    let elsewhere = format!(
        "WITH head AS (UPDATE conversations SET head_seq = head_seq + 1 WHERE id = '{conversation}' \
                       RETURNING tenant_id, id, head_seq) \
         INSERT INTO conversation_events (tenant_id, conversation_id, seq, kind, body, at) \
         SELECT tenant_id, id, head_seq, 'status', \
                '{{\"type\":\"status\",\"status\":\"bot\",\"by\":{{\"kind\":\"system\"}},\"reason\":\"idle\",\"at\":\"2026-01-01T00:00:00Z\"}}', \
                now() FROM head"
    );
    app.db().run(&elsewhere).await.unwrap();
    let asks = visitor
        .asks(Some(&conversation), "And how long does shipping take?")
        .await;
    for seq in [3, 4] {
        assert_eq!(ada.next_event().await["seq"], seq);
    }
    let answer = ada.next_event().await;
    assert_eq!((&answer["seq"], &answer["text"]), (&json!(5), &asks["text"]));
}
