//! An origin that a page may reach, as it stands in the page's content policy.

use std::fmt;

use reqwest::Url;

use super::BadSettings;

/// Scheme, host and, unless it is the scheme's own, port. It has no character that means anything else
/// in a content policy or a header: no address that was configured can add to either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin of `address`.
    ///
    /// # Errors
    /// [`BadSettings::Origin`] where it has none that a content policy can name. A URL may have a host
    /// with `;`, `'` or `*` in it.
    pub(super) fn of(address: &str) -> Result<Self, BadSettings> {
        let bad = || BadSettings::Origin(address.to_owned());
        let url = Url::parse(address).map_err(|_| bad())?;
        let host = url.host_str().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if !matches!(url.scheme(), "http" | "https") || host.is_empty() || !host.chars().all(is_name) {
            return Err(bad());
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_has_an_origin() {
        for (address, origin) in [
            ("https://clerk.shop.example", "https://clerk.shop.example"),
            ("https://Project.Supabase.co:443/", "https://project.supabase.co"),
            ("http://127.0.0.1:54321/base", "http://127.0.0.1:54321"),
            ("https://user:word@chat.example", "https://chat.example"),
            // In the letters that a header can carry.
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(Origin::of(address).unwrap().to_string(), origin);
        }
        for none in [
            "https://a;script-src.example",
            "https://*",
            "https://*.example",
            "https://a'b.example",
            "https://a,b.example",
            "https://a_b.example",
            "https://[::1]",
            "data:text/html,x",
            "javascript:alert(1)",
            "https://",
            "clerk.shop.example",
            "",
        ] {
            assert!(Origin::of(none).is_err(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_address_adds_to_a_policy(address in "(https?://)?\\PC{0,40}") {
            if let Ok(origin) = Origin::of(&address) {
                let origin = origin.to_string();
                let (scheme, rest) = origin.split_once("://").unwrap();
                prop_assert!(matches!(scheme, "http" | "https"));
                let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
                prop_assert!(!rest.is_empty() && rest.chars().all(is_plain), "{origin}");
            }
        }
    }
}
