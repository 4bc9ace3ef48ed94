//! Anthropic's usage report, <https://docs.claude.com/en/api/admin-api/usage-cost/get-messages-usage-report>: asked
//! with a key of the organisation's, page by page.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use reqwest::{
    Client, Response, Url,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::sleep;

use super::{UsageReport, UsageReportError};
use crate::adapters::llm::Usage;

const VERSION: &str = "2023-06-01";
const PATH: &str = "/v1/organizations/usage_report/messages";
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(30);
/// Tries after the first, the wait before the first of them, and the longest `retry-after` that is waited for.
const RETRIES: u32 = 3;
const BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Bytes of a page, and pages of a day, at most.
const MOST: usize = 4 << 20;
const PAGES: usize = 100;
const DETAIL_CHARS: usize = 300;

/// The usage API of an organisation.
#[derive(Clone, Debug)]
pub struct AnthropicUsage {
    client: Client,
    endpoint: Url,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Bucket>,
    #[serde(default)]
    has_more: bool,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct Bucket {
    starting_at: DateTime<Utc>,
    results: Vec<Used>,
}

/// No field has a default: what is not told is not nothing.
#[derive(Deserialize)]
struct Used {
    model: Option<String>,
    uncached_input_tokens: u64,
    cache_creation: CacheCreation,
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

#[derive(Deserialize)]
struct CacheCreation {
    ephemeral_5m_input_tokens: u64,
    ephemeral_1h_input_tokens: u64,
}

impl AnthropicUsage {
    /// `base_url` without the `/v1`; `key` is an admin key.
    ///
    /// # Errors
    /// When the address or the key cannot be used.
    pub fn new(base_url: &str, key: &SecretString) -> Result<Self, UsageReportError> {
        let endpoint = Url::parse(&format!("{}{PATH}", base_url.trim_end_matches('/')));
        let endpoint = endpoint.map_err(|_| UsageReportError::Address)?;
        let plain = endpoint.username().is_empty() && endpoint.password().is_none();
        if !plain || endpoint.query().is_some() || !matches!(endpoint.scheme(), "http" | "https") {
            return Err(UsageReportError::Address);
        }
        let mut key = HeaderValue::from_str(key.expose_secret()).map_err(|_| UsageReportError::Key)?;
        key.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", key);
        headers.insert("anthropic-version", HeaderValue::from_static(VERSION));
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("parlance/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .build()
            .map_err(|error| UsageReportError::Client(error.without_url().to_string()))?;
        Ok(Self { client, endpoint })
    }

    /// What was billed on `day`, of which the API knows everything a few minutes after its end.
    ///
    /// # Errors
    /// [`UsageReportError`].
    pub async fn of_day(&self, day: NaiveDate) -> Result<UsageReport, UsageReportError> {
        let mut report = UsageReport {
            source: "anthropic".to_owned(),
            covers: Some("claude-"),
            ..UsageReport::default()
        };
        let mut next = None;
        for _ in 0..PAGES {
            let page = self.page(day, next.as_deref()).await?;
            for bucket in page
                .data
                .iter()
                .filter(|bucket| bucket.starting_at.date_naive() == day)
            {
                for used in &bucket.results {
                    add(&mut report, used)?;
                }
            }
            next = page.next_page.filter(|_| page.has_more);
            if next.is_none() {
                return if page.has_more {
                    Err(UsageReportError::Unreadable("a page has no next one".to_owned()))
                } else {
                    Ok(report)
                };
            }
        }
        Err(UsageReportError::Unreadable(format!("it has over {PAGES} pages")))
    }

    async fn page(&self, day: NaiveDate, next: Option<&str>) -> Result<Page, UsageReportError> {
        let mut url = self.endpoint.clone();
        let end = day.checked_add_days(Days::new(1)).unwrap_or(day);
        url.query_pairs_mut()
            .append_pair("starting_at", &format!("{day}T00:00:00Z"))
            .append_pair("ending_at", &format!("{end}T00:00:00Z"))
            .append_pair("bucket_width", "1d")
            .append_pair("group_by[]", "model")
            .extend_pairs(next.map(|next| ("page", next)));
        let mut tries = 0;
        loop {
            let (error, after) = match self.once(url.clone()).await {
                Ok(page) => return Ok(page),
                Err(Failed::Now(error)) => return Err(error),
                Err(Failed::Perhaps(error, after)) => (error, after),
            };
            let wait = after.unwrap_or(BACKOFF * (1 << tries));
            if tries == RETRIES || wait > LONGEST_WAIT {
                return Err(error);
            }
            tries += 1;
            sleep(wait).await;
        }
    }

    async fn once(&self, url: Url) -> Result<Page, Failed> {
        let unavailable = |error: reqwest::Error| {
            Failed::Perhaps(
                UsageReportError::Unavailable(error.without_url().to_string()),
                None,
            )
        };
        let mut response = self.client.get(url).send().await.map_err(unavailable)?;
        let status = response.status().as_u16();
        let after = retry_after(&response);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
            if body.len() + chunk.len() > MOST {
                let error = UsageReportError::Unreadable("a page is too long".to_owned());
                return Err(Failed::Now(error));
            }
            body.extend_from_slice(&chunk);
        }
        match status {
            200 => serde_json::from_slice(&body)
                .map_err(|error| Failed::Now(UsageReportError::Unreadable(error.to_string()))),
            429 | 500..=599 => {
                let error = UsageReportError::Unavailable(format!("it answers {status}"));
                Err(Failed::Perhaps(error, after))
            }
            _ => Err(Failed::Now(UsageReportError::Refused {
                status,
                detail: detail(&body),
            })),
        }
    }
}

/// Why a page did not come.
enum Failed {
    Now(UsageReportError),
    /// It may come later, after this time where the server names one.
    Perhaps(UsageReportError, Option<Duration>),
}

fn add(report: &mut UsageReport, used: &Used) -> Result<(), UsageReportError> {
    let model = used.model.as_deref();
    let model = model.ok_or_else(|| UsageReportError::Unreadable("tokens of no model".to_owned()))?;
    let usage = Usage {
        input: used.uncached_input_tokens,
        output: used.output_tokens,
        cache_write_5m: used.cache_creation.ephemeral_5m_input_tokens,
        cache_write_1h: used.cache_creation.ephemeral_1h_input_tokens,
        cache_read: used.cache_read_input_tokens,
    };
    let added = report.add(model, usage);
    added.ok_or_else(|| UsageReportError::Unreadable(format!("{model} used more than can be counted")))
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}

fn detail(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: Said,
    }
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let said = serde_json::from_slice::<Refusal>(body);
    let said = said.map_or_else(|_| "no reason".to_owned(), |said| said.error.message);
    said.chars().take(DETAIL_CHARS).collect()
}
