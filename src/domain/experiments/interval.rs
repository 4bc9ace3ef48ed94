//! Estimates with their 95 % intervals, and the interval of the difference of two.

/// Standard normal quantile of 0.975.
const Z: f64 = 1.959_963_984_540_054;

/// A figure with the interval that it is estimated to be in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// How often something happened: `count` of `of` times. None where it never could. The interval is
/// Wilson's score interval without continuity correction (E. B. Wilson, JASA 22, 1927; method 3 of
/// R. G. Newcombe, Statistics in Medicine 17:857–872, 1998).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of one experiment")]
pub fn rate(count: i64, of: i64) -> Option<Estimate> {
    if of <= 0 {
        return None;
    }
    let (n, p) = (of as f64, count as f64 / of as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    Some(Estimate {
        value: p,
        low: ((middle - half) / whole).max(0.0),
        high: ((middle + half) / whole).min(1.0),
    })
}

/// A mean of `of` values with their sample variance; none where there are fewer than two. The interval is
/// mean ± z √(variance/n), which supposes that there are some thirty values or more.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of one experiment")]
pub fn mean(mean: Option<f64>, variance: Option<f64>, of: i64) -> Option<Estimate> {
    let (value, variance) = mean.zip(variance)?;
    let half = Z * (variance / of as f64).sqrt();
    Some(Estimate {
        value,
        low: value - half,
        high: value + half,
    })
}

/// By how much `b` is above `a`, made of the two intervals by squaring and adding: for rates method 10 of
/// R. G. Newcombe, Statistics in Medicine 17:873–890, 1998; for means the large-sample interval of Welch;
/// for any other G. Y. Zou and A. Donner, Statistics in Medicine 27:1693–1702, 2008.
#[must_use]
pub fn difference(a: Estimate, b: Estimate) -> Estimate {
    let value = b.value - a.value;
    let below = (b.value - b.low).hypot(a.high - a.value);
    let above = (b.high - b.value).hypot(a.value - a.low);
    Estimate {
        value,
        low: value - below,
        high: value + above,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Estimate, low: f64, high: f64) {
        let near = |one: f64, other: f64| (one - other).abs() < 0.000_051;
        assert!(
            near(found.low, low) && near(found.high, high),
            "{found:?}, not {low} to {high}"
        );
    }

    /// Newcombe 1998, 17:857–872, table I, method 3.
    #[test]
    fn a_rate_is_within_the_published_bounds() {
        for (count, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            close(rate(count, of).unwrap(), low, high);
        }
        assert_eq!(rate(0, 0), None);
    }

    /// Newcombe 1998, 17:873–890, table II, method 10: of its first sample minus its second.
    #[test]
    fn a_difference_of_rates_is_within_the_published_bounds() {
        for ((one, of_one), (two, of_two), low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let (first, second) = (rate(one, of_one).unwrap(), rate(two, of_two).unwrap());
            close(difference(second, first), low, high);
        }
    }

    #[test]
    fn a_difference_of_means_is_welchs() {
        let (a, b) = (mean(Some(4.0), Some(1.0), 100), mean(Some(4.5), Some(4.0), 50));
        let half = Z * (1.0_f64 / 100.0 + 4.0 / 50.0).sqrt();
        close(difference(a.unwrap(), b.unwrap()), 0.5 - half, 0.5 + half);
        assert_eq!(mean(Some(4.0), None, 1), None);
    }
}
