//! What categories of tickets are learned from; see `domain::tickets::categories`.

use parlance_store::TenantDb;

use super::{Came, Failure, Tools};
use crate::domain::{
    jobs::progress::Progress,
    tickets::categories::embed::{EmbedExamplesError, embed_examples},
};

pub(super) async fn run(tools: &Tools, db: &TenantDb, progress: &Progress) -> Result<Came, Failure> {
    let (embedder, meter) = (&tools.ingest.embedder, &tools.ingest.meter);
    match embed_examples(db, embedder, meter, progress).await {
        Ok(()) => Ok(Came::ToItsEnd),
        Err(EmbedExamplesError::Store(error)) => Err(error.into()),
        Err(EmbedExamplesError::Embedding(error)) => Err(Failure {
            error: error.to_string(),
            transient: true,
        }),
    }
}
