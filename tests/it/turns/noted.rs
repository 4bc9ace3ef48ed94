//! What streams of an answer is noted while it streams, for whoever has to settle the call after a crash.

use parlance_loadtest::upstream::Behaviour;
use serde_json::json;

use crate::support::{TestApp, eventually, says};

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
