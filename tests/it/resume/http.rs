//! Over server-sent events and long polling: the same log, the same cursor.

use futures_util::future::join_all;
use serde_json::Value;

use super::{question, slow, slow_chat};
use crate::support::{Reader, Sse, TestVisitor};

/// Reads `limit` events of a stream, or up to the answer; whether it came.
async fn read(stream: &mut Sse, reader: &mut Reader, limit: usize) -> bool {
    for _ in 0..limit {
        let event = stream.next().await.expect("the stream stays");
        assert_eq!(
            event.id.is_some(),
            event.data.get("seq").is_some() && event.kind != "ready"
        );
        assert_eq!(event.data["type"], event.kind.as_str());
        if reader.take(&event.data) {
            return true;
        }
    }
    false
}

async fn listens(visitor: &TestVisitor, conversation: &str, cursor: u64) -> Sse {
    let path = format!("/conversation/{conversation}/events");
    Sse::open(visitor.get(&path).header("Last-Event-ID", cursor.to_string())).await
}

async fn asks_and_loses_the_stream(visitor: &TestVisitor, cut: usize) {
    let conversation = visitor.conversation().await;
    let mut reader = Reader::default();
    let mut stream = listens(visitor, &conversation, 0).await;
    let (status, ack) = visitor.frame(&conversation, &question()).await;
    assert_eq!((status.as_u16(), &ack["type"]), (200, &"ack".into()));
    if !read(&mut stream, &mut reader, cut).await {
        drop(stream);
        reader.lost();
        let mut again = listens(visitor, &conversation, reader.cursor).await;
        assert!(read(&mut again, &mut reader, usize::MAX).await);
    }
    assert_eq!(
        reader.log,
        visitor.log(&conversation).await,
        "cut after {cut} events"
    );
}

#[tokio::test]
async fn a_stream_of_events_cut_at_any_point_ends_with_the_same_text() {
    let (_app, _, visitor) = slow_chat().await;
    join_all((1..34).map(|cut| asks_and_loses_the_stream(&visitor, cut))).await;
}

#[tokio::test]
async fn polling_reads_the_same_log() {
    let (_app, _, visitor) = slow(20.0).chat().await;
    let conversation = visitor.conversation().await;
    visitor.frame(&conversation, &question()).await;
    let (mut reader, mut polls) = (Reader::default(), 0);
    let mut answered = false;
    while !answered {
        let path = format!(
            "/conversation/{conversation}/events?wait=5&after={}",
            reader.cursor
        );
        let page: Value = visitor.get(&path).send().await.unwrap().json().await.unwrap();
        polls += 1;
        for event in page["events"].as_array().unwrap() {
            answered |= reader.take(event);
        }
        assert_eq!(page["next"], reader.cursor, "{page}");
        reader.lost();
    }
    assert!(polls > 2, "the answer came in {polls} polls: nothing was resumed");
    assert_eq!(reader.log, visitor.log(&conversation).await);
}

#[tokio::test]
async fn a_poll_waits_for_what_comes_and_no_longer() {
    let (_app, _, visitor) = slow_chat().await;
    let conversation = visitor.conversation().await;
    let path = format!("/conversation/{conversation}/events?after=0");
    let empty: Value = visitor
        .get(&format!("{path}&wait=0"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(empty["events"], Value::Array(Vec::new()));
    let waiting = visitor.get(&format!("{path}&wait=60")).send();
    let (page, _) = tokio::join!(waiting, async { visitor.frame(&conversation, &question()).await });
    let page: Value = page.unwrap().json().await.unwrap();
    assert_eq!(page["events"][0]["author"]["kind"], "visitor", "{page}");
}

/// `POST /chat` in both its forms, and what a proxy must not do to a stream.
#[tokio::test]
async fn one_request_can_ask_and_stream() {
    let (_app, _, visitor) = slow_chat().await;
    let body = serde_json::json!({ "client_id": uuid::Uuid::new_v4(), "text": "How long is the warranty?" });
    let request = visitor.post("/chat").json(&body);
    let response = request
        .header("accept", "text/event-stream")
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("cache-control"), Some("no-cache"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
    assert!(
        matches!(header("content-encoding"), None | Some("identity")),
        "not compressed"
    );
    let mut stream = Sse::of(response);
    // It listens from when the question is durable: a quick answer may have begun by then.
    let mut reader = Reader::from(0);
    assert!(read(&mut stream, &mut reader, usize::MAX).await);
    assert!(stream.next().await.is_none(), "the stream ends with the answer");
    let answer = reader.log.last().unwrap();
    let conversation = answer["conversation"].as_str().unwrap();
    assert_eq!(
        visitor.asks(Some(conversation), "And the battery?").await["seq"],
        4
    );
}
