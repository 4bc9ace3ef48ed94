//! Which page a request comes from, and under which name this server is reached.

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName},
};
use reqwest::Url;

use super::{code::Code, problem::Problem};

/// The origin of `PUBLIC_URL`. A proxy that rewrites `Host` or ends TLS hides it from the requests.
#[derive(Clone, Debug, Default)]
pub struct PublicOrigin(Option<Arc<str>>);

impl PublicOrigin {
    /// The origin of `url` as browsers write it: in lower case, without the scheme's own port.
    #[must_use]
    pub fn of(url: Option<&str>) -> Self {
        let origin = url.and_then(|url| Url::parse(url).ok()).map(|url| url.origin());
        // One without a host would read `null`, as a sandboxed page's does.
        let named = origin.filter(|origin| origin.is_tuple());
        Self(named.map(|origin| origin.ascii_serialization().into()))
    }

    /// Whether cookies of this server travel over TLS only. Where nobody said under which address
    /// it is reached, as the request came.
    #[must_use]
    pub fn is_secure(&self, request: &HttpRequest) -> bool {
        match &self.0 {
            Some(origin) => origin.starts_with("https://"),
            None => request.connection_info().scheme() == "https",
        }
    }

    /// The same, or where nobody said, the origin that the request came to.
    #[must_use]
    pub fn or_of(&self, request: &HttpRequest) -> String {
        match &self.0 {
            Some(origin) => origin.to_string(),
            None => {
                let info = request.connection_info();
                format!("{}://{}", info.scheme(), info.host())
            }
        }
    }

    /// Refuses a request whose `Origin` is neither this server's nor allowed, as
    /// `allowed(origin, own_host)` decides. Programs send none and pass: their token says what they
    /// may do.
    ///
    /// # Errors
    /// `OriginNotAllowed`.
    pub fn check(
        &self,
        request: &HttpRequest,
        allowed: impl Fn(&str, Option<&str>) -> bool,
    ) -> Result<(), Problem> {
        let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        match header(header::ORIGIN) {
            Some(origin) if self.0.as_deref() == Some(origin) => Ok(()),
            Some(origin) if !allowed(origin, header(header::HOST)) => Err(Problem::new(
                Code::OriginNotAllowed,
                format!("{origin} is not among the space's allowed domains"),
            )),
            _ => Ok(()),
        }
    }

    /// Refuses what a page of another site asks for. For requests that a cookie alone speaks for.
    ///
    /// # Errors
    /// `OriginNotAllowed`.
    pub fn own(&self, request: &HttpRequest) -> Result<(), Problem> {
        let site = request.headers().get("Sec-Fetch-Site");
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(Problem::new(
                Code::OriginNotAllowed,
                "only pages of this server may ask for this",
            ));
        }
        self.check(request, |origin, own_host| {
            own_host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, at)| at == host))
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn refused(public: Option<&str>, origin: &str) -> bool {
        let request = TestRequest::default().insert_header((header::ORIGIN, origin));
        let public = PublicOrigin::of(public);
        public.check(&request.to_http_request(), |_, _| false).is_err()
    }

    #[test]
    fn a_page_of_the_public_address_is_our_own_and_a_likeness_is_not() {
        for url in [
            "https://Chat.example/",
            "https://chat.example:443/support",
            "https://chat.example",
        ] {
            assert!(!refused(Some(url), "https://chat.example"), "{url}");
            for other in [
                "http://chat.example",
                "https://chat.example:8443",
                "https://chat.example.evil.test",
                "https://evil.test/chat.example",
                "null",
                "",
            ] {
                assert!(refused(Some(url), other), "{url} {other}");
            }
        }
        assert!(refused(None, "https://chat.example"));
        assert!(refused(Some("file:///srv/chat"), "null"));
    }

    #[test]
    fn what_a_cookie_speaks_for_is_asked_for_by_our_own_pages_alone() {
        let public = PublicOrigin::of(Some("https://chat.example"));
        let refused = |headers: &[(&'static str, &str)]| {
            let mut request = TestRequest::default().insert_header((header::HOST, "localhost:8080"));
            for header in headers {
                request = request.insert_header(*header);
            }
            public.own(&request.to_http_request()).is_err()
        };
        for own in [
            &[][..],
            &[
                ("origin", "https://chat.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("origin", "http://localhost:8080")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!refused(own), "{own:?}");
        }
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://chat.example"),
            ],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
        ] {
            assert!(refused(foreign), "{foreign:?}");
        }
    }
}
