//! From blocks to passages: cut where the structure allows it, never above the token limit,
//! with some overlap inside a section. Pure; the token counter is an argument. Start at [`cut`].

mod prefix;
mod units;

use std::{ops::Range, sync::Arc};

use self::units::Unit;
use super::block::{Block, BlockKind, Extracted};

/// Sizes, in tokens of the embedder unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLimits {
    /// What is embedded: title, headings and text together. MiniLM reads 254 besides its marks.
    pub passage: usize,
    /// Text repeated from the passage before, at most.
    pub overlap: usize,
    /// Title and headings, at most.
    pub prefix: usize,
    /// The neighbourhood that is shown to the model, passage included, in bytes of text.
    pub context_bytes: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self {
            passage: 250,
            overlap: 60,
            prefix: 40,
            context_bytes: 2400,
        }
    }
}

/// A piece of a document: what is embedded, found and cited.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Of the first block in it.
    pub kind: BlockKind,
    /// Byte range in the canonical text.
    pub range: Range<usize>,
    /// Byte range of the passage and its neighbours in the same section.
    pub context: Range<usize>,
    pub heading: Arc<[String]>,
    pub page: Option<u32>,
    /// Title and headings, then the text.
    pub embed_text: String,
    /// Tokens of `embed_text`.
    pub tokens: usize,
}

/// Cuts a document into passages, in order.
///
/// Every byte of every block is in at least one passage, and no `embed_text` has more than
/// `limits.passage` tokens by `count`.
#[must_use]
pub fn cut(
    document: &Extracted,
    title: &str,
    limits: ChunkLimits,
    count: &dyn Fn(&str) -> usize,
) -> Vec<Passage> {
    let mut passages = Vec::new();
    for section in sections(&document.blocks) {
        let heading = section
            .first()
            .map(|block| block.heading.clone())
            .unwrap_or_default();
        let prefix = prefix::prefix(title, &heading, limits.prefix.min(limits.passage / 2), count);
        let room = limits.passage.saturating_sub(count(&prefix)).max(1);
        let units = units::units(&document.text, section, room, count);
        let cutter = Cutter {
            text: &document.text,
            units: &units,
            prefix: &prefix,
            limits,
            room,
            count,
        };
        for range in cutter.ranges() {
            passages.extend(cutter.passage(range, section));
        }
    }
    passages
}

/// Runs of blocks under the same heading on the same page.
fn sections(blocks: &[Block]) -> impl Iterator<Item = &[Block]> {
    blocks
        .chunk_by(|a, b| a.page == b.page && (Arc::ptr_eq(&a.heading, &b.heading) || a.heading == b.heading))
}

/// Cuts one section.
struct Cutter<'a> {
    text: &'a str,
    units: &'a [Unit],
    prefix: &'a str,
    limits: ChunkLimits,
    /// Tokens left for text beside the prefix.
    room: usize,
    count: &'a dyn Fn(&str) -> usize,
}

impl Cutter<'_> {
    /// Ranges of units, one per passage. Passages of a section are about equally long: a short
    /// remainder would be found for its lack of words rather than for what it says.
    fn ranges(&self) -> Vec<Range<usize>> {
        let total: usize = self.units.iter().map(|unit| unit.tokens).sum();
        let pieces = total.div_ceil(self.room).max(1);
        let target = if pieces == 1 {
            self.room
        } else {
            (total / pieces + self.limits.overlap + self.room / 8).min(self.room)
        };
        let mut ranges = Vec::new();
        let mut start = 0;
        while start < self.units.len() {
            let end = self.end(start, target);
            ranges.push(start..end);
            if end >= self.units.len() {
                break;
            }
            start = self.overlap_start(start, end);
        }
        self.filled(&ranges)
    }

    /// The same with what stands around each in the section, before it first, as far as there is
    /// room: the more of its surroundings a passage says, the more questions find it. None begins
    /// where the one before does, or ends behind the next.
    fn filled(&self, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
        let fits =
            |range: &Range<usize>| (self.count)(&self.embed_text(range.clone())) <= self.limits.passage;
        let mut filled: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for (number, range) in ranges.iter().enumerate() {
            let mut range = range.clone();
            let first = filled.last().map_or(0, |before| before.start + 1);
            let last = ranges.get(number + 1).map_or(range.end, |next| next.end - 1);
            while let Some(start) = self.before(range.start).filter(|start| *start >= first)
                && fits(&(start..range.end))
            {
                range.start = start;
            }
            // A table may be begun: its first lines say what it is about.
            while range.end < last && fits(&(range.start..range.end + 1)) {
                range.end += 1;
            }
            filled.push(range);
        }
        filled
    }

    /// Where a passage that begins at `start` may begin as well: a sentence further up, or a line
    /// of what it begins in the midst of, or above a whole table, list or code block.
    fn before(&self, start: usize) -> Option<usize> {
        let before = start.checked_sub(1)?;
        let unit = self.units.get(before)?;
        let inside = self.units.get(start).is_some_and(|next| next.block == unit.block);
        if unit.splittable || inside {
            return Some(before);
        }
        (0..=before)
            .rev()
            .find(|above| self.units.get(*above).is_some_and(|unit| unit.starts_block))
    }

    /// As many units as fit, then shrunk until the exact count agrees. A table, list or code
    /// block that would fit whole into a passage of its own is not begun when it does not fit.
    fn end(&self, start: usize, target: usize) -> usize {
        let mut end = start;
        let mut tokens = 0;
        while let Some(unit) = self.units.get(end) {
            let whole = if unit.starts_block && !unit.splittable {
                unit.block_tokens
            } else {
                unit.tokens
            };
            let need = if whole <= self.room { whole } else { unit.tokens };
            if end > start && tokens + need > target {
                break;
            }
            tokens += unit.tokens;
            end += 1;
        }
        while end > start + 1 && (self.count)(&self.embed_text(start..end)) > self.limits.passage {
            end -= 1;
        }
        end
    }

    /// Where the next passage begins: some prose of this one again, but always further on.
    fn overlap_start(&self, start: usize, end: usize) -> usize {
        let mut next = end;
        let mut tokens = 0;
        while next > start + 1 {
            let Some(unit) = self.units.get(next - 1) else {
                break;
            };
            tokens += unit.tokens;
            if !unit.splittable || tokens > self.limits.overlap {
                break;
            }
            next -= 1;
        }
        next
    }

    fn bytes(&self, units: &Range<usize>) -> Range<usize> {
        let start = self.units.get(units.start).map_or(0, |unit| unit.range.start);
        let end = units.end.checked_sub(1).and_then(|last| self.units.get(last));
        start..end.map_or(start, |unit| unit.range.end)
    }

    fn slice(&self, bytes: Range<usize>) -> &str {
        self.text.get(bytes).unwrap_or_default()
    }

    fn embed_text(&self, units: Range<usize>) -> String {
        format!("{}{}", self.prefix, self.slice(self.bytes(&units)).trim_end())
    }

    fn passage(&self, units: Range<usize>, section: &[Block]) -> Option<Passage> {
        let first = self.units.get(units.start)?;
        let block = section.get(first.block)?;
        let embed_text = self.embed_text(units.clone());
        let range = self.bytes(&units);
        let end = range.start + self.slice(range.clone()).trim_end().len();
        Some(Passage {
            kind: block.kind,
            context: self.context(&units),
            range: range.start..end,
            heading: block.heading.clone(),
            page: block.page,
            tokens: (self.count)(&embed_text),
            embed_text,
        })
    }

    /// The passage with units before and after it, alternately, while they fit.
    fn context(&self, units: &Range<usize>) -> Range<usize> {
        let mut around = units.clone();
        loop {
            let before = around.start.saturating_sub(1)..around.end;
            let after = around.start..(around.end + 1).min(self.units.len());
            let fits = |wider: &Range<usize>| {
                *wider != around && self.bytes(wider).len() <= self.limits.context_bytes
            };
            let wider = if around.end - units.end <= units.start - around.start {
                [after, before]
            } else {
                [before, after]
            };
            match wider.into_iter().find(fits) {
                Some(found) => around = found,
                None => break,
            }
        }
        let bytes = self.bytes(&around);
        bytes.start..bytes.start + self.slice(bytes.clone()).trim_end().len()
    }
}

#[cfg(test)]
mod tests;
