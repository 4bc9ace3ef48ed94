//! A question to the passages that may answer it, or to the insight that none does.
//!
//! [`Retriever::retrieve`] embeds the question and learns its words, searches both legs, and weighs
//! what they find: [`rarity`] for words, [`wording`] for sentences and phrases, [`fuse`] for the
//! order, [`floor`] for abstaining. The search runs in memory ([`index`]) for a space that is there
//! ([`resident`]), and else in one statement (`store::queries::search`); both find the same. A space
//! too large for either has indexes ([`large`]). [`explain`] tells why. Nothing here writes.

mod choose;
pub mod draft;
pub mod explain;
pub mod floor;
pub mod fuse;
pub mod index;
pub mod indexing;
pub mod large;
pub mod rarity;
pub mod resident;
pub mod wording;
pub mod words;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use moka::future::Cache;
use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, PassageId, SpaceId, TenantId},
    queries::{
        large as indexed,
        search::{self, Search, Term},
    },
};
use tracing::warn;

use self::{
    choose::{choose, stored},
    draft::Draft,
    explain::Explained,
    floor::Floor,
    fuse::Weights,
    index::{Index, Sought},
    large::LargeSpaces,
    resident::Resident,
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
    pub leg: u16,
    /// Candidates that are weighed: the best of both legs by reciprocal rank.
    pub pool: u16,
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
    /// The question's; none where it was searched for by words alone.
    pub vector: Option<Vec<f32>>,
    /// The version of the knowledge it was found in at least.
    pub knowledge_version: i64,
    /// Whether that was in memory, and else in the database.
    pub in_memory: bool,
    /// The whole of it, and of that the embedding.
    pub took: Duration,
    pub embedding_took: Duration,
}

type TermsKey = (TenantId, SpaceId, i64, String);

/// Searches spaces. Share one: it remembers the words of questions, and the knowledge of spaces.
pub struct Retriever {
    embedder: Arc<dyn Embedder>,
    meter: Meter,
    /// What the vectors of passages are kept under.
    vectors: String,
    resident: Resident,
    large: LargeSpaces,
    /// The lexemes of a question.
    lexemes: Cache<String, Arc<Vec<String>>>,
    /// The same with how rare they are in a space that is not in memory.
    terms: Cache<TermsKey, Arc<Vec<Term>>>,
}

impl fmt::Debug for Retriever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retriever")
            .field("embedder", &self.embedder)
            .finish_non_exhaustive()
    }
}

/// What is wanted of a search besides what it finds.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted<'a> {
    /// Why: left out where nobody asks, for reasons take copies of all candidates.
    reasons: bool,
    /// Knowledge that is searched as well.
    draft: Option<&'a Draft>,
}

/// Questions whose words are remembered, each about a kilobyte.
const REMEMBERED_QUESTIONS: u64 = 20_000;
/// MiB for the knowledge of spaces, where nothing else is said.
pub const KNOWLEDGE_MEMORY: u64 = 256;

impl Retriever {
    /// Give it an embedder that caches questions (`adapters::embed::CachedQueries`), and the meter
    /// of that embedder.
    #[must_use]
    pub fn new(embedder: Arc<dyn Embedder>, meter: Meter) -> Self {
        Self {
            vectors: vector_model(&*embedder),
            embedder,
            meter,
            resident: Resident::new(KNOWLEDGE_MEMORY),
            large: LargeSpaces::default(),
            lexemes: Cache::new(REMEMBERED_QUESTIONS),
            terms: Cache::new(REMEMBERED_QUESTIONS),
        }
    }

    /// The same with room for this many MiB of knowledge in memory; 0: all is searched in the
    /// database.
    #[must_use]
    pub fn with_knowledge_memory(self, room: u64) -> Self {
        Self {
            resident: Resident::new(room),
            ..self
        }
    }

    /// The passages of a space that may answer `question`, best first.
    ///
    /// `knowledge_version` is the space's, as far as it is known: nothing older is searched. A
    /// space that is not in memory in this version is searched in the database, and read into
    /// memory meanwhile for the questions after this one.
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
        let wanted = Wanted::default();
        let found = self.find(db, space, knowledge_version, question, settings, wanted);
        Ok(found.await?.retrieval)
    }

    /// The same as if `draft` were of the space.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn retrieve_with(
        &self,
        db: &TenantDb,
        space: SpaceId,
        knowledge_version: i64,
        question: &str,
        settings: &RetrievalSettings,
        draft: &Draft,
    ) -> Result<Retrieval, StoreError> {
        let wanted = Wanted {
            reasons: false,
            draft: Some(draft),
        };
        let found = self.find(db, space, knowledge_version, question, settings, wanted);
        Ok(found.await?.retrieval)
    }

    /// The same with its reasons.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn explain(
        &self,
        db: &TenantDb,
        space: SpaceId,
        knowledge_version: i64,
        question: &str,
        settings: &RetrievalSettings,
    ) -> Result<Explained, StoreError> {
        let wanted = Wanted {
            reasons: true,
            draft: None,
        };
        self.find(db, space, knowledge_version, question, settings, wanted)
            .await
    }

    async fn find(
        &self,
        db: &TenantDb,
        space: SpaceId,
        knowledge_version: i64,
        question: &str,
        settings: &RetrievalSettings,
        wanted: Wanted<'_>,
    ) -> Result<Explained, StoreError> {
        let Wanted { reasons, draft } = wanted;
        let started = Instant::now();
        let question: String = question.trim().chars().take(MAX_QUESTION_CHARS).collect();
        let index = self.resident.get(db.tenant_id(), space, knowledge_version).await;
        let large = index.is_none() && self.large.has(db, space, &self.vectors).await?;
        let place = match (&index, large) {
            (Some(_), _) => "memory",
            (None, false) => "database",
            (None, true) => "indexes",
        };
        metrics::counter!("parlance_searches_total", "place" => place).increment(1);
        let (embedded, terms) = tokio::join!(self.embed(db, space, &question), async {
            match &index {
                Some(index) => self.terms_in_memory(db, index, &question).await,
                None => self.terms(db, space, knowledge_version, &question, large).await,
            }
        });
        let (vector, embedding_took) = embedded;
        let mut counted = terms?;
        if let Some(draft) = draft {
            counted = Arc::new(draft.counted(&counted));
        }
        let terms = rarity::weigh(&counted, search::MAX_TERMS);
        let weighted: Vec<(String, f64)> = terms.searched().collect();
        let sought = Sought {
            vector: vector.as_deref(),
            terms: &weighted,
            leg: settings.leg.into(),
            pool: settings.pool.into(),
        };
        let chosen = match &index {
            Some(index) => {
                let mut found = index.search(&sought);
                if let Some(draft) = draft {
                    draft.join(&mut found, &sought);
                }
                choose(&question, found, &terms, settings, reasons)
            }
            None => {
                self.load_later(db, space, knowledge_version);
                let counted = large.then_some(counted.as_slice());
                let found = self
                    .search(db, space, vector.as_deref(), &weighted, counted, settings)
                    .await?;
                let above: Vec<String> = found.iter().map(|row| fuse::above(&row.passage)).collect();
                let found = found.iter().zip(&above).map(|(row, above)| stored(row, above));
                let mut found = found.collect();
                if let Some(draft) = draft {
                    draft.join(&mut found, &sought);
                }
                choose(&question, found, &terms, settings, reasons)
            }
        };
        Ok(Explained {
            retrieval: Retrieval {
                passages: chosen.passages,
                abstained: chosen.abstained,
                vector,
                in_memory: index.is_some(),
                knowledge_version: index.map_or(knowledge_version, |index| index.version()),
                took: started.elapsed(),
                embedding_took,
            },
            terms: match reasons {
                true => explain::terms(&counted, &terms),
                false => Vec::new(),
            },
            candidates: chosen.candidates,
            floor: settings.floor,
        })
    }

    /// Reads the knowledge of a space into memory, where it fits and is not there yet in this
    /// version.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn load(
        &self,
        db: &TenantDb,
        space: SpaceId,
        knowledge_version: i64,
    ) -> Result<(), StoreError> {
        self.resident
            .load(db, space, knowledge_version, &self.vectors)
            .await
    }

    fn load_later(&self, db: &TenantDb, space: SpaceId, knowledge_version: i64) {
        let (resident, db, model) = (self.resident.clone(), db.clone(), self.vectors.clone());
        #[expect(
            clippy::disallowed_methods,
            reason = "it fills a cache: nobody waits for it, and nothing is lost with it"
        )]
        tokio::spawn(async move {
            if let Err(error) = resident.load(&db, space, knowledge_version, &model).await {
                warn!(space.id = %space, %error, "the knowledge of a space could not be read into memory");
            }
        });
    }

    /// Searches the database; through indexes where it is told how frequent the words are.
    async fn search(
        &self,
        db: &TenantDb,
        space: SpaceId,
        vector: Option<&[f32]>,
        terms: &[(String, f64)],
        counted: Option<&[Term]>,
        settings: &RetrievalSettings,
    ) -> Result<Vec<search::Candidate>, StoreError> {
        // No vector is of a model without a name: then words alone find.
        let (vector, model) = vector.map_or((&[0.0_f32][..], ""), |vector| (vector, &self.vectors));
        let search = Search {
            space,
            vector,
            model,
            terms,
            leg: settings.leg.into(),
            pool: settings.pool.into(),
        };
        let Some(counted) = counted else {
            return db.search(async |conn| search::hybrid(conn, &search).await).await;
        };
        let passages = indexed::frequencies(terms, counted);
        db.read(async |conn| indexed::hybrid(conn, &search, &passages).await)
            .await
    }

    /// The vector of something said, where that is made in this process; what was just searched for has one.
    pub async fn vector(&self, db: &TenantDb, space: SpaceId, said: &str) -> Option<Vec<f32>> {
        if self.embedder.is_upstream() {
            return None;
        }
        let said: String = said.trim().chars().take(MAX_QUESTION_CHARS).collect();
        self.embed(db, space, &said).await.0
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

    async fn terms_in_memory(
        &self,
        db: &TenantDb,
        index: &Index,
        question: &str,
    ) -> Result<Arc<Vec<Term>>, StoreError> {
        let lexemes = match self.lexemes.get(question).await {
            Some(known) => known,
            None => {
                let read = db.read(async |conn| search::lexemes(conn, question).await);
                let lexemes = Arc::new(read.await?);
                self.lexemes.insert(question.to_owned(), lexemes.clone()).await;
                lexemes
            }
        };
        Ok(Arc::new(index.terms(&lexemes)))
    }

    async fn terms(
        &self,
        db: &TenantDb,
        space: SpaceId,
        version: i64,
        question: &str,
        large: bool,
    ) -> Result<Arc<Vec<Term>>, StoreError> {
        let key = (db.tenant_id(), space, version, question.to_owned());
        if let Some(known) = self.terms.get(&key).await {
            return Ok(known);
        }
        let read = db.read(async |conn| match large {
            true => indexed::terms(conn, space, question).await,
            false => search::terms(conn, space, question).await,
        });
        let terms = Arc::new(read.await?);
        self.terms.insert(key, terms.clone()).await;
        Ok(terms)
    }
}
