//! Sessions as they are at this moment: looked up with every request, from memory for a moment, so that
//! one that is ended, or a role that is taken away, is gone at once.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use parlance_store::{control::LiveSession, db::Db, error::StoreError, ids::FamilyId};

use crate::kernel::clock::SharedClock;

/// How long another process's change may take to be seen.
const FRESH: Duration = Duration::from_secs(2);
/// Sessions kept.
const CAPACITY: u64 = 50_000;

/// Finds sessions. Cheap to clone.
#[derive(Clone)]
pub struct LiveSessions {
    db: Db,
    clock: SharedClock,
    known: Cache<FamilyId, Option<Arc<LiveSession>>>,
}

impl std::fmt::Debug for LiveSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LiveSessions")
    }
}

impl LiveSessions {
    #[must_use]
    pub fn new(db: Db, clock: SharedClock) -> Self {
        let known = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(FRESH)
            .build();
        Self { db, clock, known }
    }

    /// The session, or none where it has ended or its person does not belong to the workspace any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, session: FamilyId) -> Result<Option<Arc<LiveSession>>, Arc<StoreError>> {
        let load = async {
            let found = self.db.control().session(session, self.clock.now()).await?;
            Ok::<_, StoreError>(found.map(Arc::new))
        };
        self.known.try_get_with(session, load).await
    }

    /// The next look at any is at the database: something about one, or about its person, was changed
    /// here. That is rare, and a look is cheap.
    pub fn forget(&self) {
        self.known.invalidate_all();
    }
}
