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
        let wait = if there { self.wait(space).await } else { None };
        Availability::of(space.settings.hours.as_ref(), now, there, wait)
    }

    /// What everybody may know of a space, as it is now.
    pub async fn config(&self, space: &Space) -> Value {
        space.public(&self.of(space).await)
    }

    /// The same for whoever cannot wait: a wait that was measured once is as it was then.
    pub async fn known(&self, space: &Space) -> Value {
        let there = self.consoles.is_someone_there(space.tenant);
        let wait = match self.waits.get(&(space.tenant, space.id)).await {
            Some(known) if there => known.wait,
            None if there => self.wait(space).await,
            _ => None,
        };
        let hours = space.settings.hours.as_ref();
        space.public(&Availability::of(hours, self.clock.now(), there, wait))
    }

    /// How long visitors waited of late, [`FRESH`] or younger; none where too few did, or it cannot be
    /// measured just now. Whoever asks meanwhile waits for the one measurement.
    pub async fn wait(&self, space: &Space) -> Option<TimeDelta> {
        let now = self.clock.now();
        let entry = self.waits.entry((space.tenant, space.id));
        let measured = entry.or_insert_with_if(self.measure(space, now), |known| now - known.at >= FRESH);
        measured.await.into_value().wait
    }

    async fn measure(&self, space: &Space, now: DateTime<Utc>) -> Measured {
        let (id, hours) = (space.id, space.settings.hours.as_ref());
        let db = self.db.tenant(space.tenant);
        let measured = db.read(async |conn| wait::measure(conn, id, hours, now).await);
        match measured.await {
            Ok(wait) => Measured { at: now, wait },
            Err(error) => {
                warn!(space.id = %id, %error, "how long visitors wait is not known just now");
                // Who asks next measures again.
                Measured {
                    at: DateTime::UNIX_EPOCH,
                    wait: None,
                }
            }
        }
    }
}
