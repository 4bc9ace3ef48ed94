//! Carries out background work: takes jobs up in fair turns, holds their leases, tells how far they
//! are, and ends them. What a job does is in a file per kind, and may be done twice.

mod ingest_document;
mod worker;

pub use worker::Worker;

use parlance_store::{StoreError, TenantDb};

use crate::domain::{
    jobs::{Work, progress::Progress},
    knowledge::ingest::Ingest,
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
struct Tools {
    ingest: Ingest,
}

impl Tools {
    async fn carry_out(&self, db: &TenantDb, work: &Work, progress: &Progress) -> Result<(), Failure> {
        match work {
            Work::IngestDocument { document } => {
                ingest_document::run(&self.ingest, db, *document, progress).await
            }
        }
    }

    /// The job will not be tried again; `reason` says why.
    async fn given_up(&self, db: &TenantDb, work: &Work, reason: &str) -> Result<(), StoreError> {
        match work {
            Work::IngestDocument { document } => self.ingest.give_up(db, *document, reason).await,
        }
    }
}
