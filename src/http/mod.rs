//! HTTP: the whole route table in [`routes`], a file per endpoint group. Handlers are thin: they
//! parse, ask a domain or an actor, and shape the answer. The visitor's transports are in
//! `realtime`.

mod analytics;
mod assets;
mod attachments;
mod audit;
mod auth;
mod billing;
mod bodies;
mod canned;
mod contacts;
mod conversations;
mod cursor;
mod demo;
mod documents;
mod gaps;
mod golden;
mod headers;
mod identity_keys;
mod invitations;
mod jobs;
mod keys;
mod limits;
mod log;
mod mail;
mod openapi;
mod operations;
mod outbox;
mod passages;
mod permit;
mod places;
mod query;
mod questions;
mod reasons;
pub mod routes;
mod routing_rules;
mod session;
mod site;
mod sla;
mod source_page;
mod sources;
mod spaces;
mod team;
mod ticket_categories;
mod tickets;
mod user;
mod views;
mod visitors;
mod widget;
mod workspace;

pub use bodies::only_objects;
pub use headers::{security_headers, sound_address};
pub use limits::tell as tell_limits;
pub use log::RequestLog;
pub use openapi::{ApiDocument, document};
