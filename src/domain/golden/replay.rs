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
    answering::{
        answerer::{Answerer, retrieval_settings},
        turn::{Extra, Outcome},
    },
    conversations::event::MessageState,
    jobs::progress::Progress,
    retrieval::Retrieval,
    spaces::versions,
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
    /// The version of the space whose AI settings are used; none uses those of the time.
    pub version: Option<i64>,
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever should have answered could not: that says nothing about what is known.
    #[error("the space's first model did not answer {0} of the questions")]
    Answer(usize),
    #[error("the version is not kept any more")]
    Forgotten,
}

impl ReplayError {
    /// Whether the same run may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Answer(_) => true,
            Self::Forgotten => false,
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
        version,
    } = replay;
    let begun = db
        .transaction(async |conn| {
            let found = spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
            let mut found = Space::from(found);
            if let Some(n) = version {
                let ai = versions::answers_of(conn, space, n).await?;
                found = found.answering(ai.ok_or(ReplayError::Forgotten)?);
            }
            if answers && cause != GoldenCause::Asked && !found.settings.knowledge.golden_answers {
                return Ok(None);
            }
            let new = NewGoldenRun {
                id: run,
                space,
                cause,
                answers,
                knowledge_version: found.knowledge_version,
                version,
                conditions: conditions(&found),
                at: now(),
            };
            let done = golden::begin(conn, new).await?;
            Ok::<_, ReplayError>(Some((found, golden::list(conn, space).await?, done)))
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
    // What another version cannot do tells nothing about the space.
    if finished.regressed > 0 && version.is_none() {
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
    Ok(searched(answerer, space, question, &found))
}

/// Whether what was found for a question has what it must.
#[must_use]
pub fn searched(
    answerer: &Answerer,
    space: &Space,
    question: &GoldenQuestion,
    found: &Retrieval,
) -> NewGoldenResult {
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
    result(question, &seen)
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
    if outcome.state == MessageState::Failed || outcome.limited || stood_in {
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
    let result = result(question, &seen);
    Ok(Some(NewGoldenResult {
        grounding: outcome.grounding,
        cost_nanos: cost(&outcome),
        answer: Some(outcome.text),
        ..result
    }))
}

/// What all calls for an answer cost, nano-dollars; none where a price is not known.
fn cost(outcome: &Outcome) -> Option<i64> {
    let further = outcome.extra.iter().map(|spent| match spent {
        Extra::Attempt(bill) | Extra::Abandoned(bill) => bill,
    });
    let mut bills = outcome.spent.iter().chain(further);
    bills.try_fold(0_i64, |sum, bill| {
        bill.price_effective.map(|_| sum.saturating_add(bill.cost_nanos))
    })
}

fn result(question: &GoldenQuestion, seen: &Seen) -> NewGoldenResult {
    let judged = judge(question, seen);
    NewGoldenResult {
        question: question.id,
        passed: judged.passed,
        abstained: seen.abstained,
        source_place: judged.source_place,
        missing: judged.missing,
        answer: None,
        grounding: None,
        cost_nanos: None,
    }
}
