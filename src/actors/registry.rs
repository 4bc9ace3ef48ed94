//! Finds the actor of a conversation or starts it. One actor per conversation in this process;
//! one that passivated or crashed is started anew, a crash loop is refused for a while.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix::ArbiterHandle;
use chrono::{DateTime, Utc};
use dashmap::{DashMap, mapref::entry::Entry};
use futures_util::future::join_all;
use parlance_store::{
    StoreError,
    ids::{ConversationId, TenantId},
    queries::inbox,
};
use tracing::warn;

use super::{
    conversation::{ActorError, ConversationHandle, Deps},
    placement::Placement,
};

/// Starts allowed within [`RESTART_WINDOW`] before a conversation counts as crash-looping.
const MAX_RESTARTS: u32 = 8;
const RESTART_WINDOW: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Place {
    handle: ConversationHandle,
    first_start: DateTime<Utc>,
    starts: u32,
}

/// All conversations alive in this process.
#[derive(Clone, Debug)]
pub struct Registry {
    deps: Arc<Deps>,
    placement: Arc<Placement>,
    places: Arc<DashMap<(TenantId, ConversationId), Place>>,
    draining: Arc<AtomicBool>,
}

impl Registry {
    #[must_use]
    pub fn new(deps: Arc<Deps>, placement: Arc<Placement>) -> Self {
        Self {
            deps,
            placement,
            places: Arc::default(),
            draining: Arc::default(),
        }
    }

    /// The live actor of a conversation of `tenant`; whether it exists is told by its answers.
    ///
    /// # Errors
    /// `Busy` when it keeps crashing, `Draining` after shutdown.
    pub fn conversation(
        &self,
        tenant: TenantId,
        id: ConversationId,
    ) -> Result<ConversationHandle, ActorError> {
        let now = self.deps.clock.now();
        let entry = self.places.entry((tenant, id));
        // Asked with the place in hand: what is inserted before draining begins is drained too.
        if self.is_draining() {
            return Err(ActorError::Draining);
        }
        match entry {
            Entry::Occupied(mut place) => {
                let place = place.get_mut();
                if place.handle.is_alive() {
                    return Ok(place.handle.clone());
                }
                // One that ended by itself (nobody needed it, or there is no such conversation) is
                // no crash, however often it happens, and neither is one that the database let down.
                if !place.handle.crashed()
                    || now - place.first_start
                        > chrono::TimeDelta::from_std(RESTART_WINDOW).unwrap_or_default()
                {
                    (place.first_start, place.starts) = (now, 0);
                }
                if place.starts >= MAX_RESTARTS {
                    return Err(ActorError::Busy);
                }
                place.starts += 1;
                place.handle = self.start(tenant, id)?;
                Ok(place.handle.clone())
            }
            Entry::Vacant(free) => {
                let handle = self.start(tenant, id)?;
                free.insert(Place {
                    handle: handle.clone(),
                    first_start: now,
                    starts: 1,
                });
                Ok(handle)
            }
        }
    }

    /// Where a conversation lives, and who listens to it best does. `None` only after shutdown.
    #[must_use]
    pub fn arbiter(&self, id: ConversationId) -> Option<ArbiterHandle> {
        self.placement.of(id)
    }

    fn start(&self, tenant: TenantId, id: ConversationId) -> Result<ConversationHandle, ActorError> {
        let arbiter = self.arbiter(id).ok_or(ActorError::Draining)?;
        Ok(ConversationHandle::start(self.deps.clone(), tenant, id, &arbiter))
    }

    /// Tells those of `conversations` that are alive, or that a person is to answer, to look who their visitor
    /// is now. Any other reads it when it starts.
    pub async fn identify(&self, tenant: TenantId, conversations: &[ConversationId]) {
        let (mut told, asleep): (Vec<_>, Vec<_>) =
            conversations.iter().partition(|id| self.is_alive(tenant, **id));
        if !asleep.is_empty() {
            let db = self.deps.db.tenant(tenant);
            match db.read(async |conn| inbox::due(conn, &asleep).await).await {
                Ok(due) => told.extend(due),
                Err::<_, StoreError>(error) => {
                    warn!(tenant.id = %tenant, %error, "conversations are not told who their visitor is");
                }
            }
        }
        let told: Vec<_> = told
            .into_iter()
            .filter_map(|id| self.conversation(tenant, id).ok())
            .collect();
        join_all(told.iter().map(ConversationHandle::identify)).await;
    }

    /// Forgets actors that ended. Called now and then.
    pub fn sweep(&self) {
        self.places.retain(|_, place| place.handle.is_alive());
    }

    /// Whether the actor of a conversation is alive.
    #[must_use]
    pub fn is_alive(&self, tenant: TenantId, id: ConversationId) -> bool {
        self.places
            .get(&(tenant, id))
            .is_some_and(|place| place.handle.is_alive())
    }

    /// How many actors are alive.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.places.iter().filter(|place| place.handle.is_alive()).count()
    }

    /// Whether the server is about to stop: nothing is started any more.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Starts nothing any more and lets every running answer end, `limit` at most. Listeners are told to move as
    /// their conversation ends, and those of conversations without an answer not before all answers have: there is
    /// nowhere else to go yet. False when answers are left.
    pub async fn drain(&self, limit: Duration) -> bool {
        self.draining.store(true, Ordering::Release);
        let handles: Vec<_> = self.places.iter().map(|place| place.handle.clone()).collect();
        let ended = async {
            let answering = join_all(handles.iter().map(ConversationHandle::drain)).await;
            let answering = handles.iter().zip(answering).filter(|(_, answers)| *answers);
            all_end(&answering.map(|(handle, _)| handle).collect::<Vec<_>>()).await;
            join_all(handles.iter().map(ConversationHandle::leave)).await;
            all_end(&handles.iter().collect::<Vec<_>>()).await;
        };
        tokio::time::timeout(limit, ended).await.is_ok()
    }
}

async fn all_end(handles: &[&ConversationHandle]) {
    while handles.iter().any(|handle| handle.is_alive()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
