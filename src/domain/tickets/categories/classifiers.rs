//! What was learned for tenants, in memory as far as there is room, and asked for the category of a text.

use std::sync::Arc;

use moka::{future::Cache, ops::compute::Op};
use parlance_store::{
    StoreError, TenantDb,
    ids::{SpaceId, TenantId},
    queries::ticket_categories::{self as store, ExampleSource, Vector},
};
use tokio::sync::Semaphore;

use super::classifier::{Classifier, DESCRIPTION_WEIGHT, Guess, Labelled};
use crate::{
    adapters::embed::{EmbedError, Embedder, vector_model},
    domain::billing::meter::{Account, Meter},
};

/// Room for what was learned; 20 categories of 50 examples are 1.5 MiB, as many as there may be 30 MiB.
const ROOM_KIB: u64 = 64 << 10;
const KIB: usize = 1 << 10;

/// Why no category is known.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error(transparent)]
    Embedding(#[from] EmbedError),
    #[error("learning failed: {0}")]
    Learning(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was learned for tenants. Cheap to clone: all clones share it.
#[derive(Clone, Debug)]
pub struct Classifiers {
    embedder: Arc<dyn Embedder>,
    meter: Meter,
    held: Cache<TenantId, Held>,
    /// One learns at a time, for it takes a core and memory.
    learning: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
struct Held {
    /// What it was learned from, as the store counts.
    version: i64,
    classifier: Arc<Classifier>,
}

impl Classifiers {
    #[must_use]
    pub fn new(embedder: Arc<dyn Embedder>, meter: Meter) -> Self {
        let kib = |held: &Held| u32::try_from(held.classifier.size().div_ceil(KIB)).unwrap_or(u32::MAX);
        let held = Cache::builder()
            .weigher(move |_, held: &Held| kib(held))
            .max_capacity(ROOM_KIB)
            .build();
        Self {
            embedder,
            meter,
            held,
            learning: Arc::new(Semaphore::new(1)),
        }
    }

    /// The categories a text may be of, the likeliest first; its embedding is at the expense of `space`.
    ///
    /// # Errors
    /// [`Unread`].
    pub async fn read(&self, db: &TenantDb, space: SpaceId, text: &str) -> Result<Vec<Guess>, Unread> {
        let classifier = self.of(db).await?;
        if *classifier == Classifier::default() {
            return Ok(Vec::new());
        }
        let account = Account {
            meter: &self.meter,
            db,
            space,
            model: self.embedder.model(),
        };
        let vector = self.embedder.question(text, Some(&account)).await?;
        Ok(classifier.rank(&vector))
    }

    /// What was learned for a tenant, anew where its examples have changed.
    async fn of(&self, db: &TenantDb) -> Result<Arc<Classifier>, Unread> {
        let version = db.read(store::version).await?;
        let entry = self.held.entry(db.tenant_id());
        let computed = entry
            .and_try_compute_with(async |held| {
                if held.is_some_and(|held| held.value().version >= version) {
                    return Ok(Op::Nop);
                }
                Ok::<_, Unread>(Op::Put(self.learn(db).await?))
            })
            .await?;
        let held = computed.into_entry().map(moka::Entry::into_value);
        Ok(held.map_or_else(Arc::default, |held| held.classifier))
    }

    async fn learn(&self, db: &TenantDb) -> Result<Held, Unread> {
        let model = vector_model(&*self.embedder);
        let (version, vectors) = db
            .read(async |conn| {
                Ok::<_, StoreError>((store::version(conn).await?, store::vectors(conn, &model).await?))
            })
            .await?;
        let failed = |error: String| Unread::Learning(error);
        let turn = self.learning.clone().acquire_owned().await;
        let turn = turn.map_err(|error| failed(error.to_string()))?;
        let learned = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Classifier::learn(vectors.into_iter().map(labelled).collect())
        });
        let learned = learned.await.map_err(|error| failed(error.to_string()))?;
        Ok(Held {
            version,
            classifier: Arc::new(learned.map_err(|error| failed(error.to_string()))?),
        })
    }
}

fn labelled(vector: Vector) -> Labelled {
    Labelled {
        category: vector.category_id,
        vector: vector.embedding,
        weight: match vector.source {
            ExampleSource::Description => DESCRIPTION_WEIGHT,
            ExampleSource::Person | ExampleSource::Import | ExampleSource::Correction => 1.0,
        },
    }
}
