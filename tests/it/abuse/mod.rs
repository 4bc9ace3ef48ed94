//! Clients that break the rules: each gets its documented answer, and the server lives on.

mod slow_reader;
mod socket;
mod tokens;

use crate::support::{Socket, TestVisitor};

/// Somebody else is answered as if nothing had happened.
async fn is_answered(other: &TestVisitor) {
    let answer = other.asks(None, "How long does the warranty last?").await;
    assert_eq!(answer["state"], "complete", "{answer}");
}

/// The code of the error frame that comes next.
async fn refused(socket: &mut Socket) -> String {
    socket.next_of("error").await["code"].as_str().unwrap().to_owned()
}
