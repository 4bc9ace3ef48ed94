//! Any upstream that speaks OpenAI's `POST /embeddings`. Retried with backoff and jitter on 429,
//! 5xx and broken connections, never on a refusal.

use std::{fmt, time::Duration};

use reqwest::{StatusCode, header::RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{EmbedError, Embedded, Embedder, Purpose};
use crate::kernel::vector::normalised;

/// Where and how to ask. `Default` is OpenAI's `text-embedding-3-small` without a key.
#[derive(Clone, Debug)]
pub struct OpenAiOptions {
    /// Up to and with the version: `https://api.openai.com/v1`.
    pub base_url: String,
    pub api_key: SecretString,
    pub model: String,
    /// Length of the vectors. Sent upstream only when `send_dimensions`: older models refuse it.
    pub dimensions: usize,
    pub send_dimensions: bool,
    /// Texts of one request; OpenAI takes 2,048.
    pub batch: usize,
    /// For one attempt, connection to last byte.
    pub timeout: Duration,
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// Pause before the second attempt, doubled for each further one; jittered down to half.
    pub backoff: Duration,
}

impl Default for OpenAiOptions {
    fn default() -> Self {
        Self {
            base_url: "https://api.openai.com/v1".into(),
            api_key: SecretString::default(),
            model: "text-embedding-3-small".into(),
            dimensions: 1536,
            send_dimensions: false,
            batch: 128,
            timeout: Duration::from_secs(20),
            attempts: 4,
            backoff: Duration::from_millis(400),
        }
    }
}

/// A `retry-after` beyond this is not waited for: the caller's job is retried later instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// Characters of an upstream's error text that are kept for the log.
const DETAIL_CHARS: usize = 300;

/// The embedder of an OpenAI-compatible API.
pub struct OpenAi {
    http: reqwest::Client,
    url: String,
    options: OpenAiOptions,
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("url", &self.url)
            .field("model", &self.options.model)
            .finish()
    }
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

#[derive(Deserialize)]
struct Response {
    data: Vec<Item>,
    #[serde(default)]
    usage: Usage,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Default, Deserialize)]
struct Usage {
    #[serde(default)]
    total_tokens: u64,
}

/// Why an attempt failed and how long the upstream asks to wait.
struct Failure {
    retryable: bool,
    /// Whether the request may have been taken, and billed, all the same.
    taken: bool,
    after: Option<Duration>,
    detail: String,
}

impl Failure {
    fn temporary(detail: impl fmt::Display) -> Self {
        Self {
            retryable: true,
            taken: true,
            after: None,
            detail: detail.to_string(),
        }
    }

    fn lasting(detail: impl fmt::Display) -> Self {
        Self {
            retryable: false,
            taken: true,
            after: None,
            detail: detail.to_string(),
        }
    }
}

impl OpenAi {
    #[must_use]
    pub fn new(http: reqwest::Client, options: OpenAiOptions) -> Self {
        let url = format!("{}/embeddings", options.base_url.trim_end_matches('/'));
        Self { http, url, options }
    }

    async fn with_retries(&self, texts: &[String]) -> Result<Embedded, EmbedError> {
        let mut pause = self.options.backoff;
        let (mut attempt, mut spent) = (1, 0);
        loop {
            let failure = match self.attempt(texts).await {
                Ok(embedded) => {
                    return Ok(Embedded {
                        tokens: embedded.tokens + spent,
                        estimated: embedded.estimated || spent > 0,
                        ..embedded
                    });
                }
                Err(failure) => failure,
            };
            if failure.taken {
                spent += self.counted(texts);
            }
            let wait = failure
                .after
                .unwrap_or_else(|| pause.mul_f64(rand::random_range(0.5..=1.0)));
            if !failure.retryable || attempt >= self.options.attempts || wait > LONGEST_PAUSE {
                return Err(EmbedError::Upstream {
                    retryable: failure.retryable,
                    detail: failure.detail,
                    spent,
                });
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, texts: &[String]) -> Result<Embedded, Failure> {
        let body = Request {
            model: &self.options.model,
            input: texts,
            encoding_format: "float",
            dimensions: self.options.send_dimensions.then_some(self.options.dimensions),
        };
        let response = self
            .http
            .post(&self.url)
            .bearer_auth(self.options.api_key.expose_secret())
            .timeout(self.options.timeout)
            .json(&body)
            .send()
            .await
            .map_err(|error| Failure {
                taken: !error.is_connect(),
                ..Failure::temporary(error.without_url())
            })?;
        let status = response.status();
        if !status.is_success() {
            return Err(refusal(status, response).await);
        }
        let bytes = response
            .bytes()
            .await
            .map_err(|error| Failure::temporary(error.without_url()))?;
        let response: Response = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::temporary(format!("unreadable embeddings: {error}")))?;
        let told = response.usage.total_tokens;
        let vectors = self.checked(response.data, texts.len())?;
        let estimated = told == 0 && !texts.is_empty();
        Ok(Embedded {
            vectors,
            tokens: if estimated { self.counted(texts) } else { told },
            estimated,
        })
    }

    fn counted(&self, texts: &[String]) -> u64 {
        let count = |text: &String| u64::try_from(self.count_tokens(text)).unwrap_or(u64::MAX);
        texts.iter().map(count).sum()
    }

    /// Vectors in the order of the texts, of the promised length, normalised.
    fn checked(&self, items: Vec<Item>, texts: usize) -> Result<Vec<Vec<f32>>, Failure> {
        let mut vectors = vec![Vec::new(); texts];
        for item in items {
            let Some(slot) = vectors.get_mut(item.index) else {
                return Err(Failure::lasting(format!(
                    "vector {} of {texts} texts",
                    item.index
                )));
            };
            *slot = normalised(item.embedding);
        }
        let expected = self.options.dimensions;
        if let Some(wrong) = vectors.iter().find(|vector| vector.len() != expected) {
            return Err(Failure::lasting(format!(
                "a vector of {} dimensions, not {expected}",
                wrong.len()
            )));
        }
        Ok(vectors)
    }
}

async fn refusal(status: StatusCode, response: reqwest::Response) -> Failure {
    let after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok())
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let detail: String = response
        .text()
        .await
        .unwrap_or_default()
        .chars()
        .take(DETAIL_CHARS)
        .collect();
    Failure {
        retryable: status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error(),
        taken: false,
        after,
        detail: format!("{status}: {detail}"),
    }
}

#[async_trait::async_trait]
impl Embedder for OpenAi {
    fn model(&self) -> &str {
        &self.options.model
    }

    fn dimensions(&self) -> usize {
        self.options.dimensions
    }

    fn is_upstream(&self) -> bool {
        true
    }

    fn count_tokens(&self, text: &str) -> usize {
        tiktoken_rs::cl100k_base_singleton().encode_ordinary(text).len()
    }

    async fn embed(&self, texts: &[String], _purpose: Purpose) -> Result<Embedded, EmbedError> {
        let mut all = Embedded::default();
        for batch in texts.chunks(self.options.batch.max(1)) {
            let embedded = self.with_retries(batch).await.map_err(|error| match error {
                EmbedError::Upstream {
                    retryable,
                    detail,
                    spent,
                } => EmbedError::Upstream {
                    retryable,
                    detail,
                    spent: spent + all.tokens,
                },
                other => other,
            })?;
            all.vectors.extend(embedded.vectors);
            all.tokens += embedded.tokens;
            all.estimated |= embedded.estimated;
        }
        Ok(all)
    }
}
