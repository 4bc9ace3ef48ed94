//! A question to the passages that may answer it, or to the insight that none does.
//!
//! [`Retriever::retrieve`] embeds the question while the database counts how rare its words
//! are, searches both legs in one statement (`store::queries::search`), and weighs what comes
//! back: [`rarity`] for words, [`wording`] for sentences and phrases, [`fuse`] for the order,
//! [`floor`] for abstaining. Those four are pure. Nothing here writes.

pub mod floor;
pub mod fuse;
pub mod rarity;
pub mod wording;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use moka::future::Cache;
use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, PassageId, SpaceId, TenantId},
    queries::search::{self, Search, Term},
};
use tracing::warn;

use self::{
    floor::Floor,
    fuse::{Ranked, Weights},
    wording::Wording,
};
use crate::{
    adapters::embed::{Embedder, vector_model},
    domain::billing::meter::{Account, Meter},
};

/// Characters of a question that are read; what a visitor pastes beyond is not searched for.
pub const MAX_QUESTION_CHARS: usize = 2_000;

/// How a space searches. `Default` is what the evaluation in `docs/RETRIEVAL.md` was run with.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrievalSettings {
    /// Passages that come back, at most.
    pub top_k: usize,
    /// Candidates of each leg.
    pub leg: i32,
    /// Candidates that are weighed: the best of both legs by reciprocal rank.
    pub pool: i32,
    pub weights: Weights,
    pub floor: Floor,
}

impl Default for RetrievalSettings {
    fn default() -> Self {
        Self {
            top_k: 6,
            leg: 50,
            pool: 32,
            weights: Weights::default(),
            floor: Floor::default(),
        }
    }
}

/// A passage that may answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    pub id: PassageId,
    pub document: DocumentId,
    /// What the document calls itself.
    pub title: String,
    /// The document's file name or address.
    pub name: String,
    /// Media type of the document's file.
    pub media_type: String,
    /// Where the document came from.
    pub source_url: Option<String>,
    /// Headings above it, outermost first.
    pub heading: Vec<String>,
    /// Page, from 1.
    pub page: Option<u32>,
    /// Characters of the document's canonical text, for highlighting.
    pub start_char: u32,
    pub end_char: u32,
    /// The passage itself: Markdown, or plain text from a PDF or text file.
    pub text: String,
    /// The passage with its neighbours in the section: what the model is given.
    pub context: String,
    /// What the order goes by; comparable within one retrieval only.
    pub score: f64,
    /// Cosine of the angle to the question.
    pub cosine: f64,
    /// Share of the question's words, weighed by rarity, that occur in it: 0 to 1.
    pub coverage: f64,
    /// How it words the question.
    pub wording: Wording,
}

/// What a question found.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrieval {
    /// Best first; empty when abstained.
    pub passages: Vec<Passage>,
    /// Nothing found is relevant enough: no model is to be asked.
    pub abstained: bool,
    /// The whole of it, and of that the embedding.
    pub took: Duration,
    pub embedding_took: Duration,
}

type TermsKey = (TenantId, SpaceId, i64, String);

/// Searches spaces. Share one: it remembers the words of questions and how rare they are.
pub struct Retriever {
    embedder: Arc<dyn Embedder>,
    meter: Meter,
    /// What the vectors of passages are kept under.
    vectors: String,
    terms: Cache<TermsKey, Arc<Vec<Term>>>,
}

impl fmt::Debug for Retriever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retriever")
            .field("embedder", &self.embedder)
            .finish_non_exhaustive()
    }
}

/// Questions whose words are remembered, each about a kilobyte.
const REMEMBERED_QUESTIONS: u64 = 20_000;

impl Retriever {
    /// Give it an embedder that caches questions (`adapters::embed::CachedQueries`), and the meter
    /// of that embedder.
    #[must_use]
    pub fn new(embedder: Arc<dyn Embedder>, meter: Meter) -> Self {
        Self {
            vectors: vector_model(&*embedder),
            embedder,
            meter,
            terms: Cache::new(REMEMBERED_QUESTIONS),
        }
    }

    /// The passages of a space that may answer `question`, best first.
    ///
    /// `knowledge_version` is the space's: what is remembered under an older one is not used.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn retrieve(
        &self,
        db: &TenantDb,
        space: SpaceId,
        knowledge_version: i64,
        question: &str,
        settings: &RetrievalSettings,
    ) -> Result<Retrieval, StoreError> {
        let started = Instant::now();
        let question: String = question.trim().chars().take(MAX_QUESTION_CHARS).collect();
        let (embedded, terms) = tokio::join!(
            self.embed(db, space, &question),
            self.terms(db, space, knowledge_version, &question)
        );
        let (vector, embedding_took) = embedded;
        // No vector is of a model without a name: then words alone find.
        let (vector, model) = match &vector {
            Some(vector) => (vector.as_slice(), self.vectors.as_str()),
            None => ([0.0].as_slice(), ""),
        };
        let terms = rarity::weigh(&terms?, search::MAX_TERMS);
        let weighted: Vec<(String, f64)> = terms.searched().collect();
        let found = db
            .search(async |conn| {
                let search = Search {
                    space,
                    vector,
                    model,
                    terms: &weighted,
                    places: settings.weights.places,
                    leg: settings.leg,
                    pool: settings.pool,
                };
                search::hybrid(conn, &search).await
            })
            .await?;
        let ranked = fuse::fuse(&question, found, &terms, &settings.weights);
        let mut passages = fuse::without_repeats(ranked.into_iter().map(passage), settings.top_k);
        let abstained = !settings.floor.is_reached(&passages, terms.strange());
        if abstained {
            passages.clear();
        }
        Ok(Retrieval {
            passages,
            abstained,
            took: started.elapsed(),
            embedding_took,
        })
    }

    /// The question's vector, for which the space pays where it is not known yet; none where the
    /// embedder fails: words can still find what words say.
    async fn embed(&self, db: &TenantDb, space: SpaceId, question: &str) -> (Option<Vec<f32>>, Duration) {
        let started = Instant::now();
        let account = Account {
            meter: &self.meter,
            db,
            space,
            model: self.embedder.model(),
        };
        let vector = self.embedder.question(question, Some(&account)).await;
        let vector = vector.inspect_err(|error| {
            metrics::counter!("parlance_searches_by_words_total").increment(1);
            warn!(%error, "a question is searched for by words alone");
        });
        (vector.ok(), started.elapsed())
    }

    async fn terms(
        &self,
        db: &TenantDb,
        space: SpaceId,
        version: i64,
        question: &str,
    ) -> Result<Arc<Vec<Term>>, StoreError> {
        let key = (db.tenant_id(), space, version, question.to_owned());
        if let Some(known) = self.terms.get(&key).await {
            return Ok(known);
        }
        let terms = Arc::new(
            db.read(async |conn| search::terms(conn, space, question).await)
                .await?,
        );
        self.terms.insert(key, terms.clone()).await;
        Ok(terms)
    }
}

fn passage(ranked: Ranked) -> Passage {
    let found = ranked.candidate;
    Passage {
        id: found.passage_id,
        document: found.document_id,
        title: found.title,
        name: found.name,
        media_type: found.media_type,
        source_url: found.source_url,
        heading: found.heading,
        page: found.page.and_then(|page| u32::try_from(page).ok()),
        start_char: u32::try_from(found.start_char).unwrap_or(0),
        end_char: u32::try_from(found.end_char).unwrap_or(0),
        text: ranked.text,
        context: found.context,
        score: ranked.score,
        cosine: found.cosine,
        coverage: ranked.coverage,
        wording: ranked.wording,
    }
}
