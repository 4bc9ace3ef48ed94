//! E-mail addresses as people log in with them: what the web's forms take (HTML, "valid e-mail
//! address"), in ASCII, with a dot in the domain.

use std::fmt;

/// Bytes at most (RFC 5321, 4.5.3.1.3).
pub const LONGEST: usize = 254;
/// Bytes before the `@` at most (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Bytes of a part of the domain at most (RFC 1035).
const LONGEST_LABEL: usize = 63;
const MARKS: &str = "!#$%&'*+/=?^_`{|}~-.";

/// An address that mail can be sent to, as it was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

/// It is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("email: give an address such as ada@acme.example")]
pub struct NoAddress;

impl EmailAddress {
    /// Reads an address, without the space around it.
    ///
    /// # Errors
    /// [`NoAddress`].
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NoAddress)?;
        let dotted = |part: &str| part.split('.').all(|label| !label.is_empty());
        let local_sound = local.len() <= LONGEST_LOCAL
            && dotted(local)
            && local
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || MARKS.contains(c));
        let label_sound = |label: &str| {
            label.len() <= LONGEST_LABEL
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let domain_sound = domain.contains('.') && dotted(domain) && domain.split('.').all(label_sound);
        if text.len() <= LONGEST && local_sound && domain_sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoAddress)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for good in [
            "ada@acme.example",
            " Ada.Keller+x@mail.acme.example ",
            "o'neill@acme.co.uk",
            "a@b.c",
        ] {
            assert_eq!(EmailAddress::parse(good).unwrap().as_str(), good.trim());
        }
        let long = format!("{}@acme.example", "a".repeat(65));
        let longer = format!("a@{}example", "abcdefgh.".repeat(28));
        for bad in [
            "",
            "ada",
            "@acme.example",
            "ada@",
            "ada@acme",
            "a b@acme.example",
            ".ada@acme.example",
            "a..b@acme.example",
            "ada@-acme.example",
            "ada@acme..example",
            "ada@acme.example\r\nBcc: eve@evil.example",
            "Ada <ada@acme.example>",
            "ada@acme.example,eve@evil.example",
            "adä@acme.example",
            "ada@[127.0.0.1]",
            &long,
            &longer,
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(NoAddress), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_one_word_that_mail_can_be_sent_to(text in "\\PC*|[a-z.@ -]{0,30}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(!address.as_str().contains(|c: char| c.is_whitespace() || c.is_control()));
                prop_assert!(address.as_str().parse::<lettre::Address>().is_ok());
            }
        }
    }
}
