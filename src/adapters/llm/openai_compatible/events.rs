//! Chat completion chunks and refusals, read leniently.

use std::collections::VecDeque;

use reqwest::header::HeaderMap;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::adapters::llm::{
    Chunk, LlmError, StopReason, Usage,
    hand_over::{self, Call},
    sse::SseEvent,
    transport::{self, Decoder},
};

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<UsageReport>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    tool_calls: Option<Vec<ToolCall>>,
}

/// A piece of a call: the first one names the function.
#[derive(Deserialize)]
struct ToolCall {
    #[serde(default)]
    index: u64,
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct UsageReport {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Default, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    /// OpenRouter, for models behind it that bill cache writes.
    cache_write_tokens: Option<u64>,
}

/// `code` is a number at OpenRouter, a word or null at OpenAI.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Failure {
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Value,
    code: Value,
}

#[derive(Deserialize)]
struct Refusal {
    error: Failure,
}

/// The state of one stream.
pub(super) struct Events {
    /// As asked for: the price book's key.
    model: String,
    key: Option<SecretString>,
    started: bool,
    finish: Option<StopReason>,
    /// The call that streams in, and its place among the calls.
    call: Option<(u64, Call)>,
}

impl Events {
    pub(super) fn new(model: String, key: Option<SecretString>) -> Self {
        Self {
            model,
            key,
            started: false,
            finish: None,
            call: None,
        }
    }

    fn called(&mut self, piece: ToolCall) {
        let Some(Function { name, arguments }) = piece.function else {
            return;
        };
        if name.as_deref() == Some(hand_over::NAME) && self.call.is_none() {
            self.call = Some((piece.index, Call::default()));
        }
        if let (Some((index, call)), Some(arguments)) = (&mut self.call, arguments)
            && *index == piece.index
        {
            call.push(&arguments);
        }
    }
}

impl Decoder for Events {
    fn event(&mut self, event: &SseEvent, out: &mut VecDeque<Chunk>) -> Result<(), LlmError> {
        if event.data.trim() == "[DONE]" {
            out.push_back(self.end()?);
            return Ok(());
        }
        let completion: Completion = serde_json::from_str(&event.data).map_err(|e| {
            LlmError::Malformed(format!("chunk of {} bytes: {:?}", event.data.len(), e.classify()))
        })?;
        if let Some(error) = completion.error {
            let status = error
                .code
                .as_u64()
                .and_then(|c| u16::try_from(c).ok())
                .unwrap_or(500);
            return Err(failure(status, &HeaderMap::new(), &error, self.key.as_ref()));
        }
        if !std::mem::replace(&mut self.started, true) {
            out.push_back(Chunk::Started {
                model: self.model.clone(),
            });
        }
        for choice in completion.choices {
            let Delta { content, tool_calls } = choice.delta.unwrap_or_default();
            if let Some(text) = content
                && !text.is_empty()
            {
                out.push_back(Chunk::Text(text));
            }
            for piece in tool_calls.unwrap_or_default() {
                self.called(piece);
            }
            if let Some(reason) = choice.finish_reason {
                if let Some((_, call)) = self.call.take() {
                    out.push_back(Chunk::HandOver {
                        reason: call.reason(),
                    });
                }
                self.finish = Some(stop_reason(&reason));
            }
        }
        if let Some(report) = completion.usage {
            out.push_back(Chunk::Usage(usage(report)));
        }
        Ok(())
    }

    /// Some servers close without `[DONE]`; a finish reason says that all came through.
    fn end(&mut self) -> Result<Chunk, LlmError> {
        self.finish.map(Chunk::Done).ok_or(LlmError::Cut)
    }
}

/// Cached tokens are part of `prompt_tokens` here; ours are counted apart.
fn usage(report: UsageReport) -> Usage {
    let details = report.prompt_tokens_details.unwrap_or_default();
    let cache_read = details.cached_tokens.unwrap_or_default();
    let cache_write_5m = details.cache_write_tokens.unwrap_or_default();
    let prompt = report.prompt_tokens.unwrap_or_default();
    Usage {
        input: prompt.saturating_sub(cache_read).saturating_sub(cache_write_5m),
        output: report.completion_tokens.unwrap_or_default(),
        cache_write_5m,
        cache_write_1h: 0,
        cache_read,
    }
}

fn stop_reason(reason: &str) -> StopReason {
    match reason {
        "stop" => StopReason::EndTurn,
        "length" => StopReason::MaxTokens,
        "content_filter" => StopReason::Refusal,
        _ => StopReason::Other,
    }
}

/// What a status that is not 200 means. Ollama's `{"error":"text"}` has no object to read.
pub(super) fn refusal(status: u16, headers: &HeaderMap, body: &str, key: Option<&SecretString>) -> LlmError {
    let error = serde_json::from_str::<Refusal>(body)
        .map(|r| r.error)
        .unwrap_or_else(|_| Failure {
            message: serde_json::from_str::<Value>(body).ok().and_then(|v| {
                v.get("error")
                    .or_else(|| v.get("message"))?
                    .as_str()
                    .map(str::to_owned)
            }),
            ..Failure::default()
        });
    failure(status, headers, &error, key)
}

fn failure(status: u16, headers: &HeaderMap, error: &Failure, key: Option<&SecretString>) -> LlmError {
    let says = |word: &str| error.code.as_str() == Some(word) || error.kind.as_str() == Some(word);
    let spent = status == 402
        || ["insufficient_quota", "credit_balance_exhausted"]
            .into_iter()
            .any(says);
    let retry_after = transport::retry_after(headers);
    // A refused key is quoted by OpenAI with its ends readable: say nothing of that message.
    let message = match status {
        401 | 403 => "credentials were refused",
        _ => error.message.as_deref().unwrap_or("no detail"),
    };
    let detail = transport::detail(message, key);
    match status {
        _ if spent => LlmError::SpendLimit,
        429 => LlmError::RateLimited { retry_after },
        503 | 529 => LlmError::Overloaded { retry_after },
        408 | 409 | 500.. => LlmError::Server { status, detail },
        _ => LlmError::Rejected { status, detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &[&str]) -> Result<Vec<Chunk>, LlmError> {
        let mut decoder = Events::new("m".into(), None);
        let mut out = VecDeque::new();
        for data in events {
            decoder.event(
                &SseEvent {
                    event: String::new(),
                    data: (*data).to_owned(),
                },
                &mut out,
            )?;
        }
        Ok(out.into())
    }

    #[test]
    fn reads_role_only_deltas_usage_apart_and_done() {
        let chunks = read(&[
            r#"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}"#,
            r#"{"choices":[{"delta":{"content":"Hi"}}],"usage":null}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":10}}}"#,
            "[DONE]",
        ]);
        assert_eq!(
            chunks.unwrap(),
            [
                Chunk::Started { model: "m".into() },
                Chunk::Text("Hi".into()),
                Chunk::Usage(Usage {
                    input: 20,
                    output: 2,
                    cache_read: 10,
                    ..Usage::default()
                }),
                Chunk::Done(StopReason::MaxTokens),
            ]
        );
    }

    #[test]
    fn a_call_of_the_tool_is_put_together_and_another_is_passed_over() {
        let chunks = read(&[
            r#"{"choices":[{"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c0","type":"function","function":{"name":"search","arguments":"{}"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"c1","type":"function","function":{"name":"hand_over","arguments":""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"reason\":"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"never"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"\"is upset\"}"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
            "[DONE]",
        ]);
        assert_eq!(
            chunks.unwrap(),
            [
                Chunk::Started { model: "m".into() },
                Chunk::HandOver {
                    reason: "is upset".into()
                },
                Chunk::Done(StopReason::Other),
            ]
        );
    }

    #[test]
    fn an_error_inside_the_stream_is_an_error() {
        let mid = r#"{"id":"x","error":{"code":502,"message":"provider gone"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}"#;
        assert_eq!(
            read(&[mid]),
            Err(LlmError::Server {
                status: 502,
                detail: "provider gone".into()
            })
        );
        assert_eq!(read(&["[DONE]"]), Err(LlmError::Cut));
        assert!(matches!(read(&["nonsense"]), Err(LlmError::Malformed(_))));
    }

    #[test]
    fn refusals_are_told_apart() {
        let refused = |status, body: &str| refusal(status, &HeaderMap::new(), body, None);
        let quota = r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        assert_eq!(refused(429, quota), LlmError::SpendLimit);
        assert_eq!(refused(429, "{}"), LlmError::RateLimited { retry_after: None });
        assert_eq!(refused(503, ""), LlmError::Overloaded { retry_after: None });
        assert_eq!(
            refused(404, r#"{"error":"model 'x' not found"}"#),
            LlmError::Rejected {
                status: 404,
                detail: "model 'x' not found".into()
            }
        );
        let quoted = refused(
            401,
            r#"{"error":{"message":"Incorrect API key provided: sk-ab***yz"}}"#,
        );
        assert!(!quoted.to_string().contains("sk-"));
    }
}
