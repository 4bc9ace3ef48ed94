//! When a job that failed is tried again, and when it is given up.

use std::time::Duration;

/// Attempts in all. An attempt that a crash cut off counts: a job that ends the server must not do
/// so for ever.
pub const ATTEMPTS: i16 = 8;
/// Pause before the second attempt; it triples from one to the next.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(3_600);

/// The pause after `attempts` that failed, or none where that were all. `jitter`, 0 to 1, takes up to
/// half of it away, so that what failed together is not tried together.
#[must_use]
pub fn pause(attempts: i16, jitter: f64) -> Option<Duration> {
    let failed = u32::try_from(attempts).unwrap_or(0).max(1);
    (attempts < ATTEMPTS).then(|| {
        let pause = FIRST
            .saturating_mul(3_u32.saturating_pow(failed - 1))
            .min(LONGEST);
        pause.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_come_to_an_end() {
        let pauses: Vec<_> = (1..=ATTEMPTS).map(|attempts| pause(attempts, 0.0)).collect();
        assert_eq!(pauses[0], Some(FIRST));
        assert_eq!(pauses[1], Some(FIRST * 3));
        assert_eq!(pauses[6], Some(LONGEST));
        assert_eq!(pauses[7], None);
        assert_eq!(pause(0, 0.0), Some(FIRST), "a job that was never begun");
        assert_eq!(pause(1, 1.0), Some(FIRST / 2));
    }
}
