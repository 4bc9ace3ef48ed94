//! Vectors kept on disk between evaluations, so that only what changed is embedded again.

use std::{
    collections::HashMap,
    fmt,
    fs::{self, File, OpenOptions},
    io::{BufWriter, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::adapters::embed::{EmbedError, Embedded, Embedder, Purpose};

type Key = [u8; 32];

struct Known {
    vectors: HashMap<Key, Vec<f32>>,
    file: BufWriter<File>,
}

/// An embedder that asks its file first.
pub struct OnDisk {
    inner: Arc<dyn Embedder>,
    known: Mutex<Known>,
}

impl fmt::Debug for OnDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnDisk")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl OnDisk {
    /// Opens or makes the file: records of a SHA-256 of model and text, and the vector.
    ///
    /// # Errors
    /// When the file cannot be read or made.
    pub fn open(inner: Arc<dyn Embedder>, path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let bytes = fs::read(path).unwrap_or_default();
        let mut known = HashMap::new();
        for record in bytes.chunks_exact(32 + 4 * inner.dimensions()) {
            if let Some((key, vector)) = record.split_first_chunk::<32>() {
                let (numbers, _) = vector.as_chunks::<4>();
                known.insert(
                    *key,
                    numbers.iter().map(|number| f32::from_le_bytes(*number)).collect(),
                );
            }
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            inner,
            known: Mutex::new(Known {
                vectors: known,
                file: BufWriter::new(file),
            }),
        })
    }

    fn key(&self, text: &str) -> Key {
        let mut hash = Sha256::new();
        hash.update(self.inner.model());
        hash.update([0]);
        hash.update(text);
        hash.finalize().into()
    }
}

#[async_trait::async_trait]
impl Embedder for OnDisk {
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
        let keys: Vec<Key> = texts.iter().map(|text| self.key(text)).collect();
        let missing: Vec<(Key, String)> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let pairs = keys
                .iter()
                .zip(texts)
                .filter(|(key, _)| !known.vectors.contains_key(*key));
            pairs.map(|(key, text)| (*key, text.clone())).collect()
        };
        let fresh: Vec<String> = missing.iter().map(|(_, text)| text.clone()).collect();
        let embedded = self.inner.embed(&fresh, purpose).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for ((key, _), vector) in missing.into_iter().zip(embedded.vectors) {
            let record = key
                .into_iter()
                .chain(vector.iter().flat_map(|number| number.to_le_bytes()));
            known.file.write_all(&record.collect::<Vec<u8>>()).ok();
            known.vectors.insert(key, vector);
        }
        known.file.flush().ok();
        let vectors = keys
            .iter()
            .map(|key| known.vectors.get(key).cloned().unwrap_or_default())
            .collect();
        Ok(Embedded {
            vectors,
            tokens: embedded.tokens,
            estimated: embedded.estimated,
        })
    }
}
