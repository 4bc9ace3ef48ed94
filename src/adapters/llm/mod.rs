//! Answer models behind one trait. One file per upstream; `gateway.rs` adds ordered fallback,
//! retry before the first token, time limits and a breaker. Nothing here knows a conversation,
//! a tenant or SQL: a request goes in, a stream of chunks comes out.
//!
//! Start at [`ChatModel`], then [`gateway::Gateway`]. `transport` and `sse` are what the HTTP
//! upstreams share, `prompt` how a request reads, `hand_over` the tool that a model may call, and
//! `capabilities` what a model refuses.

pub mod anthropic;
mod attempt;
pub mod capabilities;
pub mod extractive;
pub mod gateway;
pub mod hand_over;
pub mod openai_compatible;
pub mod policy;
pub mod prompt;
pub mod scripted;
pub mod sse;
mod transport;

use std::{fmt, pin::Pin, time::Duration};

use futures_util::Stream;

/// Who wrote a turn of the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
}

/// One turn of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

/// A retrieved source, numbered from 1 as the answer will cite it (`[S1]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub number: u32,
    pub title: String,
    /// Heading path inside the document, outermost first.
    pub heading: Vec<String>,
    /// The passage with its neighbourhood, plain text or Markdown.
    pub text: String,
}

/// What an upstream is asked. `system` is the stable prefix (cacheable); the sources belong to
/// the last user turn and are rendered by the adapter.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    pub model: String,
    pub system: String,
    pub turns: Vec<Turn>,
    pub sources: Vec<Source>,
    /// Upper bound of the answer, tokens.
    pub max_tokens: u32,
    /// 0.0–1.0; dropped with a warning for models that refuse it.
    pub temperature: Option<f64>,
    /// Whether the model is given the tool [`hand_over`].
    pub hand_over: bool,
    /// Sent upstream as request metadata where it is supported; ties a bill to a reservation.
    pub request_id: String,
}

/// Tokens as the upstream counts them. Cumulative: a later report replaces an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub input: u64,
    pub output: u64,
    /// Written to the prompt cache, 5-minute and 1-hour lifetimes.
    pub cache_write_5m: u64,
    pub cache_write_1h: u64,
    pub cache_read: u64,
}

/// Why the upstream stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    EndTurn,
    MaxTokens,
    /// The model declined.
    Refusal,
    /// Anything else the upstream names.
    Other,
}

/// One step of a stream. `Done` is the last item of a complete answer; a stream that ends
/// without it was cut.
///
/// Through the gateway a stream may hold several attempts. One that fails before its
/// first text is closed by `Abandoned`, so a reader keeps one current model and usage: `Started`
/// resets both, `Usage` replaces, `Abandoned` books and clears them. Whatever is current when the
/// stream ends, fails or is dropped belongs to the last attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Chunk {
    /// The model that took the request, under the id it was asked by (the price book's key),
    /// sent once before any text.
    Started {
        model: String,
    },
    Text(String),
    /// The model called [`hand_over`], after whatever text it said: why, in at most 200 characters,
    /// perhaps none. A model may call it without having been given it.
    HandOver {
        reason: String,
    },
    /// Usage so far; replaces the one before.
    Usage(Usage),
    /// This attempt failed before its first text, and may have been billed; another one or the error
    /// follows. `usage` is what was told until then, zero where nothing was. Only the gateway sends it.
    Abandoned {
        model: String,
        usage: Usage,
    },
    Done(StopReason),
}

/// What went wrong upstream.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum LlmError {
    #[error("upstream rate limit{}", .retry_after.map(|d| format!(", retry after {} s", d.as_secs())).unwrap_or_default())]
    RateLimited { retry_after: Option<Duration> },
    #[error("upstream spend limit reached")]
    SpendLimit,
    #[error("upstream is overloaded")]
    Overloaded { retry_after: Option<Duration> },
    #[error("upstream answered {status}: {detail}")]
    Server { status: u16, detail: String },
    #[error("upstream refused the request ({status}): {detail}")]
    Rejected { status: u16, detail: String },
    #[error("no {what} from upstream within {limit:?}")]
    Timeout { what: &'static str, limit: Duration },
    #[error("upstream stream was cut")]
    Cut,
    #[error("upstream sent something unreadable: {0}")]
    Malformed(String),
    #[error("cannot reach upstream: {0}")]
    Connect(String),
    #[error("upstream breaker is open")]
    BreakerOpen,
    #[error("no model is configured")]
    NoModel,
}

impl LlmError {
    /// Whether the same request may succeed at the same upstream if tried again.
    #[must_use]
    pub fn retryable(&self) -> bool {
        !matches!(
            self,
            Self::SpendLimit | Self::Rejected { .. } | Self::BreakerOpen | Self::NoModel
        )
    }

    /// Whether the upstream lives all the same: it refuses the request, the key or the rate.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::SpendLimit | Self::Rejected { .. }
        )
    }

    /// Whether a call that failed so before its answer began may have been taken, and billed, all the
    /// same: it was sent, and no status refused it.
    #[must_use]
    pub fn may_be_billed(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Cut | Self::Malformed(_))
    }

    /// Stable label for metrics and logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::SpendLimit => "spend_limit",
            Self::Overloaded { .. } => "overloaded",
            Self::Server { .. } => "server",
            Self::Rejected { .. } => "rejected",
            Self::Timeout { .. } => "timeout",
            Self::Cut => "cut",
            Self::Malformed(_) => "malformed",
            Self::Connect(_) => "connect",
            Self::BreakerOpen => "breaker_open",
            Self::NoModel => "no_model",
        }
    }

    /// How long the upstream asked to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => *retry_after,
            _ => None,
        }
    }
}

/// A stream of chunks. Dropping it closes the upstream connection.
pub type ChunkStream = Pin<Box<dyn Stream<Item = Result<Chunk, LlmError>> + Send>>;

/// An upstream that answers. The call returns once the upstream has accepted the request; the
/// stream then yields chunks as they arrive.
#[async_trait::async_trait]
pub trait ChatModel: Send + Sync + fmt::Debug {
    /// Stable name of the upstream, for metrics and breakers: `anthropic`, `openai`, `extractive`.
    fn name(&self) -> &'static str;
    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError>;
}
