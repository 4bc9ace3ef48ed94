//! For those who run it: alive, ready, measured, and stopped without losing a word.

use serde_json::{Value, json};

use crate::support::{TestApp, answer_of, eventually, paced, says};

#[tokio::test]
async fn alive_and_ready_say_so() {
    let app = TestApp::start().await;
    for (path, status) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = app.http.get(app.url(path)).send().await.unwrap();
        assert!(answer.status().is_success());
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["status"], status);
    }
}

/// Stopping lets an answer end, takes nothing new meanwhile, and then tells every socket to move.
#[tokio::test]
async fn a_stop_finishes_what_is_said_and_sends_listeners_on() {
    let (mut app, _, visitor) = TestApp::chat_with(paced(8.0)).await;
    let (conversation, mut socket) = visitor.connects().await;
    let (_, mut idle) = visitor.connects().await;
    let mut silent = visitor.socket().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.next_of("answer.delta").await;
    app.begin_stop();
    let told: Value = eventually(async || {
        let ready = app.http.get(app.url("/readyz")).send().await.unwrap();
        (ready.status().as_u16() == 503).then_some(ready)
    })
    .await
    .json()
    .await
    .unwrap();
    assert_eq!(
        (&told["checks"]["server"], &told["checks"]["database"]),
        (&json!("stopping"), &json!("ok"))
    );
    // Who waits for nothing stays meanwhile: there is no other server yet.
    idle.send(&says("Are you there?")).await;
    let refused = idle.next_of("error").await;
    assert_eq!(
        (&refused["code"], &refused["retry_after"]),
        (&json!("draining"), &json!(1))
    );
    let late = says("And the battery?");
    socket.send(&late).await;
    let mut frames = Vec::new();
    let (mut refused, mut moved) = (false, false);
    let ended = loop {
        match socket.next().await {
            Ok(frame) => {
                refused |= frame["code"] == "draining" && frame["client_id"] == late["client_id"];
                moved |= frame["type"] == "moved" && frame["after_ms"].as_u64().is_some();
                frames.push(frame);
            }
            Err(code) => break code,
        }
    };
    assert_eq!((ended, refused, moved), (Some(4009), true, true), "{frames:?}");
    assert_eq!(answer_of(&frames)["state"], "complete");
    assert_eq!(idle.next_of("moved").await["type"], "moved");
    assert_eq!(idle.ends().await, Some(4009));
    assert_eq!(silent.ends().await, Some(4009), "one that has not said hello too");
    app.restart().await;
    let log = visitor.at(&app).log(&conversation).await;
    assert_eq!(log.len(), 2, "what was refused is not there");
}
