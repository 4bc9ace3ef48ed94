//! A document's way from its file to passages that are found. Every step may be repeated: after
//! a crash [`run`] takes up where it was, and embeds only what has no vector yet.

use std::sync::Arc;

use chrono::TimeDelta;
use parlance_store::{
    StoreError, TenantConn, TenantDb,
    ids::{DocumentId, DocumentVersionId, PassageId, SpaceId},
    queries::{
        documents::{self, DocumentStatus, NewDocument},
        golden::GoldenCause,
        passages::{self, NewPassage, NewVersion},
        spaces,
    },
};
use sha2::{Digest, Sha256};
use tracing::{info, warn};

use super::{
    block::{BlockKind, Extracted},
    chunk::{self, ChunkLimits, Passage},
    extract::ExtractError,
    offsets::CharOffsets,
    reader::Reader,
    sniff::Format,
};
use crate::{
    adapters::embed::{EmbedError, Embedded, Embedder, Purpose, vector_model},
    domain::{
        accounts::space::Space,
        billing::{limit, meter::Meter},
        golden as golden_questions,
        jobs::{self, Priority, Work, progress::Progress},
        retrieval::indexing,
    },
    kernel::clock::SharedClock,
};

/// Changes whenever extraction or cutting changes what comes out: part of every version's recipe.
const RECIPE: &str = "3";
/// Passages per embedding call and per transaction.
pub(super) const BATCH: usize = 32;
/// Percent of the work when the document has been read, cut, and embedded.
const READ: u8 = 10;
const CUT: u8 = 20;
const EMBEDDED: u8 = 95;
/// Tries of a batch when the embedder's queue is full, a quarter of a second apart.
const BUSY_TRIES: u32 = 240;

/// What ingestion needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingest {
    pub embedder: Arc<dyn Embedder>,
    pub meter: Meter,
    pub clock: SharedClock,
    pub reader: Reader,
}

/// Why a document is not searched now.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Final for this file; the document says so.
    #[error(transparent)]
    Unreadable(#[from] ExtractError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IngestError {
    /// Whether the same document may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreadable(error) => error.is_transient(),
            Self::Embed(EmbedError::Upstream { retryable, .. }) => *retryable,
            Self::Embed(_) => true,
            Self::Store(error) => error.is_transient(),
        }
    }

    /// Whether the plan or the budget leaves nothing for it.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Store(StoreError::QuotaReached(_)))
    }

    /// Why, for those whose document it is: what a database says is for the log.
    fn told(&self) -> String {
        match self {
            Self::Store(StoreError::QuotaReached(reached)) => limit::told(reached),
            Self::Store(_) => "it could not be stored".to_owned(),
            Self::Unreadable(_) | Self::Embed(_) => self.to_string(),
        }
    }
}

/// What came out of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    pub passages: usize,
    /// Tokens of the longest one.
    pub longest: usize,
    /// Passages that had to be embedded.
    pub embedded: usize,
    /// Tokens that were, as the upstream counts them.
    pub tokens: u64,
    /// The space's knowledge version afterwards.
    pub knowledge_version: i64,
}

/// What came of documents that were unfinished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resumed {
    pub ready: usize,
    /// Failed for now: queued again.
    pub left: usize,
}

impl Ingest {
    /// Stores an uploaded file durably and queues it. Returns the document and whether [`Self::run`]
    /// has something to do.
    ///
    /// # Errors
    /// [`StoreError`] where the space does not exist or the database fails.
    pub async fn put(
        &self,
        db: &TenantDb,
        space: SpaceId,
        name: &str,
        source_url: Option<&str>,
        content: &[u8],
    ) -> Result<(DocumentId, bool), StoreError> {
        let hash = Sha256::digest(content);
        db.transaction(async |conn| {
            let new = NewDocument {
                id: DocumentId::new(),
                space_id: space,
                name,
                source_url,
                content_hash: &hash,
                content,
                at: self.clock.now(),
            };
            documents::put(conn, new).await
        })
        .await
    }

    /// Reads, cuts, embeds and publishes a document. A file that cannot be read becomes a failed
    /// document with a reason; its version before, if any, stays searched.
    ///
    /// # Errors
    /// [`IngestError`]; after a transient one the document is queued again.
    pub async fn run(&self, db: &TenantDb, document: DocumentId) -> Result<Ingested, IngestError> {
        self.run_told(db, document, &Progress::default()).await
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_told(
        &self,
        db: &TenantDb,
        document: DocumentId,
        progress: &Progress,
    ) -> Result<Ingested, IngestError> {
        let result = self.process(db, document, progress).await;
        let Err(error) = &result else { return result };
        if matches!(error, IngestError::Store(StoreError::NotFound)) {
            // Removed, or overtaken by the run of a newer file: that one says how it ends.
            return result;
        }
        let (status, reason) = if error.is_transient() {
            (DocumentStatus::Queued, None)
        } else {
            (DocumentStatus::Failed, Some(error.told()))
        };
        warn!(document.id = %document, %error, status = %status, "document not ingested");
        self.set_status(db, document, status, reason.as_deref()).await?;
        result
    }

    /// Runs what a crash or a stop left unfinished, and what was made by another recipe or model.
    ///
    /// # Errors
    /// [`StoreError`] where the list cannot be read; a document's own failure is logged.
    pub async fn resume(&self, db: &TenantDb) -> Result<Resumed, StoreError> {
        let unfinished = db
            .transaction(async |conn| {
                let stale = self.queue_stale(conn).await?;
                if stale > 0 {
                    info!(tenant.id = %db.tenant_id(), documents = stale, "made by another recipe, read anew");
                }
                documents::unfinished(conn).await
            })
            .await?;
        let mut resumed = Resumed::default();
        for document in unfinished {
            match self.run(db, document).await {
                Ok(_) => resumed.ready += 1,
                Err(error) => resumed.left += usize::from(error.is_transient()),
            }
        }
        Ok(resumed)
    }

    /// How passages and vectors are made in a space: another recipe, another version.
    #[must_use]
    pub fn recipe(&self, limits: ChunkLimits) -> String {
        format!("{RECIPE} {} {limits:?}", vector_model(&*self.embedder))
    }

    /// Marks what was made by another recipe than its space has now. Returns how many documents.
    pub(super) async fn queue_stale(&self, conn: &mut TenantConn<'_>) -> Result<usize, StoreError> {
        let mut stale = 0;
        for space in spaces::list(conn).await?.into_iter().map(Space::from) {
            let recipe = self.recipe(space.settings.knowledge.limits());
            stale += documents::queue_stale(conn, space.id, &recipe).await?;
        }
        Ok(stale)
    }

    async fn process(
        &self,
        db: &TenantDb,
        id: DocumentId,
        progress: &Progress,
    ) -> Result<Ingested, IngestError> {
        self.set_status(db, id, DocumentStatus::Processing, None).await?;
        let (document, content, space) = db
            .read(async |conn| {
                let (document, content) = documents::with_file(conn, id).await?;
                let space = spaces::load(conn, document.space_id).await?;
                let space = Space::from(space.ok_or(StoreError::NotFound)?);
                Ok::<_, StoreError>((document, content, space))
            })
            .await?;
        let limits = space.settings.knowledge.limits();
        let (format, extracted) = self.reader.read(content, &document.name).await?;
        progress.at(READ);
        let title = title(&extracted, &document.name);
        let version = self.begin(db, &document, &extracted, limits).await?;
        let (extracted, cut) = self.cut(extracted, title.clone(), limits).await;
        self.add_passages(db, &document, version, &title, &extracted.text, &cut)
            .await?;
        progress.at(CUT);
        let (embedded, tokens) = self.embed_missing(db, &document, version, &cut, progress).await?;
        let knowledge_version = self.publish(db, &document, version, &title, format).await?;
        info!(document.id = %id, passages = cut.len(), embedded, tokens, "document ready");
        Ok(Ingested {
            passages: cut.len(),
            longest: cut.iter().map(|passage| passage.tokens).max().unwrap_or(0),
            embedded,
            tokens,
            knowledge_version,
        })
    }

    async fn set_status(
        &self,
        db: &TenantDb,
        document: DocumentId,
        status: DocumentStatus,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let at = self.clock.now();
        db.transaction(async |conn| documents::set_status(conn, document, status, error, at).await)
            .await
    }

    async fn begin(
        &self,
        db: &TenantDb,
        document: &documents::Document,
        extracted: &Extracted,
        limits: ChunkLimits,
    ) -> Result<DocumentVersionId, StoreError> {
        let recipe = self.recipe(limits);
        db.transaction(async |conn| {
            let new = NewVersion {
                id: DocumentVersionId::new(),
                document_id: document.id,
                content_hash: &document.content_hash,
                recipe: &recipe,
                text: &extracted.text,
                markdown: extracted.markdown,
                at: self.clock.now(),
            };
            passages::begin_version(conn, new).await
        })
        .await
    }

    /// Counting tokens of a long document takes a while: off the async threads.
    pub(super) async fn cut(
        &self,
        extracted: Extracted,
        title: String,
        limits: ChunkLimits,
    ) -> (Extracted, Vec<Passage>) {
        let embedder = self.embedder.clone();
        let work = move || {
            let cut = chunk::cut(&extracted, &title, limits, &|text| embedder.count_tokens(text));
            (extracted, cut)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_default()
    }

    async fn add_passages(
        &self,
        db: &TenantDb,
        document: &documents::Document,
        version: DocumentVersionId,
        title: &str,
        text: &str,
        cut: &[Passage],
    ) -> Result<(), StoreError> {
        let offsets = CharOffsets::new(text);
        let chars = |at: usize| i32::try_from(offsets.chars_before(at)).unwrap_or(i32::MAX);
        let hashes: Vec<_> = cut
            .iter()
            .map(|passage| Sha256::digest(&passage.embed_text))
            .collect();
        let rows: Vec<NewPassage<'_>> = (0..)
            .zip(cut.iter().zip(&hashes))
            .map(|(ordinal, (passage, hash))| NewPassage {
                id: PassageId::new(),
                ordinal,
                kind: kind(passage.kind),
                heading: &passage.heading,
                page: passage.page.and_then(|page| i32::try_from(page).ok()),
                start_char: chars(passage.range.start),
                end_char: chars(passage.range.end),
                context_start: chars(passage.context.start),
                context: text.get(passage.context.clone()).unwrap_or_default(),
                text: text.get(passage.range.clone()).unwrap_or_default(),
                tokens: i32::try_from(passage.tokens).unwrap_or(i32::MAX),
                embed_hash: hash,
            })
            .collect();
        for batch in rows.chunks(BATCH) {
            db.transaction(async |conn| {
                passages::add(conn, version, document.id, document.space_id, title, batch).await
            })
            .await?;
        }
        Ok(())
    }

    async fn embed_missing(
        &self,
        db: &TenantDb,
        document: &documents::Document,
        version: DocumentVersionId,
        cut: &[Passage],
        progress: &Progress,
    ) -> Result<(usize, u64), IngestError> {
        let (model, kept_as) = (self.embedder.model(), vector_model(&*self.embedder));
        let missing = db
            .transaction(async |conn| {
                passages::reuse_vectors(conn, document.id, version, &kept_as).await?;
                passages::without_vector(conn, version).await
            })
            .await?;
        let mut tokens = 0;
        for (done, batch) in missing.chunks(BATCH).enumerate() {
            progress.within(CUT, EMBEDDED, done * BATCH, missing.len());
            let text = |ordinal: i32| {
                cut.get(usize::try_from(ordinal).ok()?)
                    .map(|passage| passage.embed_text.clone())
            };
            let texts: Vec<String> = batch
                .iter()
                .map(|(ordinal, _)| text(*ordinal).unwrap_or_default())
                .collect();
            let estimate = texts.iter().map(|text| self.embedder.count_tokens(text)).sum();
            let space = document.space_id;
            let metered = self.meter.reserve(db, space, model, estimate).await?;
            let embedded = self.embed(&texts, Purpose::Passage).await;
            let vectors: Vec<_> = match &embedded {
                Ok(embedded) => batch
                    .iter()
                    .map(|(_, id)| *id)
                    .zip(embedded.vectors.clone())
                    .collect(),
                Err(_) => Vec::new(),
            };
            db.transaction(async |conn| {
                metered.settle(conn, &embedded).await?;
                passages::add_vectors(conn, document.id, space, &kept_as, &vectors).await
            })
            .await?;
            tokens += embedded?.tokens;
        }
        Ok((missing.len(), tokens))
    }

    pub(super) async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        for _ in 0..BUSY_TRIES {
            match self.embedder.embed(texts, purpose).await {
                Err(EmbedError::Busy) => tokio::time::sleep(std::time::Duration::from_millis(250)).await,
                other => return other,
            }
        }
        Err(EmbedError::Busy)
    }

    /// Publishes a version; a space that becomes large with it is to have indexes of its own.
    async fn publish(
        &self,
        db: &TenantDb,
        document: &documents::Document,
        version: DocumentVersionId,
        title: &str,
        format: Format,
    ) -> Result<i64, StoreError> {
        let at = self.clock.now();
        let (id, space) = (document.id, document.space_id);
        let model = vector_model(&*self.embedder);
        db.transaction(async |conn| {
            let media_type = format.media_type();
            let published = passages::publish(conn, version, id, space, title, media_type, at).await?;
            golden_questions::after_change(conn, space, GoldenCause::Knowledge, at).await?;
            if indexing::is_due(conn, space, &model).await? {
                let work = Work::IndexSpace { space, model };
                // One that waits keeps its pause.
                if !jobs::put_off(conn, &work, at, TimeDelta::zero()).await? {
                    jobs::enqueue(conn, &work, space, Priority::Later, at).await?;
                }
            }
            Ok(published)
        })
        .await
    }
}

fn kind(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Paragraph => "paragraph",
        BlockKind::List => "list",
        BlockKind::Table => "table",
        BlockKind::Code => "code",
    }
}

/// What the document calls itself, else its file's name in words.
pub(super) fn title(extracted: &Extracted, name: &str) -> String {
    let own = extracted
        .title
        .as_deref()
        .map(str::trim)
        .filter(|title| !title.is_empty());
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    own.map_or_else(|| stem.replace(['-', '_'], " "), str::to_owned)
}
