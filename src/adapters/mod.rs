//! The outside world: a trait and its implementations, a folder each. Nothing here knows a type
//! of `domain`; only `app.rs` names a concrete adapter.

pub mod billing;
pub mod breaker;
pub mod embed;
pub mod identity;
pub mod llm;
pub mod mail;
pub mod scan;
pub mod usage_report;
pub mod web;
pub mod worker;
