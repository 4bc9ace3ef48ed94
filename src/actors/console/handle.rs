//! The way to a tenant's listeners, and the map of all that are alive.

use std::sync::Arc;

use bytestring::ByteString;
use chrono::{DateTime, TimeDelta, Utc};
use dashmap::DashMap;
use parlance_store::{
    StoreError,
    db::Db,
    ids::{ConversationId, TenantId, UserId},
};
use tokio::sync::{mpsc, oneshot};

use super::{
    frames::Present,
    hub::Hub,
    inbox::Inbox,
    listeners::{Listeners, Listening},
    presence::{Presence, Seat},
    queues::{Look, Queues},
};
use crate::{
    domain::{
        conversations::{event::Agent, summary::ConversationSummary},
        jobs::Bell,
    },
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
    inbox: Inbox,
}

/// The tenants that somebody of this process listens to. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Consoles {
    db: Db,
    clock: SharedClock,
    bell: Bell,
    tasks: Tasks,
    alive: Arc<DashMap<TenantId, Place>>,
    presence: Presence,
    queues: Queues,
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
            presence: Presence::default(),
            queues: Queues::default(),
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
        if !frames.is_empty()
            && let Some(place) = self.alive.get(&tenant)
        {
            place.listeners.tell(&frames.into());
        }
    }

    /// Tells everyone of this process who listens to `tenant` how a conversation is now: soon, and of
    /// several changes the last.
    pub fn upsert(
        &self,
        tenant: TenantId,
        conversation: ConversationId,
        summary: impl FnOnce() -> ConversationSummary,
    ) {
        if let Some(place) = self.alive.get(&tenant) {
            place.inbox.put(conversation, summary());
        }
    }

    /// Whether anybody of this process listens to `tenant`.
    #[must_use]
    pub fn is_heard(&self, tenant: TenantId) -> bool {
        self.alive.contains_key(&tenant)
    }

    /// Has everyone of this process who listens to `tenant` told how the ticket of this number is now: soon,
    /// and of several changes the last.
    pub fn ticket(&self, tenant: TenantId, number: i64) {
        if let Some(place) = self.alive.get(&tenant) {
            place.inbox.put_ticket(number);
        }
    }

    /// Notes that a member's console is open, until the seat is dropped.
    #[must_use]
    pub fn sit(&self, tenant: TenantId, agent: Agent, answers: bool) -> Seat {
        Seat::take(self.clone(), tenant, agent, answers)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Who of a workspace is there to answer visitors.
    #[must_use]
    pub fn present(&self, tenant: TenantId) -> Vec<Present> {
        self.presence.present(tenant)
    }

    /// Whether somebody of a workspace is there to answer visitors who takes something new.
    #[must_use]
    pub fn is_someone_there(&self, tenant: TenantId) -> bool {
        self.present(tenant).iter().any(|agent| !agent.away)
    }

    /// Notes that an agent is not there, unless they are.
    pub fn miss(&self, tenant: TenantId, agent: UserId) {
        self.presence.miss(tenant, agent, self.now());
    }

    /// Those who have been gone for `long`; each is named once.
    #[must_use]
    pub fn take_gone(&self, long: TimeDelta) -> Vec<(TenantId, UserId)> {
        self.presence.take_gone(long, self.now())
    }

    /// Has it looked soon who of a workspace is to be given what waits there.
    pub fn look_at_queue(&self, tenant: TenantId) {
        self.queues.mark(tenant);
    }

    /// Has it looked at `at` who of a workspace is to be given what waits there: the hours of a space begin.
    pub fn look_at_queue_at(&self, tenant: TenantId, at: DateTime<Utc>) {
        self.queues.mark_at(tenant, at);
    }

    /// Workspaces that are to be looked at now, each by one at a time.
    #[must_use]
    pub fn queues_to_look_at(&self) -> Vec<Look> {
        self.queues.take(self.now())
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
        let (listeners, inbox) = (Listeners::default(), Inbox::default());
        let hub = Hub::new(
            self.db.tenant(tenant),
            self.clock.clone(),
            self.bell.clone(),
            listeners.clone(),
            inbox.clone(),
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
        Place {
            joins,
            listeners,
            inbox,
        }
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
