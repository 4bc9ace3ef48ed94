//! all-MiniLM-L6-v2 in process: candle on dedicated threads, fed by a bounded queue. A worker
//! takes what is queued up to a token budget and runs it as one padded batch; questions go
//! before passages, so that ingesting a manual does not hold up an answer.

mod model;
mod queue;

use std::{path::Path, sync::Arc, thread};

use tokenizers::Tokenizer;

use self::{
    model::Model,
    queue::{Queue, Task},
};
use super::{EmbedError, Embedded, Embedder, Purpose};

/// Tokens the model reads, `[CLS]` and `[SEP]` included; the rest of a longer text is cut off.
pub const MAX_TOKENS: usize = 256;
/// Length of the vectors.
pub const DIMENSIONS: usize = 384;
/// The model's name in the price book and in the vectors' rows.
pub const MODEL: &str = "minilm";

/// How much the embedder takes on. `Default` suits two cores.
#[derive(Clone, Copy, Debug)]
pub struct MiniLmOptions {
    /// Threads that run the model; each uses the cores left for its matrix products.
    pub workers: usize,
    /// Texts that may wait, for questions and for passages each; above it: `Busy`.
    pub queue: usize,
    /// Padded tokens of one batch.
    pub batch_tokens: usize,
}

impl Default for MiniLmOptions {
    fn default() -> Self {
        Self {
            workers: 1,
            queue: 512,
            batch_tokens: 2048,
        }
    }
}

/// The local embedder. Dropping it ends its threads after the batch in hand.
#[derive(Debug)]
pub struct MiniLm {
    tokenizer: Arc<Tokenizer>,
    queue: Arc<Queue>,
}

impl MiniLm {
    /// Loads `model.safetensors`, `tokenizer.json` and `config.json` from `folder` (some 0.2 s;
    /// blocking) and starts the workers.
    ///
    /// # Errors
    /// `Unavailable` with the file and the reason.
    pub fn load(folder: &Path, options: MiniLmOptions) -> Result<Self, EmbedError> {
        let tokenizer = Arc::new(load_tokenizer(folder)?);
        let model = Arc::new(Model::load(folder, tokenizer.clone())?);
        let queue = Arc::new(Queue::new(options.queue));
        for number in 0..options.workers.max(1) {
            let (model, queue) = (model.clone(), queue.clone());
            thread::Builder::new()
                .name(format!("minilm-{number}"))
                .spawn(move || work(&model, &queue, options.batch_tokens))
                .map_err(|error| EmbedError::Unavailable(error.to_string()))?;
        }
        Ok(Self { tokenizer, queue })
    }
}

impl Drop for MiniLm {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn load_tokenizer(folder: &Path) -> Result<Tokenizer, EmbedError> {
    let path = folder.join("tokenizer.json");
    let mut tokenizer = Tokenizer::from_file(&path)
        .map_err(|error| EmbedError::Unavailable(format!("{}: {error}", path.display())))?;
    tokenizer.with_padding(None);
    tokenizer
        .with_truncation(None)
        .map_err(|error| EmbedError::Unavailable(error.to_string()))?;
    Ok(tokenizer)
}

/// Runs batches until the queue is closed.
fn work(model: &Model, queue: &Queue, batch_tokens: usize) {
    while let Some(first) = queue.wait() {
        let mut batch: Vec<(Vec<u32>, Task)> = Vec::new();
        let mut longest = 0;
        let mut next = Some(first);
        while let Some(task) = next.take() {
            if task.abandoned() {
                next = queue.poll();
                continue;
            }
            let ids = match model.encode(task.text()) {
                Ok(ids) => ids,
                Err(error) => {
                    task.fail(error);
                    next = queue.poll();
                    continue;
                }
            };
            longest = longest.max(ids.len());
            batch.push((ids, task));
            if longest * (batch.len() + 1) <= batch_tokens {
                next = queue.poll();
            }
        }
        run(model, batch);
    }
}

/// Sorted by length so that short texts are not padded to the longest one of the batch.
fn run(model: &Model, mut batch: Vec<(Vec<u32>, Task)>) {
    batch.sort_by_key(|(ids, _)| ids.len());
    while !batch.is_empty() {
        let longest = batch.last().map_or(0, |(ids, _)| ids.len());
        let from = batch.partition_point(|(ids, _)| ids.len() * 2 < longest);
        let group = batch.split_off(from);
        let (ids, tasks): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        match model.forward(&ids) {
            Ok(vectors) => {
                for (task, vector) in tasks.into_iter().zip(vectors) {
                    task.done(vector);
                }
            }
            Err(error) => {
                for task in tasks {
                    task.fail(error.clone());
                }
            }
        }
    }
}

#[async_trait::async_trait]
impl Embedder for MiniLm {
    fn model(&self) -> &str {
        MODEL
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn is_upstream(&self) -> bool {
        false
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.tokenizer
            .encode_fast(text, false)
            .map_or(usize::MAX, |encoding| encoding.len())
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        if texts.is_empty() {
            return Ok(Embedded::default());
        }
        let reply = self.queue.push(texts, purpose)?;
        let vectors = reply
            .await
            .map_err(|_| EmbedError::Unavailable("the embedding worker has ended".into()))??;
        Ok(Embedded {
            vectors,
            ..Embedded::default()
        })
    }
}
