//! Plain text: paragraphs between blank lines.

use std::{ops::Range, sync::Arc};

use crate::domain::knowledge::block::{Block, BlockKind, Extracted};

/// Blocks of a plain text.
#[must_use]
pub fn extract(text: String) -> Extracted {
    let none: Arc<[String]> = Arc::from([]);
    let blocks = paragraphs(&text)
        .into_iter()
        .map(|range| Block {
            kind: BlockKind::Paragraph,
            range,
            heading: none.clone(),
            page: None,
        })
        .collect();
    Extracted {
        title: None,
        text,
        blocks,
        markdown: false,
    }
}

/// Byte ranges of the paragraphs, trimmed, in order.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let mut open = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            open = false;
        } else {
            let start = at + (line.len() - line.trim_start().len());
            let end = start + trimmed.len();
            match found.last_mut() {
                Some(last) if open => last.end = end,
                _ => found.push(start..end),
            }
            open = true;
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_trimmed_and_exact() {
        let text = "\n one\n two \n\n \n\tthree\n";
        let found: Vec<_> = paragraphs(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["one\n two", "three"]);
    }
}
