//! Server-sent events: the same log for clients that cannot hold a WebSocket. `id:` is the seq, so
//! a browser's own `Last-Event-ID` resumes exactly.

use std::{pin::pin, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};
use chrono::{DateTime, Utc};
use tokio::time::{Instant, interval_at, sleep};

use super::{
    listening::Listening,
    protocol::{Close, moved},
    session::Session,
};
use crate::{
    actors::conversation::Published, domain::conversations::event::Status, kernel::problem::Problem,
};

/// A comment goes out this often, so that proxies keep the stream open.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// When a stream ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// Never: a client that listens.
    Closed,
    /// After the answer to this message (its durable `message`), for a client that asked one thing.
    Answered(parlance_store::ids::MessageId),
}

/// Streams every event after `after`, no longer than the visitor's token counts.
///
/// # Errors
/// Storage problems, before the stream begins.
pub async fn stream(
    session: Session,
    after: u64,
    until: Until,
    token_end: DateTime<Utc>,
) -> Result<HttpResponse, Problem> {
    let listening = session.subscribe(after).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events(session, listening, until, token_end)))
}

fn events(
    session: Session,
    mut listening: Listening,
    until: Until,
    token_end: DateTime<Utc>,
) -> impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> {
    async_stream::stream! {
        let stopping = session.stopping();
        yield Ok(frame("ready", None, &session.ready(&listening).text()));
        // No answer comes to a question that was handed to a person, but one in flight still ends.
        let mut handed_over = false;
        for event in listening.backlog() {
            yield Ok(frame(event.kind, event.seq, &event.json));
            if answers(&event, &until) {
                for event in what_follows(&session, &event).await {
                    yield Ok(frame(event.kind, event.seq, &event.json));
                }
                return;
            }
            handed_over |= hands_over(&event);
        }
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        // The clock that counts need not go as a timer does: it is looked at now and then.
        let mut look = pin!(sleep(session.left_until(token_end).min(HEARTBEAT)));
        loop {
            tokio::select! {
                biased;
                () = &mut look => {
                    let left = session.left_until(token_end);
                    if left.is_zero() {
                        yield Ok(frame("close", None, &Close::Unauthenticated.frame().text()));
                        break;
                    }
                    look.as_mut().reset(Instant::now() + left.min(HEARTBEAT));
                }
                event = listening.next() => {
                    let Some(event) = event else {
                        yield Ok(frame("moved", None, &moved().text()));
                        break;
                    };
                    yield Ok(frame(event.kind, event.seq, &event.json));
                    if answers(&event, &until) {
                        for event in what_follows(&session, &event).await {
                            yield Ok(frame(event.kind, event.seq, &event.json));
                        }
                        return;
                    }
                    handed_over |= hands_over(&event);
                }
                _ = heartbeat.tick() => {
                    if handed_over && until != Until::Closed {
                        return;
                    }
                    yield Ok(Bytes::from_static(b": still here\n\n"));
                }
                () = stopping.cancelled() => {
                    yield Ok(frame("moved", None, &moved().text()));
                    break;
                }
            }
        }
    }
}

/// One event in the format of the HTML standard. JSON text holds no line break.
fn frame(kind: &str, seq: Option<u64>, json: &str) -> Bytes {
    let id = seq.map(|seq| format!("id: {seq}\n")).unwrap_or_default();
    Bytes::from(format!("event: {kind}\n{id}data: {json}\n\n"))
}

/// Whether `event` is the durable answer waited for.
pub(super) fn answers(event: &Published, until: &Until) -> bool {
    let Until::Answered(question) = until else {
        return false;
    };
    event.seq.is_some() && replies_to(event).is_some_and(|to| to == question.to_string())
}

/// Behind an answer that hands over to people, that it does, and what the visitor is told. They are
/// published together, so whoever asks after the answer finds them.
async fn what_follows(session: &Session, answer: &Published) -> Vec<Published> {
    let Ok(mut listening) = session.subscribe(answer.seq.unwrap_or(0)).await else {
        return Vec::new();
    };
    let mut behind = listening.backlog();
    behind.truncate(if behind.first().is_some_and(hands_over) {
        2
    } else {
        0
    });
    behind
}

/// Whether from this event on a person answers.
pub(super) fn hands_over(event: &Published) -> bool {
    #[derive(serde::Deserialize)]
    struct Change {
        status: Status,
    }
    event.kind == "status"
        && serde_json::from_str::<Change>(&event.json)
            .is_ok_and(|change| matches!(change.status, Status::Waiting | Status::Human))
}

fn replies_to(event: &Published) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Reply {
        in_reply_to: Option<String>,
    }
    serde_json::from_str::<Reply>(&event.json).ok()?.in_reply_to
}

/// The cursor a client resumes from: `Last-Event-ID`, else `?after=`, else the beginning.
#[must_use]
pub fn cursor(request: &HttpRequest, after: Option<u64>) -> u64 {
    let header = request
        .headers()
        .get("Last-Event-ID")
        .and_then(|value| value.to_str().ok());
    header
        .and_then(|value| value.trim().parse().ok())
        .or(after)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_durable_events_carry_an_id() {
        assert_eq!(
            frame("message", Some(3), "{}"),
            "event: message\nid: 3\ndata: {}\n\n"
        );
        assert_eq!(
            frame("answer.delta", None, "{}"),
            "event: answer.delta\ndata: {}\n\n"
        );
    }

    #[test]
    fn the_answer_ends_a_stream_and_nothing_else_does() {
        let question = parlance_store::ids::MessageId::new();
        let until = Until::Answered(question);
        let event = |seq, json: String| Published {
            seq,
            kind: "message",
            json: json.into(),
        };
        let answer = format!("{{\"in_reply_to\":\"{question}\"}}");
        assert!(answers(&event(Some(2), answer.clone()), &until));
        assert!(!answers(&event(None, answer.clone()), &until));
        assert!(!answers(&event(Some(2), "{}".to_owned()), &until));
        assert!(!answers(&event(Some(2), answer), &Until::Closed));
    }
}
