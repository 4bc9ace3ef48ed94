//! Carries out background work: takes jobs up in fair turns, holds their leases, tells how far they
//! are, and ends them. What a job does is in a file per kind, and may be done twice.

mod follow_deadlines;
mod forget;
mod index_space;
mod ingest_document;
mod keep_counting;
mod keep_grouping;
mod keep_reconciling;
mod learn_categories;
mod read_source;
mod remove_space;
mod replay_golden;
mod send_mail;
mod sort_ticket;
mod tell_quota;
mod tell_unpriced;
mod tell_waiting;
mod worker;

pub use forget::keep_forgetting;
pub use keep_counting::keep_counting;
pub use keep_grouping::keep_grouping;
pub use keep_reconciling::Reconciler;
pub use worker::Worker;

use std::{sync::Arc, time::Duration};

use parlance_store::{StoreError, TenantDb, ids::JobId};

use tracing::warn;

use crate::{
    actors::{console::Consoles, registry::Registry},
    domain::{
        answering::answerer::Answerer,
        billing::{limit, plans::Plans},
        golden::replay::Replay,
        jobs::{Bell, Work, progress::Progress},
        knowledge::{ingest::Ingest, web::Crawler},
        notify::mail::Post,
        tickets::categories::Classifiers,
    },
    kernel::clock::SharedClock,
};

/// How far a job came that did not fail.
#[derive(Debug)]
enum Came {
    ToItsEnd,
    /// It goes on when others have had theirs.
    ToItsTurn,
    /// What it was to work on is gone: which that was, in words for those whose job it is.
    Removed(&'static str),
}

/// Why a job did not come to its end.
#[derive(Debug)]
struct Failure {
    /// In words for those whose job it is.
    error: String,
    /// Whether the same may well succeed later.
    transient: bool,
}

impl From<StoreError> for Failure {
    /// The cause is for the log: what a database says is not for those whose job it is.
    fn from(error: StoreError) -> Self {
        if let StoreError::QuotaReached(reached) = &error {
            return Self {
                error: limit::told(reached),
                transient: false,
            };
        }
        warn!(%error, "the database failed a job");
        let transient = error.is_transient();
        let said = if transient {
            "the database could not do it just now"
        } else {
            "it could not be stored"
        };
        Self {
            error: said.to_owned(),
            transient,
        }
    }
}

/// What jobs need to do their work.
#[derive(Clone)]
pub struct Tools {
    pub answerer: Arc<Answerer>,
    pub ingest: Ingest,
    pub crawler: Crawler,
    pub post: Post,
    /// Conversations that are loaded in this process; none: there are none.
    pub registry: Option<Registry>,
    pub plans: Arc<Plans>,
    pub clock: SharedClock,
    pub bell: Bell,
    pub consoles: Consoles,
    pub classifiers: Classifiers,
    /// How long work that can be interrupted goes on before others have their turn.
    pub turn: Duration,
}

impl Tools {
    async fn carry_out(
        &self,
        db: &TenantDb,
        job: JobId,
        work: &Work,
        progress: &Progress,
    ) -> Result<Came, Failure> {
        match work {
            Work::IngestDocument { document } => {
                ingest_document::run(&self.ingest, db, *document, progress).await
            }
            Work::IndexSpace { space, model } => index_space::run(db, *space, model, progress).await,
            Work::SendMail { errand } => send_mail::run(self, db, job, errand).await,
            Work::TellWaiting { space } => tell_waiting::run(self, db, *space, job).await,
            Work::RemoveSpace { space } => remove_space::run(self, db, *space, job).await,
            Work::FollowDeadlines { after } => follow_deadlines::run(self, db, job, *after).await,
            Work::LearnCategories {} => learn_categories::run(self, db, progress).await,
            Work::TellQuota { quota, percent } => tell_quota::run(self, db, *quota, *percent).await,
            Work::TellUnpriced { day } => tell_unpriced::run(self, db, *day).await,
            Work::SortTicket { ticket } => sort_ticket::run(self, db, *ticket).await,
            Work::ReadSource { source } => read_source::run(self, db, *source, job, progress).await,
            Work::ReplayGolden {
                space,
                answers,
                cause,
                version,
            } => {
                let replay = Replay {
                    run: job,
                    space: *space,
                    answers: *answers,
                    cause: *cause,
                    version: *version,
                };
                replay_golden::run(self, db, replay, progress).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_database_says_is_not_told() {
        let passing = Failure::from(StoreError::Pool("connect to 10.0.0.7 refused".to_owned()));
        assert_eq!(
            (passing.error.as_str(), passing.transient),
            ("the database could not do it just now", true)
        );
        let constraint = "passages_pkey".to_owned();
        let lasting = Failure::from(StoreError::Conflict { constraint });
        assert_eq!(
            (lasting.error.as_str(), lasting.transient),
            ("it could not be stored", false)
        );
    }
}
