//! Parlance: customer-support chat, one binary.
//!
//! The rooms of the house, and who may import whom (downwards only; `tests/it/layering.rs`
//! reads the `use` lines and fails on an upward one):
//!
//! ```text
//! main, app → http, realtime, jobs → actors → domain → adapters → kernel → store
//! ```
//!
//! `http` and `realtime` do not import each other. `adapters` know no domain type; only `app`
//! names a concrete adapter. SQL lives in the crate `parlance-store`, re-exported as [`store`].
//! Start reading at [`app`], then follow one message: `realtime` → `actors::conversation` →
//! `domain::conversations` → `domain::answering`.

pub mod actors;
pub mod adapters;
pub mod app;
pub mod bench;
pub mod cli;
pub mod config;
pub mod domain;
pub mod eval;
pub mod http;
pub mod jobs;
pub mod kernel;
pub mod realtime;
pub mod telemetry;

/// The only place that knows diesel: scoped connections, migrations, queries.
pub use parlance_store as store;
