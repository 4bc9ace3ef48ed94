//! Text to vectors behind one trait: `minilm` in process, `openai` for any compatible API, and
//! `cached`, which puts a cache of question vectors in front of either. Nothing here knows a
//! passage or a tenant. One contract suite runs over all of them (`contract.rs`).

mod cached;
mod minilm;
mod openai;

use std::fmt;

pub use self::{
    cached::CachedQueries,
    minilm::{MAX_TOKENS as MINILM_MAX_TOKENS, MiniLm, MiniLmOptions},
    openai::{OpenAi, OpenAiOptions},
};

/// What the text is: some models embed questions and passages differently.
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
}

#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum EmbedError {
    /// The bounded queue is full: try again shortly.
    #[error("embedding queue is full")]
    Busy,
    #[error("embedding upstream failed: {detail}")]
    Upstream { retryable: bool, detail: String },
    #[error("the embedding model cannot be loaded: {0}")]
    Unavailable(String),
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
}
