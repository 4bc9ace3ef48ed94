//! What a crawl tells of every address it came by.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{page::PageError, sitemap::NotASitemap};
use crate::adapters::web::FetchError;

/// An address and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub url: Url,
    pub outcome: Outcome,
    /// How far the crawl is with it.
    pub progress: Progress,
    /// What it links to of the site, where it is left out and its links are followed all the same: to
    /// be kept for [`Known`].
    pub links: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Page(Box<Page>),
    /// A known page is as it was.
    Unchanged,
    /// There is no page (404 or 410); one that was there has been removed.
    Gone,
    /// It leads to another address, which is visited next.
    Moved(Url),
    Skipped(Skip),
    Failed(Failure),
}

/// A page to be ingested: `content` under `canonical` as its name and its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The address that was asked.
    pub url: Url,
    /// The address it calls its own, of the same site: two pages never have the same.
    pub canonical: Url,
    pub title: Option<String>,
    pub author: Option<String>,
    pub published: Option<DateTime<Utc>>,
    /// As the page says, else the sitemap.
    pub modified: Option<DateTime<Utc>>,
    /// Markdown in UTF-8 for HTML, UTF-8 for other text; else the file as it came.
    pub content: Vec<u8>,
    /// What the server sent, such as `text/html` or `application/pdf`.
    pub media_type: String,
    /// To be kept for [`Known`].
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// Pages of the site that it links to, to be kept for [`Known`].
    pub links: Vec<String>,
}

/// What an earlier crawl, or an earlier part of this one, was told of an address. An unchanged page is
/// not sent again, so that its links must be known to go on from there: here, or by [`Recall`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// `Visit::url`.
    pub url: String,
    /// `Page::canonical`.
    pub canonical: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// Empty where [`Recall`] has them.
    pub links: Vec<String>,
    /// Told in this crawl, before it was interrupted: not asked for again.
    pub done: bool,
    pub was: Was,
}

/// What an address was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Was {
    /// Delivered or unchanged.
    #[default]
    Page,
    /// It led there.
    Moved(String),
    /// Nothing to be kept.
    Nothing,
}

/// Remembers the links of known pages, which are too many to be in mind all at once.
#[async_trait::async_trait]
pub trait Recall: Send + Sync {
    /// What a known address links to.
    ///
    /// # Errors
    /// [`Forgotten`] where that cannot be told now.
    async fn links(&self, url: &str) -> Result<Vec<String>, Forgotten>;
}

/// What was known cannot be told now.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("what is known of the site cannot be looked up now")]
pub struct Forgotten;

/// Counted since the crawl began, what an interrupted one had done included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Delivered or unchanged.
    pub pages: usize,
    /// Requests for pages.
    pub requests: usize,
    /// Addresses that wait; more may be found.
    pub waiting: usize,
}

/// Why an address was left out on purpose.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Skip {
    #[error("robots.txt of its host asks not to read it")]
    Robots,
    #[error("the page asks not to be indexed")]
    NoIndex,
    #[error("it is more links away from the start than the crawl may go")]
    TooDeep,
    #[error("it leads to another site: {0}")]
    Elsewhere(Url),
    #[error("it is the same page as {0}")]
    Duplicate(Url),
    #[error("{0}")]
    Unsupported(String),
}

/// Why an address could not be read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Failure {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the server answers with status {0}")]
    Status(u16),
    #[error("robots.txt of its host cannot be read now, so nothing there is")]
    Robots,
    #[error("it leads back to itself")]
    Circle,
    #[error(transparent)]
    Sitemap(#[from] NotASitemap),
    #[error(transparent)]
    Page(#[from] PageError),
}

impl Failure {
    /// Whether the same address may well be read later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Fetch(error) => error.is_transient(),
            Self::Status(code) => matches!(code, 408 | 425 | 429 | 500..),
            Self::Robots => true,
            Self::Page(error) => matches!(error, PageError::Busy),
            Self::Circle | Self::Sitemap(_) => false,
        }
    }
}

/// Why a crawl has nothing more to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// All that was found has been visited.
    Complete,
    /// At the bound of pages or requests; more was found.
    Full,
    /// The site failed again and again; what waits may be read later.
    Away,
    Cancelled,
    /// What was known could not be looked up; the same crawl can go on later.
    Interrupted,
}
