//! Signatures of webhooks, as Stripe makes them: `t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>">`, with one
//! `v1` for each secret while secrets change. See <https://docs.stripe.com/webhooks#verify-manually>.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Seconds between signing and reading at most, either way.
const TOLERANCE: u64 = 300;
/// Signatures that are looked at.
const MOST: usize = 8;

/// Why a body is not the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    #[error("the signature is not one: write t=<seconds>,v1=<hex>")]
    Form,
    #[error("the signature was made more than 300 seconds ago, or by a clock that is wrong")]
    Time,
    #[error("no signature is of this body by a secret of this server")]
    Wrong,
}

/// The header for `body`, signed at `at` with each of `secrets`.
#[must_use]
pub fn sign(body: &[u8], secrets: &[SecretString], at: DateTime<Utc>) -> String {
    let seconds = at.timestamp().to_string();
    let mut header = format!("t={seconds}");
    for secret in secrets {
        if let Some(mac) = mac(secret, &seconds, body) {
            header.push_str(",v1=");
            header.push_str(&hex::encode(mac.finalize().into_bytes()));
        }
    }
    header
}

/// Whether `header` has a signature of `body` by one of `secrets`, in a time that does not tell where it
/// differs.
///
/// # Errors
/// [`BadSignature`].
pub fn verify(
    body: &[u8],
    header: &str,
    secrets: &[SecretString],
    now: DateTime<Utc>,
) -> Result<(), BadSignature> {
    let parts: Vec<(&str, &str)> = header
        .split(',')
        .filter_map(|part| part.trim().split_once('='))
        .collect();
    let seconds = named(&parts, "t").next().ok_or(BadSignature::Form)?;
    let at: i64 = seconds.parse().map_err(|_| BadSignature::Form)?;
    let signatures: Vec<Vec<u8>> = named(&parts, "v1")
        .take(MOST)
        .filter_map(|hex| hex::decode(hex).ok())
        .collect();
    if signatures.is_empty() {
        return Err(BadSignature::Form);
    }
    if now.timestamp().abs_diff(at) > TOLERANCE {
        return Err(BadSignature::Time);
    }
    let macs = secrets.iter().filter_map(|secret| mac(secret, seconds, body));
    for mac in macs {
        for signature in &signatures {
            if mac.clone().verify_slice(signature).is_ok() {
                return Ok(());
            }
        }
    }
    Err(BadSignature::Wrong)
}

/// The values of these names.
fn named<'a>(parts: &[(&'a str, &'a str)], name: &str) -> impl Iterator<Item = &'a str> {
    parts
        .iter()
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| *value)
}

fn mac(secret: &SecretString, seconds: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn secrets(all: &[&str]) -> Vec<SecretString> {
        all.iter()
            .map(|secret| SecretString::from((*secret).to_owned()))
            .collect()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + seconds)
    }

    #[test]
    fn a_signature_made_elsewhere_is_read() {
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_one
        let header = "t=1700000000,v1=401fbbceeb3818dc562ff77127ba1c62e47e24c9c6cde4d7a6eba85e32dbd058,v0=00";
        assert_eq!(
            sign(BODY, &secrets(&["whsec_one"]), at(0)),
            header.trim_end_matches(",v0=00")
        );
        assert_eq!(verify(BODY, header, &secrets(&["whsec_one"]), at(0)), Ok(()));
    }

    #[test]
    fn a_secret_is_replaced_while_both_are_in_use() {
        let (old, new, both) = (secrets(&["old"]), secrets(&["new"]), secrets(&["new", "old"]));
        for (signs, reads, expected) in [
            (&old, &both, Ok(())),
            (&new, &both, Ok(())),
            (&both, &old, Ok(())),
            (&both, &new, Ok(())),
            (&old, &new, Err(BadSignature::Wrong)),
            (&new, &Vec::new(), Err(BadSignature::Wrong)),
        ] {
            assert_eq!(verify(BODY, &sign(BODY, signs, at(0)), reads, at(0)), expected);
        }
    }

    #[test]
    fn what_is_old_or_changed_is_refused() {
        let key = secrets(&["whsec_one"]);
        let header = sign(BODY, &key, at(0));
        for (seconds, expected) in [
            (300, Ok(())),
            (-300, Ok(())),
            (301, Err(BadSignature::Time)),
            (-301, Err(BadSignature::Time)),
        ] {
            assert_eq!(verify(BODY, &header, &key, at(seconds)), expected, "{seconds}");
        }
        assert_eq!(
            verify(br#"{"id":"evt_2"}"#, &header, &key, at(0)),
            Err(BadSignature::Wrong)
        );
        let moved = header.replace("t=1700000000", "t=1700000001");
        assert_eq!(
            verify(BODY, &moved, &key, at(0)),
            Err(BadSignature::Wrong),
            "the time is signed too"
        );
        for unsound in [
            "",
            "t=1700000000",
            "v1=00",
            "t=soon,v1=00",
            "t=1700000000,v1=xyz",
            "t=99999999999999999999,v1=00",
        ] {
            assert_eq!(
                verify(BODY, unsound, &key, at(0)),
                Err(BadSignature::Form),
                "{unsound}"
            );
        }
        let far = format!("t={},v1=00", i64::MIN);
        assert_eq!(verify(BODY, &far, &key, at(0)), Err(BadSignature::Time));
    }
}
