//! On which sites a space's widget was opened, so that who installs it sees that it works.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use moka::sync::Cache;
use parlance_store::{
    Db, StoreError,
    ids::{SpaceId, TenantId},
    queries::sightings,
};
use url::Url;

use crate::kernel::clock::SharedClock;

/// How long a site is not noted again.
const FRESH: Duration = Duration::from_secs(3_600);
/// Sites of a space that are noted in an hour, and that are kept.
const MOST: usize = 50;
/// Spaces that are remembered.
const CAPACITY: u64 = 10_000;

/// Notes sites, each of a space once an hour.
#[derive(Clone)]
pub struct Sightings {
    db: Db,
    clock: SharedClock,
    noted: Cache<SpaceId, Arc<Mutex<HashSet<String>>>>,
}

impl std::fmt::Debug for Sightings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sightings")
    }
}

impl Sightings {
    #[must_use]
    pub fn new(db: Db, clock: SharedClock) -> Self {
        let noted = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(FRESH)
            .build();
        Self { db, clock, noted }
    }

    /// Whether a session that began on `origin` is to be noted: not when that was done within the hour,
    /// nor when many others of the space were.
    #[must_use]
    pub fn is_new(&self, space: SpaceId, origin: &str) -> bool {
        let noted = self.noted.get_with(space, Arc::default);
        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.len() < MOST && noted.insert(origin.to_owned())
    }

    /// Notes it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn note(&self, tenant: TenantId, space: SpaceId, origin: &str) -> Result<(), StoreError> {
        let (db, now) = (self.db.tenant(tenant), self.clock.now());
        let kept = i64::try_from(MOST).unwrap_or(i64::MAX);
        db.transaction(async |conn| sightings::note(conn, space, origin, now, kept).await)
            .await
    }
}

/// The origin of a page that is somebody's site: over HTTP, with a host, of 300 characters at most.
#[must_use]
pub fn site(page: &str) -> Option<String> {
    let origin = Url::parse(page).ok()?;
    let origin = matches!(origin.scheme(), "http" | "https").then(|| origin.origin())?;
    let origin = origin.is_tuple().then(|| origin.ascii_serialization())?;
    (origin.len() <= 300).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_an_origin() {
        let long = format!("https://{}.example/", "x".repeat(300));
        for (page, origin) in [
            (
                "https://Shop.example:443/pricing?a=b",
                Some("https://shop.example"),
            ),
            ("http://localhost:3000/", Some("http://localhost:3000")),
            ("file:///home/ada/shop.html", None),
            ("data:text/html,hi", None),
            ("about:blank", None),
            ("null", None),
            (long.as_str(), None),
        ] {
            assert_eq!(site(page).as_deref(), origin, "{page}");
        }
    }
}
