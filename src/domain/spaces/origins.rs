//! The sites that may embed a space: origins as browsers write them, or all subdomains of one. Each
//! stands in `frame-ancestors` as it is stored, and is compared with `Origin` the way that is.

use url::{Host, Url};

/// Sites of a space at most.
pub const MOST: usize = 50;
/// Bytes of one.
const LONGEST: usize = 300;

/// A site as somebody wrote it, as it is stored: in lower case, without the scheme's own port.
///
/// # Errors
/// In words for who wrote it.
pub fn normal(written: &str) -> Result<String, &'static str> {
    let written = written.trim();
    if written.len() > LONGEST {
        return Err("that is too long for an address");
    }
    let lower = written.to_ascii_lowercase();
    let Some((scheme, rest)) = lower.split_once("://") else {
        return Err("begin with https://");
    };
    let (wild, rest) = match rest.strip_prefix("*.") {
        Some(rest) => ("*.", rest),
        None => ("", rest),
    };
    if rest.contains('*') {
        return Err("put * in the place of all before a domain, as https://*.example.com");
    }
    let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| "write it as https://example.com")?;
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() || rest.contains('@') {
        return Err("name the site alone, without a path: https://example.com");
    }
    let local = match url.host() {
        Some(Host::Domain(name)) if is_name(name) => name == "localhost" || name.ends_with(".localhost"),
        // The only number that a content policy knows.
        Some(Host::Ipv4(address)) if address.is_loopback() && address.octets() == [127, 0, 0, 1] => true,
        Some(Host::Domain(_)) => return Err("write it as https://example.com"),
        _ => return Err("give a name, not a number"),
    };
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => return Err("use https: only localhost goes without"),
        _ => return Err("begin with https://"),
    }
    let host = url.host_str().unwrap_or_default();
    if !wild.is_empty() && (local || host.split('.').count() < 2) {
        return Err("name the domain whose subdomains are meant, as https://*.example.com");
    }
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Ok(format!("{scheme}://{wild}{host}{port}"))
}

/// A host name that a content policy can hold: nothing in it ends the directive.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(sound)
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// Whether a stored site covers the origin of a page. All subdomains are not the domain itself, as in a
/// content policy.
#[must_use]
pub fn covers(site: &str, origin: &str) -> bool {
    let Some((scheme, domain)) = site.split_once("://*.") else {
        return site == origin;
    };
    let host = origin
        .strip_prefix(scheme)
        .and_then(|rest| rest.strip_prefix("://"));
    let below = host
        .and_then(|host| host.strip_suffix(domain))
        .and_then(|below| below.strip_suffix('.'));
    below.is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_site_is_stored_as_browsers_write_it() {
        for (written, stored) in [
            ("https://Shop.Example", "https://shop.example"),
            (" https://shop.example:443/ ", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1", "http://127.0.0.1"),
            ("https://*.shop.example", "https://*.shop.example"),
            ("HTTPS://*.Shop.Example:9000", "https://*.shop.example:9000"),
        ] {
            assert_eq!(normal(written).as_deref(), Ok(stored), "{written}");
        }
    }

    #[test]
    fn what_is_no_site_is_refused() {
        for written in [
            "",
            "shop.example",
            "http://shop.example",
            "ftp://shop.example",
            "https://",
            "https://*",
            "https://*.",
            "https://*.com",
            "https://*.*.example.com",
            "https://a*.example.com",
            "https://shop.example/path",
            "https://shop.example?q",
            "https://shop.example#f",
            "https://me@shop.example",
            "https://@shop.example",
            "https://10.0.0.1",
            "https://[::1]",
            "http://*.localhost",
            "https://*.127.0.0.1",
            "https://a;b.example",
            "https://a b.example",
            "https://a,b.example",
            "https://shop..example",
            "https://.example",
            "https://shop.example.",
            "javascript://x",
            "null",
            "*",
            "'self'",
            "data://shop.example",
            "https://shop.example\u{7f}",
        ] {
            assert!(normal(written).is_err(), "{written:?} {:?}", normal(written));
        }
        assert!(normal(&format!("https://{}.example", "a".repeat(400))).is_err());
    }

    #[test]
    fn subdomains_are_covered_and_likenesses_are_not() {
        let all = "https://*.shop.example";
        for origin in ["https://eu.shop.example", "https://a.b.shop.example"] {
            assert!(covers(all, origin), "{origin}");
        }
        for origin in [
            "https://shop.example",
            "http://eu.shop.example",
            "https://eushop.example",
            "https://.shop.example",
            "https://eu.shop.example:8443",
            "https://evil.test/.shop.example",
            "https://evil.test?x=.shop.example",
            "https://evil@eu.shop.example",
            "https://eu.shop.example.evil.test",
            "null",
            "",
        ] {
            assert!(!covers(all, origin), "{origin}");
        }
        assert!(covers(
            "https://*.shop.example:8443",
            "https://eu.shop.example:8443"
        ));
        assert!(covers("https://shop.example", "https://shop.example"));
        assert!(!covers("https://shop.example", "https://eu.shop.example"));
    }

    proptest! {
        #[test]
        fn what_is_stored_stays_and_cannot_leave_its_directive(
            written in "\\PC{0,60}|https?://(\\*\\.)?[a-zA-Z0-9.:@/;, -]{0,40}"
        ) {
            if let Ok(stored) = normal(&written) {
                prop_assert_eq!(normal(&stored), Ok(stored.clone()));
                prop_assert!(!stored.contains([' ', ';', ',', '\'', '"', '\n', '@']));
            }
        }

        #[test]
        fn a_browsers_origin_of_a_subdomain_is_covered(
            below in "[a-z][a-z0-9]{0,8}(\\.[a-z][a-z0-9]{0,8}){0,2}", domain in "[a-z]{1,9}\\.(example|test)",
        ) {
            let all = normal(&format!("https://*.{domain}")).unwrap();
            let origin = Url::parse(&format!("https://{below}.{domain}/page")).unwrap();
            prop_assert!(covers(&all, &origin.origin().ascii_serialization()));
            let elsewhere = format!("https://{below}{domain}");
            prop_assert!(!covers(&all, &elsewhere));
        }
    }
}
