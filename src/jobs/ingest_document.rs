//! A document's way from its file to passages that are found; see `domain::knowledge::ingest`.

use parlance_store::{StoreError, TenantDb, ids::DocumentId};

use super::Failure;
use crate::domain::{
    jobs::progress::Progress,
    knowledge::ingest::{Ingest, IngestError},
};

pub(super) async fn run(
    ingest: &Ingest,
    db: &TenantDb,
    document: DocumentId,
    progress: &Progress,
) -> Result<(), Failure> {
    match ingest.run_told(db, document, progress).await {
        // Removed meanwhile, or a newer file took its place, which has a job of its own.
        Ok(_) | Err(IngestError::Store(StoreError::NotFound)) => Ok(()),
        Err(error) => Err(Failure {
            transient: error.is_transient(),
            error: error.to_string(),
        }),
    }
}
