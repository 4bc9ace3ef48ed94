//! The one way out to the web: resolve, check, pin, ask, read within bounds.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolving},
    header::{self, HeaderMap, HeaderValue},
    redirect,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::timeout;
use tracing::warn;
use url::{Host, Url};

use super::{
    Fetch, FetchError, Get, Reply,
    guard::{Allowlist, Target},
    reply::{self, reason},
    resolve::Resolve,
};

/// The name that `robots.txt` speaks of us by.
pub const AGENT: &str = "ParlanceBot";
const ACCEPT: &str = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.9,*/*;q=0.5";

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
    #[error("TLS cannot be set up: {0}")]
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
    tls: ClientConfig,
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
            .map_err(|error| FetchError::Connect(reason(error)))?;
        // Cannot happen as long as the client asks its resolver; it must be told if that changes.
        if let Some(peer) = response.remote_addr()
            && !addresses.contains(&peer.ip())
        {
            return Err(FetchError::Elsewhere(peer.ip()));
        }
        reply::read(get, response).await
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

/// One configuration for all requests: it remembers sessions, and reads the certificates once. A
/// machine that has none reads no page over https, and serves all the same.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
    let builder =
        || ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let checked = builder()?.with_platform_verifier().or_else(|error| {
        warn!(%error, "pages over https cannot be read: install the certificates of authorities");
        Ok::<_, rustls::Error>(builder()?.with_root_certificates(RootCertStore::empty()))
    })?;
    let mut config = checked.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
