//! Where a `clamd` listens.

use std::{path::PathBuf, str::FromStr};

/// `host:port`, or the path of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClamdAddress {
    Tcp(String),
    Unix(PathBuf),
}

impl FromStr for ClamdAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text
            .strip_prefix("unix:")
            .or_else(|| text.starts_with('/').then_some(text))
        {
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        let address = text.strip_prefix("tcp://").unwrap_or(text);
        let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port.is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0)) {
            return Ok(Self::Tcp(address.to_owned()));
        }
        Err("write host:port, or the path of a socket".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hosts_with_ports_or_paths() {
        let tcp = |address: &str| Ok(ClamdAddress::Tcp(address.to_owned()));
        let unix = |path: &str| Ok(ClamdAddress::Unix(PathBuf::from(path)));
        assert_eq!("clamav:3310".parse(), tcp("clamav:3310"));
        assert_eq!("tcp://127.0.0.1:3310".parse(), tcp("127.0.0.1:3310"));
        assert_eq!("[::1]:3310".parse(), tcp("[::1]:3310"));
        assert_eq!("/run/clamav/clamd.ctl".parse(), unix("/run/clamav/clamd.ctl"));
        assert_eq!("unix:/run/clamd".parse(), unix("/run/clamd"));
        for wrong in ["clamav", "clamav:", ":3310", "clamav:0", "clamav:port"] {
            assert!(wrong.parse::<ClamdAddress>().is_err(), "{wrong}");
        }
    }
}
