//! The one way out to the web: resolve, check, pin, ask, read within bounds.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolving},
    header::{self, HeaderMap, HeaderValue},
    redirect,
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::timeout;
use url::{Host, Url};

use super::{
    Fetch, FetchError, Fetched, Get, Limit, Reply,
    body::{Body, Stop},
    guard::{Allowlist, Target},
    resolve::Resolve,
};

/// The name that `robots.txt` speaks of us by.
pub const AGENT: &str = "ParlanceBot";
const ACCEPT: &str = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.9,*/*;q=0.5";
/// Kept of a header that is stored and sent back.
const MAX_MARK: usize = 512;
/// Never documents.
const MEDIA: [&str; 4] = ["image/", "video/", "audio/", "font/"];

/// What one request may cost.
#[derive(Clone, Copy, Debug)]
pub struct WebLimits {
    /// To resolve the name, and again to connect and shake hands.
    pub connect: Duration,
    /// From there to the end of the headers.
    pub headers: Duration,
    /// From the beginning to the last byte.
    pub whole: Duration,
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            headers: Duration::from_secs(15),
            whole: Duration::from_secs(60),
        }
    }
}

/// The fetcher cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the contact has characters that a header cannot carry")]
    Contact,
    #[error("certificates cannot be checked here: {0}")]
    Tls(#[from] rustls::Error),
}

/// The web, as far as [`Allowlist`] lets one see it. Every request has a connection of its own: a
/// kept one would outlive the check of its address. Proxies of the environment are not used, they
/// would resolve the name once more.
#[derive(Debug)]
pub struct Web {
    resolver: Arc<dyn Resolve>,
    allow: Allowlist,
    limits: WebLimits,
    agent: HeaderValue,
    tls: rustls::ClientConfig,
}

impl Web {
    /// `contact` is a web or mail address of whoever runs this server, for those whose pages it
    /// reads.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn new(
        resolver: Arc<dyn Resolve>,
        allow: Allowlist,
        contact: Option<&str>,
        limits: WebLimits,
    ) -> Result<Self, BuildError> {
        let version = env!("CARGO_PKG_VERSION");
        let agent = match contact {
            Some(contact) => format!("{AGENT}/{version} (+{contact})"),
            None => format!("{AGENT}/{version}"),
        };
        Ok(Self {
            resolver,
            allow,
            limits,
            agent: HeaderValue::from_str(&agent).map_err(|_| BuildError::Contact)?,
            tls: tls()?,
        })
    }

    async fn exchange(&self, get: &Get) -> Result<Reply, FetchError> {
        let addresses = self.addresses(&get.url).await?;
        let client = self.client(&addresses)?;
        let sent = client.get(get.url.clone()).headers(self.headers(get)).send();
        let within = self.limits.connect + self.limits.headers;
        let response = timeout(within, sent)
            .await
            .map_err(|_| FetchError::Late(within))?
            .map_err(unsent)?;
        // Cannot happen as long as the client asks its resolver; it must be told if that changes.
        if let Some(peer) = response.remote_addr()
            && !addresses.contains(&peer.ip())
        {
            return Err(FetchError::Elsewhere(peer.ip()));
        }
        self.reply(get, response).await
    }

    /// Where the host leads, each address checked. One bad address spoils all: whoever mixes them
    /// hopes that we try twice.
    async fn addresses(&self, url: &Url) -> Result<Vec<IpAddr>, FetchError> {
        let target = Target::of(url)?;
        let addresses = match target.host {
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
            Host::Domain(name) => {
                let unresolved = || FetchError::Unresolved(name.to_owned());
                timeout(self.limits.connect, self.resolver.resolve(name))
                    .await
                    .map_err(|_| FetchError::Late(self.limits.connect))?
                    .ok()
                    .filter(|addresses| !addresses.is_empty())
                    .ok_or_else(unresolved)?
            }
        };
        for address in &addresses {
            self.allow.check(&target, *address)?;
        }
        Ok(addresses)
    }

    /// A client that knows these addresses and no others.
    fn client(&self, addresses: &[IpAddr]) -> Result<Client, FetchError> {
        Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(Pinned(addresses.into()))
            .no_proxy()
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .pool_max_idle_per_host(0)
            .connect_timeout(self.limits.connect)
            .build()
            .map_err(|error| FetchError::Connect(reason(error)))
    }

    fn headers(&self, get: &Get) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([
            (header::USER_AGENT, self.agent.clone()),
            (header::ACCEPT, HeaderValue::from_static(ACCEPT)),
            (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
        ]);
        for (name, mark) in [
            (header::IF_NONE_MATCH, &get.etag),
            (header::IF_MODIFIED_SINCE, &get.last_modified),
        ] {
            if let Some(Ok(value)) = mark.as_deref().map(HeaderValue::from_str) {
                headers.insert(name, value);
            }
        }
        headers
    }

    async fn reply(&self, get: &Get, response: Response) -> Result<Reply, FetchError> {
        let (status, headers) = (response.status(), response.headers());
        match status.as_u16() {
            200 | 203 => {}
            304 => return Ok(Reply::Unchanged),
            301 | 302 | 303 | 307 | 308 => return moved(&get.url, headers).map(Reply::Moved),
            code => {
                let seconds = text(headers, header::RETRY_AFTER).and_then(|value| value.trim().parse().ok());
                return Ok(Reply::Status {
                    code,
                    retry_after: seconds.map(Duration::from_secs),
                });
            }
        }
        let mut fetched = described(headers);
        if MEDIA.iter().any(|kind| fetched.media_type.starts_with(kind)) {
            return Err(FetchError::Media(fetched.media_type));
        }
        fetched.body = read(response, get.limit).await?;
        Ok(Reply::Document(Box::new(fetched)))
    }
}

#[async_trait::async_trait]
impl Fetch for Web {
    async fn hop(&self, get: &Get) -> Result<Reply, FetchError> {
        let whole = self.limits.whole;
        let exchange = timeout(whole, self.exchange(get)).await;
        exchange.unwrap_or(Err(FetchError::Late(whole)))
    }
}

/// Answers with the addresses that were checked, whatever it is asked.
struct Pinned(Arc<[IpAddr]>);

impl reqwest::dns::Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        // Port 0 stands for the one in the URL.
        let addresses: Vec<_> = self
            .0
            .iter()
            .map(|address| SocketAddr::new(*address, 0))
            .collect();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

/// One configuration for all requests: it remembers sessions, and reads the certificates once.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = rustls::crypto::CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Where a redirect leads. Not from https to http: who reads the line could then write the page.
fn moved(from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let location = headers.get(header::LOCATION).map(HeaderValue::as_bytes);
    let location = String::from_utf8_lossy(location.unwrap_or_default());
    let to = from
        .join(location.trim())
        .ok()
        .filter(|_| !location.trim().is_empty())
        .ok_or_else(|| FetchError::Location(location.chars().take(200).collect()))?;
    Target::of(&to)?;
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(FetchError::Downgrade(to));
    }
    Ok(to)
}

fn described(headers: &HeaderMap) -> Fetched {
    let kind = text(headers, header::CONTENT_TYPE)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_owned();
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    let mark = |name| {
        text(headers, name)
            .filter(|mark| mark.len() <= MAX_MARK)
            .map(str::to_owned)
    };
    let robots = headers.get_all("x-robots-tag").iter();
    let robots: Vec<_> = robots.filter_map(|value| value.to_str().ok()).collect();
    let links = headers.get_all(header::LINK).iter();
    Fetched {
        media_type,
        charset: charset.map(|charset| charset.trim_matches(['"', '\'']).to_owned()),
        body: Vec::new(),
        etag: mark(header::ETAG),
        last_modified: mark(header::LAST_MODIFIED),
        robots: robots.join("\n"),
        canonical: links.filter_map(|value| value.to_str().ok()).find_map(canonical),
    }
}

/// `</help>; rel="canonical"`, among others between commas.
fn canonical(links: &str) -> Option<String> {
    links.split(",").find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let mut parameters = parameters
            .split(';')
            .map(|parameter| parameter.trim().to_ascii_lowercase());
        parameters
            .any(|parameter| matches!(parameter.as_str(), "rel=canonical" | "rel=\"canonical\""))
            .then(|| target.to_owned())
    })
}

async fn read(mut response: Response, limit: Limit) -> Result<Vec<u8>, FetchError> {
    let packing = text(response.headers(), header::CONTENT_ENCODING).unwrap_or_default();
    let packing = packing.trim().to_ascii_lowercase();
    let gzip = match packing.as_str() {
        "" | "identity" => false,
        "gzip" | "x-gzip" => true,
        _ => return Err(FetchError::Packing(packing)),
    };
    let mut body = Body::new(gzip, limit.bytes());
    while let Some(bytes) = response
        .chunk()
        .await
        .map_err(|error| FetchError::Cut(reason(error)))?
    {
        match (body.push(&bytes), limit) {
            (Ok(()), _) => {}
            (Err(Stop::Full), Limit::Cut(_)) => break,
            (Err(Stop::Full), Limit::Refuse(bytes)) => return Err(FetchError::TooLong(bytes)),
            (Err(Stop::Broken), _) => return Err(FetchError::Packing(packing)),
        }
    }
    body.into_bytes().map_err(|stop| match stop {
        Stop::Full => FetchError::TooLong(limit.bytes()),
        Stop::Broken => FetchError::Packing(packing),
    })
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn unsent(error: reqwest::Error) -> FetchError {
    FetchError::Connect(reason(error))
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
