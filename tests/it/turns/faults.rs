//! The upstream misbehaves: an end is always written, the visitor is told and offered a person.

use std::time::Duration;

use parlance::adapters::llm::policy::Policy;
use parlance_loadtest::upstream::{Behaviour, Ending, Fault};
use serde_json::{Value, json};

use crate::support::{MODEL, Reader, Setup, TestApp, TestVisitor, says};

const QUESTION: &str = "How long does the warranty last?";

/// Minutes of patience as milliseconds.
fn impatient() -> Setup {
    Setup::default().patience(Policy {
        headers: Duration::from_millis(400),
        first_token: Duration::from_millis(600),
        between_tokens: Duration::from_millis(300),
        backoff: Duration::from_millis(20),
        ..Policy::default()
    })
}

/// Asks over the socket, so that what streams is checked too; the durable answer.
async fn asks(visitor: &TestVisitor) -> Value {
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says(QUESTION)).await;
    let mut reader = Reader::default();
    while !reader.take(&socket.next().await.unwrap()) {}
    reader.log.pop().unwrap()
}

fn text(answer: &Value) -> &str {
    answer["text"].as_str().unwrap()
}

async fn no_turn_is_open(app: &TestApp) {
    let open = app
        .db()
        .rows("SELECT id FROM reservations WHERE state = 'open'")
        .await
        .unwrap();
    assert!(open.is_empty(), "{open:?}");
}

/// Before the first word nothing is lost by trying again.
#[tokio::test]
async fn what_fails_before_the_first_word_is_tried_again() {
    let (app, _, visitor) = impatient().chat().await;
    for fault in [
        Fault::RateLimited { retry_after: Some(1) },
        Fault::Status(529),
        Fault::Status(500),
        Fault::Cut(0),
        Fault::Garbage(0),
        Fault::Stall(0),
        Fault::Mute,
        Fault::ErrorEvent {
            after: 0,
            kind: "overloaded_error".to_owned(),
        },
    ] {
        app.upstream.queue([Behaviour::faulty(fault.clone())]);
        let answer = asks(&visitor).await;
        assert_eq!(answer["state"], "complete", "{fault:?}: {answer}");
        assert!(text(&answer).contains("24 months"), "{fault:?}");
    }
    no_turn_is_open(&app).await;
}

/// After it, what was shown stays, and what happened is said.
#[tokio::test]
async fn what_breaks_in_mid_answer_keeps_its_words_and_apologises() {
    let (app, _, visitor) = impatient().chat().await;
    for fault in [
        Fault::Cut(14),
        Fault::Garbage(14),
        Fault::Stall(14),
        Fault::ErrorEvent {
            after: 14,
            kind: "overloaded_error".to_owned(),
        },
    ] {
        app.upstream.queue([Behaviour::faulty(fault.clone())]);
        let answer = asks(&visitor).await;
        assert_eq!(answer["state"], "failed", "{fault:?}");
        let (words, apology) = text(&answer).split_once("\n\n").expect("two paragraphs");
        assert!(words.contains("24 months [S1]"), "{fault:?}: {words}");
        assert!(apology.contains("technical problem"), "{fault:?}: {apology}");
        assert_eq!(answer["citations"][0]["n"], 1, "{fault:?}");
    }
    no_turn_is_open(&app).await;
    app.services.ledger.flush().await;
    let usage = app
        .db()
        .rows("SELECT estimated, output FROM usage_events")
        .await
        .unwrap();
    assert_eq!(usage.len(), 4, "what was billed is booked, though it failed");
    let counted = |row: &Value| row["estimated"] == true && row["output"].as_i64() >= Some(14);
    assert!(usage.iter().all(counted), "{usage:?}");
}

#[tokio::test]
async fn a_refusal_that_lasts_ends_in_an_apology() {
    for fault in [
        Fault::Status(529),
        Fault::SpendLimit,
        Fault::Status(400),
        Fault::Mute,
    ] {
        let (app, _, visitor) = impatient().chat().await;
        app.upstream.set_behaviour(Behaviour::faulty(fault.clone()));
        let answer = asks(&visitor).await;
        assert_eq!(
            (&answer["state"], &answer["citations"]),
            (&json!("failed"), &json!([])),
            "{fault:?}"
        );
        assert!(text(&answer).contains("technical problem"), "{fault:?}");
        no_turn_is_open(&app).await;
        app.upstream.set_behaviour(Behaviour::default());
    }
}

/// When the first model is down the next in the space's list answers, and says who it was.
#[tokio::test]
async fn the_next_model_of_the_list_answers() {
    let app = impatient().start().await;
    let first = format!("anthropic/{MODEL}");
    let settings = json!({ "ai": { "models": [first, "openai/gpt-5-mini"] } });
    let acme = app.workspace_with("acme", settings, &[]).await;
    let visitor = app.visitor(&acme).await;
    app.upstream.queue(vec![Behaviour::faulty(Fault::Status(529)); 3]);
    let answer = asks(&visitor).await;
    assert_eq!(
        (&answer["state"], &answer["model"]),
        (&json!("complete"), &json!("gpt-5-mini"))
    );
    let calls = app.upstream.requests();
    let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/v1/messages",
            "/v1/messages",
            "/v1/messages",
            "/v1/chat/completions"
        ]
    );
    assert_eq!(calls[3].ending, Ending::Complete);
    app.services.ledger.flush().await;
    let usage = app
        .db()
        .rows("SELECT model, input, output, estimated FROM usage_events")
        .await
        .unwrap();
    let told = calls[3].told;
    assert_eq!(
        usage,
        [json!({ "model": "gpt-5-mini", "input": told.input, "output": told.output, "estimated": false })]
    );
}
