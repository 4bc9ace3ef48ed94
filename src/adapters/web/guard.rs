//! What may be asked for at all: the shape of a URL, and the addresses its host leads to.

use std::{net::IpAddr, str::FromStr};

use url::{Host, Url};

use super::address::{Reach, reach};

/// Where the web is, unless the operator says otherwise.
const PORTS: [u16; 2] = [80, 443];

/// Why a URL is not asked for, in words for the person who gave it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    #[error("only http and https addresses can be read")]
    Scheme,
    #[error("the address holds a user name or password: leave them out")]
    Credentials,
    #[error("the address names no host")]
    NoHost,
    #[error("port {0} is not one of the web: only 80 and 443 are read")]
    Port(u16),
    #[error("{host} leads to {address}, {what}")]
    Address {
        host: String,
        address: IpAddr,
        what: &'static str,
    },
}

/// Hosts that are fetched although they are private, or at another port: written
/// `intranet.example, 127.0.0.1:4711, [fd00::7]:8080`. Without a port: 80 and 443. A name allows
/// whatever private address it resolves to, an address whatever name leads there. Link-local,
/// metadata and reserved addresses stay out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowlist(Vec<Allowed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Allowed {
    host: Host,
    port: Option<u16>,
}

/// An entry that is neither `host` nor `host:port`.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("write hosts or addresses, each with or without a port, between commas; `{0}` is none")]
pub struct AllowError(String);

impl FromStr for Allowlist {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let parsed: Result<_, _> = entries
            .map(|entry| allowed(entry).ok_or_else(|| AllowError(entry.to_owned())))
            .collect();
        parsed.map(Self)
    }
}

fn allowed(entry: &str) -> Option<Allowed> {
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) if !entry.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (entry, None),
    };
    // A star would be taken for a letter, and match nothing.
    let host = Host::parse(bare(host)).ok().filter(|_| !host.contains('*'))?;
    Some(Allowed { host, port })
}

impl Allowed {
    fn is(&self, host: &Host<&str>, port: u16, address: IpAddr) -> bool {
        let port = self.port.map_or_else(|| PORTS.contains(&port), |own| own == port);
        port && match (&self.host, host) {
            (Host::Domain(own), Host::Domain(name)) => own.as_str() == bare(name),
            (Host::Ipv4(own), _) => IpAddr::V4(*own) == address,
            (Host::Ipv6(own), _) => IpAddr::V6(*own) == address,
            (Host::Domain(_), _) => false,
        }
    }
}

impl Allowlist {
    /// Whether the host of `target`, which leads to `address`, may be asked.
    ///
    /// # Errors
    /// [`Refused`] by `Port` or `Address`.
    pub fn check(&self, target: &Target<'_>, address: IpAddr) -> Result<(), Refused> {
        let named = || {
            self.0
                .iter()
                .any(|allowed| allowed.is(&target.host, target.port, address))
        };
        let (what, open) = match reach(address) {
            Reach::Public if PORTS.contains(&target.port) || named() => return Ok(()),
            Reach::Public => return Err(Refused::Port(target.port)),
            Reach::Private(what) => (what, named()),
            Reach::Never(what) => (what, false),
        };
        if open {
            return Ok(());
        }
        Err(Refused::Address {
            host: target.host.to_string(),
            address,
            what,
        })
    }
}

/// The host and port of a URL that is well formed for fetching.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    pub host: Host<&'a str>,
    pub port: u16,
}

impl<'a> Target<'a> {
    /// # Errors
    /// [`Refused`] for another scheme, credentials, or no host.
    pub fn of(url: &'a Url) -> Result<Self, Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let host = url.host().ok_or(Refused::NoHost)?;
        let port = url.port_or_known_default().ok_or(Refused::NoHost)?;
        Ok(Self { host, port })
    }
}

/// A name with a dot at its end is the same name.
fn bare(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(allow: &str, url: &str, address: &str) -> Result<(), Refused> {
        let url = Url::parse(url).unwrap();
        let target = Target::of(&url)?;
        allow
            .parse::<Allowlist>()
            .unwrap()
            .check(&target, address.parse().unwrap())
    }

    #[test]
    fn nothing_private_is_open_unless_it_is_named() {
        assert_eq!(check("", "https://acme.example/", "1.1.1.1"), Ok(()));
        let refused = check("", "https://acme.example/", "10.0.0.7").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "acme.example leads to 10.0.0.7, a private address"
        );
        for (allow, open) in [
            ("acme.example", true),
            ("ACME.example", true),
            ("10.0.0.7", true),
            ("other.example, acme.example:443", true),
            ("acme.example:8443", false),
            ("10.0.0.8", false),
            ("example", false),
            ("sub.acme.example", false),
        ] {
            assert_eq!(
                check(allow, "https://acme.example/", "10.0.0.7").is_ok(),
                open,
                "{allow}"
            );
        }
        assert!(check("acme.example", "https://acme.example./", "10.0.0.7").is_ok());
    }

    #[test]
    fn metadata_stays_shut_to_a_name_that_is_allowed() {
        for address in ["169.254.169.254", "fd00:ec2::254", "::ffff:10.0.0.1", "0.0.0.0"] {
            assert!(
                check("acme.example", "http://acme.example/", address).is_err(),
                "{address}"
            );
            let literal = if address.contains(':') {
                format!("[{address}]")
            } else {
                address.to_owned()
            };
            assert!(
                check(&literal, "http://acme.example/", address).is_err(),
                "{address}"
            );
        }
    }

    #[test]
    fn other_ports_are_named_too() {
        assert_eq!(
            check("", "http://acme.example:8080/", "1.1.1.1"),
            Err(Refused::Port(8080))
        );
        assert_eq!(
            check("acme.example:8080", "http://acme.example:8080/", "1.1.1.1"),
            Ok(())
        );
        assert_eq!(check("", "http://acme.example:443/", "1.1.1.1"), Ok(()));
        assert!(check("127.0.0.1:4711", "http://127.0.0.1:4711/", "127.0.0.1").is_ok());
        assert!(check("127.0.0.1:4711", "http://127.0.0.1/", "127.0.0.1").is_err());
        assert!(check("127.0.0.1:4711", "http://127.0.0.1:4712/", "127.0.0.1").is_err());
        assert!(check("[::1]:4711", "http://[::1]:4711/", "::1").is_ok());
    }

    #[test]
    fn a_url_is_plain_http_without_a_user() {
        let refused = |url: &str| Target::of(&Url::parse(url).unwrap()).map(|_| ()).unwrap_err();
        for url in [
            "file:///etc/passwd",
            "ftp://acme.example/",
            "gopher://acme.example/",
            "data:,x",
        ] {
            assert_eq!(refused(url), Refused::Scheme, "{url}");
        }
        assert_eq!(refused("https://me@acme.example/"), Refused::Credentials);
        assert_eq!(refused("https://:pw@acme.example/"), Refused::Credentials);
    }

    /// Every way to write an IPv4 address that a resolver would take is an address to us as well.
    #[test]
    fn odd_ways_to_write_an_address_are_seen_through() {
        for host in [
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.1",
            "127.0.1",
            "127.0.0.1.",
            "①②⑦.⓪.⓪.①",
            "%31%32%37.0.0.1",
            "１２７。０。０。１",
        ] {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            let Some(Host::Ipv4(address)) = url.host() else {
                panic!("{host} is read as {:?}", url.host());
            };
            assert!(
                Allowlist::default()
                    .check(&Target::of(&url).unwrap(), address.into())
                    .is_err(),
                "{host}"
            );
        }
        for host in [
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
        ] {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            let Some(Host::Ipv6(address)) = url.host() else {
                panic!("{host}");
            };
            assert!(
                Allowlist::default()
                    .check(&Target::of(&url).unwrap(), address.into())
                    .is_err(),
                "{host}"
            );
        }
    }

    #[test]
    fn an_entry_that_is_none_is_told() {
        for text in [
            "https://acme.example",
            "acme.example:http",
            "a b",
            "10.0.0.0/8",
            "*.example",
        ] {
            assert!(text.parse::<Allowlist>().is_err(), "{text}");
        }
        assert_eq!(" , ".parse(), Ok(Allowlist::default()));
    }
}
