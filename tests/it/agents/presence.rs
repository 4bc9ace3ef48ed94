//! Who is there, who looks at what, who types: agents see each other.

use parlance_store::control::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Agent, quiet};
use crate::support::{Socket, TestApp, says};

/// The agents of the next frame of this type that has so many.
async fn agents(socket: &mut Socket, kind: &str, many: usize) -> Vec<Value> {
    loop {
        let frame = socket.next_of(kind).await;
        let agents = frame["agents"].as_array().unwrap().clone();
        if agents.len() == many {
            return agents;
        }
    }
}

#[tokio::test]
async fn agents_see_who_is_there_and_who_looks_at_what() {
    let (app, acme, visitor) = TestApp::chat().await;
    let conversation = visitor.conversation().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let there = agents(&mut ada.socket, "presence", 2).await;
    assert!(there.iter().all(|agent| agent["away"] == false));
    // Who only looks on answers nobody, and is not counted.
    let viewer = Agent::colleague(&app, &acme, Role::Viewer).await;

    cole.watch(&conversation, 0).await;
    let viewers = agents(&mut ada.socket, "viewers", 1).await;
    assert_eq!(viewers[0], json!({ "id": cole.id, "name": "Cole League" }));
    // Whoever comes later is told, too.
    let mut late = Socket::open(&app.console_url()).await;
    late.send(&json!({ "type": "hello", "token": ada.token })).await;
    assert_eq!(agents(&mut late, "presence", 2).await.len(), 2);
    assert_eq!(agents(&mut late, "viewers", 1).await, viewers);

    cole.socket.send(&json!({ "type": "away", "on": true })).await;
    let there = agents(&mut ada.socket, "presence", 2).await;
    assert!(
        there
            .iter()
            .any(|agent| agent["id"] == *cole.id && agent["away"] == true)
    );
    cole.send("unwatch", &conversation, json!({})).await;
    agents(&mut ada.socket, "viewers", 0).await;
    cole.watch(&conversation, 0).await;
    agents(&mut ada.socket, "viewers", 1).await;
    drop((cole, viewer));
    agents(&mut ada.socket, "presence", 1).await;
    assert_eq!(agents(&mut ada.socket, "viewers", 0).await.len(), 0);
}

#[tokio::test]
async fn a_visitor_sees_them_type_who_answers_and_nobody_else() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    ada.watch(&conversation, 0).await;
    cole.watch(&conversation, 0).await;
    cole.send("typing", &conversation, json!({ "on": true })).await;
    let typing = ada.socket.next_of("typing").await;
    assert_eq!(
        (&typing["author"]["name"], &typing["on"]),
        (&json!("Cole League"), &json!(true))
    );
    quiet(&mut socket, &[]).await;
    cole.take(&conversation).await;
    socket.next_of("status").await;
    cole.send("typing", &conversation, json!({ "on": true })).await;
    assert_eq!(socket.next_of("typing").await["author"]["kind"], "agent");
    cole.send("read", &conversation, json!({ "seq": 1 })).await;
    let read = socket.next_of("read").await;
    assert_eq!((&read["by"], &read["seq"]), (&json!("agent"), &json!(1)));
    socket.send(&json!({ "type": "typing", "on": true })).await;
    let typing = cole.socket.next_of("typing").await;
    assert_eq!(typing["conversation"], *conversation);
}

#[tokio::test]
async fn notes_are_for_agents_alone() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    ada.watch(&conversation, 0).await;
    let note = json!({ "client_id": Uuid::new_v4(), "text": "She is a good customer." });
    for _ in 0..2 {
        cole.send("note", &conversation, note.clone()).await;
        cole.socket.next_of("ack").await;
    }
    let told = ada.socket.next_of("note").await;
    assert_eq!(told["text"], "She is a good customer.");
    assert_eq!(
        (&told["author"]["name"], &told["after"]),
        (&json!("Cole League"), &json!(0))
    );
    quiet(&mut socket, &[]).await;
    assert!(visitor.log(&conversation).await.is_empty());
    assert_eq!(
        cole.watch(&conversation, 0).await,
        std::slice::from_ref(&told),
        "once, and for who comes later"
    );
    let listed = ada
        .get(&app, &format!("/api/conversations/{conversation}/notes"))
        .await;
    assert_eq!(listed["items"], json!([told]));
    // Nor does the model hear of it.
    socket.send(&says("How long does the warranty last?")).await;
    socket.until_answer().await;
    assert!(
        !app.upstream
            .requests()
            .iter()
            .any(|asked| asked.body.contains("good customer"))
    );
}
