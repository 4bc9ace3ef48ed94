//! What an answer would change if it were published: the questions of the gap, and the golden questions, are
//! searched for with it and without. No model is asked, nothing is kept, and visitors are answered as before.

use std::collections::HashSet;

use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, QuestionClusterId, SpaceId},
    queries::{
        documents,
        golden::{self, GoldenQuestion},
        questions, spaces,
    },
};

use super::as_published;
use crate::domain::{
    accounts::space::Space,
    answering::{
        answerer::{Answerer, retrieval_settings},
        grounding,
    },
    golden::replay::searched,
    knowledge::{
        ingest::{Ingest, IngestError},
        written::Written,
    },
    retrieval::{Retrieval, draft::Draft},
};

/// Questions of the gap that are tried, the newest, besides the one that is answered.
pub const QUESTIONS_MOST: i32 = 20;
/// Golden questions that are tried, the oldest.
pub const GOLDEN_MOST: usize = 100;

/// How a question fares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fares {
    /// Whether something relevant enough is found: else the bot abstains.
    pub found: bool,
    /// Place of the answer among the passages that are found, from 1.
    pub rank: Option<usize>,
    /// How far what is found says the answer, 0 to 1.
    pub grounding: f32,
}

/// A question of the gap, now and then.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub question: String,
    pub before: Fares,
    pub after: Fares,
}

/// A golden question, now and then: whether it passes.
#[derive(Clone, Debug, PartialEq)]
pub struct TriedGolden {
    pub question: String,
    pub before: bool,
    pub after: bool,
}

/// What would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// First the one that is answered.
    pub questions: Vec<Tried>,
    pub golden: Vec<TriedGolden>,
}

/// Tries what `written`, the answer `answer` to `question`, would change.
///
/// # Errors
/// [`IngestError`]; the store's `NotFound` where the space has no such gap.
pub async fn preview(
    answerer: &Answerer,
    ingest: &Ingest,
    db: &TenantDb,
    (space, gap): (SpaceId, QuestionClusterId),
    (question, answer): (&str, &str),
    written: &Written,
) -> Result<Preview, IngestError> {
    let (found, asked, golden, replaced) = db
        .read(async |conn| {
            let found = spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
            let asked = questions::page(conn, gap, None, QUESTIONS_MOST).await?;
            let golden = golden::list(conn, space).await?;
            let replaced = documents::by_name(conn, space, &written.name).await?;
            Ok::<_, StoreError>((found, asked, golden, replaced.map(|document| document.id)))
        })
        .await?;
    let space = Space::from(found);
    let id = replaced.unwrap_or_else(DocumentId::new);
    let draft = Draft::new(ingest.draft(db, &space, id, written).await?, replaced);
    let trial = Trial {
        answerer,
        db,
        space: &space,
        draft: &draft,
        id,
        answer,
    };
    // Searching is quicker by far where the knowledge is in memory.
    answerer
        .retriever
        .load(db, space.id, space.knowledge_version)
        .await?;

    let mut seen = HashSet::new();
    let mut tried = Vec::new();
    let question = as_published(question);
    let texts = [question.as_str()]
        .into_iter()
        .chain(asked.iter().map(|asked| asked.text.as_str()));
    for text in texts
        .map(str::trim)
        .filter(|text| seen.insert(text.to_lowercase()))
    {
        let (before, after) = trial.search(text).await?;
        tried.push(Tried {
            question: text.to_owned(),
            before: trial.fares(&before),
            after: trial.fares(&after),
        });
    }
    let mut judged = Vec::new();
    for question in golden.iter().take(GOLDEN_MOST) {
        let (before, after) = trial.search(&question.question).await?;
        judged.push(TriedGolden {
            question: question.question.clone(),
            before: searched(answerer, &space, question, &before).passed,
            after: searched(answerer, &space, &trial.expecting(question, written), &after).passed,
        });
    }
    Ok(Preview {
        questions: tried,
        golden: judged,
    })
}

struct Trial<'a> {
    answerer: &'a Answerer,
    db: &'a TenantDb,
    space: &'a Space,
    draft: &'a Draft,
    id: DocumentId,
    answer: &'a str,
}

impl Trial<'_> {
    /// What is found without the draft, and with it.
    async fn search(&self, question: &str) -> Result<(Retrieval, Retrieval), StoreError> {
        let (space, retriever) = (self.space, &self.answerer.retriever);
        let settings = retrieval_settings(&space.settings.ai);
        let version = space.knowledge_version;
        let before = retriever
            .retrieve(self.db, space.id, version, question, &settings)
            .await?;
        let after = retriever
            .retrieve_with(self.db, space.id, version, question, &settings, self.draft)
            .await?;
        Ok((before, after))
    }

    fn fares(&self, found: &Retrieval) -> Fares {
        let texts: Vec<&str> = found
            .passages
            .iter()
            .map(|passage| passage.context.as_str())
            .collect();
        let place = found
            .passages
            .iter()
            .position(|passage| passage.document == self.id);
        Fares {
            found: !found.abstained,
            rank: place.map(|at| at + 1),
            grounding: if texts.is_empty() {
                0.0
            } else {
                grounding::support(self.answer, &texts)
            },
        }
    }

    /// A golden question may expect the very document.
    fn expecting(&self, question: &GoldenQuestion, written: &Written) -> GoldenQuestion {
        let mut question = question.clone();
        if question.source.as_ref() == Some(&written.name) {
            question.document_id = Some(self.id);
        }
        question
    }
}
