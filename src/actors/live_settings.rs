//! Tells open widgets that what they show of their space has changed: its settings, or what may be
//! expected of people there. One look at the index of spaces, every two seconds, for all that somebody
//! listens to; at once where this process made the change. How long visitors wait is measured beside the
//! looks, which take what was measured last.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dashmap::DashMap;
use futures_util::{StreamExt, future, stream};
use parlance_store::{
    StoreError,
    db::Db,
    ids::{SpaceId, TenantId},
};
use tokio::{
    sync::{Notify, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{availability::Availabilities, conversation::Published};
use crate::domain::{
    accounts::space::{FRESH, Space, SpaceDirectory},
    conversations::event::Event,
};

/// Spaces looked at, or measured, side by side.
const AT_ONCE: usize = 4;

/// The newest `settings` event of a space; none while nothing has changed.
pub type Settings = watch::Receiver<Option<Arc<Published>>>;

#[derive(Debug)]
struct Watched {
    tell: watch::Sender<Option<Arc<Published>>>,
    space: Arc<Space>,
    /// What those who listen have.
    public: serde_json::Value,
    /// When the space had changed at the last look.
    changed_at: Option<DateTime<Utc>>,
}

/// The spaces that somebody of this process has open. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    db: Db,
    spaces: SpaceDirectory,
    availabilities: Availabilities,
    watched: Arc<DashMap<(TenantId, SpaceId), Watched>>,
    bell: Arc<Notify>,
}

impl LiveSettings {
    #[must_use]
    pub fn new(db: Db, spaces: SpaceDirectory, availabilities: Availabilities) -> Self {
        Self {
            db,
            spaces,
            availabilities,
            watched: Arc::default(),
            bell: Arc::default(),
        }
    }

    /// Hears of changes of `space` from now on; `space` may be as old as the directory allows.
    pub async fn listen(&self, space: Arc<Space>) -> Settings {
        let key = (space.tenant, space.id);
        if let Some(watched) = self.watched.get(&key) {
            return watched.tell.subscribe();
        }
        let public = self.availabilities.config(&space).await;
        let watched = self.watched.entry(key).or_insert_with(|| Watched {
            tell: watch::Sender::new(None),
            space,
            public,
            changed_at: None,
        });
        watched.tell.subscribe()
    }

    /// A space was changed here: nobody waits for the next look.
    pub async fn changed(&self, tenant: TenantId, space: SpaceId) {
        self.spaces.forget(tenant, space).await;
        self.bell.notify_one();
    }

    /// Looks and measures until all stops.
    pub async fn run(self, stopping: CancellationToken) {
        let all = future::join(self.looks(), self.measures());
        stopping.run_until_cancelled(Box::pin(all)).await;
    }

    async fn measures(&self) {
        let mut ticks = interval(FRESH);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let spaces: Vec<_> = self.watched.iter().map(|place| place.space.clone()).collect();
            let measuring = stream::iter(spaces).for_each_concurrent(AT_ONCE, async |space| {
                self.availabilities.of(&space).await;
            });
            measuring.await;
        }
    }

    async fn looks(&self) {
        let mut looks = interval(FRESH);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.bell.notified() => {}
                _ = looks.tick() => {}
            }
            if let Err(error) = self.look().await {
                warn!(%error, "changes of settings cannot be seen just now");
            }
        }
    }

    async fn look(&self) -> Result<(), Arc<StoreError>> {
        self.watched
            .retain(|_, watched| watched.tell.receiver_count() > 0);
        let all: Vec<_> = self.watched.iter().map(|place| *place.key()).collect();
        if all.is_empty() {
            return Ok(());
        }
        let ids = all.iter().map(|(_, space)| *space).collect();
        let changed = self.db.control().spaces_changed(ids).await.map_err(Arc::new)?;
        for (space, at) in changed {
            let place = all.iter().find(|(_, id)| *id == space);
            let Some(&(tenant, _)) = place else { continue };
            let seen = self
                .watched
                .get(&(tenant, space))
                .and_then(|place| place.changed_at);
            if seen == Some(at) {
                continue;
            }
            self.spaces.forget(tenant, space).await;
            let now = self.spaces.space(tenant, space).await?;
            if let (Some(now), Some(mut watched)) = (now, self.watched.get_mut(&(tenant, space))) {
                (watched.space, watched.changed_at) = (now, Some(at));
            }
        }
        let telling = stream::iter(all).for_each_concurrent(AT_ONCE, |place| self.tell(place));
        telling.await;
        Ok(())
    }

    /// Tells those who listen what has changed, if anything has.
    async fn tell(&self, place: (TenantId, SpaceId)) {
        let Some(space) = self.watched.get(&place).map(|watched| watched.space.clone()) else {
            return;
        };
        let config = self.availabilities.known(&space).await;
        let Some(mut watched) = self.watched.get_mut(&place) else {
            return;
        };
        if watched.public == config {
            return;
        }
        watched.public.clone_from(&config);
        if let Some(event) = Published::ephemeral(&Event::Settings { config }) {
            watched.tell.send_replace(Some(Arc::new(event)));
        }
    }
}
