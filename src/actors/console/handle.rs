//! The way to a tenant's listeners, and the map of all that are alive.

use std::sync::Arc;

use bytestring::ByteString;
use dashmap::DashMap;
use parlance_store::{StoreError, db::Db, ids::TenantId};
use tokio::sync::{mpsc, oneshot};

use super::{
    hub::Hub,
    listeners::{Listeners, Listening},
};
use crate::{
    domain::jobs::Bell,
    kernel::{clock::SharedClock, tasks::Tasks},
};

/// Who may wait to be let in; the next one waits until one is.
const WAITING: usize = 64;

/// Why nobody listens.
#[derive(Debug, thiserror::Error)]
pub enum NotHeard {
    #[error("too many consoles of this workspace are open")]
    Crowded,
    #[error("the workspace cannot be listened to just now")]
    Ended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One who wants to listen.
pub(super) type Join = oneshot::Sender<Result<Listening, NotHeard>>;

#[derive(Clone, Debug)]
struct Place {
    joins: mpsc::Sender<Join>,
    listeners: Listeners,
}

/// The tenants that somebody of this process listens to. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Consoles {
    db: Db,
    clock: SharedClock,
    bell: Bell,
    tasks: Tasks,
    alive: Arc<DashMap<TenantId, Place>>,
}

impl Consoles {
    #[must_use]
    pub fn new(db: Db, clock: SharedClock, bell: Bell, tasks: Tasks) -> Self {
        Self {
            db,
            clock,
            bell,
            tasks,
            alive: Arc::default(),
        }
    }

    /// Begins to listen to a tenant. To be called on a thread of the server's.
    ///
    /// # Errors
    /// [`NotHeard`].
    pub async fn listen(&self, tenant: TenantId) -> Result<Listening, NotHeard> {
        // A hub that nobody needed may end between the look-up and the call.
        for _ in 0..2 {
            let place = self.place(tenant);
            let (join, joined) = oneshot::channel();
            if place.joins.send(join).await.is_ok()
                && let Ok(joined) = joined.await
            {
                return joined;
            }
        }
        Err(NotHeard::Ended)
    }

    /// Tells everyone of this process who listens to `tenant`.
    pub fn tell(&self, tenant: TenantId, frames: Vec<ByteString>) {
        if let Some(place) = self.alive.get(&tenant) {
            place.listeners.tell(&frames.into());
        }
    }

    fn place(&self, tenant: TenantId) -> Place {
        let mut place = self.alive.entry(tenant).or_insert_with(|| self.start(tenant));
        if place.joins.is_closed() {
            *place = self.start(tenant);
        }
        place.clone()
    }

    fn start(&self, tenant: TenantId) -> Place {
        let (joins, joining) = mpsc::channel(WAITING);
        let listeners = Listeners::default();
        let hub = Hub::new(
            self.db.tenant(tenant),
            self.clock.clone(),
            self.bell.clone(),
            listeners.clone(),
        );
        let stopping = self.tasks.stopping();
        let ended = Ended {
            tenant,
            alive: self.alive.clone(),
        };
        self.tasks.spawn_local("console", async move {
            let _ended = ended;
            hub.run(joining, stopping).await;
        });
        Place { joins, listeners }
    }
}

/// Forgets a hub that has ended, however it did, so that those who listen to it hear of it.
struct Ended {
    tenant: TenantId,
    alive: Arc<DashMap<TenantId, Place>>,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.alive
            .remove_if(&self.tenant, |_, place| place.joins.is_closed());
    }
}
