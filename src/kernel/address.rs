//! Which address a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;

/// Reads the address of whoever asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Addresses {
    /// A proxy that is ours stands in front and says in `X-Forwarded-For` for whom it asks. Without
    /// one the header is anybody's to write and is not read.
    pub behind_proxy: bool,
}

impl Addresses {
    #[must_use]
    pub fn of(self, request: &HttpRequest) -> Option<IpAddr> {
        self.full(request).map(network)
    }

    fn full(self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = || request.peer_addr().map(|peer| peer.ip());
        if !self.behind_proxy {
            return peer();
        }
        // Each proxy appends whom it was asked by; the last entry is what ours saw.
        let forwarded = request.headers().get_all("X-Forwarded-For").last();
        let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        last.or_else(peer)
    }
}

/// What one subscriber has: an IPv4 address, or the first half of an IPv6 one (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_our_own_proxy_is_believed() {
        let request = TestRequest::default()
            .peer_addr("192.0.2.1:4".parse().unwrap())
            .insert_header(("X-Forwarded-For", "198.51.100.7, 203.0.113.9"))
            .to_http_request();
        assert_eq!(
            network("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(),
            "2001:db8:1:2::"
        );
        assert_eq!(
            network("::ffff:192.0.2.1".parse().unwrap()).to_string(),
            "192.0.2.1"
        );
        let of = |behind_proxy| Addresses { behind_proxy }.of(&request).unwrap().to_string();
        assert_eq!(
            (of(false), of(true)),
            ("192.0.2.1".to_owned(), "203.0.113.9".to_owned())
        );
    }
}
