//! What a request may ask for: handles and shared parts, wired once in `app.rs`.

use std::sync::Arc;

use parlance_store::{db::Db, ids::TenantId};

use super::{
    console::Consoles, drafts::Drafts, ledger::LedgerHandle, live_settings::LiveSettings, registry::Registry,
    tenant::Tenants,
};
use crate::{
    adapters::mail::Outbox,
    domain::{
        accounts::{Accounts, keys::Keys, space::SpaceDirectory, token::Tokens},
        answering::answerer::Answerer,
        attachments::Links,
        billing::plans::Plans,
        insight::seen::Sightings,
        jobs::Bell,
        knowledge::reader::Reader,
    },
    kernel::{address::Addresses, clock::SharedClock, origin::PublicOrigin, tasks::Tasks, vault::Vault},
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
    /// The demo workspace, where it was made.
    pub demo: TenantId,
    pub keys: Keys,
    pub plans: Arc<Plans>,
    pub spaces: SpaceDirectory,
    /// Looks at files from outside.
    pub reader: Reader,
    /// Where files are read that were sent.
    pub links: Links,
    pub live_settings: LiveSettings,
    /// Where widgets are.
    pub sightings: Sightings,
    pub tenants: Tenants,
    pub answerer: Arc<Answerer>,
    pub drafts: Drafts,
    /// Rung when a job was put in line, or has changed.
    pub bell: Bell,
    pub consoles: Consoles,
    pub registry: Registry,
    pub ledger: LedgerHandle,
}
