//! Asks all golden questions of a space, one after the other, each written down before the next.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, SpaceId},
    queries::{
        golden::{self, GoldenCause, GoldenQuestion, GoldenRun, NewGoldenResult, NewGoldenRun},
        spaces,
    },
};
use tracing::warn;

use super::judge::{Seen, judge};
use crate::domain::{
    accounts::space::Space,
    answering::answerer::{Answerer, retrieval_settings},
    conversations::event::MessageState,
    jobs::progress::Progress,
};

/// Runs of a space that are kept.
const KEPT: i32 = 50;
/// Percent when all have been asked.
const ASKED: u8 = 99;

/// A run to be made.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// The job it belongs to: begun again it goes on.
    pub run: JobId,
    pub space: SpaceId,
    pub answers: bool,
    pub cause: GoldenCause,
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever should have answered could not: that says nothing about what is known.
    #[error("an answer failed")]
    Answer,
}

impl ReplayError {
    /// Whether the same run may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Answer => true,
        }
    }
}

/// Makes the run.
///
/// # Errors
/// [`ReplayError`]; what was asked until then is kept.
pub async fn replay(
    answerer: &Answerer,
    db: &TenantDb,
    replay: Replay,
    progress: &Progress,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<GoldenRun, ReplayError> {
    let Replay {
        run,
        space,
        answers,
        cause,
    } = replay;
    let (space, questions, done) = db
        .transaction(async |conn| {
            let found = spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
            let new = NewGoldenRun {
                id: run,
                space,
                cause,
                answers,
                knowledge_version: found.knowledge_version,
                at: now(),
            };
            let done = golden::begin(conn, new).await?;
            Ok::<_, StoreError>((found, golden::list(conn, space).await?, done))
        })
        .await?;
    let (space, done) = (Space::from(space), HashSet::<_>::from_iter(done));
    let count = questions.len();
    for (asked, question) in questions.into_iter().enumerate() {
        progress.within(0, ASKED, asked, count);
        if done.contains(&question.id) {
            continue;
        }
        let result = if answers {
            answer(answerer, db, &space, &question).await?
        } else {
            search(answerer, db, &space, &question).await?
        };
        db.transaction(async |conn| golden::found(conn, run, &result).await)
            .await?;
    }
    let finished = db
        .transaction(async |conn| golden::finish(conn, run, KEPT, now()).await)
        .await?;
    if finished.regressed > 0 {
        metrics::counter!("parlance_golden_regressions_total")
            .increment(u64::try_from(finished.regressed).unwrap_or(0));
        warn!(space.id = %space.id, run.id = %run, regressed = finished.regressed, "golden questions got worse");
    }
    Ok(finished)
}

/// Whether a model would be given what it must: asks none.
async fn search(
    answerer: &Answerer,
    db: &TenantDb,
    space: &Space,
    question: &GoldenQuestion,
) -> Result<NewGoldenResult, StoreError> {
    let settings = retrieval_settings(&space.settings.ai);
    let (retriever, version) = (&answerer.retriever, space.knowledge_version);
    let found = retriever
        .retrieve(db, space.id, version, &question.question, &settings)
        .await?;
    let contexts: Vec<&str> = found.passages.iter().map(|passage| &*passage.context).collect();
    let seen = Seen {
        abstained: found.abstained || found.passages.is_empty(),
        documents: found.passages.iter().map(|passage| passage.document).collect(),
        text: contexts.join("\n"),
    };
    Ok(result(question, &seen, None, None))
}

/// Whether the space's model says what it must.
async fn answer(
    answerer: &Answerer,
    db: &TenantDb,
    space: &Space,
    question: &GoldenQuestion,
) -> Result<NewGoldenResult, ReplayError> {
    let outcome = answerer.try_out(db, space, &question.question).await?;
    if outcome.state == MessageState::Failed {
        return Err(ReplayError::Answer);
    }
    let seen = Seen {
        abstained: outcome.abstained,
        documents: outcome
            .cited
            .iter()
            .map(|cited| cited.citation.document)
            .collect(),
        text: outcome.text.clone(),
    };
    Ok(result(question, &seen, Some(outcome.text), outcome.grounding))
}

fn result(
    question: &GoldenQuestion,
    seen: &Seen,
    answer: Option<String>,
    grounding: Option<f32>,
) -> NewGoldenResult {
    let judged = judge(question, seen);
    NewGoldenResult {
        question: question.id,
        passed: judged.passed,
        abstained: seen.abstained,
        source_place: judged.source_place,
        missing: judged.missing,
        answer,
        grounding,
    }
}
