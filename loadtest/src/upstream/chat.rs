//! A chat request of either dialect: its behaviour, its price, its answer or refusal.

use std::future;

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{
    answer::Answer,
    anthropic::Messages,
    behaviour::{Behaviour, Fault},
    bills::today,
    desk::Desk,
    openai::ChatCompletions,
    prompt::Prompt,
    records::{Ending, Record, Ticket, Told},
    server::{Answered, refused, reply},
    stream::Answering,
    wire::{Wire, refusal},
};

pub(super) async fn chat(desk: &Desk, path: String, body: &Bytes, began: Instant) -> Answered {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return refused(400);
    };
    let Some(prompt) = Prompt::read(&request) else {
        return refused(400);
    };
    let Ok(behaviour) = desk.behaviour(&prompt.directive) else {
        return refused(400);
    };
    let ticket = desk.records().open(Record {
        request_id: prompt.request_id.clone(),
        model: prompt.model.clone(),
        path: path.clone(),
        told: Told::default(),
        billed: Told::default(),
        day: today(),
        sent: 0,
        ending: Ending::Running,
        body: String::from_utf8_lossy(body).into_owned(),
    });
    let answering = answering(desk, &path, &prompt, behaviour, began, ticket);
    let behaviour = &answering.behaviour;
    sleep(behaviour.accept_delay()).await;
    let toolless = behaviour.no_tools && request.get("tools").is_some();
    let status = if unacceptable(&request) || toolless {
        Some(400)
    } else {
        status_of(&behaviour.fault)
    };
    if behaviour.fault == Fault::Mute {
        // It has read the prompt, and whoever asked will never know.
        desk.records().bill(ticket, answering.told);
        future::pending::<()>().await;
    }
    let Some(status) = status else {
        return streaming(answering);
    };
    desk.records().end(ticket, Ending::Faulted);
    let message = if toolless {
        "this model does not support tools".to_owned()
    } else {
        format!("the mock was told to answer {status}")
    };
    let spend_limit = behaviour.fault == Fault::SpendLimit;
    let mut response = reply(status, refusal(status, &message, spend_limit));
    if let Fault::RateLimited {
        retry_after: Some(seconds),
    } = behaviour.fault
    {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn answering(
    desk: &Desk,
    path: &str,
    prompt: &Prompt,
    behaviour: Behaviour,
    began: Instant,
    ticket: Ticket,
) -> Answering {
    let tokens = behaviour.tokens.min(prompt.max_tokens);
    let max_tokens_reached = tokens < behaviour.tokens;
    let (model, id) = (prompt.model.clone(), format!("mock_{}", prompt.request_id));
    let wire: Box<dyn Wire> = if path == "/v1/messages" {
        let text_block = usize::from(behaviour.thinking_tokens > 0);
        Box::new(Messages {
            model,
            id,
            text_block,
            max_tokens_reached,
            hand_over: behaviour.hand_over,
        })
    } else {
        let usage = prompt.include_usage && !behaviour.no_usage;
        Box::new(ChatCompletions {
            model,
            id,
            usage,
            max_tokens_reached,
            hand_over: behaviour.hand_over,
        })
    };
    // A refused request costs nothing and does not warm the cache.
    let told = if status_of(&behaviour.fault).is_none() {
        desk.told(prompt, behaviour.min_cacheable)
    } else {
        Told::default()
    };
    Answering {
        wire,
        answer: Answer::new(prompt.source.as_deref(), tokens, behaviour.stamps),
        tokens,
        told,
        began,
        records: desk.shared_records(),
        ticket,
        behaviour,
    }
}

/// What the real API refuses: sampling parameters on current models, a last turn of the
/// assistant's, no `stream` (the mock only streams).
fn unacceptable(request: &Value) -> bool {
    let model = request.get("model").and_then(Value::as_str).unwrap_or_default();
    let current = ["claude-opus-5", "claude-sonnet-5", "claude-haiku-5"]
        .iter()
        .any(|m| model.starts_with(m));
    let last_role = request
        .get("messages")
        .and_then(Value::as_array)
        .and_then(|m| m.last()?.get("role")?.as_str());
    (current && request.get("temperature").is_some())
        || last_role != Some("user")
        || request.get("stream") != Some(&Value::Bool(true))
}

fn status_of(fault: &Fault) -> Option<u16> {
    match fault {
        Fault::RateLimited { .. } | Fault::SpendLimit => Some(429),
        Fault::Status(status) => Some(*status),
        _ => None,
    }
}

fn streaming(answering: Answering) -> Answered {
    let mut response = Response::new(BodyExt::boxed_unsync(StreamBody::new(answering.body())));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
