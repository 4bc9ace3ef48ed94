//! What every extractor makes of a file: one canonical text and the blocks it consists of.

use std::{ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

/// What a block is; decides where it may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BlockKind {
    Paragraph,
    List,
    Table,
    Code,
}

/// A piece of the canonical text that belongs together.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    /// Byte range in the canonical text, without surrounding white space.
    pub range: Range<usize>,
    /// Headings above it, outermost first.
    pub heading: Arc<[String]>,
    /// Page it begins on, from 1; formats without pages have none.
    pub page: Option<u32>,
}

/// A document after extraction. `text` is what is stored, shown and cited: plain text for
/// text, Markdown for every other format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extracted {
    /// What the document calls itself.
    pub title: Option<String>,
    pub text: String,
    /// In order, never overlapping.
    pub blocks: Vec<Block>,
    /// Whether `text` is Markdown, for whoever renders it.
    pub markdown: bool,
}
