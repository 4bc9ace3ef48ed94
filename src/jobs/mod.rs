//! Carries out background work: takes jobs up in fair turns, holds their leases, tells how far they
//! are, and ends them. What a job does is in a file per kind, and may be done twice.

mod ingest_document;
mod read_source;
mod replay_golden;
mod worker;

pub use worker::Worker;

use std::sync::Arc;

use parlance_store::{StoreError, TenantDb, ids::JobId};

use crate::{
    actors::ledger::LedgerHandle,
    domain::{
        answering::answerer::Answerer,
        golden::replay::Replay,
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
    pub answerer: Arc<Answerer>,
    pub ledger: LedgerHandle,
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
            Work::ReplayGolden {
                space,
                answers,
                cause,
            } => {
                let replay = Replay {
                    run: job,
                    space: *space,
                    answers: *answers,
                    cause: *cause,
                };
                replay_golden::run(self, db, replay, progress).await
            }
        }
    }
}
