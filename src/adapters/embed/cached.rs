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

    /// Of many who ask at once, one pays.
    async fn question(&self, text: &str, payer: Option<&dyn Payer>) -> Result<Vec<f32>, EmbedError> {
        if let Some(vector) = self.cache.get(text).await {
            return Ok(vector.to_vec());
        }
        let asked = async { self.inner.question(text, payer).await.map(Arc::new) };
        let vector = self.cache.try_get_with_by_ref(text, asked).await;
        Ok(vector
            .map_err(|error: Arc<EmbedError>| (*error).clone())?
            .to_vec())
    }
}
