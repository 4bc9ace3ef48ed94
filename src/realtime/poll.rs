//! Long polling: the log for clients behind proxies that hold streams back. Each answer is a
//! page of events; when there is none yet, it waits for the first.

use std::{sync::Arc, time::Duration};

use bytestring::ByteString;
use parlance_store::ids::MessageId;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};

use super::{
    protocol::ConversationView,
    session::Session,
    sse::{Until, answers, hands_over},
};
use crate::{
    actors::conversation::Published,
    domain::conversations::event::{Event, Status},
    kernel::{code::Code, problem::Problem},
    realtime::protocol::ServerFrame,
};

/// A poll waits at most this long.
pub const MAX_WAIT: Duration = Duration::from_secs(60);
/// An answer asked for as one JSON document is waited for this long.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// What happens within this time of the first event goes out with it.
const GATHER: Duration = Duration::from_millis(15);
/// A snapshot of an answer in flight is news, but not so urgent that a client should spin on it.
const SNAPSHOT_PACE: Duration = Duration::from_millis(300);

/// A page of events.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Page {
    pub conversation: ConversationView,
    /// Durable events, an answer in flight as a snapshot, then what happened while waiting.
    #[schema(value_type = Vec<Event>)]
    pub events: Vec<Box<RawValue>>,
    /// The cursor for the next poll.
    #[schema(format = "uint64")]
    pub next: u64,
}

/// Everything after `after`; when that is nothing, waits up to `wait` for it.
///
/// # Errors
/// Storage problems.
pub async fn poll(session: &Session, after: u64, wait: Duration) -> Result<Page, Problem> {
    let mut listening = session.subscribe(after).await?;
    let ServerFrame::Ready { conversation, .. } = session.ready(&listening) else {
        return Err(Problem::internal("a session that is not ready"));
    };
    let mut events = listening.backlog();
    let mut until = Instant::now() + wait.min(MAX_WAIT);
    if events.iter().any(|event| event.seq.is_some()) {
        until = Instant::now();
    } else if !events.is_empty() {
        until = until.min(Instant::now() + SNAPSHOT_PACE);
    }
    while let Ok(Some(event)) = timeout_at(until, listening.next()).await {
        if events.is_empty() {
            until = until.min(Instant::now() + GATHER);
        }
        events.push(Arc::unwrap_or_clone(event));
    }
    let next = events.iter().filter_map(|event| event.seq).max().unwrap_or(after);
    Ok(Page {
        conversation,
        events: events.into_iter().filter_map(raw).collect(),
        next,
    })
}

fn raw(event: Published) -> Option<Box<RawValue>> {
    RawValue::from_string(event.json.to_string()).ok()
}

/// Whether the bot answers `question`, said after the cursor `after`, or has answered it already.
///
/// # Errors
/// Storage problems.
pub async fn bot_answers(session: &Session, after: u64, question: MessageId) -> Result<bool, Problem> {
    let mut listening = session.subscribe(after).await?;
    let until = Until::Answered(question);
    let is_there = listening.backlog().iter().any(|event| answers(event, &until));
    Ok(is_there || listening.conversation.status == Status::Bot)
}

/// Waits for the durable answer to `question`, said after the cursor `after`. `None` once a person
/// answers instead.
///
/// # Errors
/// `Timeout` when it takes too long, storage problems.
pub async fn answer(
    session: &Session,
    after: u64,
    question: MessageId,
) -> Result<Option<ByteString>, Problem> {
    let until = Until::Answered(question);
    let deadline = Instant::now() + ANSWER_WITHIN;
    let mut cursor = after;
    loop {
        let mut listening = session.subscribe(cursor).await?;
        let mut backlog = listening.backlog().into_iter();
        let mut handed_over = listening.conversation.status != Status::Bot;
        loop {
            let event = match backlog.next() {
                Some(event) => event,
                None if handed_over => return Ok(None),
                None => match timeout_at(deadline, listening.next()).await {
                    Ok(Some(event)) => Arc::unwrap_or_clone(event),
                    // Closed: too slow, or the conversation moved. Resume from the cursor.
                    Ok(None) => break,
                    Err(_) => {
                        return Err(Problem::new(
                            Code::Timeout,
                            "the answer goes on; read it from the events",
                        ));
                    }
                },
            };
            cursor = event.seq.unwrap_or(cursor);
            if answers(&event, &until) {
                return Ok(Some(event.json));
            }
            handed_over |= hands_over(&event);
        }
    }
}
