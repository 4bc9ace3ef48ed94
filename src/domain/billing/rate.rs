//! A price per token, exact: dollars per million tokens, as price pages give them, are nano-dollars
//! per token times a thousand ($0.125 per million = 125 nano-dollars per token).

use serde::{Deserialize, Deserializer, de};

/// Nano-dollars per token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u64);

/// Dollars per million tokens at most; beyond it a price is a typing error.
const DOLLARS_MAX: u64 = 1_000_000;

impl Rate {
    /// Reads dollars per million tokens, with up to three decimals: `4`, `0.20`, `0.125`.
    #[must_use]
    pub fn parse(dollars_per_million: &str) -> Option<Self> {
        let (whole, decimals) = dollars_per_million
            .split_once('.')
            .unwrap_or((dollars_per_million, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
            return None;
        }
        let whole: u64 = whole.parse().ok().filter(|whole| *whole <= DOLLARS_MAX)?;
        let thousandths: u64 = format!("{decimals:0<3}").parse().ok()?;
        Some(Self(whole * 1_000 + thousandths))
    }

    /// Nano-dollars of so many tokens; cannot overflow.
    #[must_use]
    pub fn of(self, tokens: u64) -> u128 {
        u128::from(self.0) * u128::from(tokens)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "`{text}` is no price: write dollars per million tokens as \"0.125\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn prices_are_read_exactly() {
        for (text, nanos) in [
            ("4", 4_000),
            ("0.20", 200),
            ("0.01", 10),
            ("0.125", 125),
            ("0", 0),
            ("6.25", 6_250),
        ] {
            assert_eq!(Rate::parse(text).map(|rate| rate.of(1)), Some(nanos), "{text}");
        }
        for text in ["", ".5", "1.", "-1", "1e3", "0.0001", "1,5", "99999999", "+1"] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
    }
}
