//! `parlance bench-data`: corpora in the configured database, and how fast they are searched. `parlance bench-ledger`:
//! how many calls a second are recorded there.

use std::time::Instant;

use super::{adapters, database};
use crate::{
    adapters::embed::vector_model,
    bench::{
        self, MODEL, Size,
        ledger::{self, Load},
        measure,
    },
    config::Config,
};

/// Makes the corpora and, where `questions` are asked for, measures searching them. What is made
/// stays. Returns what there is to say.
///
/// # Errors
/// When the database does not start or fails.
pub async fn bench(config: &Config, size: Size, questions: Option<usize>) -> anyhow::Result<String> {
    let opened = database::open(config).await?;
    let started = Instant::now();
    let model = match size.published {
        true => vector_model(adapters::embedder(&config.embeddings).await?.as_ref()),
        false => MODEL.to_owned(),
    };
    let filled = bench::make(&opened.db, size, &model).await?;
    let mut said = format!(
        "{} tenants of {} passages made in {:.0?}\n",
        size.tenants,
        size.passages,
        started.elapsed()
    );
    if let Some(longest) = filled.iter().filter_map(|filled| filled.indexing).max() {
        said += &format!("  of that for the indexes of a space {longest:.0?}\n");
    }
    if let Some(questions) = questions {
        said += &measure::measure(&filled, questions).await?.to_string();
    }
    if let Some(postgres) = opened.embedded {
        postgres.stop().await;
    }
    Ok(said)
}

/// Makes settled calls, has them recorded and returns what there is to say. What is made stays.
///
/// # Errors
/// When the database does not start or fails, or the books are wrong.
pub async fn bench_ledger(config: &Config, load: Load) -> anyhow::Result<String> {
    let opened = database::open(config).await?;
    let recorded = ledger::measure(&opened.db, load).await?;
    if let Some(postgres) = opened.embedded {
        postgres.stop().await;
    }
    Ok(recorded.to_string())
}
