//! Over the WebSocket, cut after every single frame of an answer.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{question, read_answer, slow_chat};
use crate::support::{Reader, TestVisitor};

/// Frames of one answer that is not cut: ack, message, start, deltas, claims, the end.
async fn frames_of_an_answer(visitor: &TestVisitor) -> usize {
    let (_, mut socket) = visitor.connects().await;
    socket.send(&question()).await;
    socket.until_answer().await.len()
}

/// Asks, loses the line after `cut` frames, says again what was not acknowledged, reads on.
async fn asks_and_loses_the_line(visitor: &TestVisitor, cut: usize) {
    let (conversation, mut socket) = visitor.connects().await;
    let (_, mut quiet) = visitor.resumes(&conversation, 0).await;
    let (question, mut acknowledged) = (question(), false);
    let (mut reader, mut other) = (Reader::default(), Reader::default());
    socket.send(&question).await;
    let mut answered = false;
    for _ in 0..cut {
        let frame = socket.next().await.unwrap();
        acknowledged |= frame["type"] == "ack";
        answered |= reader.take(&frame);
    }
    drop(socket);
    reader.lost();
    let (ready, mut socket) = visitor.resumes(&conversation, reader.cursor).await;
    assert_eq!(ready["conversation"]["id"], json!(conversation));
    if !acknowledged {
        socket.send(&question).await;
    }
    if !answered {
        read_answer(&mut socket, &mut reader).await;
    }
    read_answer(&mut quiet, &mut other).await;
    assert_eq!(reader.log, other.log, "cut after {cut} frames");
    assert_eq!(reader.log.len(), 2, "one question, one answer");
    socket.send(&json!({ "type": "ping" })).await;
    loop {
        let frame = socket.next().await.unwrap();
        if frame["type"] == "pong" {
            break;
        }
        assert!(
            frame["type"] == "ack" || frame.get("seq").is_none(),
            "nothing durable twice: {frame}"
        );
    }
}

#[tokio::test]
async fn a_socket_cut_at_any_point_of_an_answer_ends_with_the_same_text() {
    let (_app, _, visitor) = slow_chat().await;
    let frames = frames_of_an_answer(&visitor).await;
    assert!(frames > 20, "{frames} frames are too few to cut between");
    join_all((0..=frames).map(|cut| asks_and_loses_the_line(&visitor, cut))).await;
}

#[tokio::test]
async fn a_line_lost_many_times_in_one_answer_is_taken_up_each_time() {
    let (_app, _, visitor) = slow_chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut reader = Reader::default();
    socket.send(&question()).await;
    socket.next_of("ack").await;
    loop {
        drop(socket);
        reader.lost();
        (_, socket) = visitor.resumes(&conversation, reader.cursor).await;
        let mut answered = false;
        for _ in 0..3 {
            answered |= reader.take(&socket.next().await.unwrap());
            if answered {
                break;
            }
        }
        if answered {
            break;
        }
    }
    assert_eq!(reader.log, visitor.log(&conversation).await);
}

/// What happened while a visitor was away comes from memory when it is recent and from the
/// database when it is not; the cursor is exact in both.
#[tokio::test]
async fn whoever_was_away_for_long_gets_exactly_what_was_missed() {
    let (app, _, visitor) = crate::support::TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut reader = Reader::default();
    for _ in 0..14 {
        socket.send(&question()).await;
        read_answer(&mut socket, &mut reader).await;
    }
    assert_eq!(reader.cursor, 28);
    for after in [0, 1, 11, 12, 13, 27, 28] {
        let (ready, mut late) = visitor.resumes(&conversation, after).await;
        assert_eq!(ready["seq"], json!(28));
        let mut resumed = Reader::from(after);
        late.send(&json!({ "type": "ping" })).await;
        loop {
            let frame = late.next().await.unwrap();
            if frame["type"] == "pong" {
                break;
            }
            resumed.take(&frame);
        }
        let missed: Vec<Value> = reader
            .log
            .iter()
            .skip(usize::try_from(after).unwrap())
            .cloned()
            .collect();
        assert_eq!(resumed.log, missed, "after {after}");
    }
    drop(app);
}
