//! Carries out background work: takes jobs up in fair turns, holds their leases, tells how far they
//! are, and ends them. What a job does is in a file per kind, and may be done twice.

mod ingest_document;
mod read_source;
mod worker;

pub use worker::Worker;

use parlance_store::{StoreError, TenantDb, ids::JobId};

use crate::{
    domain::{
        jobs::{Bell, Work, progress::Progress},
        knowledge::{ingest::Ingest, web::Crawler},
    },
    kernel::clock::SharedClock,
};

/// Why a job did not come to its end.
#[derive(Debug)]
struct Failure {
    /// In words for those whose job it is.
    error: String,
    /// Whether the same may well succeed later.
    transient: bool,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self {
            transient: error.is_transient(),
            error: error.to_string(),
        }
    }
}

/// What jobs need to do their work.
#[derive(Clone)]
pub struct Tools {
    pub ingest: Ingest,
    pub crawler: Crawler,
    pub clock: SharedClock,
    pub bell: Bell,
}

impl Tools {
    async fn carry_out(
        &self,
        db: &TenantDb,
        job: JobId,
        work: &Work,
        progress: &Progress,
    ) -> Result<(), Failure> {
        match work {
            Work::IngestDocument { document } => {
                ingest_document::run(&self.ingest, db, *document, progress).await
            }
            Work::ReadSource { source } => read_source::run(self, db, *source, job, progress).await,
        }
    }
}
