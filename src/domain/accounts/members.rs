//! Who belongs to a workspace, as what, at this moment: looked up with every request, from memory for
//! a moment, so that a role that is taken away is gone at once.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use parlance_store::{
    control::Member,
    db::Db,
    error::StoreError,
    ids::{TenantId, UserId},
};

/// How long another process's change may take to be seen.
const FRESH: Duration = Duration::from_secs(2);
/// Members kept.
const CAPACITY: u64 = 50_000;

/// Finds members. Cheap to clone.
#[derive(Clone)]
pub struct Members {
    db: Db,
    known: Cache<(TenantId, UserId), Option<Arc<Member>>>,
}

impl std::fmt::Debug for Members {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Members")
    }
}

impl Members {
    #[must_use]
    pub fn new(db: Db) -> Self {
        let known = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(FRESH)
            .build();
        Self { db, known }
    }

    /// The member, or none where the person does not, or no longer, belong to the workspace.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, tenant: TenantId, user: UserId) -> Result<Option<Arc<Member>>, Arc<StoreError>> {
        let load = async {
            let found = self.db.control().member(tenant, user).await?;
            Ok::<_, StoreError>(found.map(Arc::new))
        };
        self.known.try_get_with((tenant, user), load).await
    }

    /// The next look is at the database: something about them was changed here.
    pub async fn changed(&self, tenant: TenantId, user: UserId) {
        self.known.invalidate(&(tenant, user)).await;
    }
}
