//! Who calls, as they are at this moment: looked up with every request, from memory for a moment, so
//! that a session that is ended, or a role that is taken away, is gone at once.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use moka::future::Cache;
use parlance_store::{
    control::{LiveSession, identities},
    db::Db,
    error::StoreError,
    ids::FamilyId,
};

use super::{outside::Outsider, token::OperatorClaims};
use crate::kernel::clock::SharedClock;

/// How long another process's change may take to be seen.
const FRESH: Duration = Duration::from_secs(2);
/// Sessions kept.
const CAPACITY: u64 = 50_000;
/// For how long it counts what a provider knew of a person.
pub(super) const REFRESHED: TimeDelta = TimeDelta::days(1);

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A session of ours.
    Session(FamilyId),
    /// One of an identity provider's.
    Outside(Arc<Outsider>),
    /// An operator's, who acts as the workspace.
    Operator(OperatorClaims),
}

/// Finds who that is. Cheap to clone.
#[derive(Clone)]
pub struct LiveSessions {
    db: Db,
    clock: SharedClock,
    known: Cache<Standing, Option<Arc<LiveSession>>>,
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

    /// Who it is, or none where the session has ended, or its person does not belong to the workspace
    /// any more, or is to be looked at anew.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, standing: &Standing) -> Result<Option<Arc<LiveSession>>, Arc<StoreError>> {
        let load = async { Ok::<_, StoreError>(self.load(standing).await?.map(Arc::new)) };
        self.known.try_get_with_by_ref(standing, load).await
    }

    /// The same past what is remembered, for who was just let in: a look that began before may be
    /// remembered after.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn find_anew(
        &self,
        standing: &Standing,
    ) -> Result<Option<Arc<LiveSession>>, StoreError> {
        let found = self.load(standing).await?.map(Arc::new);
        self.known.insert(standing.clone(), found.clone()).await;
        Ok(found)
    }

    async fn load(&self, standing: &Standing) -> Result<Option<LiveSession>, StoreError> {
        let (control, now) = (self.db.control(), self.clock.now());
        let outsider = match standing {
            Standing::Session(session) => return control.session(*session, now).await,
            Standing::Outside(outsider) => outsider,
            Standing::Operator(claims) => return control.live_operator(claims.access, now).await,
        };
        let (name, since) = (outsider.name(), now - REFRESHED);
        let Some(place) = &outsider.place else {
            return control.live_person(name, since).await;
        };
        let claim = identities::Claim {
            organisation: &place.id,
            provider_role: &place.role,
            may_own: outsider.may_own(),
        };
        control.live_member(name, claim, since).await
    }

    /// The next look at any is at the database: something about one, or about its person, was changed
    /// here. That is rare, and a look is cheap.
    pub fn forget(&self) {
        self.known.invalidate_all();
    }
}
