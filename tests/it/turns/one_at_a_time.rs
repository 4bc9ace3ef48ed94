//! What is said while an answer streams waits; `stop` ends the one that streams.

use parlance_loadtest::upstream::Ending;
use serde_json::{Value, json};

use crate::support::{Reader, Setup, TestApp, answer_of, deltas_of, paced, says};

fn answers(log: &[Value]) -> Vec<&Value> {
    log.iter()
        .filter(|event| event["author"]["kind"] == "assistant")
        .collect()
}

#[tokio::test]
async fn a_message_said_meanwhile_is_answered_next() {
    let (app, _, visitor) = TestApp::chat_with(paced(60.0)).await;
    let (conversation, mut socket) = visitor.connects().await;
    let questions = [
        says("How long does the warranty last?"),
        says("When are refunds paid after the return has arrived?"),
        says("How long does shipping take?"),
    ];
    for question in &questions {
        socket.send(question).await;
    }
    let mut reader = Reader::default();
    for _ in &questions {
        while !reader.take(&socket.next().await.unwrap()) {}
    }
    let said: Vec<&Value> = reader
        .log
        .iter()
        .filter(|event| event["author"]["kind"] == "visitor")
        .collect();
    for (question, said) in questions.iter().zip(&said) {
        assert_eq!(
            question["client_id"], said["client_id"],
            "in the order they were said"
        );
    }
    for (answer, said) in answers(&reader.log).iter().zip(&said) {
        assert_eq!(answer["in_reply_to"], said["id"]);
    }
    assert_eq!(reader.log, visitor.log(&conversation).await);
    let requests = app.upstream.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|call| call.ending == Ending::Complete));
    let last: Value = serde_json::from_str(&requests[2].body).unwrap();
    assert_eq!(
        last["messages"].as_array().unwrap().len(),
        5,
        "the model sees what came before"
    );
}

#[tokio::test]
async fn stop_ends_the_answer_and_closes_the_upstream_connection() {
    let (app, _, visitor) = Setup::upstream(paced(20.0))
        .set("DELTA_WINDOW_MS", "0")
        .chat()
        .await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.next_of("answer.delta").await;
    socket.send(&json!({ "type": "stop" })).await;
    let answer = answer_of(&socket.until_answer().await).clone();
    assert_eq!(answer["state"], "interrupted");
    let text = answer["text"].as_str().unwrap();
    assert!(
        !text.is_empty() && text.len() < 80,
        "what there was until then: {text:?}"
    );
    app.upstream
        .wait_for(|calls| calls.iter().all(|call| call.ending == Ending::Closed))
        .await;
    assert!(app.upstream.requests()[0].sent < 24);
    app.services.ledger.flush().await;
    let usage = app
        .db()
        .rows("SELECT estimated, output FROM usage_events")
        .await
        .unwrap();
    assert_eq!(usage.len(), 1);
    assert_eq!(usage[0]["estimated"], true, "the upstream never told all of it");

    socket.send(&json!({ "type": "stop" })).await;
    socket.send(&says("When are refunds paid?")).await;
    let next = socket.until_answer().await;
    let next = answer_of(&next);
    assert_eq!(
        next["state"], "complete",
        "a stop with nothing to stop changes nothing"
    );
    assert_eq!(visitor.log(&conversation).await.len(), 4);
}

/// A queued question is answered after the one before it was stopped.
#[tokio::test]
async fn stop_ends_only_the_answer_that_streams() {
    let (_app, _, visitor) = TestApp::chat_with(paced(30.0)).await;
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.send(&says("When are refunds paid?")).await;
    socket.next_of("answer.delta").await;
    socket.send(&json!({ "type": "stop" })).await;
    let first = socket.until_answer().await;
    assert_eq!(answer_of(&first)["state"], "interrupted");
    let second = socket.until_answer().await;
    assert_eq!(answer_of(&second)["state"], "complete");
    assert_eq!(answer_of(&second)["text"], json!(deltas_of(&second)));
}

/// Stopping finishes the answer that streams and begins no other; the next server does.
#[tokio::test]
async fn what_waits_when_the_server_stops_is_answered_by_the_next() {
    let (mut app, _, visitor) = TestApp::chat_with(paced(40.0)).await;
    let (conversation, mut socket) = visitor.connects().await;
    for question in ["How long does the warranty last?", "When are refunds paid?"] {
        socket.send(&says(question)).await;
        socket.next_of("ack").await;
    }
    socket.next_of("answer.delta").await;
    app.stop().await;
    assert_eq!(app.upstream.totals().requests, 1);
    app.restart().await;
    let visitor = visitor.at(&app);
    let (_, mut socket) = visitor.resumes(&conversation, 3).await;
    socket.until_answer().await;
    let log = visitor.log(&conversation).await;
    let replies: Vec<_> = answers(&log)
        .iter()
        .map(|answer| &answer["in_reply_to"])
        .collect();
    assert_eq!(replies, [&log[0]["id"], &log[1]["id"]]);
    assert_eq!(app.upstream.totals().requests, 2);
}
