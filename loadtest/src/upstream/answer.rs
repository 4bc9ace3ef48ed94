//! The words of an answer: deterministic for a prompt and a length, in tokens as a model would
//! cut them, with a citation marker (itself split over two tokens) every dozen.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tokens from one marker to the next.
const SENTENCE: usize = 12;
const FILLER: [&str; 8] = [
    "the", "answer", "stands", "in", "this", "passage", "as", "written",
];
/// Starts a stamped token: `t~<microseconds since the epoch, base 36> `.
const STAMP: &str = "t~";

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

    /// Token `n`, from 0.
    pub(super) fn token(&self, n: usize) -> String {
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
            return format!("{STAMP}{} ", base36(now_micros()));
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

/// The stamps in `text`, complete ones only, and the rest of the text that may hold a part of one.
#[must_use]
pub fn latencies_in(text: &str, now: u64) -> (Vec<u64>, &str) {
    let mut latencies = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(STAMP) {
        let Some((stamp, tail)) = after.split_once(' ') else {
            break;
        };
        if let Ok(sent) = u64::from_str_radix(stamp, 36) {
            latencies.push(now.saturating_sub(sent));
        }
        rest = tail;
    }
    (latencies, rest)
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
            (0..n).map(|i| answer.token(i)).collect::<String>()
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
        let text: String = (0..3).map(|i| answer.token(i)).collect();
        let (first, rest) = latencies_in(&text[..20], now);
        let joined = format!("{rest}{}", &text[20..]);
        let (second, rest) = latencies_in(&joined, now);
        assert_eq!((first.len() + second.len(), rest), (3, ""));
        assert!(second.iter().all(|l| *l < 1_000_000));
    }
}
