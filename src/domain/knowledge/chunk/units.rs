//! The smallest pieces a passage is made of: sentences of prose, lines of lists, tables and
//! code. Only what is longer than a whole passage is cut further, by words, then by characters.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::knowledge::block::{Block, BlockKind};

#[derive(Debug)]
pub(super) struct Unit {
    /// Bytes in the canonical text, up to the next unit of the same block.
    pub(super) range: Range<usize>,
    pub(super) tokens: usize,
    /// Index of its block in the section.
    pub(super) block: usize,
    pub(super) starts_block: bool,
    /// Tokens of the whole block.
    pub(super) block_tokens: usize,
    /// Prose: may be cut anywhere between sentences and repeated as overlap.
    pub(super) splittable: bool,
}

/// Units of a section, in order; none has more than `limit` tokens.
pub(super) fn units(text: &str, section: &[Block], limit: usize, count: &dyn Fn(&str) -> usize) -> Vec<Unit> {
    let mut all = Vec::new();
    for (number, block) in section.iter().enumerate() {
        let content = text.get(block.range.clone()).unwrap_or_default();
        let prose = block.kind == BlockKind::Paragraph;
        let mut pieces = Vec::new();
        if prose {
            for (at, sentence) in content.split_sentence_bound_indices() {
                split(sentence, block.range.start + at, limit, count, &mut pieces);
            }
        } else {
            let mut at = block.range.start;
            for line in content.split_inclusive('\n') {
                split(line, at, limit, count, &mut pieces);
                at += line.len();
            }
        }
        let block_tokens = pieces.iter().map(|(_, tokens)| tokens).sum();
        all.extend(pieces.into_iter().enumerate().map(|(at, (range, tokens))| Unit {
            range,
            tokens,
            block: number,
            starts_block: at == 0,
            block_tokens,
            splittable: prose,
        }));
    }
    all
}

/// Appends `piece`, which begins at byte `at`, whole or in parts of at most `limit` tokens.
fn split(
    piece: &str,
    at: usize,
    limit: usize,
    count: &dyn Fn(&str) -> usize,
    into: &mut Vec<(Range<usize>, usize)>,
) {
    let tokens = count(piece);
    if tokens <= limit || piece.chars().nth(1).is_none() {
        into.push((at..at + piece.len(), tokens));
        return;
    }
    let middle = cut_near_middle(piece);
    let (left, right) = piece.split_at(middle);
    split(left, at, limit, count, into);
    split(right, at + middle, limit, count, into);
}

/// The word boundary nearest to the middle; inside a single word, the character boundary.
fn cut_near_middle(piece: &str) -> usize {
    let half = piece.len() / 2;
    let boundary = |at: &usize| *at > 0 && *at < piece.len();
    let gaps = piece
        .char_indices()
        .filter(|(_, c)| c.is_whitespace())
        .map(|(at, c)| at + c.len_utf8());
    gaps.filter(boundary)
        .min_by_key(|at| at.abs_diff(half))
        .or_else(|| {
            piece
                .char_indices()
                .map(|(at, _)| at)
                .filter(boundary)
                .min_by_key(|at| at.abs_diff(half))
        })
        .unwrap_or(piece.len())
}
