//! A short time limit and a breaker for questions, so that no answer waits for an upstream that is
//! slow or down: whoever asked searches by words alone. Passages go straight through; whoever takes
//! documents in can wait. The local model needs neither: its queue is bounded, and with many asking
//! at once an answer is better late than without its meaning.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{Call, EmbedError, Embedded, Embedder, Payer, Purpose, paid};
use crate::adapters::breaker::{Breaker, BreakerPolicy, Permit};

/// An embedder whose questions are answered within a limit, or not at all.
#[derive(Debug)]
pub struct Guarded {
    inner: Arc<dyn Embedder>,
    limit: Duration,
    breaker: Breaker,
}

impl Guarded {
    /// `limit` is for one question, with all that the embedder tries again.
    #[must_use]
    pub fn new(inner: Arc<dyn Embedder>, limit: Duration, breaker: BreakerPolicy) -> Self {
        Self {
            inner,
            limit,
            breaker: Breaker::new(breaker),
        }
    }

    async fn within(&self, text: &str, mut permit: Permit) -> Result<Embedded, EmbedError> {
        let texts = [text.to_owned()];
        let came = timeout(self.limit, self.inner.embed(&texts, Purpose::Query)).await;
        let came = came.unwrap_or(Err(EmbedError::Late(self.limit)));
        match &came {
            // A refusal shows that it lives.
            Ok(_) | Err(EmbedError::Upstream { retryable: false, .. }) => permit.succeeded(),
            Err(_) => permit.failed(),
        }
        came
    }
}

#[async_trait::async_trait]
impl Embedder for Guarded {
    fn model(&self) -> &str {
        self.inner.model()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn is_upstream(&self) -> bool {
        self.inner.is_upstream()
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.inner.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        self.inner.embed(texts, purpose).await
    }

    /// Nothing is noted of a call that the breaker does not let out.
    async fn question(&self, text: &str, payer: Option<&dyn Payer>) -> Result<Vec<f32>, EmbedError> {
        let permit = self.breaker.admit().ok_or(EmbedError::Resting)?;
        let call: Call<'_> = Box::pin(self.within(text, permit));
        paid(self, text, payer, call).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(2);

    /// Counts its calls and never answers, or always refuses.
    #[derive(Debug, Default)]
    struct Broken {
        calls: AtomicUsize,
        refuses: bool,
    }

    #[async_trait::async_trait]
    impl Embedder for Broken {
        fn model(&self) -> &'static str {
            "broken"
        }

        fn dimensions(&self) -> usize {
            1
        }

        fn is_upstream(&self) -> bool {
            true
        }

        fn count_tokens(&self, _: &str) -> usize {
            1
        }

        async fn embed(&self, _: &[String], _: Purpose) -> Result<Embedded, EmbedError> {
            self.calls.fetch_add(1, Ordering::Relaxed);
            if !self.refuses {
                std::future::pending::<()>().await;
            }
            Err(EmbedError::Upstream {
                spent: 0,
                retryable: false,
                detail: "no".into(),
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_embedder_is_waited_for_a_few_times_and_then_left_alone() {
        let broken = Arc::new(Broken::default());
        let guarded = Guarded::new(broken.clone(), LIMIT, BreakerPolicy::default());
        let failures = BreakerPolicy::default().failures;
        for _ in 0..failures {
            let late = guarded.question("?", None).await;
            assert_eq!(late, Err(EmbedError::Late(LIMIT)));
        }
        assert_eq!(guarded.question("?", None).await, Err(EmbedError::Resting));
        assert_eq!(broken.calls.load(Ordering::Relaxed), failures);
        tokio::time::advance(BreakerPolicy::default().cooldown).await;
        assert_eq!(guarded.question("?", None).await, Err(EmbedError::Late(LIMIT)));
    }

    #[tokio::test]
    async fn one_that_refuses_lives() {
        let broken = Arc::new(Broken {
            refuses: true,
            ..Broken::default()
        });
        let guarded = Guarded::new(broken.clone(), LIMIT, BreakerPolicy::default());
        for _ in 0..20 {
            let refused = guarded.question("?", None).await;
            assert!(matches!(refused, Err(EmbedError::Upstream { .. })), "{refused:?}");
        }
        assert_eq!(broken.calls.load(Ordering::Relaxed), 20);
    }
}
