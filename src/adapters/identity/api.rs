//! Asking a provider: JSON over HTTPS, within bounds.

use std::time::Duration;

use reqwest::{
    Client, RequestBuilder, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::IdentityError;

const CONNECT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(5);
/// Bytes of an answer at most.
const MOST: usize = 1 << 20;

/// A provider cannot be set up as configured.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    #[error("the address {0} is not one that begins with https:// or http:// and has a host")]
    Address(String),
    #[error(
        "the address {0} is not one that a page's content policy can name: letters, digits, dots and dashes"
    )]
    Origin(String),
    #[error("a key of the identity provider has characters that a header cannot carry")]
    Key,
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

/// A provider's API, with the headers that open it.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: Client,
    base: String,
}

impl Api {
    /// At `base`, which every path is added to.
    pub(super) fn new(base: &str, headers: HeaderMap) -> Result<Self, BadSettings> {
        let base = base.trim_end_matches('/').to_owned();
        let address = || BadSettings::Address(base.clone());
        let url = Url::parse(&base).map_err(|_| address())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.query().is_some() {
            return Err(address());
        }
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("parlance/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .build()
            .map_err(|error| BadSettings::Client(error.without_url().to_string()))?;
        Ok(Self { client, base })
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// A request for `path`, each part of which is escaped.
    pub(super) fn get(&self, path: &[&str]) -> Result<RequestBuilder, IdentityError> {
        self.get_of(path, &[])
    }

    /// The same of `query`.
    pub(super) fn get_of(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<RequestBuilder, IdentityError> {
        let unavailable = || IdentityError::Unavailable("its address is none".to_owned());
        let mut url = Url::parse(&self.base).map_err(|_| unavailable())?;
        url.path_segments_mut()
            .map_err(|()| unavailable())?
            .pop_if_empty()
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(self.client.get(url))
    }
}

/// What is answered; none for 404.
pub(super) async fn found<T: DeserializeOwned>(request: RequestBuilder) -> Result<Option<T>, IdentityError> {
    found_or(request, &[404]).await
}

/// What is answered; none for one of these statuses.
pub(super) async fn found_or<T: DeserializeOwned>(
    request: RequestBuilder,
    none: &[u16],
) -> Result<Option<T>, IdentityError> {
    let unavailable = |error: reqwest::Error| IdentityError::Unavailable(error.without_url().to_string());
    let mut response = request.send().await.map_err(unavailable)?;
    match response.status().as_u16() {
        200 => {}
        status if none.contains(&status) => return Ok(None),
        status => return Err(IdentityError::Unavailable(format!("it answers {status}"))),
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > MOST {
            return Err(IdentityError::Unavailable("its answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    let read = serde_json::from_slice(&body);
    read.map(Some)
        .map_err(|error| IdentityError::Unavailable(format!("its answer cannot be read: {error}")))
}

/// A header that never shows in a log.
pub(super) fn secret(
    name: HeaderName,
    prefix: &str,
    value: &SecretString,
) -> Result<(HeaderName, HeaderValue), BadSettings> {
    let value = format!("{prefix}{}", value.expose_secret());
    let mut value = HeaderValue::from_str(&value).map_err(|_| BadSettings::Key)?;
    value.set_sensitive(true);
    Ok((name, value))
}
