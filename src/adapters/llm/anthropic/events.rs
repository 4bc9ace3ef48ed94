//! The Messages API's events and refusals, read. Kinds and fields we don't know are skipped, as
//! the API's versioning policy asks.

use std::collections::VecDeque;

use reqwest::header::HeaderMap;
use secrecy::SecretString;
use serde::Deserialize;

use crate::adapters::llm::{
    Chunk, LlmError, StopReason, Usage,
    hand_over::{self, Call},
    sse::SseEvent,
    transport::{self, Decoder},
};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Message,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
        delta: Block,
    },
    ContentBlockStop,
    MessageDelta {
        delta: MessageDelta,
        #[serde(default)]
        usage: UsageReport,
    },
    MessageStop,
    Error {
        error: Failure,
    },
    /// `ping` and whatever comes to be.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    model: String,
    #[serde(default)]
    usage: UsageReport,
}

/// A block's start (`text`, `tool_use`) or delta (`text_delta`, `input_json_delta`). The others,
/// `thinking_delta`, `signature_delta`, `citations_delta`, are billed but not shown.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: BlockKind,
    #[serde(default)]
    text: String,
    /// Of a tool.
    #[serde(default)]
    name: String,
    /// A piece of a tool's arguments.
    #[serde(default)]
    partial_json: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum BlockKind {
    Text,
    TextDelta,
    ToolUse,
    InputJsonDelta,
    #[serde(other)]
    Other,
}

/// Nearly every event, read by its name: to look for the type in it first takes twice as long.
#[derive(Deserialize)]
struct BlockDelta {
    delta: Block,
}

#[derive(Deserialize)]
struct MessageDelta {
    stop_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct UsageReport {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_creation: Option<CacheCreation>,
}

#[derive(Deserialize)]
struct CacheCreation {
    #[serde(default)]
    ephemeral_5m_input_tokens: u64,
    #[serde(default)]
    ephemeral_1h_input_tokens: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failure {
    #[serde(rename = "type")]
    kind: String,
    message: String,
    /// An object with `error_code` where we know it; any shape must be survived.
    details: serde_json::Value,
}

#[derive(Deserialize)]
struct Refusal {
    error: Failure,
}

/// The state of one stream.
pub(super) struct Events {
    /// As asked for; the answer may name a dated snapshot of it, which the price book doesn't know.
    model: String,
    key: SecretString,
    usage: Usage,
    stop: StopReason,
    /// The call that streams in, one block after the other.
    call: Option<Call>,
}

impl Events {
    pub(super) fn new(model: String, key: SecretString) -> Self {
        Self {
            model,
            key,
            usage: Usage::default(),
            stop: StopReason::Other,
            call: None,
        }
    }

    /// Counts are cumulative: what a report names replaces what was known, the rest stays.
    fn count(&mut self, report: &UsageReport) -> Chunk {
        let usage = &mut self.usage;
        let replace = |known: &mut u64, reported: Option<u64>| *known = reported.unwrap_or(*known);
        replace(&mut usage.input, report.input_tokens);
        replace(&mut usage.output, report.output_tokens);
        replace(&mut usage.cache_read, report.cache_read_input_tokens);
        match (&report.cache_creation, report.cache_creation_input_tokens) {
            (Some(by_lifetime), _) => {
                usage.cache_write_5m = by_lifetime.ephemeral_5m_input_tokens;
                usage.cache_write_1h = by_lifetime.ephemeral_1h_input_tokens;
            }
            // Only the sum: the part that is not known to be for 1 h is for 5 min, the default.
            (None, Some(sum)) => usage.cache_write_5m = sum.saturating_sub(usage.cache_write_1h),
            (None, None) => {}
        }
        Chunk::Usage(*usage)
    }
}

impl Decoder for Events {
    fn event(&mut self, event: &SseEvent, out: &mut VecDeque<Chunk>) -> Result<(), LlmError> {
        let read = match event.event.as_str() {
            "content_block_delta" => serde_json::from_str(&event.data)
                .map(|BlockDelta { delta }| Event::ContentBlockDelta { delta }),
            _ => serde_json::from_str(&event.data),
        };
        let event: Event = read.map_err(|e| {
            LlmError::Malformed(format!("event of {} bytes: {:?}", event.data.len(), e.classify()))
        })?;
        match event {
            Event::MessageStart { message } => {
                if message.model != self.model {
                    tracing::debug!(llm.model = %self.model, llm.served = %message.model, "served by a snapshot");
                }
                out.push_back(Chunk::Started {
                    model: self.model.clone(),
                });
                out.push_back(self.count(&message.usage));
            }
            Event::ContentBlockStart { content_block: block } | Event::ContentBlockDelta { delta: block } => {
                match block.kind {
                    BlockKind::Text | BlockKind::TextDelta if !block.text.is_empty() => {
                        out.push_back(Chunk::Text(block.text))
                    }
                    BlockKind::ToolUse => self.call = (block.name == hand_over::NAME).then(Call::default),
                    BlockKind::InputJsonDelta => {
                        if let Some(call) = &mut self.call {
                            call.push(&block.partial_json);
                        }
                    }
                    _ => {}
                }
            }
            Event::ContentBlockStop => {
                if let Some(call) = self.call.take() {
                    out.push_back(Chunk::HandOver {
                        reason: call.reason(),
                    });
                }
            }
            Event::MessageDelta { delta, usage } => {
                if let Some(reason) = delta.stop_reason {
                    self.stop = stop_reason(&reason);
                }
                out.push_back(self.count(&usage));
            }
            Event::MessageStop => out.push_back(Chunk::Done(self.stop)),
            Event::Error { error } => return Err(failure(None, &HeaderMap::new(), &error, &self.key)),
            Event::Other => {}
        }
        Ok(())
    }
}

fn stop_reason(reason: &str) -> StopReason {
    match reason {
        "end_turn" | "stop_sequence" => StopReason::EndTurn,
        "max_tokens" | "model_context_window_exceeded" => StopReason::MaxTokens,
        "refusal" => StopReason::Refusal,
        _ => StopReason::Other,
    }
}

/// What a status that is not 200 means.
pub(super) fn refusal(status: u16, headers: &HeaderMap, body: &str, key: &SecretString) -> LlmError {
    let error = serde_json::from_str::<Refusal>(body)
        .map(|r| r.error)
        .unwrap_or_default();
    failure(Some(status), headers, &error, key)
}

/// An error event comes after status 200: then its type stands for the status it would have had.
fn failure(status: Option<u16>, headers: &HeaderMap, error: &Failure, key: &SecretString) -> LlmError {
    let status = status.unwrap_or(match error.kind.as_str() {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    });
    let code = error
        .details
        .get("error_code")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    // The tier's cap is a 429 with this code, a limit set by the owner a 400 with this text, an
    // unpaid account a 402: waiting a few seconds helps none of them.
    let spent = code == "enforced_spend_limit_reached"
        || status == 402
        || (status == 400 && error.message.starts_with("You have reached your specified"));
    let retry_after = transport::retry_after(headers);
    let detail = || {
        let kind = if error.kind.is_empty() {
            "no detail"
        } else {
            &error.kind
        };
        transport::detail(&format!("{kind}: {}", error.message), Some(key))
    };
    match status {
        _ if spent => LlmError::SpendLimit,
        429 => LlmError::RateLimited { retry_after },
        529 => LlmError::Overloaded { retry_after },
        // 408 and 409 pass by themselves; Anthropic's own clients retry them.
        408 | 409 | 500.. => LlmError::Server {
            status,
            detail: detail(),
        },
        _ => LlmError::Rejected {
            status,
            detail: detail(),
        },
    }
}

#[cfg(test)]
mod tests;
