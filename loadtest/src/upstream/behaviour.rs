//! What the mock does with a request, and the one-line notation for it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Pace, size, framing and fault of one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Text tokens of the answer.
    pub tokens: usize,
    /// 0: as fast as they can be written.
    pub tokens_per_second: f64,
    /// From the request to its acceptance (status and headers).
    pub accept_ms: u64,
    /// From the request to the first text token.
    pub first_token_ms: u64,
    /// Tokens of thinking before the text: billed as output, never text.
    pub thinking_tokens: usize,
    /// Each byte in a network packet of its own.
    pub split: bool,
    /// Lines end in CRLF.
    pub crlf: bool,
    /// Each text token carries the time it was sent, for one-way latencies.
    pub stamps: bool,
    /// Chat completions: leave usage out, as some servers do.
    pub no_usage: bool,
    /// System prefixes marked for the cache from this many tokens on are cached, per model.
    pub min_cacheable: u64,
    /// After the text, the tool is called that hands over to people.
    pub hand_over: bool,
    /// 400 to a request with tools, as models answer that take none.
    pub no_tools: bool,
    pub fault: Fault,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            tokens: 24,
            tokens_per_second: 0.0,
            accept_ms: 0,
            first_token_ms: 0,
            thinking_tokens: 0,
            split: false,
            crlf: false,
            stamps: false,
            no_usage: false,
            min_cacheable: 512,
            hand_over: false,
            no_tools: false,
            fault: Fault::None,
        }
    }
}

/// How the mock misbehaves. Counts are text tokens sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    #[default]
    None,
    /// 429, with `retry-after` where given (seconds).
    RateLimited { retry_after: Option<u64> },
    /// 429 whose details say that a spend limit is enforced.
    SpendLimit,
    /// Any other status, with the error type that documents it.
    Status(u16),
    /// Never answers the request at all.
    Mute,
    /// Goes silent, the connection stays.
    Stall(usize),
    /// Closes the connection in the middle of an event.
    Cut(usize),
    /// Sends an event that is not JSON, then ends.
    Garbage(usize),
    /// Sends an `error` event of the type named, then ends.
    ErrorEvent { after: usize, kind: String },
}

/// Bounds of what a directive may ask for.
const MAX_TOKENS: usize = 100_000;
const MAX_MS: u64 = 600_000;

/// A directive that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown or bad directive {0:?}: see README.md of the load generator")]
pub struct BadDirective(String);

impl Behaviour {
    /// This behaviour changed by a directive: `tokens=300,tps=50,first=200,cut=10,crlf` …
    ///
    /// # Errors
    /// When a word is unknown or its number is missing or out of bounds.
    pub fn directed(mut self, directive: &str) -> Result<Self, BadDirective> {
        for word in directive.split([',', ' ']).filter(|w| !w.is_empty()) {
            self.apply(word).ok_or_else(|| BadDirective(word.to_owned()))?;
        }
        Ok(self)
    }

    fn apply(&mut self, word: &str) -> Option<()> {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let count = || value.parse::<usize>().ok().filter(|n| *n <= MAX_TOKENS);
        let count_or_0 = || if value.is_empty() { Some(0) } else { count() };
        let ms = || value.parse::<u64>().ok().filter(|n| *n <= MAX_MS);
        match name {
            "tokens" => self.tokens = count()?,
            "tps" => self.tokens_per_second = value.parse().ok().filter(|n: &f64| (0.0..=1e6).contains(n))?,
            "accept" => self.accept_ms = ms()?,
            "first" => self.first_token_ms = ms()?,
            "thinking" => self.thinking_tokens = count()?,
            "split" => self.split = true,
            "crlf" => self.crlf = true,
            "stamps" => self.stamps = true,
            "nousage" => self.no_usage = true,
            "handover" => self.hand_over = true,
            "notools" => self.no_tools = true,
            "429" => {
                self.fault = Fault::RateLimited {
                    retry_after: value.parse().ok(),
                }
            }
            "spend" => self.fault = Fault::SpendLimit,
            "mute" => self.fault = Fault::Mute,
            "stall" => self.fault = Fault::Stall(count_or_0()?),
            "cut" => self.fault = Fault::Cut(count_or_0()?),
            "garbage" => self.fault = Fault::Garbage(count_or_0()?),
            "error" => {
                self.fault = Fault::ErrorEvent {
                    after: count_or_0()?,
                    kind: "overloaded_error".into(),
                }
            }
            status => self.fault = Fault::Status(status.parse().ok().filter(|s| (400..600).contains(s))?),
        }
        Some(())
    }

    /// A behaviour with this fault and nothing else special.
    #[must_use]
    pub fn faulty(fault: Fault) -> Self {
        Self {
            fault,
            ..Self::default()
        }
    }

    pub(super) fn accept_delay(&self) -> Duration {
        Duration::from_millis(self.accept_ms)
    }

    /// When token `n` (from 0) is due after the request. One clock: delays never add up.
    pub(super) fn due(&self, n: usize) -> Duration {
        let first = Duration::from_millis(self.first_token_ms.max(self.accept_ms));
        if self.tokens_per_second <= 0.0 {
            return first;
        }
        // Exact up to 2^52 tokens.
        #[expect(clippy::cast_precision_loss, reason = "bounded by MAX_TOKENS")]
        let n = n as f64;
        first + Duration::from_secs_f64(n / self.tokens_per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_directives() {
        let read = |text| Behaviour::default().directed(text);
        let slow = read("tokens=300, tps=50 first=200,thinking=9,crlf,split,handover,notools").unwrap();
        assert_eq!(
            (slow.tokens, slow.first_token_ms, slow.thinking_tokens),
            (300, 200, 9)
        );
        assert!(slow.crlf && slow.split && slow.hand_over && slow.no_tools);
        assert_eq!(slow.due(100), Duration::from_millis(2_200));
        assert_eq!(
            read("429=7").unwrap().fault,
            Fault::RateLimited { retry_after: Some(7) }
        );
        assert_eq!(read("529").unwrap().fault, Fault::Status(529));
        assert_eq!(read("cut").unwrap().fault, Fault::Cut(0));
        for bad in [
            "cutt=3",
            "tokens=x",
            "tokens=100001",
            "tps=-1",
            "tps=NaN",
            "200",
            "stall=-1",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
