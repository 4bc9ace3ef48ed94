//! An amount of money in a currency, exact to a thousandth, as some currencies are (the Kuwaiti dinar).

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::currency;

/// An amount, written `49 USD` or `14.500 KWD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    thousandths: u64,
    /// Its ISO 4217 code.
    currency: String,
}

/// Units at most; beyond it an amount is a typing error.
const UNITS_MAX: u64 = 100_000_000;

impl Money {
    /// Reads an amount, with no more decimals than its currency has, and the currency.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (amount, currency) = text.split_once(' ')?;
        let (whole, decimals) = amount.split_once('.').unwrap_or((amount, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_known = currency::CODES.contains(&currency);
        if !digits(whole) || !digits(decimals) || decimals.len() > 3 || !is_known {
            return None;
        }
        let whole: u64 = whole.parse().ok().filter(|whole| *whole <= UNITS_MAX)?;
        let rest: u64 = format!("{decimals:0<3}").parse().ok()?;
        let is_fine = rest.is_multiple_of(smallest(currency));
        is_fine.then(|| Self {
            thousandths: whole * 1_000 + rest,
            currency: currency.to_owned(),
        })
    }

    /// The number alone, with three decimals, as `14.500`.
    #[must_use]
    pub fn amount(&self) -> String {
        format!("{}.{:03}", self.thousandths / 1_000, self.thousandths % 1_000)
    }

    /// In thousandths of the currency's unit.
    #[must_use]
    pub fn thousandths(&self) -> u64 {
        self.thousandths
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.thousandths == 0
    }

    /// Its ISO 4217 code.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

/// As people read it: `$49`, `$4.50`, `KWD 14.500`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency.as_str() {
            "USD" => f.write_str("$")?,
            other => write!(f, "{other} ")?,
        }
        let (units, rest) = (self.thousandths / 1_000, self.thousandths % 1_000);
        let decimals = usize::try_from(currency::decimals(&self.currency)).unwrap_or(0);
        match rest / smallest(&self.currency) {
            0 => write!(f, "{units}"),
            rest => write!(f, "{units}.{rest:0decimals$}"),
        }
    }
}

/// The smallest amount of a currency, in thousandths.
fn smallest(code: &str) -> u64 {
    10_u64.pow(3 - currency::decimals(code).min(3))
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "`{text}` is no amount: write it as \"49 USD\", with a currency of ISO 4217 and no more decimals than \
                 it has"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn amounts_are_read_exactly_and_shown_as_people_write_them() {
        for (text, shown) in [
            ("0 USD", "$0"),
            ("49 USD", "$49"),
            ("4.5 USD", "$4.50"),
            ("4.50 EUR", "EUR 4.50"),
            ("4.05 EUR", "EUR 4.05"),
            ("14.500 KWD", "KWD 14.500"),
            ("500 JPY", "JPY 500"),
            ("14 KWD", "KWD 14"),
        ] {
            assert_eq!(Money::parse(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "49",
            "49 usd",
            "49 USDT",
            "49 USX",
            "-1 USD",
            "1.2345 USD",
            "4.125 USD",
            "500.5 JPY",
            ". USD",
            "1. USD",
            "999999999999 USD",
        ] {
            assert_eq!(Money::parse(text), None, "{text}");
        }
    }
}
