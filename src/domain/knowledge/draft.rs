//! Passages of a document that is not kept: read, cut and embedded as any other, to see what it would change.
//! Vectors of other texts that a space pays for are made here as well.

use std::collections::{BTreeSet, HashMap};

use parlance_store::{
    TenantDb,
    ids::{DocumentId, PassageId, SpaceId},
    queries::{
        index::{self, SearchedPassage},
        search::StoredPassage,
    },
};

use super::{
    ingest::{BATCH, Ingest, IngestError, title},
    offsets::CharOffsets,
    written::Written,
};
use crate::{
    adapters::embed::{EmbedError, Purpose},
    domain::accounts::space::Space,
};

impl Ingest {
    /// The vectors of texts in their order, at the expense of a space; those of late questions are there, and what
    /// comes twice is paid once.
    ///
    /// # Errors
    /// [`IngestError`] where the embedder or the database fails; what was embedded until then is paid.
    pub async fn vectors(
        &self,
        db: &TenantDb,
        space: SpaceId,
        texts: &[String],
        purpose: Purpose,
    ) -> Result<Vec<Vec<f32>>, IngestError> {
        let mut known = HashMap::with_capacity(texts.len());
        let mut missing = BTreeSet::new();
        for text in texts {
            match self.embedder.remembered(text).await {
                Some(vector) => drop(known.insert(text.clone(), vector)),
                None => drop(missing.insert(text.clone())),
            }
        }
        let missing: Vec<String> = missing.into_iter().collect();
        for batch in missing.chunks(BATCH) {
            let estimate = batch.iter().map(|text| self.embedder.count_tokens(text)).sum();
            let model = self.embedder.model();
            let metered = self.meter.reserve(db, space, model, estimate).await?;
            let embedded = self.embed(batch, purpose).await;
            db.transaction(async |conn| metered.settle(conn, &embedded).await)
                .await?;
            known.extend(batch.iter().cloned().zip(embedded?.vectors));
        }
        let vectors: Option<Vec<_>> = texts.iter().map(|text| known.get(text).cloned()).collect();
        Ok(vectors.ok_or_else(EmbedError::none_came)?)
    }

    /// What `written` would be found by in `space` if it were the document `id` of it.
    ///
    /// # Errors
    /// [`IngestError`] where it cannot be read, or the embedder or the database fails.
    pub async fn draft(
        &self,
        db: &TenantDb,
        space: &Space,
        id: DocumentId,
        written: &Written,
    ) -> Result<Vec<SearchedPassage>, IngestError> {
        let (format, extracted) = self.reader.read(written.content.clone(), &written.name).await?;
        let title = title(&extracted, &written.name);
        let limits = space.settings.knowledge.limits();
        let (extracted, cut) = self.cut(extracted, title.clone(), limits).await;
        let texts: Vec<String> = cut.iter().map(|passage| passage.embed_text.clone()).collect();
        let vectors = self.vectors(db, space.id, &texts, Purpose::Passage).await?;
        let offsets = CharOffsets::new(&extracted.text);
        let chars = |at: usize| i32::try_from(offsets.chars_before(at)).unwrap_or(i32::MAX);
        let stored = cut.iter().map(|passage| StoredPassage {
            passage_id: PassageId::new(),
            document_id: id,
            title: title.clone(),
            name: written.name.clone(),
            media_type: format.media_type().to_owned(),
            source_url: None,
            heading: passage.heading.to_vec(),
            page: None,
            start_char: chars(passage.range.start),
            end_char: chars(passage.range.end),
            context_start: chars(passage.context.start),
            context: extracted
                .text
                .get(passage.context.clone())
                .unwrap_or_default()
                .to_owned(),
        });
        let stored: Vec<StoredPassage> = stored.collect();
        let read = db.read(async |conn| {
            let mut found = Vec::with_capacity(cut.len());
            for passage in &cut {
                let text = extracted.text.get(passage.range.clone()).unwrap_or_default();
                found.push(index::lexemes_of(conn, &title, &passage.heading, text).await?);
            }
            Ok::<_, IngestError>(found)
        });
        let searched = stored.into_iter().zip(vectors).zip(read.await?);
        let searched = searched.map(|((passage, vector), lexemes)| SearchedPassage {
            passage,
            vector: Some(vector),
            lexemes,
        });
        Ok(searched.collect())
    }
}
