//! Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s, as every app knows them) and the
//! recovery codes beside them.

use qrcode::{Color, EcLevel, QrCode};
use rand::Rng;
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};

/// Bytes of a secret (RFC 4226, 4: 160 bits are recommended).
pub const SECRET: usize = 20;
/// Recovery codes that somebody is given.
pub const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code, in groups of four: 80 random bits.
const LETTERS: usize = 16;
const GROUP: usize = 4;
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Steps by which a clock may be wrong.
const SKEW: u16 = 1;
const ISSUER: &str = "Parlance";

/// A secret that nobody has yet.
#[must_use]
pub fn fresh() -> [u8; SECRET] {
    let mut secret = [0_u8; SECRET];
    rand::rng().fill_bytes(&mut secret);
    secret
}

fn totp(secret: &[u8], account: &str) -> Option<Totp> {
    // The account stands before a colon in the address.
    let account = account.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(SKEW);
    let named = builder.with_account_name(account).with_issuer(Some(ISSUER));
    named.build().ok()
}

/// The time step whose code this is, at a unix time in seconds or a step off.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, at: i64) -> Option<i64> {
    let at = u64::try_from(at).ok()?;
    let step = totp(secret, "x")?.check(code, at)?;
    i64::try_from(step).ok()
}

/// The secret as an app takes it in: as an address in a QR code, or typed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// In base 32.
    pub secret: String,
    /// `otpauth://…`.
    pub url: String,
}

/// None only for a secret of another length.
#[must_use]
pub fn enrolment(secret: &[u8], account: &str) -> Option<Enrolment> {
    let totp = totp(secret, account)?;
    Some(Enrolment {
        secret: totp.secret().to_base32(),
        url: totp.to_url().ok()?,
    })
}

/// A QR code as the path of an SVG in a box of `size`, four modules of which around it are free.
#[must_use]
pub fn qr(text: &str) -> Option<(usize, String)> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        for (x, color) in row.iter().enumerate() {
            if *color == Color::Dark {
                path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
    }
    Some((width + 2 * QUIET, path))
}

/// Recovery codes for somebody to keep, and what is stored of them.
#[must_use]
pub fn recovery_codes() -> (Vec<String>, Vec<Vec<u8>>) {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
    (codes, hashes)
}

fn recovery_code() -> String {
    let mut bytes = [0_u8; LETTERS];
    rand::rng().fill_bytes(&mut bytes);
    let mut code = String::new();
    for (n, byte) in bytes.into_iter().enumerate() {
        if n > 0 && n % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32: every letter is as likely.
        code.extend(
            ALPHABET
                .get(usize::from(byte) % ALPHABET.len())
                .copied()
                .map(char::from),
        );
    }
    code
}

/// What is stored of a recovery code, whatever stands between its letters. It is random: a slow hash
/// would add nothing.
#[must_use]
pub fn recovery_hash(code: &str) -> Vec<u8> {
    let letters: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(2 * LETTERS)
        .collect();
    Sha256::digest(letters.as_bytes()).to_vec()
}

/// Whether it looks like a code of an app, and not like one for recovery.
#[must_use]
pub fn is_of_an_app(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// RFC 6238, appendix B, whose codes have 8 digits: the last 6 of them.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step_of(secret, code, at), Some(at / 30), "{at}");
            assert_eq!(step_of(secret, code, at + 30), Some(at / 30), "a slow clock");
            assert_eq!(step_of(secret, code, at - 30), Some(at / 30), "a fast one");
            assert_eq!(step_of(secret, code, at + 90), None);
        }
        for none in ["", "28708", "2870822", "abcdef", "28 7082x"] {
            assert_eq!(step_of(secret, none, 59), None, "{none}");
        }
        assert_eq!(step_of(secret, "287082", -1), None);
    }

    #[test]
    fn an_app_takes_the_secret_in() {
        let given = enrolment(b"12345678901234567890", "a:da@acme.example").unwrap();
        assert_eq!(given.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            given.url.starts_with("otpauth://totp/Parlance:a%20da"),
            "{}",
            given.url
        );
        assert!(given.url.contains("issuer=Parlance"), "{}", given.url);
        let (size, path) = qr(&given.url).unwrap();
        assert!(size > 30 && path.starts_with("M4 4h1v1h-1z"), "{size} {path}");
    }

    #[test]
    fn recovery_codes_are_all_different_and_read_however_they_are_typed() {
        let (codes, hashes) = recovery_codes();
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), RECOVERY_CODES);
        for (code, hash) in codes.iter().zip(&hashes) {
            assert_eq!(code.len(), LETTERS + 3);
            assert_eq!(recovery_hash(&code.replace('-', " ").to_uppercase()), *hash);
            assert!(!is_of_an_app(code));
        }
        assert!(is_of_an_app("012345") && !is_of_an_app("01234x"));
    }
}
