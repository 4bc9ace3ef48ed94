//! A business's documents: from uploaded bytes to passages that can be found.
//!
//! [`ingest`] is the way through: `reader` (scan, then `sniff` and `extract` in a process of their
//! own) → `chunk` → embed → store. Everything up to there is pure or bounded; nothing here searches,
//! that is `domain::retrieval`. `written` makes files of what is typed in instead of uploaded, `draft` makes passages
//! of them that nobody else finds.

pub mod block;
pub mod chunk;
pub mod draft;
pub mod extract;
pub mod ingest;
pub mod intake;
pub mod offsets;
pub mod places;
pub mod reader;
pub mod reading;
pub mod settings;
pub mod sniff;
pub mod web;
pub mod written;
