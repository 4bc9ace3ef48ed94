//! Which addresses of the internet a page may lie at. What is not known to be public is not: the
//! ranges are those of IANA's special-purpose registries (RFC 6890), as of 2026.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who can be reached at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anybody.
    Public,
    /// A network of one's own: only where the operator named it.
    Private(&'static str),
    /// No web site, whatever the operator says.
    Never(&'static str),
}

use Reach::{Never, Private, Public};

const METADATA: Reach = Never("an address of cloud metadata");
const DISGUISED: Reach = Never("an IPv4 address in the dress of an IPv6 one");

/// First match counts.
const V4: &[(Ipv4Addr, u32, Reach)] = &[
    // Alibaba's and Azure's; those of the other clouds are link-local or in 192.0.0.0/24.
    (Ipv4Addr::new(100, 100, 100, 200), 32, METADATA),
    (Ipv4Addr::new(168, 63, 129, 16), 32, METADATA),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Never("an address of this network")),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Private("a private address")),
    (
        Ipv4Addr::new(100, 64, 0, 0),
        10,
        Private("an address behind a carrier's NAT"),
    ),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Private("a loopback address")),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Never("a link-local address")),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Private("a private address")),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Never("a reserved address")),
    (
        Ipv4Addr::new(192, 0, 2, 0),
        24,
        Never("an address for documentation"),
    ),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Never("a reserved address")),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Private("a private address")),
    (
        Ipv4Addr::new(198, 18, 0, 0),
        15,
        Never("an address for benchmarks"),
    ),
    (
        Ipv4Addr::new(198, 51, 100, 0),
        24,
        Never("an address for documentation"),
    ),
    (
        Ipv4Addr::new(203, 0, 113, 0),
        24,
        Never("an address for documentation"),
    ),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Never("a multicast address")),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Never("a reserved address")),
];

/// First match counts; what is left of 2000::/3 is public, and nothing else.
const V6: &[(Ipv6Addr, u32, Reach)] = &[
    (Ipv6Addr::LOCALHOST, 128, Private("a loopback address")),
    (Ipv6Addr::UNSPECIFIED, 128, Never("no address")),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, DISGUISED),
    (Ipv6Addr::UNSPECIFIED, 96, DISGUISED),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, DISGUISED),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32, METADATA),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32, METADATA),
    (
        Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
        7,
        Private("a private address"),
    ),
    (
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0),
        10,
        Never("a link-local address"),
    ),
    (
        Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0),
        10,
        Never("a site-local address"),
    ),
    (
        Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0),
        8,
        Never("a multicast address"),
    ),
    // Teredo, which carries an IPv4 address, and the rest of the protocol assignments.
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        Never("a reserved address"),
    ),
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        Never("an address for documentation"),
    ),
    // 6to4: given up (RFC 7526), and another way to write an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, DISGUISED),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        Never("an address for documentation"),
    ),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Public),
];

/// How a network without IPv4 reaches the rest of the web (RFC 6052): as good as what it leads to.
const NAT64: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);

/// Who is reached at this address.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) if same_v6(address, NAT64, 96) => match v4(embedded(address)) {
            Public => Public,
            Private(_) | Never(_) => DISGUISED,
        },
        IpAddr::V6(address) => V6
            .iter()
            .find(|(network, bits, _)| same_v6(address, *network, *bits))
            .map_or(Never("a reserved address"), |(.., reach)| *reach),
    }
}

fn v4(address: Ipv4Addr) -> Reach {
    let found = V4.iter().find(|(network, bits, _)| {
        let differs = address.to_bits() ^ network.to_bits();
        differs.leading_zeros() >= *bits
    });
    found.map_or(Public, |(.., reach)| *reach)
}

fn same_v6(address: Ipv6Addr, network: Ipv6Addr, bits: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= bits
}

/// The IPv4 address in the last 32 bits.
fn embedded(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(address: &str) -> Reach {
        reach(address.parse().unwrap())
    }

    #[test]
    fn the_web_is_public() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.0.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
            "64:ff9b::1.1.1.1",
        ] {
            assert_eq!(of(address), Public, "{address}");
        }
    }

    #[test]
    fn what_an_operator_may_open() {
        for address in [
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "192.168.255.255",
            "::1",
            "fc00::1",
            "fdff::1",
        ] {
            assert!(matches!(of(address), Private(_)), "{address}");
        }
    }

    #[test]
    fn what_nobody_may_open() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::127.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
            "e000::1",
        ] {
            assert!(matches!(of(address), Never(_)), "{address}");
        }
    }

    proptest! {
        #[test]
        fn no_special_ipv4_address_is_public_in_any_dress(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let special = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_unspecified()
                || address.is_multicast();
            let public = v4(address) == Public;
            prop_assert!(!(special && public), "{address}");
            let low = u128::from(bits);
            let nat64 = Ipv6Addr::from_bits(NAT64.to_bits() | low);
            prop_assert_eq!(reach(nat64.into()) == Public, public);
            for dress in [
                Ipv6Addr::from_bits(low),
                address.to_ipv6_mapped(),
                // 6to4 and Teredo, whose client address is written with every bit turned.
                Ipv6Addr::from_bits(0x2002 << 112 | low << 80 | 1),
                Ipv6Addr::from_bits(0x2001 << 112 | u128::from(!bits)),
            ] {
                prop_assert!(reach(dress.into()) != Public, "{dress}");
            }
        }

        #[test]
        fn only_global_unicast_is_public(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            if reach(address.into()) == Public {
                prop_assert!(address.segments()[0] >> 13 == 1 || same_v6(address, NAT64, 96));
            }
        }
    }
}
