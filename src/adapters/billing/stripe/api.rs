//! Asking Stripe: forms in, JSON out, within bounds. What may have been lost on the way is sent again under the
//! same idempotency key, so that it is done once.

use std::time::Duration;

use reqwest::{
    Client, RequestBuilder, Response, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::time::sleep;
use url::form_urlencoded::Serializer;

use super::{BadStripe, BillingError};

/// The version whose fields are read here.
const VERSION: &str = "2025-03-31.basil";
const CONNECT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(15);
/// Tries after the first, and the longest wait before the first of them; each waits up to twice as long.
const RETRIES: u32 = 2;
const BACKOFF: Duration = Duration::from_millis(500);
/// A longer `retry-after` is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Bytes of an answer at most.
const MOST: usize = 4 << 20;

/// The API of one account.
#[derive(Debug)]
pub(super) struct Api {
    client: Client,
    base: Url,
}

/// A body, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn encoded(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[derive(Deserialize)]
struct Failed {
    error: Said,
}

#[derive(Deserialize)]
struct Said {
    message: Option<String>,
    code: Option<String>,
    param: Option<String>,
}

/// What came of one try.
enum Outcome<T> {
    Done(T),
    /// It may go through later, after this time where the server names one.
    Again(BillingError, Option<Duration>),
    Refused(BillingError),
}

impl Api {
    pub(super) fn new(base: &str, key: &SecretString) -> Result<Self, BadStripe> {
        let base = Url::parse(base).map_err(|_| BadStripe::Address)?;
        if base.cannot_be_a_base() {
            return Err(BadStripe::Address);
        }
        let bearer = format!("Bearer {}", key.expose_secret());
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| BadStripe::Key)?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert("stripe-version", HeaderValue::from_static(VERSION));
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("parlance/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .build()
            .map_err(|error| BadStripe::Client(error.without_url().to_string()))?;
        Ok(Self { client, base })
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, BillingError> {
        let mut url = self.url(path)?;
        url.query_pairs_mut().extend_pairs(query);
        self.sent(|| self.client.get(url.clone())).await
    }

    /// Does it once under `key`, however often it has to be sent.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: Form,
        key: &str,
    ) -> Result<T, BillingError> {
        let (url, body) = (self.url(path)?, form.encoded());
        let request = || {
            let request = self.client.post(url.clone()).header("idempotency-key", key);
            request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone())
        };
        self.sent(request).await
    }

    fn url(&self, path: &[&str]) -> Result<Url, BillingError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| BillingError::Unavailable("its address is none".to_owned()))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }

    async fn sent<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, BillingError> {
        let mut tries = 0;
        loop {
            let (error, after) = match once(request()).await {
                Outcome::Done(answer) => return Ok(answer),
                Outcome::Refused(error) => return Err(error),
                Outcome::Again(error, after) => (error, after),
            };
            let wait = match after {
                Some(after) => Some(after).filter(|after| *after <= LONGEST_WAIT),
                None => Some((BACKOFF * (1 << tries)).mul_f64(rand::random_range(0.0..=1.0))),
            };
            let Some(wait) = wait.filter(|_| tries < RETRIES) else {
                return Err(error);
            };
            tries += 1;
            sleep(wait).await;
        }
    }
}

async fn once<T: DeserializeOwned>(request: RequestBuilder) -> Outcome<T> {
    let unavailable = |error: reqwest::Error| BillingError::Unavailable(error.without_url().to_string());
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Outcome::Again(unavailable(error), None),
    };
    let status = response.status().as_u16();
    let after = retry_after(&response);
    let body = match whole(&mut response).await {
        Ok(body) => body,
        Err(error) => return Outcome::Again(error, None),
    };
    match status {
        200..=299 => match serde_json::from_slice(&body) {
            Ok(answer) => Outcome::Done(answer),
            Err(error) => Outcome::Refused(BillingError::Unreadable(error.to_string())),
        },
        // Another request holds the key or the object.
        409 | 429 | 500..=599 => {
            Outcome::Again(BillingError::Unavailable(format!("it answers {status}")), after)
        }
        // What it says of a key has parts of it.
        401 | 403 => {
            let error = format!("it answers {status}: look at STRIPE_SECRET_KEY and what it may do");
            Outcome::Refused(BillingError::Unavailable(error))
        }
        _ => {
            let said: Option<Failed> = serde_json::from_slice(&body).ok();
            let said = said.map(|said| said.error);
            let is_gone = said.as_ref().is_some_and(|said| {
                said.code.as_deref() == Some("resource_missing") && said.param.as_deref() == Some("customer")
            });
            if is_gone {
                return Outcome::Refused(BillingError::NoCustomer);
            }
            let said = said.and_then(|said| said.message.or(said.code));
            Outcome::Refused(BillingError::Refused(
                said.unwrap_or_else(|| format!("it answers {status}")),
            ))
        }
    }
}

async fn whole(response: &mut Response) -> Result<Vec<u8>, BillingError> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| BillingError::Unavailable(error.without_url().to_string()))?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > MOST {
            return Err(BillingError::Unreadable("it is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}
