//! How long something took: kept in buckets that grow with the time, so that days of them can be added.

use serde::Serialize;
use utoipa::ToSchema;

/// Buckets of a doubling: bucket k holds 2^(k/8) up to 2^((k+1)/8) milliseconds. What is told of one is
/// its middle, at most 4.5% from any time in it.
const PER_DOUBLING: f64 = 8.0;

/// How long something took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Spans {
    /// How often.
    pub count: i64,
    /// Milliseconds on average, exact; null where there was none, as below.
    pub mean_ms: Option<i64>,
    /// Half of them took no longer; give or take 5%.
    pub p50_ms: Option<i64>,
    /// Nine of ten took no longer; give or take 5%.
    pub p90_ms: Option<i64>,
}

/// Times in buckets.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    sum_ms: i64,
    /// By bucket, in any order.
    buckets: Vec<(u16, i64)>,
}

impl Histogram {
    pub fn add_sum(&mut self, ms: i64) {
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }

    pub fn add(&mut self, bucket: u16, count: i64) {
        self.buckets.push((bucket, count));
    }

    fn count(&self) -> i64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }

    /// The bucket of the time below or at which `part` in a hundred of all are.
    fn at(&self, part: i64) -> Option<u16> {
        let mut buckets = self.buckets.clone();
        buckets.sort_unstable();
        let rank = (self.count().saturating_mul(part) + 99) / 100;
        let mut below = 0;
        let reached = buckets.iter().find(|(_, count)| {
            below += count;
            below >= rank.max(1)
        });
        reached.map(|(bucket, _)| *bucket)
    }
}

impl From<&Histogram> for Spans {
    fn from(histogram: &Histogram) -> Self {
        let count = histogram.count();
        Self {
            count,
            mean_ms: (count > 0).then(|| histogram.sum_ms / count.max(1)),
            p50_ms: histogram.at(50).map(middle),
            p90_ms: histogram.at(90).map(middle),
        }
    }
}

/// Milliseconds: the geometric middle of a bucket.
fn middle(bucket: u16) -> i64 {
    let ms = ((f64::from(bucket) + 0.5) / PER_DOUBLING).exp2().round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "casting a float to an integer saturates"
    )]
    let ms = ms as i64;
    ms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the database does.
    fn bucket(ms: i64) -> u16 {
        let exact = PER_DOUBLING * (ms.max(1) as f64).ln() / 2_f64.ln();
        (exact + 1e-9).floor() as u16
    }

    fn spans(times: &[i64]) -> Spans {
        let mut histogram = Histogram::default();
        for ms in times {
            histogram.add_sum(*ms);
            histogram.add(bucket(*ms), 1);
        }
        Spans::from(&histogram)
    }

    #[test]
    fn none_is_told_of_nothing() {
        assert_eq!(spans(&[]), Spans::default());
    }

    #[test]
    fn a_single_time_is_all_of_them() {
        let one = spans(&[60_000]);
        assert_eq!((one.count, one.mean_ms), (1, Some(60_000)));
        assert_eq!(one.p50_ms, one.p90_ms);
    }

    proptest! {
        #[test]
        fn a_percentile_is_within_5_percent(mut times in proptest::collection::vec(1..2_600_000_000_i64, 1..200)) {
            let told = spans(&times);
            times.sort_unstable();
            for (part, told) in [(50, told.p50_ms), (90, told.p90_ms)] {
                let rank = (times.len() * part).div_ceil(100).max(1);
                let (exact, told) = (times[rank - 1] as f64, told.unwrap() as f64);
                prop_assert!((told - exact).abs() <= exact * 0.05 + 1.0, "{part}: {told} for {exact}");
            }
            prop_assert_eq!(told.mean_ms.unwrap(), times.iter().sum::<i64>() / times.len() as i64);
        }
    }
}
