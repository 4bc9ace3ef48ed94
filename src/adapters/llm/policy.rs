//! How patient the gateway is: limits, retries and the wait between them.

use std::time::Duration;

use super::LlmError;

/// Time limits and retries of one answer. The defaults suit a visitor who waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// From sending the request to its acceptance (status and headers).
    pub headers: Duration,
    /// From sending the request to the first text; thinking happens in it.
    pub first_token: Duration,
    /// Between two pieces of text, and from the last one to the end.
    pub between_tokens: Duration,
    /// The whole answer, with every attempt and every wait.
    pub total: Duration,
    /// Further tries of one candidate after its first, before any text. Anthropic's clients: 2.
    pub retries: u32,
    /// Of those, after a time limit: the visitor has waited that long already.
    pub retries_after_timeout: u32,
    /// First and longest wait before a retry; drawn evenly from zero to it ("full jitter",
    /// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    pub backoff: Duration,
    pub backoff_cap: Duration,
    /// A longer `retry-after` than this sends the request to the next candidate.
    pub max_retry_after: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(15),
            first_token: Duration::from_secs(30),
            between_tokens: Duration::from_secs(15),
            total: Duration::from_secs(180),
            retries: 2,
            retries_after_timeout: 1,
            backoff: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(4),
            max_retry_after: Duration::from_secs(8),
        }
    }
}

impl Policy {
    /// The wait before trying the same candidate again after its `failures`-th failure (from 1),
    /// or `None` to go to the next. `luck` is 0.0–1.0.
    #[must_use]
    pub fn wait(&self, error: &LlmError, failures: u32, luck: f64) -> Option<Duration> {
        let retries = match error {
            LlmError::Timeout { .. } => self.retries_after_timeout.min(self.retries),
            _ => self.retries,
        };
        if !error.retryable() || failures > retries {
            return None;
        }
        let doubled = self
            .backoff
            .saturating_mul(1 << failures.saturating_sub(1).min(16));
        let jitter = doubled.min(self.backoff_cap).mul_f64(luck.clamp(0.0, 1.0));
        match error.retry_after() {
            Some(asked) if asked > self.max_retry_after => None,
            // Asked to wait: spread the returning crowd behind that time, never before it.
            Some(asked) => Some(asked + jitter),
            None => Some(jitter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERLOADED: LlmError = LlmError::Overloaded { retry_after: None };

    #[test]
    fn waits_longer_each_time_up_to_the_cap_and_gives_up() {
        let policy = Policy {
            retries: 5,
            ..Policy::default()
        };
        let waits: Vec<_> = (1..=6)
            .map(|n| policy.wait(&OVERLOADED, n, 1.0).map(|d| d.as_millis()))
            .collect();
        assert_eq!(
            waits,
            [Some(500), Some(1000), Some(2000), Some(4000), Some(4000), None]
        );
        assert_eq!(policy.wait(&OVERLOADED, 3, 0.0), Some(Duration::ZERO));
    }

    #[test]
    fn honours_retry_after_within_its_bound() {
        let policy = Policy::default();
        let limited = |s| LlmError::RateLimited {
            retry_after: Some(Duration::from_secs(s)),
        };
        assert_eq!(
            policy.wait(&limited(3), 1, 1.0),
            Some(Duration::from_millis(3_500))
        );
        assert_eq!(policy.wait(&limited(9), 1, 1.0), None);
    }

    #[test]
    fn what_would_fail_again_is_not_retried() {
        let policy = Policy::default();
        let rejected = LlmError::Rejected {
            status: 400,
            detail: String::new(),
        };
        let timeout = LlmError::Timeout {
            what: "headers",
            limit: Duration::ZERO,
        };
        assert_eq!(policy.wait(&LlmError::SpendLimit, 1, 0.5), None);
        assert_eq!(policy.wait(&rejected, 1, 0.5), None);
        assert!(policy.wait(&timeout, 1, 0.5).is_some());
        assert_eq!(policy.wait(&timeout, 2, 0.5), None);
    }
}
