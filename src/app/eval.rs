//! `parlance eval`: the evaluation on a database of its own, which is gone afterwards.

use std::path::Path;

use anyhow::Context;

use super::{Adapters, database};
use crate::{
    config::Config,
    eval::{self, Report},
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
