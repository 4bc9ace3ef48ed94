//! Pages of the web, one request at a time, behind the trait [`Fetch`]. [`Web`] is the only
//! implementation that leaves the process: it resolves a host itself, checks every address
//! ([`address`], [`guard`]) and connects to what was checked and nowhere else. Nothing here knows
//! what a page is for.

pub mod address;
mod body;
mod charset;
mod fetcher;
pub mod guard;
mod reply;
mod resolve;

use std::{fmt, net::IpAddr, time::Duration};

use url::Url;

use self::guard::Refused;
pub use self::{
    body::{Limit, gunzip},
    charset::decode,
    fetcher::{AGENT, BuildError, Web, WebLimits},
    resolve::{Resolve, SystemResolver},
};

/// Redirects that are followed in a row, as browsers and RFC 9309 (section 2.3.1.2) go by.
pub const MAX_REDIRECTS: usize = 5;

/// What to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Get {
    pub url: Url,
    pub limit: Limit,
    /// What an earlier answer was marked with: an unchanged page is not sent again.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

impl Get {
    #[must_use]
    pub fn new(url: Url, limit: Limit) -> Self {
        Self {
            url,
            limit,
            etag: None,
            last_modified: None,
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Document(Box<Fetched>),
    /// It is at another address, which has not been asked or checked yet.
    Moved(Url),
    /// It is as it was when `etag` and `last_modified` were given out.
    Unchanged,
    Status {
        code: u16,
        /// Whole seconds only; a date counts as absent.
        retry_after: Option<Duration>,
    },
}

/// A document and what its headers say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// `text/html`, in lower case; empty where the server does not say.
    pub media_type: String,
    pub charset: Option<String>,
    /// Decompressed.
    pub body: Vec<u8>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// `X-Robots-Tag`, a line each.
    pub robots: String,
    /// `Link` with `rel=canonical`, as it was written.
    pub canonical: Option<String>,
}

impl Fetched {
    #[must_use]
    pub fn text(&self) -> String {
        decode(&self.body, self.charset.as_deref())
    }
}

/// Why nothing came, in words for the person who gave the address.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum FetchError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("{0} is not found in the DNS: check its spelling")]
    Unresolved(String),
    #[error("the server cannot be reached: {0}")]
    Connect(String),
    #[error("the connection led to {0}, which is not the address that was checked")]
    Elsewhere(IpAddr),
    #[error("the server did not answer within {0:?}")]
    Late(Duration),
    #[error("the connection broke in the middle: {0}")]
    Cut(String),
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    #[error("it is packed as `{0}`, or broken")]
    Packing(String),
    #[error("files of type {0} are not read")]
    Media(String),
    #[error("it leads to an address that cannot be read: `{0}`")]
    Location(String),
    #[error("it leads from https back to http: {0}")]
    Downgrade(Url),
    #[error("it leads on more than {MAX_REDIRECTS} times")]
    TooManyRedirects,
}

impl FetchError {
    /// Whether the same request may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unresolved(_) | Self::Connect(_) | Self::Late(_) | Self::Cut(_)
        )
    }
}

/// Fetches documents. Cheap to share.
#[async_trait::async_trait]
pub trait Fetch: Send + Sync + fmt::Debug {
    /// One request; a redirect is handed back.
    ///
    /// # Errors
    /// [`FetchError`]; an answer of any status is none.
    async fn hop(&self, get: &Get) -> Result<Reply, FetchError>;

    /// The same, redirects followed, each of them checked as the first request is.
    ///
    /// # Errors
    /// Those of [`Self::hop`], and `TooManyRedirects`.
    async fn get(&self, get: Get) -> Result<Reply, FetchError> {
        let mut get = get;
        for _ in 0..=MAX_REDIRECTS {
            match self.hop(&get).await? {
                Reply::Moved(to) => get = Get::new(to, get.limit),
                reply => return Ok(reply),
            }
        }
        Err(FetchError::TooManyRedirects)
    }
}
