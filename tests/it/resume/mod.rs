//! A lost line costs nothing: whoever reconnects ends with the text of someone who never lost it.

mod elsewhere;
mod http;
mod restart;
mod socket;

use serde_json::Value;

use crate::support::{Reader, Setup, Socket, TestApp, TestVisitor, Workspace, paced, says};

/// Each token a frame of its own, slowly enough that a reconnect falls into the answer.
async fn slow_chat() -> (TestApp, Workspace, TestVisitor) {
    slow(100.0).chat().await
}

fn slow(tokens_per_second: f64) -> Setup {
    Setup::upstream(paced(tokens_per_second)).set("DELTA_WINDOW_MS", "0")
}

fn question() -> Value {
    says("How long does the warranty of my robot last?")
}

/// Reads until the answer is durable.
async fn read_answer(socket: &mut Socket, reader: &mut Reader) {
    loop {
        let frame = socket.next().await;
        if reader.take(&frame.expect("the line stays")) {
            return;
        }
    }
}
