//! The one integration binary: linking is slow, so there is only one. A folder or file per
//! feature; `support` starts a real server for each test.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a broken expectation is how a test fails"
)]

mod abuse;
mod accounts;
mod agents;
mod billing;
mod cache;
mod chat;
mod console;
mod deadlines;
mod fuzz;
mod insight;
mod keys;
mod kill;
mod knowledge;
mod layering;
mod llm;
mod mail_replies;
mod money;
mod operators;
mod outside;
mod payments;
mod promises;
mod resume;
mod routes;
mod site;
mod spaces;
mod support;
mod team;
mod tickets;
mod turns;
mod visitors;
mod web;
