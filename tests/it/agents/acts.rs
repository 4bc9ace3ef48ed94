//! What else the socket and REST let agents do.

use parlance_store::control::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Agent;
use crate::support::{TestApp, says};

#[tokio::test]
async fn the_inbox_is_filtered_and_says_first_who_waits() {
    let (app, acme, visitor) = TestApp::chat().await;
    let ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let mut conversations = Vec::new();
    for _ in 0..4 {
        let (id, mut socket) = app.visitor(&acme).await.connects().await;
        socket.send(&says("How long does the warranty last?")).await;
        socket.until_answer().await;
        conversations.push(id);
    }
    // One in which nothing was said is not there.
    visitor.conversation().await;
    for waits in [&conversations[2], &conversations[0]] {
        let (status, _) = ada
            .post(
                &app,
                &format!("/api/conversations/{waits}/transfer"),
                &json!({ "to": cole.id }),
            )
            .await;
        assert_eq!(status, 200);
    }
    cole.say(&conversations[0], "Hello.", 0).await;
    cole.socket.next_of("ack").await;
    let ids = async |query: &str| {
        let found = ada.get(&app, &format!("/api/conversations{query}")).await;
        let items = found["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{found}"))
            .clone();
        let ids: Vec<String> = items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect();
        ids
    };
    assert_eq!(ids("").await.len(), 4);
    assert_eq!(ids("").await[0], conversations[0], "what changed last");
    assert_eq!(ids("?status=bot,waiting").await.len(), 2);
    assert_eq!(ids(&format!("?assignee={}", cole.id)).await.len(), 2);
    assert_eq!(ids("?assignee=me").await.len(), 0);
    assert_eq!(ids("?assignee=nobody").await.len(), 2);
    assert_eq!(ids(&format!("?space={}", acme.space)).await.len(), 4);
    let austrian = app.comes(&acme, &json!({ "locale": "de-AT" })).await.0;
    let german = austrian.asks(None, "Wo ist mein Paket?").await["conversation"].clone();
    for of in ["?language=de", "?language=DE&assignee=nobody"] {
        assert_eq!(ids(of).await, [german.as_str().unwrap()], "{of}");
    }
    conversations.push(german.as_str().unwrap().to_owned());
    for wrong in [
        "?language=%25",
        "?language=german",
        "?status=asleep",
        "?assignee=them",
        "?sort=loud",
        "?cursor=x",
        "?cursor=ux&sort=urgency",
    ] {
        assert_eq!(
            ada.get(&app, &format!("/api/conversations{wrong}")).await["status"],
            400,
            "{wrong}"
        );
    }
    // Page by page, who waits first: nobody twice, nobody left out.
    let mut socket = app.visitor(&acme).await.connects().await;
    socket.1.send(&says("I want to talk to a person")).await;
    socket.1.next_of("status").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ada
            .get(&app, &format!("/api/conversations?sort=urgency&limit=2{cursor}"))
            .await;
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen[0], socket.0);
    seen.sort();
    conversations.push(socket.0);
    conversations.sort();
    assert_eq!(seen, conversations);
}

#[tokio::test]
async fn the_events_page_backwards() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    for _ in 0..3 {
        socket.send(&says("How long does the warranty last?")).await;
        socket.until_answer().await;
    }
    let ada = Agent::owner(&app, &acme).await;
    let path = format!("/api/conversations/{conversation}/events?limit=4");
    let newest = ada.get(&app, &path).await;
    let log = visitor.log(&conversation).await;
    assert_eq!(newest["items"].as_array().unwrap()[..], log[2..]);
    let before = ada
        .get(
            &app,
            &format!("{path}&cursor={}", newest["next"].as_str().unwrap()),
        )
        .await;
    assert_eq!(before["items"].as_array().unwrap()[..], log[..2]);
    assert_eq!(before["next"], Value::Null);
}

#[tokio::test]
async fn a_program_answers_with_a_key_that_may() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let ada = Agent::owner(&app, &acme).await;
    let key = async |scopes: &[&str]| {
        let body = json!({ "name": format!("CRM {}", scopes.len()), "scopes": scopes });
        let (status, made) = ada.post(&app, "/api/keys", &body).await;
        assert_eq!(status, 201, "{made}");
        made["key"].as_str().unwrap().to_owned()
    };
    let (writes, reads) = (
        key(&["conversations:read", "conversations:write"]).await,
        key(&["conversations:read"]).await,
    );
    let say = async |key: &str| {
        let body = json!({ "client_id": Uuid::new_v4(), "text": "Your order left today." });
        let path = format!("/api/conversations/{conversation}/messages");
        let request = app.http.post(app.url(&path)).bearer_auth(key).json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(say(&reads).await, 403);
    assert_eq!(say(&writes).await, 201);
    assert_eq!(socket.next_of("status").await["assignee"]["name"], "CRM 2");
    assert_eq!(socket.next_of("message").await["author"]["name"], "CRM 2");
}

#[tokio::test]
async fn a_socket_goes_on_with_a_newer_token_of_the_same_person() {
    let (app, acme, _) = TestApp::chat().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let newer = app.log_in(&acme.email).await;
    ada.socket.send(&json!({ "type": "hello", "token": newer })).await;
    ada.socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(ada.socket.next_of("pong").await["type"], "pong");
    let cole = app.colleague(&acme, Role::Agent).await;
    for token in [cole.as_str(), "nonsense"] {
        ada.socket.send(&json!({ "type": "hello", "token": token })).await;
        let refused = ada.socket.next_of("error").await;
        assert!(
            ["forbidden", "unauthenticated"].contains(&refused["code"].as_str().unwrap()),
            "{refused}"
        );
    }
    // The first session ends; the socket is the second's.
    let end = app.http.post(app.url("/api/auth/logout")).bearer_auth(&ada.token);
    end.send().await.unwrap();
    ada.socket.send(&json!({ "type": "ping" })).await;
    ada.socket.next_of("pong").await;
}

#[tokio::test]
async fn frames_that_make_no_sense_are_refused_and_change_nothing() {
    let (app, acme, visitor) = TestApp::chat().await;
    let conversation = visitor.conversation().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let id = Uuid::new_v4();
    for (frame, code) in [
        (
            json!({ "type": "say", "conversation": conversation, "client_id": id, "text": "  " }),
            "invalid_request",
        ),
        (
            json!({ "type": "say", "conversation": conversation, "client_id": id, "text": "x".repeat(4_001) }),
            "text_too_long",
        ),
        (
            json!({ "type": "note", "conversation": conversation, "client_id": id, "text": "" }),
            "invalid_request",
        ),
        (
            json!({ "type": "transfer", "conversation": conversation, "to": id }),
            "invalid_request",
        ),
        (json!({ "type": "take", "conversation": id }), "not_found"),
        (json!({ "type": "watch", "conversation": id }), "not_found"),
        (json!({ "type": "take" }), "invalid_frame"),
        (
            json!({ "type": "dance", "conversation": conversation }),
            "invalid_frame",
        ),
    ] {
        ada.socket.send(&frame).await;
        assert_eq!(ada.socket.next_of("error").await["code"], code, "{frame}");
    }
    assert!(visitor.log(&conversation).await.is_empty());
}
