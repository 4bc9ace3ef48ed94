//! The responder that needs no key: it picks the sentences of the sources that answer the
//! question, joins them into an answer and cites each. `question` reads what is asked, `units`
//! turns sources into sentences, items and table rows that read by themselves, `rank` scores
//! them by their words and, where there is an embedder, by their `nearness`, `compose` writes. It
//! streams word by word, so that everything behaves as with a model, and costs nothing.

mod compose;
mod keys;
mod nearness;
mod plain;
mod question;
mod rank;
#[cfg(test)]
mod tests;
mod units;

use std::{sync::Arc, time::Duration};

use self::nearness::Nearness;
use super::{ChatModel, ChatRequest, Chunk, ChunkStream, LlmError, StopReason, Usage};
use crate::adapters::embed::Embedder;

/// The name it goes by in settings, metrics and the price book.
pub const NAME: &str = "extractive";
/// Words to the token, roughly: an answer is cut at three quarters of its token limit in words.
const WORDS_PER_4_TOKENS: u32 = 3;

/// Answers from the sources alone.
#[derive(Clone, Debug)]
pub struct Extractive {
    pause: Option<Duration>,
    nearness: Option<Nearness>,
}

impl Extractive {
    /// Streams at `words_per_second`; 0 is as fast as it is read.
    #[must_use]
    pub fn new(words_per_second: u32) -> Self {
        Self {
            pause: (words_per_second > 0).then(|| Duration::from_secs(1) / words_per_second),
            nearness: None,
        }
    }

    /// Compares sentences with the question by meaning too. Pass the embedder that retrieval
    /// uses: the question's vector is then in its cache.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.nearness = Some(Nearness::new(embedder));
        self
    }

    /// The whole answer to the last user turn of `request`; empty where nothing in the sources answers.
    pub async fn answer(&self, request: &ChatRequest) -> String {
        let mut question = question::read(&request.turns);
        if let Some(reply) = question.courtesy() {
            return reply.to_owned();
        }
        let units = units::of_sources(&request.sources);
        question.learn(&units);
        let near = match &self.nearness {
            Some(nearness) => nearness.of(&question, &units).await,
            None => Vec::new(),
        };
        let ranked = rank::rank(&question, &units, &near);
        compose::write(&question, &units, &ranked)
    }
}

#[async_trait::async_trait]
impl ChatModel for Extractive {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError> {
        let text = self.answer(request).await;
        let pause = self.pause;
        let most = usize::try_from(request.max_tokens / 4 * WORDS_PER_4_TOKENS)
            .unwrap_or(usize::MAX)
            .max(1);
        Ok(Box::pin(async_stream::stream! {
            yield Ok(Chunk::Started { model: NAME.to_owned() });
            yield Ok(Chunk::Usage(Usage::default()));
            let mut stopped = StopReason::EndTurn;
            for (at, word) in pieces(&text).enumerate() {
                if at >= most {
                    stopped = StopReason::MaxTokens;
                    break;
                }
                if let Some(pause) = pause {
                    tokio::time::sleep(pause).await;
                }
                yield Ok(Chunk::Text(word.to_owned()));
            }
            yield Ok(Chunk::Done(stopped));
        }))
    }
}

/// Words with the white space behind them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| c.is_whitespace())
}
