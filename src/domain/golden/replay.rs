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
use sha2::{Digest, Sha256};
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
/// Questions that may stay without an answer before the rest is left for later.
const UNANSWERED_MOST: usize = 3;
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
    #[error("the space's first model did not answer {0} of the questions")]
    Answer(usize),
}

impl ReplayError {
    /// Whether the same run may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Answer(_) => true,
        }
    }
}

/// Makes the run; none where it was to answer by itself and is to do so no more.
///
/// # Errors
/// [`ReplayError`]; what was asked until then is kept, and the same run goes on with the rest.
pub async fn replay(
    answerer: &Answerer,
    db: &TenantDb,
    replay: Replay,
    progress: &Progress,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<Option<GoldenRun>, ReplayError> {
    let Replay {
        run,
        space,
        answers,
        cause,
    } = replay;
    let begun = db
        .transaction(async |conn| {
            let found = spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
            let found = Space::from(found);
            if answers && cause != GoldenCause::Asked && !found.settings.knowledge.golden_answers {
                return Ok(None);
            }
            let new = NewGoldenRun {
                id: run,
                space,
                cause,
                answers,
                knowledge_version: found.knowledge_version,
                conditions: conditions(&found),
                at: now(),
            };
            let done = golden::begin(conn, new).await?;
            Ok::<_, StoreError>(Some((found, golden::list(conn, space).await?, done)))
        })
        .await?;
    // Switched off since it was put in line: nobody wants to pay for it.
    let Some((space, questions, done)) = begun else {
        return Ok(None);
    };
    let done = HashSet::<_>::from_iter(done);
    let (count, mut unanswered) = (questions.len(), 0);
    for (asked, question) in questions.into_iter().enumerate() {
        progress.within(0, ASKED, asked, count);
        if done.contains(&question.id) {
            continue;
        }
        let result = if answers {
            match answer(answerer, db, &space, &question).await? {
                Some(result) => result,
                None if unanswered + 1 == UNANSWERED_MOST => return Err(ReplayError::Answer(unanswered + 1)),
                None => {
                    unanswered += 1;
                    continue;
                }
            }
        } else {
            search(answerer, db, &space, &question).await?
        };
        db.transaction(async |conn| golden::found(conn, run, &result).await)
            .await?;
    }
    if unanswered > 0 {
        return Err(ReplayError::Answer(unanswered));
    }
    let finished = db
        .transaction(async |conn| golden::finish(conn, run, KEPT, now()).await)
        .await?;
    if finished.regressed > 0 {
        metrics::counter!("parlance_golden_regressions_total")
            .increment(u64::try_from(finished.regressed).unwrap_or(0));
        warn!(space.id = %space.id, run.id = %run, regressed = finished.regressed, "golden questions got worse");
    }
    Ok(Some(finished))
}

/// All that answers in a space depend on, as one word.
fn conditions(space: &Space) -> String {
    let shaping = serde_json::json!([
        space.knowledge_version,
        space.settings.ai,
        space.settings.bot_name
    ]);
    hex::encode(Sha256::digest(shaping.to_string()))
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
    let request = answerer.request(space, None, &[], &question.question, &found.passages);
    let given = request.sources.iter().map(|source| {
        let heading = source.heading.join("\n");
        format!("{}\n{heading}\n{}", source.title, source.text)
    });
    let seen = Seen {
        abstained: found.abstained || found.passages.is_empty(),
        text: given.collect::<Vec<_>>().join("\n"),
        documents: found.passages.iter().map(|passage| passage.document).collect(),
    };
    Ok(result(question, &seen, None, None))
}

/// Whether the space's first model says what it must; none where it does not answer. What another says
/// in its place tells nothing about what has changed.
async fn answer(
    answerer: &Answerer,
    db: &TenantDb,
    space: &Space,
    question: &GoldenQuestion,
) -> Result<Option<NewGoldenResult>, ReplayError> {
    let (first, _) = answerer.reserved_for(&space.settings.ai);
    let outcome = answerer.try_out(db, space, &question.question).await?;
    let stood_in = outcome.model.as_ref().is_some_and(|model| *model != first);
    if outcome.state == MessageState::Failed || stood_in {
        return Ok(None);
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
    Ok(Some(result(
        question,
        &seen,
        Some(outcome.text),
        outcome.grounding,
    )))
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
