//! A visitor who asks, and often does not wait for the answer.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{session::Server, ws::Socket};
use crate::ledger::Chaos;

const QUESTIONS: [&str; 4] = [
    "How long is the warranty?",
    "How do I return a robot?",
    "What does shipping cost?",
    "How often is the arm to be serviced?",
];
/// How long a visitor stays with an answer, at most.
const PATIENCE_MS: u64 = 3_000;
const BACK_AFTER: Duration = Duration::from_millis(100);

/// Asks until it is stopped, each question in a conversation of its own; a server that is away is asked again.
pub async fn ask_and_leave(server: Server, mut luck: Chaos) {
    loop {
        let patience = Duration::from_millis(luck.below(PATIENCE_MS));
        let question = usize::try_from(luck.below(4)).unwrap_or(0);
        let question = QUESTIONS.get(question).copied().unwrap_or_default();
        if let Ok((mut socket, _)) = Socket::open(&server).await {
            // Who does not wait is gone with the socket.
            let _ = timeout(patience, socket.ask(question)).await;
        }
        sleep(BACK_AFTER).await;
    }
}
