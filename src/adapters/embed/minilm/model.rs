//! The network itself: token ids in, normalised mean-pooled vectors out. Blocking.

use std::{fs, path::Path, sync::Arc};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::Tokenizer;

use super::{DIMENSIONS, MAX_TOKENS};
use crate::adapters::embed::EmbedError;

/// Text beyond this many bytes cannot be among the tokens the model reads: the tokenizer is
/// spared it. Words over 100 characters are one unknown token, hence the wide margin.
const READ_BYTES: usize = MAX_TOKENS * 64;

pub(super) struct Model {
    bert: BertModel,
    tokenizer: Arc<Tokenizer>,
}

impl Model {
    pub(super) fn load(folder: &Path, tokenizer: Arc<Tokenizer>) -> Result<Self, EmbedError> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|error| EmbedError::Unavailable(format!("{}: {error}", path.display())))
        };
        let config: Config = serde_json::from_slice(&read("config.json")?)
            .map_err(|error| EmbedError::Unavailable(format!("config.json: {error}")))?;
        if config.hidden_size != DIMENSIONS {
            let found = config.hidden_size;
            return Err(EmbedError::Unavailable(format!(
                "config.json: {found} dimensions, not {DIMENSIONS}"
            )));
        }
        let weights =
            VarBuilder::from_buffered_safetensors(read("model.safetensors")?, DType::F32, &Device::Cpu)
                .map_err(unavailable)?;
        let bert = BertModel::load(weights, &config).map_err(unavailable)?;
        Ok(Self { bert, tokenizer })
    }

    /// Token ids with `[CLS]` and `[SEP]`, at most [`MAX_TOKENS`].
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, EmbedError> {
        let mut end = text.len().min(READ_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let encoding = self
            .tokenizer
            .encode_fast(text.get(..end).unwrap_or_default(), true)
            .map_err(|error| EmbedError::Upstream {
                spent: 0,
                retryable: false,
                detail: error.to_string(),
            })?;
        let mut ids = encoding.get_ids().to_vec();
        if ids.len() > MAX_TOKENS {
            let separator = ids.last().copied();
            ids.truncate(MAX_TOKENS - 1);
            ids.extend(separator);
        }
        Ok(ids)
    }

    /// One padded batch.
    pub(super) fn forward(&self, batch: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.pooled(batch).map_err(|error| EmbedError::Upstream {
            spent: 0,
            retryable: false,
            detail: error.to_string(),
        })
    }

    fn pooled(&self, batch: &[Vec<u32>]) -> candle_core::Result<Vec<Vec<f32>>> {
        let (rows, width) = (batch.len(), batch.iter().map(Vec::len).max().unwrap_or(0));
        let mut ids = Vec::with_capacity(rows * width);
        let mut mask = Vec::with_capacity(rows * width);
        for row in batch {
            ids.extend(
                row.iter()
                    .copied()
                    .chain(std::iter::repeat_n(0, width - row.len())),
            );
            mask.extend((0..width).map(|at| u32::from(at < row.len())));
        }
        let ids = Tensor::from_vec(ids, (rows, width), &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, (rows, width), &Device::Cpu)?;
        let hidden = self.bert.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
        let weight = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
        let mean = hidden
            .broadcast_mul(&weight)?
            .sum(1)?
            .broadcast_div(&weight.sum(1)?)?;
        let norm = mean.sqr()?.sum_keepdim(1)?.sqrt()?;
        mean.broadcast_div(&norm)?.to_vec2()
    }
}

fn unavailable(error: candle_core::Error) -> EmbedError {
    EmbedError::Unavailable(format!("model.safetensors: {error}"))
}
