//! `parlance eval`: the evaluation on a database of its own, which is gone afterwards; and `parlance
//! train-mood`, which needs none.

use std::path::Path;

use anyhow::Context;

use super::{Adapters, database};
use crate::{
    config::Config,
    eval::{self, Report, train::Training},
};

/// Measures `data` and writes the figures to `out`, with a private Postgres in a folder that is
/// removed again.
///
/// # Errors
/// When a set is malformed or something does not start.
pub async fn eval(config: &Config, data: &Path, out: &Path) -> anyhow::Result<Report> {
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut config = config.clone();
    config.database.url = None;
    config.server.data_dir = std::env::temp_dir().join(format!("parlance-eval-{}", std::process::id()));
    let adapters = Adapters::from_config(&config).await?;
    let opened = database::open(&config).await?;
    let report = eval::run(&opened.db, adapters.embedder, data, out).await;
    if let Some(postgres) = opened.embedded {
        postgres.stop().await;
    }
    std::fs::remove_dir_all(&config.server.data_dir).ok();
    report
}

/// Fits the weights of the mood's model on the sets in `data` and writes them to `out`.
///
/// # Errors
/// When the sets are absent or malformed, or the embedder does not start.
pub async fn train_mood(config: &Config, data: &Path, out: &Path) -> anyhow::Result<Training> {
    let adapters = Adapters::from_config(config).await?;
    eval::train_mood(adapters.embedder.as_ref(), data, out).await
}
