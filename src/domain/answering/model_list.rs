//! A list of models as settings write it: `["anthropic/claude-sonnet-5-5", "extractive"]`. The part
//! before the first slash names the upstream; a bare name is upstream and model at once.

use serde::{Deserialize, Deserializer, Serializer};

pub use crate::adapters::llm::gateway::ModelRef;

/// Reads one entry.
#[must_use]
pub fn parse(written: &str) -> ModelRef {
    let (upstream, model) = written.split_once('/').unwrap_or((written, written));
    ModelRef::new(upstream.trim(), model.trim())
}

/// Writes one entry.
#[must_use]
pub fn written(model: &ModelRef) -> String {
    if model.upstream == model.model {
        return model.model.clone();
    }
    format!("{}/{}", model.upstream, model.model)
}

pub fn serialize<S: Serializer>(models: &[ModelRef], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(models.iter().map(written))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ModelRef>, D::Error> {
    Ok(Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|entry| parse(entry))
        .collect())
}
