//! A document's way from its file to passages that are found; see `domain::knowledge::ingest`.

use parlance_store::{StoreError, TenantDb, ids::DocumentId, queries::documents};

use super::{Came, Failure};
use crate::domain::{
    jobs::progress::Progress,
    knowledge::ingest::{Ingest, IngestError},
};

pub(super) async fn run(
    ingest: &Ingest,
    db: &TenantDb,
    document: DocumentId,
    progress: &Progress,
) -> Result<Came, Failure> {
    match ingest.run_told(db, document, progress).await {
        Ok(_) => Ok(Came::ToItsEnd),
        Err(IngestError::Store(StoreError::NotFound)) => {
            match db.read(async |conn| documents::get(conn, document).await).await {
                Err(StoreError::NotFound) => Ok(Came::Removed("the document was removed")),
                // A newer file took its place, which has a job of its own.
                there => Ok(there.map(|_| Came::ToItsEnd)?),
            }
        }
        Err(IngestError::Store(error)) => Err(error.into()),
        Err(error) => Err(Failure {
            transient: error.is_transient(),
            error: error.to_string(),
        }),
    }
}
