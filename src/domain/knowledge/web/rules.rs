//! What each host asks of us, fetched once for a crawl.

use std::{collections::HashMap, time::Duration};

use url::Url;

use super::{
    outcome::Failure,
    robots::{self, Robots},
};
use crate::adapters::web::{AGENT, Fetch, FetchError, Get, Limit, Reply};

/// The longest `Crawl-delay` that is waited for; a host that wishes more is read all the same.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// The rules of the hosts met so far.
#[derive(Debug, Default)]
pub(super) struct Rules(HashMap<String, Result<Robots, Failure>>);

impl Rules {
    /// # Errors
    /// [`Failure`] where the host may not or cannot be asked now.
    pub(super) async fn of(&mut self, url: &Url, fetch: &dyn Fetch) -> Result<&Robots, Failure> {
        let origin = url.origin().ascii_serialization();
        if !self.0.contains_key(&origin) {
            let asked = ask(url, fetch).await;
            self.0.insert(origin.clone(), asked);
        }
        match self.0.get(&origin) {
            Some(Ok(robots)) => Ok(robots),
            Some(Err(failure)) => Err(failure.clone()),
            None => Err(Failure::Robots),
        }
    }

    /// What the host of `url`, if it was met, wishes between two requests.
    pub(super) fn delay(&self, url: &Url) -> Duration {
        let robots = self.0.get(&url.origin().ascii_serialization());
        let delay = robots.and_then(|robots| robots.as_ref().ok()?.delay);
        delay.unwrap_or_default().min(MAX_DELAY)
    }

    /// Where the host of `url`, if it was met, says its sitemaps are.
    pub(super) fn sitemaps(&self, url: &Url) -> Vec<String> {
        match self.0.get(&url.origin().ascii_serialization()) {
            Some(Ok(robots)) => robots.sitemaps.clone(),
            _ => Vec::new(),
        }
    }
}

/// No such file: everything may be read. No answer: nothing, for now (RFC 9309, section 2.3.1).
async fn ask(url: &Url, fetch: &dyn Fetch) -> Result<Robots, Failure> {
    let at = url.join("/robots.txt").map_err(|_| Failure::Robots)?;
    match fetch.get(Get::new(at, Limit::Cut(robots::MAX_BYTES))).await {
        Ok(Reply::Document(file)) => Ok(Robots::parse(&String::from_utf8_lossy(&file.body), AGENT)),
        Ok(Reply::Status {
            code: 429 | 500.., ..
        }) => Err(Failure::Robots),
        Ok(Reply::Status { .. } | Reply::Unchanged | Reply::Moved(_)) => Ok(Robots::default()),
        Err(FetchError::Refused(refused)) => Err(Failure::Fetch(refused.into())),
        Err(error @ FetchError::Unresolved(_)) => Err(Failure::Fetch(error)),
        Err(error) if error.is_transient() => Err(Failure::Robots),
        // It leads nowhere, or to a picture: as good as none.
        Err(_) => Ok(Robots::default()),
    }
}
