//! Text to vectors behind one trait: `minilm` in process, `openai` for any compatible API, and
//! `cached` and `guarded`, which put a cache of question vectors, and a time limit with a breaker,
//! in front of either. Nothing here knows a passage or a tenant; who pays for a question says so
//! by a [`Payer`].

mod cached;
mod guarded;
mod minilm;
mod openai;

use std::{fmt, future::Future, pin::Pin, time::Duration};

pub use self::{
    cached::CachedQueries,
    guarded::Guarded,
    minilm::{MAX_TOKENS as MINILM_MAX_TOKENS, MiniLm, MiniLmOptions},
    openai::{OpenAi, OpenAiOptions},
};

/// What the text is. A question, for which somebody waits, goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    Query,
    Passage,
}

/// Vectors in the order of the texts, each normalised to length 1, and what the call counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedded {
    pub vectors: Vec<Vec<f32>>,
    /// Tokens as the upstream counts them; 0 for a free local model.
    pub tokens: u64,
    /// Counted here, because the upstream did not tell.
    pub estimated: bool,
}

#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum EmbedError {
    /// The bounded queue is full: try again shortly.
    #[error("embedding queue is full")]
    Busy,
    #[error("embedding upstream failed: {detail}")]
    Upstream {
        retryable: bool,
        detail: String,
        /// Tokens that may be billed all the same: of batches that came, and of attempts that broke off.
        spent: u64,
    },
    #[error("the embedding model cannot be loaded: {0}")]
    Unavailable(String),
    /// A question took too long; it may be billed all the same.
    #[error("no vector came within {0:?}")]
    Late(Duration),
    #[error("the embedder failed again and again and is left alone for a while")]
    Resting,
    /// It could not be noted that the call goes out, so it was not made.
    #[error("the call could not be noted: {0}")]
    Unnoted(String),
}

impl EmbedError {
    /// A text has no vector after a call that went well.
    pub(crate) fn none_came() -> Self {
        Self::Upstream {
            spent: 0,
            retryable: true,
            detail: "no vector came back".into(),
        }
    }
}

/// A call about to be made.
pub type Call<'a> = Pin<Box<dyn Future<Output = Result<Embedded, EmbedError>> + Send + 'a>>;

/// Who pays for a question: keeps the books around the call.
#[async_trait::async_trait]
pub trait Payer: Send + Sync {
    /// Notes that a call of about so many tokens goes out, makes it, and notes what it cost.
    ///
    /// # Errors
    /// Those of the call, or `Unnoted`.
    async fn pays(&self, tokens: usize, call: Call<'_>) -> Result<Embedded, EmbedError>;
}

/// Embeds texts. Cheap to share; bounded inside.
#[async_trait::async_trait]
pub trait Embedder: Send + Sync + fmt::Debug {
    /// Model id as the price book and the vectors' rows name it.
    fn model(&self) -> &str;
    /// Length of every vector.
    fn dimensions(&self) -> usize;
    /// Whether a call leaves the process and may be billed.
    fn is_upstream(&self) -> bool;
    /// Tokens of `text` as the model reads it, special tokens excluded.
    fn count_tokens(&self, text: &str) -> usize;
    /// # Errors
    /// `Busy` when the queue is full, `Upstream` when the service failed after retries.
    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError>;

    /// The vector of a text that was a question of late, where one is kept: it costs nothing. No model here embeds
    /// questions in another way than passages.
    async fn remembered(&self, _text: &str) -> Option<Vec<f32>> {
        None
    }

    /// The vector of a question. `payer` keeps the books where a call is made that may be billed.
    ///
    /// # Errors
    /// Those of [`Self::embed`] and of the payer.
    async fn question(&self, text: &str, payer: Option<&dyn Payer>) -> Result<Vec<f32>, EmbedError> {
        let texts = [text.to_owned()];
        let call = self.embed(&texts, Purpose::Query);
        paid(self, text, payer, call).await
    }
}

/// What vectors are kept under: those under another name are not compared with these. An upstream
/// may make vectors of several lengths by one model.
#[must_use]
pub fn vector_model(embedder: &dyn Embedder) -> String {
    if embedder.is_upstream() {
        format!("{}@{}", embedder.model(), embedder.dimensions())
    } else {
        embedder.model().to_owned()
    }
}

/// Makes the call for one question, at the expense of `payer` where it may be billed.
async fn paid(
    embedder: &(impl Embedder + ?Sized),
    text: &str,
    payer: Option<&dyn Payer>,
    call: Call<'_>,
) -> Result<Vec<f32>, EmbedError> {
    let embedded = match payer {
        Some(payer) if embedder.is_upstream() => payer.pays(embedder.count_tokens(text), call).await?,
        _ => call.await?,
    };
    embedded
        .vectors
        .into_iter()
        .next()
        .ok_or_else(EmbedError::none_came)
}
