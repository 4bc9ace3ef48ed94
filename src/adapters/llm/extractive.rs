//! The responder that needs no key: it picks the sentences of the sources that answer the
//! question, joins them into an answer and cites each. `question` reads what is asked, `units`
//! turns sources into sentences, items and table rows that read by themselves, `rank` scores
//! them, `compose` writes. It streams word by word, so that everything behaves as with a model,
//! and costs nothing.

mod compose;
mod plain;
mod question;
mod rank;
#[cfg(test)]
mod tests;
mod units;

use std::time::Duration;

use super::{ChatModel, ChatRequest, Chunk, ChunkStream, LlmError, StopReason, Usage};

/// The name it goes by in settings, metrics and the price book.
pub const NAME: &str = "extractive";
/// Words to the token, roughly: an answer is cut at three quarters of its token limit in words.
const WORDS_PER_4_TOKENS: u32 = 3;

/// Answers from the sources alone.
#[derive(Clone, Debug)]
pub struct Extractive {
    pause: Option<Duration>,
}

impl Extractive {
    /// Streams at `words_per_second`; 0 is as fast as it is read.
    #[must_use]
    pub fn new(words_per_second: u32) -> Self {
        Self {
            pause: (words_per_second > 0).then(|| Duration::from_secs(1) / words_per_second),
        }
    }
}

#[async_trait::async_trait]
impl ChatModel for Extractive {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError> {
        let text = answer(request);
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

/// The whole answer to the last user turn of `request`.
#[must_use]
pub fn answer(request: &ChatRequest) -> String {
    let question = question::read(&request.turns);
    if let Some(reply) = question.courtesy() {
        return reply.to_owned();
    }
    let units = units::of_sources(&request.sources);
    let ranked = rank::rank(&question, &units);
    compose::write(&question, &units, &ranked)
}

/// Words with the white space behind them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| c.is_whitespace())
}
