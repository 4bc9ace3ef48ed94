//! Parts of pages into one Markdown text and its blocks.

use std::sync::Arc;

use super::paragraphs::Part;
use crate::domain::knowledge::{
    block::{Block, BlockKind, Extracted},
    extract::compose::{plain, table},
};

/// Bytes of a line under a title that is no text of its own.
const MAX_CAPTION: usize = 200;

#[derive(Debug)]
pub(super) struct Writer {
    text: String,
    blocks: Vec<Block>,
    path: Vec<(usize, String)>,
    names: Arc<[String]>,
    /// Range and page of a heading with nothing below it yet: it is a block if that stays so.
    bare: Option<(std::ops::Range<usize>, u32, Arc<[String]>)>,
    first_heading: Option<(usize, String)>,
    /// The last block is small print.
    small: bool,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            text: String::new(),
            blocks: Vec::new(),
            path: Vec::new(),
            names: Arc::from([]),
            bare: None,
            first_heading: None,
            small: false,
        }
    }

    pub(super) fn add(&mut self, part: Part, page: u32) {
        match part {
            Part::Heading(level, name) => self.heading(level, name, page),
            Part::Paragraph(text) => self.block(BlockKind::Paragraph, &plain(&text), page),
            Part::Small(text) => {
                self.block(BlockKind::Paragraph, &plain(&text), page);
                self.small = true;
            }
            Part::Item(mark, text) => self.item(&format!("{mark} {}", plain(&text)), page),
            Part::Table(rows) => self.block(BlockKind::Table, &table(&rows), page),
        }
    }

    fn heading(&mut self, level: usize, name: String, page: u32) {
        let level = level.clamp(1, 6);
        let parents = self.path.iter().take_while(|(above, _)| *above < level).count();
        // The heading before has something below it if this one is.
        if parents < self.path.len() {
            self.close();
        }
        let deeper = parents == self.path.len();
        self.path.truncate(parents);
        let above = self.path_names();
        let start = self.begin();
        self.text.push_str(&"#".repeat(level));
        self.text.push(' ');
        self.text.push_str(&plain(&name));
        self.bare = Some((start..self.text.len(), page, above));
        let larger = self
            .first_heading
            .as_ref()
            .is_none_or(|(first, _)| level < *first);
        if larger && page == 1 {
            self.first_heading = Some((level, name.clone()));
        }
        if deeper && self.is_caption() {
            self.blocks.pop();
        }
        self.path.push((level, name));
        self.names = self.path_names();
    }

    /// Whether the last block is small print between a title and its first section, and no
    /// sentence: an edition, a date, an author. Like the title it is in the text and is no
    /// block: as a passage of its own it would be near to every question that names the business.
    fn is_caption(&self) -> bool {
        let Some((last, before)) = self.blocks.split_last() else {
            return false;
        };
        let text = self.text.get(last.range.clone()).unwrap_or_default();
        let alone = before.last().is_none_or(|before| before.heading != last.heading);
        let sentence = text.len() > MAX_CAPTION || text.ends_with(['.', '!', '?', ':', ';']);
        self.small && alone && !sentence && last.heading == self.names
    }

    fn path_names(&self) -> Arc<[String]> {
        self.path.iter().map(|(_, name)| name.clone()).collect()
    }

    fn block(&mut self, kind: BlockKind, text: &str, page: u32) {
        if text.is_empty() {
            return;
        }
        self.bare = None;
        self.small = false;
        let start = self.begin();
        self.text.push_str(text);
        self.blocks.push(Block {
            kind,
            range: start..self.text.len(),
            heading: self.names.clone(),
            page: Some(page),
        });
    }

    /// Items below each other are one list.
    fn item(&mut self, text: &str, page: u32) {
        let end = self.text.len();
        match self.blocks.last_mut() {
            Some(list)
                if list.kind == BlockKind::List && list.page == Some(page) && list.range.end == end =>
            {
                self.text.push('\n');
                self.text.push_str(text);
                list.range.end = self.text.len();
            }
            _ => self.block(BlockKind::List, text, page),
        }
    }

    fn begin(&mut self) -> usize {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.len()
    }

    /// Makes a block of a heading that nothing came below of.
    fn close(&mut self) {
        if let Some((range, page, heading)) = self.bare.take() {
            self.blocks.push(Block {
                kind: BlockKind::Paragraph,
                range,
                heading,
                page: Some(page),
            });
        }
    }

    pub(super) fn finish(mut self, title: Option<String>) -> Extracted {
        self.close();
        Extracted {
            title: title.or(self.first_heading.map(|(_, name)| name)),
            text: self.text,
            blocks: self.blocks,
            markdown: true,
        }
    }
}
