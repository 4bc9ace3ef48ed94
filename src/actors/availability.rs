//! What visitors of a space may expect of people just now: its hours, who is there, and how long visitors
//! waited of late, which is measured again every five minutes at most.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use parlance_store::{
    db::Db,
    ids::{SpaceId, TenantId},
};
use serde_json::Value;
use tracing::warn;

use super::console::Consoles;
use crate::{
    domain::{
        accounts::space::Space,
        availability::{Availability, wait},
    },
    kernel::clock::SharedClock,
};

/// How old a measured wait may be.
const FRESH: TimeDelta = TimeDelta::minutes(5);
/// Spaces whose wait is kept, for as long as they are asked for.
const CAPACITY: u64 = 20_000;
const UNUSED: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug)]
struct Measured {
    at: DateTime<Utc>,
    wait: Option<TimeDelta>,
}

/// Cheap to clone: all clones share what is measured.
#[derive(Clone, Debug)]
pub struct Availabilities {
    db: Db,
    clock: SharedClock,
    consoles: Consoles,
    waits: Cache<(TenantId, SpaceId), Measured>,
}

impl Availabilities {
    #[must_use]
    pub fn new(db: Db, clock: SharedClock, consoles: Consoles) -> Self {
        let waits = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_idle(UNUSED)
            .build();
        Self {
            db,
            clock,
            consoles,
            waits,
        }
    }

    /// How it is now.
    pub async fn of(&self, space: &Space) -> Availability {
        let now = self.clock.now();
        let there = self.consoles.is_someone_there(space.tenant);
        // Nobody is told of it otherwise.
        let wait = if there { self.wait(space, now).await } else { None };
        Availability::of(space.settings.hours.as_ref(), now, there, wait)
    }

    /// What everybody may know of a space, as it is now.
    pub async fn config(&self, space: &Space) -> Value {
        space.public(&self.of(space).await)
    }

    async fn wait(&self, space: &Space, now: DateTime<Utc>) -> Option<TimeDelta> {
        let key = (space.tenant, space.id);
        let known = self.waits.get(&key).await;
        if let Some(known) = known.filter(|known| now - known.at < FRESH) {
            return known.wait;
        }
        let (id, hours) = (space.id, space.settings.hours.as_ref());
        let db = self.db.tenant(space.tenant);
        let measured = db.read(async |conn| wait::measure(conn, id, hours, now).await);
        let wait = measured.await.unwrap_or_else(|error| {
            warn!(space.id = %id, %error, "how long visitors wait is not known just now");
            None
        });
        self.waits.insert(key, Measured { at: now, wait }).await;
        wait
    }
}
