//! A file per aggregate. Every function takes the [`crate::tenant::TenantConn`] that a transaction
//! lends, so it sees and touches one tenant's rows; several may share one transaction.
//!
//! Nothing here decides: transitions, prices and limits are the domain's. Start at
//! [`messages`]: `say` and `finish_answer` are the two writes that every turn makes.

pub mod api_keys;
pub mod attachments;
pub mod audit;
pub mod bulk;
pub mod canned_replies;
pub mod contact_list;
pub mod contact_notes;
pub mod contacts;
pub mod conversation_search;
pub mod conversations;
pub mod deadline_mail;
pub mod deadlines;
pub mod documents;
pub mod drafts;
pub mod experiments;
pub mod golden;
pub mod history;
pub mod identity_keys;
pub mod inbox;
pub mod index;
pub mod invitations;
pub mod invoices;
pub mod jobs;
pub mod large;
pub mod ledger;
pub mod log;
pub mod mail_replies;
pub mod mail_threads;
pub mod messages;
pub mod moods;
pub mod notes;
pub mod paid_plans;
pub mod passages;
pub mod questions;
pub mod queue;
pub mod quotas;
pub mod ratings;
pub mod rollups;
pub mod routing_rules;
pub mod search;
pub mod sightings;
pub mod sla_policies;
pub mod sources;
pub mod space_life;
pub mod space_versions;
pub mod spaces;
pub mod subscriptions;
pub mod teams;
pub mod ticket_categories;
pub mod ticket_mail;
pub mod tickets;
pub mod visitors;
pub mod waiting_mail;
pub mod waits;
