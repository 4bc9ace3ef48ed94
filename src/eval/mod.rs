//! Measuring answer quality on labelled data: `parlance eval --data DIR`. What is measured is
//! the real thing: the product's own extraction, cutting, embedding, database search and fusion,
//! and the score that streams beside an answer.
//!
//! Start at [`run`]. The method, and what the figures were, is in `docs/RETRIEVAL.md`
//! and `docs/MOOD.md`.

pub mod baseline;
pub mod data;
pub mod embeddings;
pub mod metrics;
pub mod report;
pub mod retrieval;
pub mod sentiment;
pub mod train;

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, Result};
use parlance_store::{
    TenantDb,
    control::NewUser,
    db::Db,
    ids::{TenantId, UserId},
};

pub use self::report::Report;
use crate::{
    adapters::embed::Embedder,
    domain::{
        answering::grounding::eval as grounding,
        billing::meter::Meter,
        knowledge::{extract::ExtractLimits, ingest::Ingest, reader::Reader},
        retrieval::{RetrievalSettings, Retriever},
    },
    kernel::clock::{Clock, SystemClock},
};

/// Labelled responses, below the folder of the data.
const GROUNDING: &str = "grounding/begin_wow.tsv";
/// Vectors of earlier runs, beside the report.
const VECTORS: &str = "eval-embeddings.bin";

/// Measures everything that `data` has labels for, on a migrated database of its own, and writes
/// the figures to `out` (`target/eval.json`). A set that is absent is named in the report.
///
/// Vectors are kept beside `out` by content, so that a second run embeds only what changed.
///
/// # Errors
/// When a set is malformed, or ingestion, search or writing fails.
pub async fn run(db: &Db, embedder: Arc<dyn Embedder>, data: &Path, out: &Path) -> Result<Report> {
    let mut report = Report::default();
    let vectors = Arc::new(embeddings::OnDisk::open(embedder, &out.with_file_name(VECTORS))?);
    match data::retrieval(data)? {
        Some(set) => {
            let tenant = tenant(db).await?;
            report.baseline = Some(baseline::run(&set)?);
            report.retrieval = Some(search(&tenant, vectors.clone(), &set).await?);
        }
        None => report.skip(&data.join("retrieval")),
    }
    let labelled = data.join(GROUNDING);
    if labelled.is_file() {
        report.grounding = Some(grounding::grounding(&labelled)?);
    } else {
        report.skip(&labelled);
    }
    match sentiment::sets(data, vectors.as_ref()).await? {
        Some(sets) => report.sentiment = Some(sentiment::run(&sets)),
        None => report.skip(&data.join(sentiment::FOLDER)),
    }
    let figures = serde_json::to_string_pretty(&report.figures())? + "\n";
    fs::write(out, figures).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(report)
}

/// Fits the weights of the mood's model on the labelled sets in `data` and writes them to `out`.
///
/// # Errors
/// When the sets are absent or malformed, or embedding or writing fails.
pub async fn train_mood(embedder: &dyn Embedder, data: &Path, out: &Path) -> Result<train::Training> {
    let sets = sentiment::sets(data, embedder).await?;
    let sets = sets.with_context(|| format!("there is no {}", data.join(sentiment::FOLDER).display()))?;
    train::run(&sets, out)
}

async fn search(
    db: &TenantDb,
    embedder: Arc<dyn Embedder>,
    set: &data::RetrievalSet,
) -> Result<retrieval::Report> {
    let ingest = Ingest {
        embedder: embedder.clone(),
        meter: Meter::default(),
        clock: Arc::new(SystemClock),
        reader: Reader::here(ExtractLimits::default()),
    };
    retrieval::run(
        set,
        db,
        &ingest,
        &Retriever::new(embedder, Meter::default()),
        &RetrievalSettings::default(),
    )
    .await
}

/// A tenant for this run alone.
async fn tenant(db: &Db) -> Result<TenantDb> {
    let id = TenantId::new();
    let owner = NewUser {
        id: UserId::new(),
        email: format!("{id}@eval.invalid"),
        name: "Evaluation".to_owned(),
        password_hash: "none".to_owned(),
        at: SystemClock.now(),
    };
    db.control().sign_up(id, "Evaluation", owner).await?;
    Ok(db.tenant(id))
}
