//! Remembers the vectors of questions: the same question asked again costs nothing, and asked
//! by many at once is embedded once. Passages go straight through.

use std::{fmt, sync::Arc};

use moka::future::Cache;

use super::{EmbedError, Embedded, Embedder, Payer, Purpose};

/// An embedder with a bounded cache of question vectors in front. A failure is not remembered.
pub struct CachedQueries {
    inner: Arc<dyn Embedder>,
    cache: Cache<String, Arc<Vec<f32>>>,
}

impl CachedQueries {
    /// `bytes` bounds texts and vectors together; 64 MiB hold some 35,000 questions of MiniLM.
    #[must_use]
    pub fn new(inner: Arc<dyn Embedder>, bytes: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes)
            .weigher(|text: &String, vector: &Arc<Vec<f32>>| {
                u32::try_from(text.len() + vector.len() * size_of::<f32>() + 128).unwrap_or(u32::MAX)
            })
            .build();
        Self { inner, cache }
    }
}

impl fmt::Debug for CachedQueries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedQueries")
            .field("inner", &self.inner)
            .field("entries", &self.cache.entry_count())
            .finish()
    }
}

#[async_trait::async_trait]
impl Embedder for CachedQueries {
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

    async fn remembered(&self, text: &str) -> Option<Vec<f32>> {
        Some(self.cache.get(text).await?.to_vec())
    }

    /// Of many who ask at once, one pays; where that one cannot, each for themselves.
    async fn question(&self, text: &str, payer: Option<&dyn Payer>) -> Result<Vec<f32>, EmbedError> {
        if let Some(vector) = self.cache.get(text).await {
            return Ok(vector.to_vec());
        }
        let asked = async { self.inner.question(text, payer).await.map(Arc::new) };
        match self.cache.try_get_with_by_ref(text, asked).await {
            Ok(vector) => Ok(vector.to_vec()),
            Err(error) if matches!(*error, EmbedError::Unnoted(_)) => self.inner.question(text, payer).await,
            Err(error) => Err((*error).clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::{super::Call, *};

    #[derive(Debug)]
    struct Embeds;

    #[async_trait::async_trait]
    impl Embedder for Embeds {
        fn model(&self) -> &str {
            "test"
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

        async fn embed(&self, texts: &[String], _: Purpose) -> Result<Embedded, EmbedError> {
            Ok(Embedded {
                vectors: texts.iter().map(|_| vec![1.0]).collect(),
                ..Embedded::default()
            })
        }
    }

    /// Has nothing left, and says so once it is told to.
    #[derive(Default)]
    struct Broke {
        asked: Notify,
        go: Notify,
    }

    #[async_trait::async_trait]
    impl Payer for Broke {
        async fn pays(&self, _: usize, _: Call<'_>) -> Result<Embedded, EmbedError> {
            self.asked.notify_one();
            self.go.notified().await;
            Err(EmbedError::Unnoted("the budget is spent".to_owned()))
        }
    }

    struct Pays;

    #[async_trait::async_trait]
    impl Payer for Pays {
        async fn pays(&self, _: usize, call: Call<'_>) -> Result<Embedded, EmbedError> {
            call.await
        }
    }

    #[tokio::test]
    async fn who_has_nothing_left_leaves_the_others_theirs() {
        let (cached, broke) = (CachedQueries::new(Arc::new(Embeds), 1 << 20), Broke::default());
        let other = async {
            broke.asked.notified().await;
            cached.question("How long?", Some(&Pays)).await
        };
        let told = async {
            tokio::task::yield_now().await;
            // Once for each time that it is asked.
            broke.go.notify_one();
            broke.asked.notified().await;
            broke.go.notify_one();
        };
        let first = cached.question("How long?", Some(&broke));
        let (first, other, ()) = tokio::join!(first, other, told);
        assert!(matches!(first, Err(EmbedError::Unnoted(_))), "{first:?}");
        assert_eq!(other, Ok(vec![1.0]));
    }

    #[tokio::test]
    async fn what_was_a_question_is_remembered_and_no_passage_is() {
        let cached = CachedQueries::new(Arc::new(Embeds), 1 << 20);
        assert_eq!(cached.remembered("a").await, None);
        cached.embed(&["a".to_owned()], Purpose::Passage).await.unwrap();
        assert_eq!(cached.remembered("a").await, None);
        cached.question("a", None).await.unwrap();
        assert_eq!(cached.remembered("a").await, Some(vec![1.0]));
    }
}
