//! Who does what, one at a time: a tenant, a conversation and the ledger are actix actors on a
//! fixed set of arbiters. An `Addr` never leaves its folder; the face of each is a handle with
//! async methods. Mailboxes are bounded; nothing in a handler waits for a model or an embedding.
//! Who listens to a workspace is looked after by a task, for it does nothing but look and tell; so is what is
//! drafted for an agent.

pub mod availability;
pub mod console;
pub mod conversation;
pub mod desk;
pub mod drafts;
pub mod ledger;
pub mod live_settings;
pub mod placement;
pub mod registry;
pub mod services;
pub mod tenant;
pub mod tickets;
