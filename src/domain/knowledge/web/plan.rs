//! What is to be read of the web, and where it ends.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// How far a crawl goes from where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SourceScope)]
pub enum Scope {
    /// This one page.
    Page,
    /// The pages that a sitemap lists; the start is the sitemap.
    Sitemap,
    /// What is linked on the same host, `www.` or not.
    Host,
    /// The same, and the hosts below it: from `example.com` also `help.example.com`.
    Site,
}

/// A crawl to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub start: Url,
    pub scope: Scope,
    /// Pages that are delivered or found unchanged, at most.
    pub max_pages: usize,
    /// Links away from the start, at most.
    pub max_depth: u32,
    /// Between two requests to one host; the host's own `Crawl-delay` counts if it is longer.
    pub gap: Duration,
    /// Only what lies below this path, such as `/help/`; the start itself may lie above it.
    pub below: Option<String>,
}

impl Plan {
    #[must_use]
    pub fn new(start: Url, scope: Scope) -> Self {
        Self {
            start,
            scope,
            max_pages: match scope {
                Scope::Page => 1,
                Scope::Sitemap | Scope::Host | Scope::Site => 500,
            },
            max_depth: 5,
            gap: Duration::from_millis(500),
            below: None,
        }
    }

    /// Requests at most, `robots.txt` and sitemaps left out: some pages are moved, gone or
    /// duplicates, but a site where most are is a trap.
    pub(super) fn max_requests(&self) -> usize {
        self.max_pages.saturating_mul(5).saturating_add(20)
    }

    pub(super) fn follows_links(&self) -> bool {
        matches!(self.scope, Scope::Host | Scope::Site)
    }
}

/// What belongs to the site. The line is drawn at the host where the crawl starts, not at the
/// registrable domain above it: that takes a list of public suffixes that is never up to date, and
/// would let a crawl of `docs.example.com` wander to `shop.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    host: String,
    port: Option<u16>,
    subdomains: bool,
    below: Option<String>,
}

impl Bound {
    pub(super) fn around(start: &Url, scope: Scope, below: Option<&str>) -> Self {
        Self {
            host: bare_host(start).to_owned(),
            port: odd_port(start),
            subdomains: matches!(scope, Scope::Site | Scope::Sitemap),
            below: below.map(str::to_owned),
        }
    }

    /// Whether it is a page of the site that is to be read.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let below = self.below.as_deref();
        self.same_site(url) && below.is_none_or(|below| url.path().starts_with(below))
    }

    pub(super) fn same_site(&self, url: &Url) -> bool {
        let host = bare_host(url);
        let under = || {
            host.strip_suffix(self.host.as_str())
                .is_some_and(|rest| rest.ends_with('.'))
        };
        let is_name = url.domain().is_some();
        odd_port(url) == self.port && (host == self.host || self.subdomains && is_name && under())
    }
}

fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// http and https are one site; any other port is another.
fn odd_port(url: &Url) -> Option<u16> {
    url.port_or_known_default()
        .filter(|port| !matches!(port, 80 | 443))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(start: &str, scope: Scope, below: Option<&str>, url: &str) -> bool {
        let start = Url::parse(start).unwrap();
        Bound::around(&start, scope, below).holds(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_site_ends_at_its_host() {
        let start = "https://www.acme.example/help";
        for (url, host, site) in [
            ("https://www.acme.example/", true, true),
            ("http://acme.example/x", true, true),
            ("https://help.acme.example/", false, true),
            ("https://notacme.example/", false, false),
            ("https://acme.example.evil.test/", false, false),
            ("https://example/", false, false),
            ("https://acme.example:8443/", false, false),
            ("https://127.0.0.1/", false, false),
        ] {
            assert_eq!(holds(start, Scope::Host, None, url), host, "{url}");
            assert_eq!(holds(start, Scope::Site, None, url), site, "{url}");
        }
        assert!(!holds(
            "https://docs.acme.example",
            Scope::Site,
            None,
            "https://shop.acme.example"
        ));
        assert!(!holds(
            "http://10.0.0.1",
            Scope::Site,
            None,
            "http://7.10.0.0.1.example/"
        ));
    }

    #[test]
    fn and_at_its_path_where_one_is_named() {
        let below = |url| holds("https://acme.example/help/", Scope::Host, Some("/help/"), url);
        assert!(below("https://acme.example/help/returns"));
        assert!(!below("https://acme.example/shop") && !below("https://acme.example/helpers"));
    }
}
