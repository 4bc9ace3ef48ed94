//! Measuring answer quality on labelled data: `parlance eval --data DIR`. What is measured is
//! the real thing: the product's own extraction, cutting, embedding, database search and fusion.
//!
//! The method, and what the figures were, is in `docs/RETRIEVAL.md`.

pub mod data;
pub mod embeddings;
pub mod metrics;
pub mod retrieval;
