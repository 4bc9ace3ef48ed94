//! What streams of an answer is noted while it streams, for whoever has to settle the call after a crash.

use parlance_loadtest::upstream::Behaviour;
use serde_json::json;

use crate::support::{Setup, TestApp, eventually, says};

#[tokio::test]
async fn what_an_answer_has_received_is_noted_before_it_ends() {
    let behaviour = Behaviour::default().directed("tokens=60,tps=0,stall=40").unwrap();
    let (app, _, visitor) = TestApp::chat_with(behaviour).await;
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    socket.next_of("answer.delta").await;
    let open = "SELECT estimate_output FROM reservations WHERE state = 'open' AND estimate_output >= 30";
    eventually(async || (app.db().rows(open).await.unwrap().len() == 1).then_some(())).await;
    socket.send(&json!({ "type": "stop" })).await;
    socket.until_answer().await;
}

/// Whoever stops before the second of the next note leaves it noted all the same.
#[tokio::test]
async fn a_server_that_stops_notes_what_has_streamed_until_then() {
    let behaviour = Behaviour::default().directed("tokens=60,tps=0,stall=40").unwrap();
    let setup = Setup::upstream(behaviour).set("DRAIN_SECONDS", "0");
    let (mut app, _, visitor) = setup.chat().await;
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says("How long does the warranty last?")).await;
    let mut words = 0;
    while words < 30 {
        let delta = socket.next_of("answer.delta").await;
        words += delta["text"].as_str().unwrap().split_whitespace().count();
    }
    app.stop().await;
    let noted = "SELECT state, estimate_output >= 30 AS noted FROM reservations";
    assert_eq!(
        app.db().rows(noted).await.unwrap(),
        [json!({ "state": "open", "noted": true })]
    );
}
