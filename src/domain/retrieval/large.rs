//! Which spaces are searched through indexes of their own. Asked of the database now and then:
//! they are few, and what a space once has it keeps.

use std::time::Duration;

use moka::future::Cache;
use parlance_store::{
    StoreError, TenantDb,
    ids::{SpaceId, TenantId},
    queries::large,
};

const SPACES_MAX: u64 = 100_000;
/// How long a space that was given indexes may still be searched without them.
const KNOWN_FOR: Duration = Duration::from_secs(60);

/// The answer for each space that was asked for lately.
pub struct LargeSpaces {
    indexed: Cache<(TenantId, SpaceId), bool>,
}

impl Default for LargeSpaces {
    fn default() -> Self {
        let indexed = Cache::builder()
            .max_capacity(SPACES_MAX)
            .time_to_live(KNOWN_FOR)
            .build();
        Self { indexed }
    }
}

impl LargeSpaces {
    /// Whether a space has indexes for vectors of `model`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn has(&self, db: &TenantDb, space: SpaceId, model: &str) -> Result<bool, StoreError> {
        let key = (db.tenant_id(), space);
        if let Some(known) = self.indexed.get(&key).await {
            return Ok(known);
        }
        let indexed = db
            .read(async |conn| large::is_indexed(conn, space, model).await)
            .await?;
        self.indexed.insert(key, indexed).await;
        Ok(indexed)
    }
}
