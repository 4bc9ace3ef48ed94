//! Remembers the vectors of questions: the same question asked again costs nothing, and asked
//! by many at once is embedded once. What is embedded for other ends takes what is remembered, and leaves nothing.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::Arc,
};

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

    /// Pays for what no question was, and once for what is there several times.
    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        let mut known = HashMap::with_capacity(texts.len());
        let mut missing = Vec::new();
        for text in texts {
            if let Entry::Vacant(place) = known.entry(text) {
                let vector = self.cache.get(text).await;
                if vector.is_none() {
                    missing.push(text.clone());
                }
                place.insert(vector);
            }
        }
        if missing.len() == texts.len() {
            return self.inner.embed(texts, purpose).await;
        }
        let mut embedded = match missing.is_empty() {
            true => Embedded::default(),
            false => self.inner.embed(&missing, purpose).await?,
        };
        for (text, vector) in missing.iter().zip(embedded.vectors) {
            known.insert(text, Some(Arc::new(vector)));
        }
        let vectors = texts
            .iter()
            .filter_map(|text| known.get(text)?.as_deref().cloned());
        embedded.vectors = vectors.collect();
        Ok(embedded)
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
    use std::sync::Mutex;

    use tokio::sync::Notify;

    use super::{super::Call, *};

    /// Remembers what it was asked for.
    #[derive(Debug, Default)]
    struct Embeds(Mutex<Vec<String>>);

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
            self.0.lock().unwrap().extend_from_slice(texts);
            let vector = |text: &String| vec![f32::from(text.bytes().next().unwrap())];
            Ok(Embedded {
                vectors: texts.iter().map(vector).collect(),
                tokens: texts.len() as u64,
                estimated: false,
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
        let (cached, broke) = (
            CachedQueries::new(Arc::new(Embeds::default()), 1 << 20),
            Broke::default(),
        );
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
        assert_eq!(other, Ok(vec![f32::from(b'H')]));
    }

    #[tokio::test]
    async fn what_was_a_question_is_not_embedded_again_and_what_comes_twice_is_once() {
        let embeds = Arc::new(Embeds::default());
        let cached = CachedQueries::new(embeds.clone(), 1 << 20);
        let asked = || std::mem::take(&mut *embeds.0.lock().unwrap());
        cached.question("a", None).await.unwrap();
        assert_eq!(asked(), ["a"]);
        let embed = async |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            let embedded = cached.embed(&texts, Purpose::Passage).await.unwrap();
            let first = |vector: &Vec<f32>| char::from(vector[0] as u8);
            let vectors: String = embedded.vectors.iter().map(first).collect();
            (vectors, embedded.tokens)
        };
        assert_eq!(embed(&["b", "a", "c", "b"]).await, ("bacb".to_owned(), 2));
        assert_eq!(asked(), ["b", "c"]);
        assert_eq!(embed(&["a", "a"]).await, ("aa".to_owned(), 0));
        assert_eq!(embed(&[]).await, (String::new(), 0));
        assert_eq!(
            embed(&["b"]).await,
            ("b".to_owned(), 1),
            "only questions are kept"
        );
        assert_eq!(asked(), ["b"]);
    }
}
