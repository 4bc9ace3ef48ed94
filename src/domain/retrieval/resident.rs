//! Which spaces have their knowledge in memory: those that are asked, as far as there is room.
//! Large ones stay in the database, which has an index for them.

use std::sync::Arc;

use moka::{future::Cache, ops::compute::Op};
use parlance_store::{
    StoreError, TenantDb,
    ids::{SpaceId, TenantId},
    queries::{index, large},
};

use super::index::Index;

/// A space may take this share of the room, so that one does not push out all others.
const SHARE: u64 = 4;
const KIB: u64 = 1 << 10;

/// The spaces that are in memory. Cheap to clone: all clones share them.
#[derive(Clone)]
pub struct Resident {
    held: Cache<(TenantId, SpaceId), Held>,
    /// Room for all, in KiB.
    room: u64,
}

#[derive(Clone)]
enum Held {
    Index(Arc<Index>),
    /// Too large at this version.
    Large(i64),
}

impl Held {
    fn version(&self) -> i64 {
        match self {
            Self::Index(index) => index.version(),
            Self::Large(version) => *version,
        }
    }

    fn kib(&self) -> u32 {
        let bytes = match self {
            Self::Index(index) => index.size() as u64,
            Self::Large(_) => 0,
        };
        u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX)
    }
}

impl Resident {
    /// Room in MiB; 0 keeps nothing.
    #[must_use]
    pub fn new(room: u64) -> Self {
        let room = room * KIB;
        let held = Cache::builder()
            .weigher(|_, held: &Held| held.kib())
            .max_capacity(room)
            .build();
        Self { held, room }
    }

    /// The index of a space, where it is in memory and not older than `version`.
    pub async fn get(&self, tenant: TenantId, space: SpaceId, version: i64) -> Option<Arc<Index>> {
        match self.held.get(&(tenant, space)).await? {
            Held::Index(index) if index.version() >= version => Some(index),
            _ => None,
        }
    }

    /// Reads the knowledge of a space into memory, unless it is there in `version` or newer or is
    /// too large. One at a time for each space.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn load(
        &self,
        db: &TenantDb,
        space: SpaceId,
        version: i64,
        model: &str,
    ) -> Result<(), StoreError> {
        if self.room == 0 {
            return Ok(());
        }
        let entry = self.held.entry((db.tenant_id(), space));
        entry
            .and_try_compute_with(async |held| {
                let fresh = |held: &Held| held.version() >= version;
                if held.is_some_and(|held| fresh(held.value())) {
                    return Ok(Op::Nop);
                }
                Ok::<_, StoreError>(match self.read(db, space, model).await? {
                    Some(held) => Op::Put(held),
                    None => Op::Remove,
                })
            })
            .await?;
        #[expect(clippy::cast_precision_loss, reason = "KiB of memory")]
        metrics::gauge!("parlance_knowledge_memory_kib").set(self.held.weighted_size() as f64);
        Ok(())
    }

    async fn read(&self, db: &TenantDb, space: SpaceId, model: &str) -> Result<Option<Held>, StoreError> {
        let read = db
            .read(async |conn| {
                let Some(extent) = index::extent(conn, space).await? else {
                    return Ok::<_, StoreError>(None);
                };
                if extent.passages > large::LARGE {
                    return Ok(Some((extent, None)));
                }
                let passages = index::passages(conn, space, model).await?;
                Ok(Some((extent, Some(passages))))
            })
            .await?;
        let Some((extent, passages)) = read else {
            return Ok(None);
        };
        let version = extent.knowledge_version;
        let large = Held::Large(version);
        let Some(passages) = passages else {
            return Ok(Some(large));
        };
        let built = tokio::task::spawn_blocking(move || Held::Index(Arc::new(Index::new(version, passages))));
        let held = built.await.unwrap_or(large);
        let fits = u64::from(held.kib()) <= self.room / SHARE;
        Ok(Some(if fits { held } else { Held::Large(version) }))
    }
}
