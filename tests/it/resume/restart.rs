//! Across a restart of the server in mid-answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use parlance_loadtest::upstream::Ending;
use serde_json::json;

use super::{question, read_answer, slow};
use crate::support::{Reader, answer_of};

/// With time to drain, the answer is finished, and whoever comes back reads on where they were.
#[tokio::test]
async fn a_restart_lets_the_answer_end_and_nobody_misses_a_word() {
    let (mut app, _, visitor) = slow(60.0).chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut reader = Reader::default();
    socket.send(&question()).await;
    for _ in 0..8 {
        reader.take(&socket.next().await.unwrap());
    }
    drop(socket);
    reader.lost();
    app.restart().await;
    let visitor = visitor.at(&app);
    let (ready, mut socket) = visitor.resumes(&conversation, reader.cursor).await;
    assert_eq!(ready["seq"], json!(2), "the answer was finished before the stop");
    read_answer(&mut socket, &mut reader).await;
    assert_eq!(reader.log, visitor.log(&conversation).await);
    assert_eq!(reader.log[1]["state"], "complete");
}

/// Without time, the question stays open and is answered by the next server, once.
#[tokio::test]
async fn an_answer_that_had_no_time_to_end_is_written_after_the_restart() {
    let (mut app, _, visitor) = slow(20.0).set("DRAIN_SECONDS", "0").chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut reader = Reader::default();
    socket.send(&question()).await;
    for _ in 0..6 {
        reader.take(&socket.next().await.unwrap());
    }
    drop(socket);
    reader.lost();
    app.upstream
        .set_behaviour(parlance_loadtest::upstream::Behaviour::default());
    app.restart().await;
    let visitor = visitor.at(&app);
    let (_, mut socket) = visitor.resumes(&conversation, reader.cursor).await;
    read_answer(&mut socket, &mut reader).await;
    let whole = visitor.asks(None, question()["text"].as_str().unwrap()).await;
    assert_eq!(answer_of(&reader.log)["text"], whole["text"]);
    assert_eq!(reader.log, visitor.log(&conversation).await);
    assert_eq!(reader.log.len(), 2, "one question, one answer");
}

/// However many questions a stop left behind, visitors who ask now need not wait for all of them.
#[tokio::test]
async fn what_was_left_is_answered_a_few_at_a_time_until_nothing_is() {
    const LEFT: usize = 40;
    // No answer ends before the server does, however long it takes to ask.
    let (mut app, acme, _) = slow(0.1).set("DRAIN_SECONDS", "0").chat().await;
    for _ in 0..LEFT {
        let visitor = app.visitor(&acme).await;
        let conversation = visitor.conversation().await;
        visitor.frame(&conversation, &question()).await;
    }
    app.upstream.wait_for(|calls| calls.len() == LEFT).await;
    app.stop().await;
    app.upstream.set_behaviour(crate::support::paced(200.0));
    app.restart().await;
    let most = AtomicUsize::new(0);
    app.upstream
        .wait_for(|calls| {
            let again = calls.get(LEFT..).unwrap_or_default();
            let running = again.iter().filter(|call| call.ending == Ending::Running);
            most.fetch_max(running.count(), Ordering::Relaxed);
            again
                .iter()
                .filter(|call| call.ending == Ending::Complete)
                .count()
                == LEFT
        })
        .await;
    let most = most.into_inner();
    assert!((2..=8).contains(&most), "{most} at the same time");
}

/// The old token, cursor and ids still hold.
#[tokio::test]
async fn a_conversation_goes_on_after_a_restart() {
    let (mut app, _, visitor) = slow(0.0).chat().await;
    let before = visitor.asks(None, "How long does the warranty last?").await;
    let conversation = before["conversation"].as_str().unwrap();
    app.restart().await;
    let visitor = visitor.at(&app);
    let after = visitor.asks(Some(conversation), "When are refunds paid?").await;
    assert_eq!(after["seq"], json!(4));
    assert_eq!(visitor.log(conversation).await[1], before);
}
