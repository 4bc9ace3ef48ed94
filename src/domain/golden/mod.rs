//! Golden questions: an admin says which source must be found or what must be said, and they are asked
//! again whenever knowledge or settings change, so that what got worse is seen before visitors see it.
//!
//! [`judge`] is pure. [`replay`] asks; `crate::jobs` calls it.

pub mod judge;
pub mod replay;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantConn, TenantDb,
    ids::{GoldenQuestionId, JobId, SpaceId},
    queries::{
        golden::{self, GoldenCause, GoldenQuestion, GoldenWords},
        space_life, spaces,
    },
};
use serde_json::{Value, json};

use super::{
    accounts::{caller::Caller, space::Space},
    audit,
    jobs::{self, Priority, Work},
    retrieval::MAX_QUESTION_CHARS,
    spaces::versions,
};

/// Questions of a space at most.
pub const MOST: i64 = 500;
/// Facts of a question at most.
pub const FACTS_MAX: usize = 10;
const FACT_MAX: usize = 200;
const SOURCE_MAX: usize = 500;
/// How long it must be quiet after a change: one run serves all of an upload or a crawl.
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(30);
/// But they are asked within this time of the first change, and answered, which costs, within that.
const ASKED_WITHIN: TimeDelta = TimeDelta::minutes(10);
const ANSWERED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Why a question cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum GoldenError {
    /// In words for whoever wrote it.
    #[error("{0}")]
    Unsound(String),
    #[error("the space has this question")]
    Twice,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for GoldenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { constraint } if constraint == "golden_questions_once" => Self::Twice,
            other => Self::Store(other),
        }
    }
}

/// A question as somebody wrote it.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub question: String,
    /// Name of the document that must be found.
    pub source: Option<String>,
    /// What must be said, word for word but for case and space.
    pub facts: Vec<String>,
}

impl Written {
    /// The same without space around it, where it can be kept.
    ///
    /// # Errors
    /// [`GoldenError::Unsound`] names what is out of bounds.
    pub fn sound(self) -> Result<Self, GoldenError> {
        let tidy = |text: &str| text.replace('\0', "").trim().to_owned();
        let written = Self {
            question: tidy(&self.question),
            source: self
                .source
                .as_deref()
                .map(tidy)
                .filter(|source| !source.is_empty()),
            facts: self.facts.iter().map(|fact| tidy(fact)).collect(),
        };
        let within = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
        let checks = [
            (
                within(&written.question, MAX_QUESTION_CHARS),
                format!("question: give 1 to {MAX_QUESTION_CHARS} characters"),
            ),
            (
                written
                    .source
                    .as_ref()
                    .is_none_or(|source| within(source, SOURCE_MAX)),
                format!("source: give the name of a document, at most {SOURCE_MAX} characters"),
            ),
            (
                written.facts.len() <= FACTS_MAX
                    && written
                        .facts
                        .iter()
                        .all(|fact| within(fact, FACT_MAX) && !judge::normal(fact).is_empty()),
                format!("facts: give at most {FACTS_MAX} of 1 to {FACT_MAX} characters"),
            ),
            (
                written.source.is_some() || !written.facts.is_empty(),
                "say what is expected: a source, facts, or both".to_owned(),
            ),
        ];
        match checks.into_iter().find(|(sound, _)| !sound) {
            Some((_, detail)) => Err(GoldenError::Unsound(detail)),
            None => Ok(written),
        }
    }

    fn words(&self) -> GoldenWords<'_> {
        GoldenWords {
            question: &self.question,
            source: self.source.as_deref(),
            facts: &self.facts,
        }
    }
}

/// Keeps a question.
///
/// # Errors
/// [`GoldenError`]; the store's `NotFound` where the tenant has no such space.
pub async fn add(
    db: &TenantDb,
    caller: &Caller,
    space: SpaceId,
    written: Written,
    now: DateTime<Utc>,
) -> Result<GoldenQuestion, GoldenError> {
    let (written, id) = (written.sound()?, GoldenQuestionId::new());
    let added = db.transaction(async |conn| {
        space_life::hold(conn, space).await?;
        // Others who add one wait, so that the limit holds.
        spaces::lock(conn, space).await?;
        if golden::count(conn, space).await? >= MOST {
            return Ok(None);
        }
        golden::add(conn, id, space, written.words(), now).await?;
        let question = golden::get(conn, id).await?;
        let mut act = caller.act("golden_question.add", ("golden_question", id), now);
        act.after = Some(told(&question));
        audit::record(conn, act).await?;
        Ok::<_, StoreError>(Some(question))
    });
    added
        .await?
        .ok_or_else(|| GoldenError::Unsound(format!("a space has at most {MOST} golden questions")))
}

/// Changes a question; its earlier results are not compared with any more.
///
/// # Errors
/// [`GoldenError`]; the store's `NotFound` where the tenant has no such question.
pub async fn change(
    db: &TenantDb,
    caller: &Caller,
    id: GoldenQuestionId,
    written: Written,
    now: DateTime<Utc>,
) -> Result<GoldenQuestion, GoldenError> {
    let written = written.sound()?;
    let changed = db.transaction(async |conn| {
        let before = golden::get(conn, id).await?;
        space_life::hold(conn, before.space_id).await?;
        golden::change(conn, id, written.words(), now).await?;
        let question = golden::get(conn, id).await?;
        let mut act = caller.act("golden_question.change", ("golden_question", id), now);
        (act.before, act.after) = (Some(told(&before)), Some(told(&question)));
        audit::record(conn, act).await?;
        Ok::<_, StoreError>(question)
    });
    Ok(changed.await?)
}

/// Removes a question with what was found for it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such question.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: GoldenQuestionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let before = golden::get(conn, id).await?;
        space_life::hold(conn, before.space_id).await?;
        golden::remove(conn, id).await?;
        let mut act = caller.act("golden_question.remove", ("golden_question", id), now);
        act.before = Some(told(&before));
        audit::record(conn, act).await
    })
    .await
}

fn told(question: &GoldenQuestion) -> Value {
    json!({
        "space": question.space_id, "question": question.question, "source": question.source,
        "facts": question.facts,
    })
}

/// Puts a run in line that somebody asks for, under the AI settings of a version of the space or of the time.
///
/// # Errors
/// [`GoldenError::Unsound`] where there is no such version, or none that answers by today's rules;
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn ask(
    db: &TenantDb,
    caller: &Caller,
    space: SpaceId,
    answers: bool,
    version: Option<i64>,
    now: DateTime<Utc>,
) -> Result<JobId, GoldenError> {
    db.transaction(async |conn| {
        space_life::hold(conn, space).await?;
        if let Some(n) = version
            && versions::answers_of(conn, space, n).await?.is_none()
        {
            let detail = format!("version: the space has no version {n} that answers by today's rules");
            return Err(GoldenError::Unsound(detail));
        }
        let work = Work::ReplayGolden {
            space,
            answers,
            cause: GoldenCause::Asked,
            version,
        };
        let mut act = caller.act("golden_run.ask", ("space", space), now);
        act.after = Some(json!({ "answers": answers, "version": version }));
        audit::record(conn, act).await?;
        Ok(jobs::enqueue(conn, &work, space, Priority::Now, now).await?)
    })
    .await
}

/// Puts a run in line in the transaction that changes a space, shortly after it; nothing where the
/// space has no questions.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn after_change(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    cause: GoldenCause,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if !golden::any(conn, space).await? {
        return Ok(());
    }
    let Some(found) = spaces::load(conn, space).await? else {
        return Ok(());
    };
    let answers = Space::from(found).settings.knowledge.golden_answers;
    let work = Work::ReplayGolden {
        space,
        answers,
        cause,
        version: None,
    };
    let (due, longest) = (
        now + SETTLED_AFTER,
        if answers { ANSWERED_WITHIN } else { ASKED_WITHIN },
    );
    if !jobs::put_off(conn, &work, due, longest).await? {
        jobs::enqueue_at(conn, &work, space, Priority::Later, due, now).await?;
    }
    Ok(())
}
