//! "Talk to a person": the conversation waits for one and the bot is silent.

use parlance_loadtest::upstream::Ending;
use parlance_store::queries::conversations::{self, ConversationStatus, StatusChange};
use serde_json::{Value, json};

use crate::support::{Setup, Socket, Sse, TestApp, answer_of, paced, says};

async fn until_waiting(socket: &mut Socket) -> Value {
    let status = socket.next_of("status").await;
    assert_eq!(
        (&status["status"], &status["reason"]),
        (&json!("waiting"), &json!("visitor_asked"))
    );
    assert_eq!(status["by"]["kind"], "visitor");
    status
}

/// Nothing more comes until the pong.
async fn is_silent(socket: &mut Socket) {
    socket.send(&json!({ "type": "ping" })).await;
    loop {
        let frame = socket.next().await.unwrap();
        if frame["type"] == "pong" {
            return;
        }
        assert_ne!(frame["author"]["kind"], "assistant", "{frame}");
        assert!(!frame["type"].as_str().unwrap().starts_with("answer"), "{frame}");
    }
}

async fn reservations(app: &TestApp) -> Vec<String> {
    let rows = app
        .db()
        .rows("SELECT state FROM reservations ORDER BY created_at")
        .await
        .unwrap();
    rows.iter()
        .map(|row| row["state"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_conversation_waits_and_the_bot_falls_silent() {
    let (app, _, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&json!({ "type": "human" })).await;
    assert_eq!(until_waiting(&mut socket).await["seq"], 1);
    socket.send(&says("Is anybody there?")).await;
    socket.next_of("ack").await;
    is_silent(&mut socket).await;
    socket.send(&json!({ "type": "human" })).await;
    is_silent(&mut socket).await;
    assert_eq!(
        visitor.log(&conversation).await.len(),
        3,
        "asking twice says nothing new"
    );
    assert_eq!(app.upstream.totals().requests, 0);
    assert!(
        reservations(&app).await.is_empty(),
        "nothing is reserved where no model will be asked"
    );
    let (ready, _) = visitor.resumes(&conversation, 0).await;
    assert_eq!(ready["conversation"]["status"], "waiting");
    let body = json!({ "conversation": conversation, "client_id": uuid::Uuid::new_v4(), "text": "Hello?" });
    let taken = visitor.post("/chat").json(&body).send().await.unwrap();
    assert_eq!(taken.status().as_u16(), 202, "a person will answer");
}

/// In mid-answer: the answer ends there, what waited is given back.
#[tokio::test]
async fn an_answer_in_flight_is_interrupted_and_what_waits_is_released() {
    let (app, _, visitor) = TestApp::chat_with(paced(20.0)).await;
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.send(&says("When are refunds paid?")).await;
    socket.next_of("answer.delta").await;
    socket.send(&json!({ "type": "human" })).await;
    until_waiting(&mut socket).await;
    assert_eq!(answer_of(&socket.until_answer().await)["state"], "interrupted");
    is_silent(&mut socket).await;
    app.upstream
        .wait_for(|calls| calls.iter().all(|call| call.ending == Ending::Closed))
        .await;
    assert_eq!(app.upstream.totals().requests, 1);
    assert_eq!(reservations(&app).await, ["settled", "released"]);
}

/// Words do the same as the button.
#[tokio::test]
async fn asking_in_words_brings_a_person_too() {
    let (app, _, visitor) = TestApp::chat().await;
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says("I want to talk to a human, please")).await;
    assert_eq!(until_waiting(&mut socket).await["seq"], 2);
    is_silent(&mut socket).await;
    assert_eq!(app.upstream.totals().requests, 0);
}

/// A crash between the visitor's wish and the end of the answer: the next server keeps silent too.
#[tokio::test]
async fn after_a_crash_the_bot_does_not_answer_what_a_person_was_asked_for() {
    let (mut app, acme, visitor) = Setup::upstream(paced(5.0)).set("DRAIN_SECONDS", "0").chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.next_of("answer.delta").await;
    app.stop().await;
    // As if the wish had been written and the process had died before anything else.
    let db = app.db().db().tenant(acme.tenant);
    let waiting = StatusChange {
        conversation_id: conversation.parse().unwrap(),
        status: ConversationStatus::Waiting,
        assignee: None,
        snoozed_until: None,
        event_body: json!({ "type": "status", "status": "waiting", "reason": "visitor_asked" }),
        at: app.services.clock.now(),
    };
    db.transaction(async |conn| conversations::set_status(conn, waiting).await)
        .await
        .unwrap();
    app.restart().await;
    let visitor = visitor.at(&app);
    let (_, mut socket) = visitor.resumes(&conversation, 0).await;
    is_silent(&mut socket).await;
    app.stop().await;
    assert_eq!(app.upstream.totals().requests, 1, "nobody was asked again");
    assert_eq!(reservations(&app).await, ["settled"]);
}

/// Whoever waits for an answer over HTTP is told that a person will answer.
#[tokio::test]
async fn a_stream_ends_when_a_person_is_asked_for() {
    let (_app, _, visitor) = TestApp::chat_with(paced(20.0)).await;
    let conversation = visitor.conversation().await;
    let body = json!({ "conversation": conversation, "client_id": uuid::Uuid::new_v4(), "text": "How long does the warranty last?" });
    let mut stream = Sse::open(visitor.post("/chat").json(&body)).await;
    while stream.next().await.unwrap().kind != "answer.delta" {}
    visitor.frame(&conversation, &json!({ "type": "human" })).await;
    let mut last = Vec::new();
    while let Some(event) = stream.next().await {
        last.push((event.kind, event.data["state"].clone()));
    }
    assert_eq!(
        last.last().unwrap(),
        &("message".to_owned(), json!("interrupted")),
        "{last:?}"
    );
}
