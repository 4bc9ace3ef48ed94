//! Dates as pages and sitemaps write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Before the web, or a placeholder such as 1970-01-01.
const EARLIEST_YEAR: &str = "1990";

/// The moment that a W3C or RFC 2822 date names; where it names no zone, in UTC.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let date = text.get(..10).unwrap_or(text);
    if date.starts_with(|c: char| c.is_ascii_digit()) && date < EARLIEST_YEAR {
        return None;
    }
    zoned(text)
        .or_else(|| local(text))
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        })
        .map(|naive| naive.and_utc())
}

fn zoned(text: &str) -> Option<NaiveDateTime> {
    let formats = [
        "%Y-%m-%dT%H:%M%:z",
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%d %H:%M:%S%:z",
        "%Y-%m-%d %H:%M:%S %z",
    ];
    let written = || {
        formats
            .iter()
            .find_map(|format| DateTime::parse_from_str(text, format).ok())
    };
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
        .or_else(written)
        .map(|moment| moment.naive_utc())
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let formats = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%MZ",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
    ];
    formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_use_are_read() {
        for (text, moment) in [
            ("2026-03-01", "2026-03-01T00:00:00Z"),
            ("2026-03-01T12:30:00+02:00", "2026-03-01T10:30:00Z"),
            ("2026-03-01T12:30:00+0200", "2026-03-01T10:30:00Z"),
            ("2026-03-01T12:30+02:00", "2026-03-01T10:30:00Z"),
            ("2026-03-01T12:30Z", "2026-03-01T12:30:00Z"),
            ("2026-03-01T12:30:00.123Z", "2026-03-01T12:30:00.123Z"),
            ("2026-03-01T12:30:00", "2026-03-01T12:30:00Z"),
            ("2026-03-01 12:30:00", "2026-03-01T12:30:00Z"),
            ("Sun, 01 Mar 2026 12:30:00 GMT", "2026-03-01T12:30:00Z"),
        ] {
            let expected: DateTime<Utc> = moment.parse().unwrap();
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "1970-01-01",
            "0000-00-00",
            "März 2026",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
