//! Frames on a real socket: whatever is sent, the server answers or closes as the protocol says, and goes on.

use futures_util::SinkExt;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{FRAMES, JSON_WORDS, mutate::mutated, texts};
use crate::support::TestApp;

/// Sockets that are opened at most: a frame that is none ends one.
const FRAMES_SENT: usize = 200;
/// What a frame may end a socket with: no frame, no UTF-8, far too many.
const ENDS: [u16; 3] = [1002, 1007, 4029];

#[tokio::test]
async fn a_socket_answers_whatever_it_is_sent() {
    let (app, _acme, visitor) = TestApp::chat().await;
    let (mut runner, frames) = (
        TestRunner::deterministic(),
        mutated(texts(&FRAMES), JSON_WORDS.to_vec()),
    );
    let (_, mut socket) = visitor.connects().await;
    let mut answered = 0;
    for _ in 0..FRAMES_SENT {
        let bytes = frames.new_tree(&mut runner).unwrap().current();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // A socket that has just been closed takes no more; it says why when it is read.
        let _ = socket.0.send(Message::text(text.clone())).await;
        let _ = socket.try_send(&json!({ "type": "ping" })).await;
        loop {
            match socket.next().await {
                // Who sends very many is told so in place of an answer.
                Ok(frame) if frame["type"] == "pong" || frame["code"] == "rate_limited" => {
                    break answered += 1;
                }
                Ok(_) => {}
                Err(code) => {
                    assert!(
                        code.is_some_and(|code| ENDS.contains(&code)),
                        "{code:?} after {text}"
                    );
                    (_, socket) = visitor.connects().await;
                    break;
                }
            }
        }
    }
    assert!(answered > FRAMES_SENT / 4, "only {answered} frames were answered");
    let (_, other) = visitor.connects().await;
    drop(other);
    drop(app);
}
