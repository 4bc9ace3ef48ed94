//! Which lines are headings, and of which level: by their size, then by bold type.

use std::collections::BTreeMap;

use super::{
    lines::{Line, marker},
    page::{Item, Region},
};

/// A heading's letters are at least this much larger than those of running text.
const LARGER: f64 = 1.06;
/// Longer than this, in characters, is a paragraph in large or bold type.
const MAX_HEADING: usize = 160;
/// Sizes that make levels of their own; smaller headings share the last.
const MAX_LEVEL: usize = 5;

/// Sizes of a document's text, in half points.
#[derive(Debug)]
pub(super) struct Outline {
    body: i64,
    /// Sizes of headings, largest first.
    levels: Vec<i64>,
    /// Whether running text is bold, so that bold says nothing.
    bold: bool,
}

#[expect(clippy::cast_possible_truncation, reason = "a font size")]
fn half_points(size: f64) -> i64 {
    (size * 2.0).round() as i64
}

impl Outline {
    pub(super) fn of(pages: &[Vec<Region>]) -> Self {
        let mut letters: BTreeMap<i64, usize> = BTreeMap::new();
        let (mut bold, mut all) = (0, 0);
        for line in lines(pages) {
            let count = line.text().len();
            *letters.entry(half_points(line.size)).or_default() += count;
            all += count;
            bold += if line.is_bold() { count } else { 0 };
        }
        let body = letters.iter().max_by_key(|(_, count)| **count);
        let mut outline = Self {
            body: body.map_or(0, |(size, _)| *size),
            levels: Vec::new(),
            bold: bold * 2 > all,
        };
        let mut sizes: Vec<i64> = lines(pages)
            .filter(|line| outline.is_larger(line) && is_title_like(line))
            .map(|line| half_points(line.size))
            .collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        // Sizes that differ by rounding only are one.
        sizes.dedup_by(|next, kept| *kept - *next <= 1);
        sizes.truncate(MAX_LEVEL);
        outline.levels = sizes;
        outline
    }

    /// Size of running text, in points.
    #[expect(clippy::cast_precision_loss, reason = "a font size")]
    pub(super) fn body(&self) -> f64 {
        self.body as f64 / 2.0
    }

    fn is_larger(&self, line: &Line) -> bool {
        line.size >= LARGER * self.body() && half_points(line.size) > self.body
    }

    /// The level of a line that is a heading. `follower` is the line below it, `alone` whether it
    /// stands apart from the line above.
    pub(super) fn level(&self, line: &Line, alone: bool, follower: Option<&Line>) -> Option<usize> {
        if !is_title_like(line) {
            return None;
        }
        if self.is_larger(line) {
            let size = half_points(line.size);
            let at = self.levels.iter().position(|level| *level - 1 <= size);
            return Some(at.unwrap_or(self.levels.len()) + 1);
        }
        let text = line.text();
        let bold = line.is_bold() && !self.bold && half_points(line.size) >= self.body;
        let ends = text.ends_with(['.', ',', ';', ':', '!', '–', '-']);
        let followed = follower.is_some_and(|next| !next.is_bold());
        (bold && alone && followed && !ends && text.chars().count() <= MAX_HEADING / 2)
            .then_some(self.levels.len() + 1)
    }
}

fn lines(pages: &[Vec<Region>]) -> impl Iterator<Item = &Line> {
    pages.iter().flatten().flatten().filter_map(|item| match item {
        Item::Line(line) => Some(line),
        Item::Table(_) => None,
    })
}

/// Words, and not too many; a list's item is none.
fn is_title_like(line: &Line) -> bool {
    let text = line.text();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let bullet = marker(&text).is_some_and(|(mark, _)| mark == "-");
    letters >= 2 && text.chars().count() <= MAX_HEADING && !bullet
}
