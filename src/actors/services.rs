//! What a request may ask for: handles and shared parts, wired once in `app.rs`.

use std::{sync::Arc, time::Duration};

use parlance_store::{db::Db, ids::TenantId};
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::timeout,
};

use super::{
    availability::Availabilities, console::Consoles, drafts::Drafts, ledger::LedgerHandle,
    live_settings::LiveSettings, registry::Registry, tenant::Tenants,
};
use crate::{
    adapters::mail::Outbox,
    domain::{
        accounts::{Accounts, keys::Keys, space::SpaceDirectory, token::Tokens},
        answering::answerer::Answerer,
        attachments::Links,
        billing::{payments::Payments, plans::Plans},
        insight::seen::Sightings,
        jobs::Bell,
        knowledge::{ingest::Ingest, reader::Reader},
        mail_replies::address::Addresses as MailAddresses,
        tickets::categories::Classifiers,
    },
    kernel::{
        address::Addresses, clock::SharedClock, code::Code, origin::PublicOrigin, problem::Problem,
        tasks::Tasks, vault::Vault,
    },
};

/// The running application, as HTTP and the transports see it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Services {
    pub db: Db,
    pub clock: SharedClock,
    pub tasks: Tasks,
    pub addresses: Addresses,
    pub public: PublicOrigin,
    pub tokens: Tokens,
    pub vault: Vault,
    pub accounts: Accounts,
    /// Mail that stayed, where it may be read.
    pub outbox: Option<Outbox>,
    /// Where visitors answer mail to.
    pub mail_addresses: MailAddresses,
    /// The way in for mail.
    pub inbound: Inbound,
    /// The demo workspace, where it was made.
    pub demo: TenantId,
    pub keys: Keys,
    pub plans: Arc<Plans>,
    pub payments: Payments,
    pub spaces: SpaceDirectory,
    pub availabilities: Availabilities,
    /// Looks at files from outside.
    pub reader: Reader,
    /// What tries documents that are not kept.
    pub ingest: Ingest,
    /// Where files are read that were sent.
    pub links: Links,
    /// How many of them are on their way at once.
    pub file_places: FilePlaces,
    pub live_settings: LiveSettings,
    /// Where widgets are.
    pub sightings: Sightings,
    pub tenants: Tenants,
    pub answerer: Arc<Answerer>,
    pub drafts: Drafts,
    /// What was learned of categories.
    pub classifiers: Classifiers,
    /// Rung when a job was put in line, or has changed.
    pub bell: Bell,
    pub consoles: Consoles,
    pub registry: Registry,
    pub ledger: LedgerHandle,
}

/// Mails that come in at once: each may take as many MiB as a provider takes.
const INBOUND_AT_ONCE: usize = 2;
const INBOUND: &str = "mail-inbound";

/// The way in for mail: who may bring it, and how much at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// Of the secret; none: no mail comes in.
    mac: Option<[u8; 32]>,
    vault: Vault,
    places: Arc<Semaphore>,
}

impl Inbound {
    #[must_use]
    pub fn new(secret: Option<&SecretString>, vault: &Vault) -> Self {
        Self {
            mac: secret.map(|secret| vault.mac(INBOUND, secret.expose_secret().as_bytes())),
            vault: vault.clone(),
            places: Arc::new(Semaphore::new(INBOUND_AT_ONCE)),
        }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.mac.is_some()
    }

    /// Whether this is the secret, in a time that does not tell where it differs.
    #[must_use]
    pub fn admits(&self, secret: &str) -> bool {
        self.mac
            .is_some_and(|mac| self.vault.is_mac(INBOUND, secret.as_bytes(), &mac))
    }

    /// A place to read a mail in, where one is free.
    #[must_use]
    pub fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }
}

/// Files that come in at once, and that go out: each takes 10 MiB of memory at most.
const UPLOADS_AT_ONCE: usize = 16;
const DOWNLOADS_AT_ONCE: usize = 32;
/// When a file may be tried again that found all places taken.
const FILES_AGAIN: Duration = Duration::from_secs(5);

/// Places for the files of conversations that are on their way. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FilePlaces {
    uploads: Arc<Semaphore>,
    downloads: Arc<Semaphore>,
}

impl Default for FilePlaces {
    fn default() -> Self {
        Self {
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            downloads: Arc::new(Semaphore::new(DOWNLOADS_AT_ONCE)),
        }
    }
}

impl FilePlaces {
    /// A place to take a file in.
    ///
    /// # Errors
    /// Busy, where none is free.
    pub fn upload(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.uploads.clone().try_acquire_owned();
        place.map_err(|_| busy())
    }

    /// A place to send one out, waited for: a page that shows an image does not ask again.
    ///
    /// # Errors
    /// Busy, where none has become free within five seconds.
    pub async fn download(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = timeout(FILES_AGAIN, self.downloads.clone().acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or_else(busy)
    }
}

fn busy() -> Problem {
    Problem::new(Code::Busy, "many files are on their way, try again in a moment").retry_after(FILES_AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_file_has_a_place_while_one_is_free() {
        let places = FilePlaces::default();
        let mut taken: Vec<_> = (0..UPLOADS_AT_ONCE).map(|_| places.upload().unwrap()).collect();
        assert!(places.upload().is_err());
        assert!(
            places.download().await.is_ok(),
            "what goes out has places of its own"
        );
        taken.pop();
        assert!(places.upload().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_waits_for_a_place_for_a_while() {
        let places = FilePlaces::default();
        let mut taken = Vec::new();
        for _ in 0..DOWNLOADS_AT_ONCE {
            taken.push(places.download().await.unwrap());
        }
        let (place, ()) = tokio::join!(places.download(), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            taken.pop();
        });
        let place = place.unwrap();
        assert!(places.download().await.is_err());
        drop(place);
        assert!(places.download().await.is_ok());
    }
}
