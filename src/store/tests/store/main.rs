//! The store against a real Postgres: that of `PARLANCE_TEST_DATABASE_URL`, or the private one of
//! `make test`. Every test makes and drops a database of its own in it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it fails"
)]

mod answers;
mod attachments;
mod audit;
mod budget;
mod canned_replies;
mod contact_book;
mod contacts;
mod control;
mod conversation_search;
mod deadlines;
mod drafts;
mod exceptions;
mod experiments;
mod foreign;
mod golden;
mod inbox;
mod isolation;
mod jobs;
mod knowledge;
mod large;
mod ledger;
mod ledger_report;
mod mail_replies;
mod many_jobs;
mod messages;
mod migrations;
mod moods;
mod pool;
mod questions;
mod questions_of;
mod queue;
mod quotas;
mod ratings;
mod refusals;
mod removed;
mod rollups;
mod round_trips;
mod silence;
mod sorting;
mod sources;
mod space_life;
mod spaces;
mod subscriptions;
mod support;
mod teams;
mod tickets;
mod waits;
mod wire;
