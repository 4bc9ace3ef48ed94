//! An embedder without a model: texts that share words are near each other.

use std::hash::{DefaultHasher, Hash, Hasher};

use parlance::adapters::embed::{EmbedError, Embedded, Embedder, Purpose};

const DIMENSIONS: usize = 64;

/// Each word is a direction.
#[derive(Debug)]
pub struct Words;

#[async_trait::async_trait]
impl Embedder for Words {
    fn model(&self) -> &'static str {
        "minilm"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn is_upstream(&self) -> bool {
        false
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }

    async fn embed(&self, texts: &[String], _: Purpose) -> Result<Embedded, EmbedError> {
        Ok(Embedded {
            vectors: texts.iter().map(|text| vector(text)).collect(),
            ..Embedded::default()
        })
    }
}

fn vector(text: &str) -> Vec<f32> {
    let mut sum = vec![0.01_f32; DIMENSIONS];
    for word in text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 2)
    {
        let mut hasher = DefaultHasher::new();
        word.trim_end_matches('s').hash(&mut hasher);
        let at = usize::try_from(hasher.finish() % 64).unwrap();
        *sum.get_mut(at).unwrap() += 1.0;
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    sum.into_iter().map(|x| x / length).collect()
}
