//! A business's documents: from uploaded bytes to passages that can be found.
//!
//! [`ingest`] is the way through: `sniff` → `extract` (a file per format) → `chunk` → embed →
//! store. Everything up to there is pure or bounded; nothing here searches, that is
//! `domain::retrieval`.

pub mod block;
pub mod chunk;
pub mod extract;
pub mod ingest;
pub mod intake;
pub mod offsets;
pub mod places;
pub mod sniff;
pub mod web;
