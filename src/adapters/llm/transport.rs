//! What the HTTP upstreams share: the client, refusals read within bounds, and the loop that
//! turns a body into chunks.

use std::{collections::VecDeque, time::Duration};

use futures_util::StreamExt;
use reqwest::{
    Client, RequestBuilder, Response,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Chunk, ChunkStream, LlmError,
    sse::{SseEvent, SseParser},
};

/// To the TCP and TLS handshake; the gateway bounds the rest.
const CONNECT: Duration = Duration::from_secs(5);
/// One event of a stream; real ones are under 2 KiB, a tool input may be longer.
const MAX_EVENT: usize = 1 << 20;
/// Kept of a refusal's body, and of the detail quoted from it.
const MAX_REFUSAL: usize = 64 << 10;
const MAX_DETAIL: usize = 300;

/// An upstream cannot be set up as configured.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("upstream address is not a http(s) URL without credentials or query")]
    Address,
    #[error("upstream key has characters a header cannot carry")]
    Key,
    #[error("HTTP client cannot be built: {0}")]
    Client(String),
}

/// A client for model upstreams. No redirects: reqwest would carry `x-api-key` to another host.
/// No retries of its own: the gateway counts them. `TCP_NODELAY`, else Nagle holds requests back.
pub(super) fn client() -> Result<Client, BuildError> {
    Client::builder()
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("parlance/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|e| BuildError::Client(e.without_url().to_string()))
}

/// `base` and `path` as one address.
pub(super) fn endpoint(base: &str, path: &str) -> Result<reqwest::Url, BuildError> {
    let url = reqwest::Url::parse(&format!("{}{path}", base.trim_end_matches('/')))
        .map_err(|_| BuildError::Address)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && plain)
        .then_some(url)
        .ok_or(BuildError::Address)
}

/// A header that never shows in a log.
pub(super) fn secret_header(value: &str) -> Result<HeaderValue, BuildError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| BuildError::Key)?;
    header.set_sensitive(true);
    Ok(header)
}

/// Sends and returns the response of an accepted request.
///
/// # Errors
/// `Connect` when nobody can be reached, `Cut` when the connection broke before an answer, else what `refusal` makes of status, headers and body.
pub(super) async fn send(
    request: RequestBuilder,
    refusal: impl FnOnce(u16, &HeaderMap, &str) -> LlmError,
) -> Result<Response, LlmError> {
    let response = request.send().await.map_err(|error| {
        // What was sent may have been taken.
        if error.is_connect() || error.is_builder() {
            LlmError::Connect(reason(error))
        } else {
            LlmError::Cut
        }
    })?;
    let status = response.status();
    if !status.is_success() {
        let headers = response.headers().clone();
        return Err(refusal(status.as_u16(), &headers, &bounded_body(response).await));
    }
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("text/html") || kind.starts_with("application/json") {
        return Err(LlmError::Malformed(format!("{kind} instead of an event stream")));
    }
    Ok(response)
}

/// The innermost cause without the address: reqwest's own text only says that sending failed.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

async fn bounded_body(mut response: Response) -> String {
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL {
        let Ok(Some(bytes)) = response.chunk().await else {
            break;
        };
        let room = MAX_REFUSAL - body.len();
        body.extend_from_slice(bytes.get(..room).unwrap_or(&bytes));
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// `retry-after` in seconds, whole or not, or `retry-after-ms`; the date form, which no model
/// upstream documents, counts as absent.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|ms| ms / 1000.0)
        .or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// An upstream's message, fit for a log: short, on one line, the key cut out should it be quoted.
pub(super) fn detail(message: &str, key: Option<&SecretString>) -> String {
    let message = match key.map(ExposeSecret::expose_secret) {
        Some(key) if !key.is_empty() => message.replace(key, "[key]"),
        _ => message.to_owned(),
    };
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(MAX_DETAIL).collect()
}

/// Reads the events of one dialect.
pub(super) trait Decoder: Send + 'static {
    /// Appends what the event says to `out`.
    ///
    /// # Errors
    /// When the event reports a failure or cannot be read: the stream ends there.
    fn event(&mut self, event: &SseEvent, out: &mut VecDeque<Chunk>) -> Result<(), LlmError>;
    /// What the end of the body means: the last chunk, or `Cut`.
    ///
    /// # Errors
    /// `Cut` unless all was said.
    fn end(&mut self) -> Result<Chunk, LlmError> {
        Err(LlmError::Cut)
    }
}

/// The chunks of a body. Ends after `Done` or the first error; dropping it closes the connection.
pub(super) fn chunks(response: Response, mut decoder: impl Decoder) -> ChunkStream {
    Box::pin(async_stream::stream! {
        let mut body = response.bytes_stream();
        let mut parser = SseParser::new(MAX_EVENT);
        let mut chunks = VecDeque::new();
        loop {
            let read = match body.next().await {
                Some(Ok(bytes)) => decode(&bytes, &mut parser, &mut decoder, &mut chunks),
                Some(Err(_)) => Err(LlmError::Cut),
                None => decoder.end().map(|last| chunks.push_back(last)),
            };
            while let Some(chunk) = chunks.pop_front() {
                let done = matches!(chunk, Chunk::Done(_));
                yield Ok(chunk);
                if done {
                    return;
                }
            }
            if let Err(error) = read {
                yield Err(error);
                return;
            }
        }
    })
}

fn decode(
    bytes: &[u8],
    parser: &mut SseParser,
    decoder: &mut impl Decoder,
    chunks: &mut VecDeque<Chunk>,
) -> Result<(), LlmError> {
    let mut events = VecDeque::new();
    let parsed = parser.push(bytes, &mut events);
    for event in &events {
        decoder.event(event, chunks)?;
    }
    parsed.map_err(|e| LlmError::Malformed(e.to_string()))
}
