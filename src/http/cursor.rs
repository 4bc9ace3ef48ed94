//! Where the next page of a list begins, as text: after the row of this moment and identity.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

use crate::kernel::{code::Code, problem::Problem};

pub fn encode(at: DateTime<Utc>, id: impl Into<Uuid>) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}/{}", at.timestamp_micros(), id.into()))
}

/// # Errors
/// `invalid_request` where it was not made by [`encode`].
pub fn decode(text: &str) -> Result<(DateTime<Utc>, Uuid), Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = text.split_once('/')?;
        let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
        Some((at, id.parse().ok()?)).filter(|_| is_ours(at))
    };
    read().ok_or_else(unknown)
}

/// Whether it is a moment that the database can tell from others.
pub fn is_ours(at: DateTime<Utc>) -> bool {
    (1970..=9999).contains(&at.year())
}

pub fn unknown() -> Problem {
    Problem::new(Code::InvalidRequest, "this cursor is not one of ours")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let (at, id) = (
            DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap(),
            Uuid::now_v7(),
        );
        assert_eq!(decode(&encode(at, id)).unwrap(), (at, id));
        assert!(decode("zzz").is_err());
        let long_ago = DateTime::<Utc>::MIN_UTC;
        assert!(
            decode(&encode(long_ago, id)).is_err(),
            "before the database's first day"
        );
    }
}
