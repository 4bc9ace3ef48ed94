//! What was answered is said again to whoever asks the same, and to nobody else.

mod alike;
mod apart;
mod changes;
mod repeated;

use serde_json::Value;

use crate::support::{Setup, TestApp, TestVisitor, Workspace};

const QUESTION: &str = "How long does the warranty of a robot last?";
/// The same in other words.
const AGAIN: &str = "Hi, how long is the robot warranty?";

/// A server that keeps answers, a workspace, and a visitor who has not asked yet.
async fn chat() -> (TestApp, Workspace, TestVisitor) {
    keeping().chat().await
}

fn keeping() -> Setup {
    Setup::default().set("ANSWER_CACHE_MB", "8")
}

/// Asks in a new conversation.
async fn asks(visitor: &TestVisitor, question: &str) -> Value {
    let answer = visitor.asks(None, question).await;
    assert!(answer["citations"].is_array(), "{answer}");
    answer
}

fn is_cached(answer: &Value) -> bool {
    assert_eq!(answer["state"], "complete", "{answer}");
    answer.get("cached").is_some_and(|cached| cached == true)
}

fn calls(app: &TestApp) -> u64 {
    app.upstream.totals().requests
}
