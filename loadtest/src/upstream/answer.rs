//! The words of an answer: deterministic for a prompt and a length, in tokens as a model would
//! cut them, with a citation marker (itself split over two tokens) every dozen.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tokens from one marker to the next.
const SENTENCE: usize = 12;
const FILLER: [&str; 8] = [
    "the", "answer", "stands", "in", "this", "passage", "as", "written",
];
/// Starts a stamped token, ` t~<sent>;` in microseconds since the epoch, base 36. The first token of
/// an answer is ` t~<sent>_<waited>;`, with the microseconds since its request came in.
const STAMP: &str = " t~";

/// The text tokens of one answer.
#[derive(Debug)]
pub(super) struct Answer {
    words: Vec<String>,
    cited: bool,
    stamps: bool,
    tokens: usize,
}

impl Answer {
    /// Takes its words from the first source in the prompt, so that they can be found there.
    pub(super) fn new(source: Option<&str>, tokens: usize, stamps: bool) -> Self {
        let words: Vec<String> = source
            .unwrap_or_default()
            .split_whitespace()
            .take(tokens.min(400))
            .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
            .filter(|w| !w.is_empty())
            .collect();
        let words = if words.is_empty() {
            FILLER.map(str::to_owned).to_vec()
        } else {
            words
        };
        Self {
            words,
            cited: source.is_some(),
            stamps,
            tokens,
        }
    }

    /// Token `n`, from 0, for a request that came in `waited` ago.
    pub(super) fn token(&self, n: usize, waited: Duration) -> String {
        let place = n % SENTENCE;
        let last = n + 1 == self.tokens;
        if self.cited && !last && place == SENTENCE - 2 {
            return " [S".to_owned();
        }
        if place == SENTENCE - 1 {
            return if self.cited {
                "1]. ".to_owned()
            } else {
                ". ".to_owned()
            };
        }
        if self.stamps {
            let sent = base36(now_micros());
            if n > 0 {
                return format!("{STAMP}{sent};");
            }
            let waited = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
            return format!("{STAMP}{sent}_{};", base36(waited));
        }
        let word = self
            .words
            .get(n % self.words.len())
            .map_or("word", String::as_str);
        if place == 0 {
            word.to_owned()
        } else {
            format!(" {word}")
        }
    }
}

/// Microseconds since the epoch: the same on every process of one machine.
#[must_use]
pub fn now_micros() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
}

/// What the stamps of a text tell, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamps {
    /// From the sending of each token until now.
    pub latencies: Vec<u64>,
    /// From the request to its first token, where that is among them.
    pub waited: Option<u64>,
}

/// The stamps in `text`, complete ones only, and the rest of the text that may hold a part of one.
#[must_use]
pub fn stamps_in(text: &str, now: u64) -> (Stamps, &str) {
    let mut stamps = Stamps::default();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(STAMP) {
        let Some((stamp, tail)) = after.split_once(';') else {
            break;
        };
        let (sent, waited) = stamp
            .split_once('_')
            .map_or((stamp, None), |(sent, waited)| (sent, Some(waited)));
        if let Ok(sent) = u64::from_str_radix(sent, 36) {
            stamps.latencies.push(now.saturating_sub(sent));
        }
        let waited = waited.and_then(|waited| u64::from_str_radix(waited, 36).ok());
        stamps.waited = stamps.waited.or(waited);
        rest = tail;
    }
    (stamps, rest)
}

fn base36(mut n: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(n % 36).unwrap_or(0), 36).unwrap_or('0'));
        n /= 36;
        if n == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_deterministic_and_cites_across_tokens() {
        let text = |n| {
            let answer = Answer::new(Some("Refunds take five days."), n, false);
            (0..n)
                .map(|i| answer.token(i, Duration::ZERO))
                .collect::<String>()
        };
        assert_eq!(
            text(14),
            "Refunds take five days Refunds take five days Refunds take [S1]. Refunds take"
        );
        assert_eq!(text(14), text(14));
    }

    #[test]
    fn stamps_are_found_again_across_a_split() {
        let answer = Answer::new(None, 3, true);
        let now = now_micros();
        let waited = Duration::from_micros(1_234);
        let text: String = (0..3).map(|i| answer.token(i, waited)).collect();
        let (first, rest) = stamps_in(&text[..22], now);
        let joined = format!("{rest}{}", &text[22..]);
        let (second, rest) = stamps_in(&joined, now);
        assert_eq!((first.latencies.len() + second.latencies.len(), rest), (3, ""));
        assert!(second.latencies.iter().all(|l| *l < 1_000_000));
        assert_eq!((first.waited, second.waited), (Some(1_234), None));
    }
}
