//! Lines into headings, paragraphs, list items and tables.

use super::{
    grid::Table,
    lines::{Line, marker, unwrapped},
    outline::Outline,
    page::{Item, Region},
};

/// A gap to the line above of more than this part of the usual one ends a paragraph.
const PARAGRAPH_GAP: f64 = 1.25;
/// Where a text has no usual gap yet: lines are set this far apart, in font sizes, at most.
const MAX_LEADING: f64 = 1.9;

/// Small print is set at less than this part of the size of running text.
const SMALL: f64 = 0.95;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Heading(usize, String),
    Paragraph(String),
    /// A paragraph in smaller type than the running text.
    Small(String),
    /// The mark as Markdown writes it, and the text.
    Item(String, String),
    Table(Vec<Vec<String>>),
}

pub(super) fn parts(region: &Region, outline: &Outline) -> Vec<Part> {
    let mut builder = Builder {
        outline,
        right: region.iter().map(|item| item.bounds().x1).fold(0.0, f64::max),
        parts: Vec::new(),
        open: Vec::new(),
        heading: None,
    };
    for (at, item) in region.iter().enumerate() {
        match item {
            Item::Table(table) => builder.table(table),
            Item::Line(line) => {
                let below = match region.get(at + 1) {
                    Some(Item::Line(below)) => Some(below),
                    _ => None,
                };
                builder.line(line, below);
            }
        }
    }
    builder.close();
    builder.parts
}

struct Builder<'a> {
    outline: &'a Outline,
    /// Where lines end at most.
    right: f64,
    parts: Vec<Part>,
    /// Lines of the paragraph, item or heading that is being read.
    open: Vec<&'a Line>,
    heading: Option<usize>,
}

impl<'a> Builder<'a> {
    fn table(&mut self, table: &Table) {
        self.close();
        self.parts.push(Part::Table(table.rows.clone()));
    }

    fn line(&mut self, line: &'a Line, below: Option<&Line>) {
        let parts_from = self.open.last().is_none_or(|last| self.is_apart(last, line));
        let level = self.outline.level(line, parts_from, below);
        // A heading's further lines are as large as the first.
        let goes_on = !parts_from && level == self.heading;
        if !goes_on {
            self.close();
            self.heading = level;
        }
        self.open.push(line);
    }

    /// Whether a line begins something new.
    fn is_apart(&self, last: &Line, line: &Line) -> bool {
        let size = last.size.max(line.size);
        let gap = line.y - last.y;
        let usual = self.leading().unwrap_or(MAX_LEADING * size / PARAGRAPH_GAP);
        let first = self.open.first().copied().unwrap_or(last);
        let listed = marker(&first.text()).is_some();
        let left = self
            .open
            .iter()
            .map(|line| line.x0())
            .fold(f64::INFINITY, f64::min);
        let indented = !listed && self.open.len() > 1 && line.x0() > left + 0.8 * size;
        let outdented = listed && line.x0() < first.x0() - 0.5 * size;
        // A list's mark stands left of the lines that go on: one at its place is new text.
        let beside_mark = listed && self.open.len() > 1 && line.x0() < last.x0() - 0.8 * size;
        let room = self.right - last.x1();
        let stopped = room > 0.3 * self.right.max(1.0) && last.text().ends_with(['.', ':', '!', '?']);
        gap > PARAGRAPH_GAP * usual
            || gap < 0.0
            || (last.size - line.size).abs() > 0.06 * size
            || (self.heading.is_some() && last.is_bold() != line.is_bold())
            || marker(&line.text()).is_some()
            || indented
            || outdented
            || beside_mark
            || stopped
    }

    /// The gap between the lines of what is being read.
    fn leading(&self) -> Option<f64> {
        let [first, second, ..] = self.open.as_slice() else {
            return None;
        };
        Some(second.y - first.y)
    }

    fn close(&mut self) {
        let lines = std::mem::take(&mut self.open);
        let text = unwrapped(lines.iter().map(|line| line.text()));
        let small = lines.iter().all(|line| line.size < SMALL * self.outline.body());
        if text.is_empty() {
            return;
        }
        self.parts.push(match (self.heading.take(), marker(&text)) {
            (Some(level), _) => Part::Heading(level, text),
            (None, Some((mark, rest))) if !rest.trim().is_empty() => Part::Item(mark, rest.trim().to_owned()),
            _ if small => Part::Small(text),
            _ => Part::Paragraph(text),
        });
    }
}
