//! What a visitor is told who waits for a person, in whose words and in which language.

use parlance_store::control::Role;
use serde_json::{Value, json};

use super::Agent;
use crate::support::{Sse, TestApp, TestVisitor, Workspace, says};

const THERE: &str = "A person from our team will join you here.";
const AWAY: &str = "Nobody from our team is here just now. A person will answer you here. Leave your e-mail address to get the answer there, too.";

/// What somebody is told who asks for a person.
async fn told(visitor: &TestVisitor) -> Value {
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&json!({ "type": "human" })).await;
    let status = socket.next_of("status").await;
    assert_eq!(
        (&status["reason"], &status["seq"]),
        (&json!("visitor_asked"), &json!(1))
    );
    let message = socket.next_of("message").await;
    assert_eq!(
        (&message["author"], &message["seq"]),
        (&json!({ "kind": "system" }), &json!(2))
    );
    assert_eq!(visitor.log(&conversation).await, [status, message.clone()]);
    message["text"].clone()
}

async fn speaking(app: &TestApp, acme: &Workspace, locale: &str) -> TestVisitor {
    let url = app.url(&format!("/api/widget/{}/session", acme.slug));
    let session = app.http.post(url).json(&json!({ "locale": locale }));
    let session = session.send().await.unwrap().json().await.unwrap();
    app.visitor_of(acme, &session)
}

#[tokio::test]
async fn whether_somebody_is_there_decides() {
    let (app, acme, visitor) = TestApp::chat().await;
    assert_eq!(told(&visitor).await, AWAY);
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    assert_eq!(told(&visitor).await, THERE);
    cole.socket.send(&json!({ "type": "away", "on": true })).await;
    while cole.socket.next_of("presence").await["agents"][0]["away"] != true {}
    assert_eq!(told(&visitor).await, AWAY);
    // Who may not answer is of no use to the visitor.
    let _looks_on = Agent::opens(&app, &app.colleague(&acme, Role::Viewer).await).await;
    assert_eq!(told(&visitor).await, AWAY);
}

#[tokio::test]
async fn the_words_are_the_admins_or_ours_in_the_visitors_language() {
    let app = TestApp::start().await;
    let settings = json!({ "handoff": { "message": "Ada comes." } });
    let acme = app.workspace_with("acme", settings, &[]).await;
    let german = speaking(&app, &acme, "de-AT").await;
    let away = told(&german).await;
    assert!(
        away.as_str().unwrap().contains("niemand aus unserem Team"),
        "{away}"
    );
    let _ada = Agent::owner(&app, &acme).await;
    assert_eq!(told(&german).await, "Ada comes.");
}

#[tokio::test]
async fn who_asks_in_words_is_told_behind_their_message() {
    let (_app, _, visitor) = TestApp::chat().await;
    let conversation = visitor.conversation().await;
    let body = json!({ "conversation": conversation, "client_id": uuid::Uuid::new_v4(), "text": "I want to talk to a human" });
    let taken = visitor.post("/chat").json(&body).send().await.unwrap();
    assert_eq!(taken.status().as_u16(), 202, "a person will answer");
    let log = visitor.log(&conversation).await;
    let kinds: Vec<_> = log.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["message", "status", "message"]);
    assert_eq!(log[2]["text"], AWAY);
}

/// Who asks one thing over HTTP hears what happens next before the stream ends.
#[tokio::test]
async fn a_stream_ends_behind_what_the_visitor_is_told() {
    let app = TestApp::start().await;
    let settings = json!({ "handoff": { "after_abstentions": 1 } });
    let acme = app.workspace_with("acme", settings, &[]).await;
    let visitor = app.visitor(&acme).await;
    let body = json!({ "client_id": uuid::Uuid::new_v4(), "text": "Who won the football cup in 1998?" });
    let mut stream = Sse::open(visitor.post("/chat").json(&body)).await;
    let mut durable = Vec::new();
    while let Some(event) = stream.next().await {
        if event.id.is_some() {
            durable.push(event.data);
        }
    }
    let said: Vec<_> = durable
        .iter()
        .map(|event| event.pointer("/author/kind").unwrap_or(&event["status"]))
        .collect();
    assert_eq!(said, ["visitor", "assistant", "waiting", "system"]);
}

/// The inbox shows what the visitor said last and why they wait, from memory as from the database.
#[tokio::test]
async fn the_inbox_says_why_and_shows_what_was_said() {
    let (mut app, acme, visitor) = TestApp::chat().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("I want to talk to a human")).await;
    let waits = ada.inbox(|seen| seen["status"] == "waiting").await;
    assert_eq!(waits["reason"], "visitor_asked");
    assert_eq!(waits["last"]["text"], "I want to talk to a human");
    assert_eq!(waits["seq"], 3);
    let path = format!("/api/conversations/{conversation}");
    assert_eq!(ada.get(&app, &path).await, waits);
    app.restart().await;
    assert_eq!(ada.get(&app, &path).await, waits);
    let (_, taken) = ada.post(&app, &format!("{path}/take"), &json!({})).await;
    assert_eq!(taken["reason"], Value::Null);
}
