//! Gives examples the vectors that categories are learned from. May be done twice, and goes on where it was.

use std::sync::Arc;

use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{spaces, ticket_categories as store},
};

use crate::{
    adapters::embed::{EmbedError, Embedder, Purpose, vector_model},
    domain::{billing::meter::Meter, jobs::progress::Progress},
};

/// Examples per embedding call and per transaction.
const BATCH: i64 = 64;

/// Why some examples have no vector yet.
#[derive(Debug, thiserror::Error)]
pub enum EmbedExamplesError {
    #[error(transparent)]
    Embedding(#[from] EmbedError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Embeds what has no vector of the present model, at the expense of the tenant's first space. Without a
/// space there is nothing whose tickets could have a category.
///
/// # Errors
/// [`EmbedExamplesError`]; what was embedded before stays.
pub async fn embed_examples(
    db: &TenantDb,
    embedder: &Arc<dyn Embedder>,
    meter: &Meter,
    progress: &Progress,
) -> Result<(), EmbedExamplesError> {
    let kept_as = vector_model(&**embedder);
    let spaces = db.read(spaces::list).await?;
    let Some(payer) = spaces.first().map(|space| space.id) else {
        return Ok(());
    };
    let mut done = 0;
    loop {
        let missing = db
            .read(async |conn| store::without_vector(conn, &kept_as, BATCH).await)
            .await?;
        if missing.is_empty() {
            return Ok(());
        }
        embed_batch(db, embedder, meter, payer, &missing).await?;
        done += missing.len();
        progress.within(0, 100, done, done + missing.len());
    }
}

async fn embed_batch(
    db: &TenantDb,
    embedder: &Arc<dyn Embedder>,
    meter: &Meter,
    payer: SpaceId,
    missing: &[store::Unembedded],
) -> Result<(), EmbedExamplesError> {
    let texts: Vec<String> = missing.iter().map(|example| example.text.clone()).collect();
    let estimate = texts.iter().map(|text| embedder.count_tokens(text)).sum();
    let metered = meter.reserve(db, payer, embedder.model(), estimate).await?;
    let embedded = embedder.embed(&texts, Purpose::Passage).await;
    let vectors: Vec<_> = match &embedded {
        Ok(embedded) => {
            let ids = missing.iter().map(|example| example.id);
            ids.zip(embedded.vectors.clone()).collect()
        }
        Err(_) => Vec::new(),
    };
    db.transaction(async |conn| {
        metered.settle(conn, &embedded).await?;
        if vectors.is_empty() {
            return Ok(());
        }
        // What was learned without them is old.
        store::change(conn).await?;
        store::add_vectors(conn, &vector_model(&**embedder), &vectors).await
    })
    .await?;
    embedded?;
    Ok(())
}
