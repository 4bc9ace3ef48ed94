//! Glyphs into words, and words into segments: runs of words with no wider gap than a space.

use super::{
    geometry::{Matrix, Rect},
    glyphs::Glyph,
};

/// A gap as wide as this part of the font size ends a word even where no space was drawn. Spaces
/// are 0.2 to 0.35 of it, kerning stays below 0.1.
const WORD_GAP: f64 = 0.15;
/// A gap as wide as this ends a segment; a justified line's spaces stay below.
const SEGMENT_GAP: f64 = 1.0;

#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) x0: f64,
    pub(super) x1: f64,
    /// The base line; y grows downwards.
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) bold: bool,
    /// A space was drawn in front of it.
    spaced: bool,
}

/// Words beside each other.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) words: Vec<Word>,
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
    pub(super) size: f64,
}

impl Segment {
    fn of(word: Word) -> Self {
        Self {
            x0: word.x0,
            x1: word.x1,
            y: word.y,
            size: word.size,
            words: vec![word],
        }
    }

    pub(super) fn push(&mut self, word: Word) {
        self.x0 = self.x0.min(word.x0);
        self.x1 = self.x1.max(word.x1);
        self.size = self.size.max(word.size);
        self.words.push(word);
    }

    pub(super) fn bounds(&self) -> Rect {
        Rect {
            x0: self.x0,
            x1: self.x1,
            top: self.y - 0.75 * self.size,
            bottom: self.y + 0.2 * self.size,
        }
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut before: Option<&Word> = None;
        for word in &self.words {
            let apart = before.is_some_and(|before| {
                word.spaced || word.x0 - before.x1 >= WORD_GAP * word.size.min(before.size)
            });
            if apart {
                text.push(' ');
            }
            text.push_str(&word.text);
            before = Some(word);
        }
        text
    }

    pub(super) fn is_bold(&self) -> bool {
        self.words.iter().all(|word| word.bold)
    }
}

/// The glyphs by the angle they are written at, most of them first.
pub(super) fn by_angle(glyphs: Vec<Glyph>) -> Vec<(i32, Vec<Glyph>)> {
    let mut layers: Vec<(i32, Vec<Glyph>)> = Vec::new();
    for glyph in glyphs {
        let degrees = glyph.matrix.degrees();
        match layers.iter_mut().find(|(angle, _)| *angle == degrees) {
            Some((_, layer)) => layer.push(glyph),
            None => layers.push((degrees, vec![glyph])),
        }
    }
    layers.sort_by_key(|(_, layer)| std::cmp::Reverse(layer.len()));
    layers
}

/// Words of glyphs written at this angle, in the order they were drawn.
pub(super) fn words(glyphs: Vec<Glyph>, degrees: i32) -> Vec<Word> {
    let reading = Matrix::reading(degrees);
    let mut words: Vec<Word> = Vec::new();
    let (mut open, mut spaced) = (false, false);
    for glyph in glyphs {
        let [.., e, f] = glyph.matrix.0;
        let (x, y) = reading.apply((e, f));
        let (along, across) = glyph.matrix.scales();
        let (end, size) = (x + glyph.advance * along, (glyph.size * across).abs());
        let text = glyph.text.trim();
        if text.is_empty() {
            (open, spaced) = (false, true);
            continue;
        }
        match words.last_mut() {
            Some(word) if is_double(word, text, x, y) => {}
            Some(word) if open && continues(word, x, y, size) => {
                word.text.push_str(text);
                word.x1 = word.x1.max(end);
                word.bold &= glyph.bold;
            }
            _ => words.push(Word {
                text: text.to_owned(),
                x0: x,
                x1: end.max(x),
                y,
                size,
                bold: glyph.bold,
                spaced,
            }),
        }
        (open, spaced) = (!glyph.text.ends_with(' '), glyph.text.ends_with(' '));
    }
    words
}

fn continues(word: &Word, x: f64, y: f64, size: f64) -> bool {
    let gap = x - word.x1;
    (y - word.y).abs() < 0.1 * size.max(word.size)
        && (size - word.size).abs() < 0.15 * word.size.max(size)
        && gap < WORD_GAP * size
        && gap > -0.5 * size
}

/// A letter drawn again a little beside itself, which is how some make bold type.
fn is_double(word: &Word, text: &str, x: f64, y: f64) -> bool {
    word.text.ends_with(text)
        && (y - word.y).abs() < 0.1 * word.size
        && word.x1 - x > 0.7 * (word.x1 - word.x0) / glyphs_in(word)
        && x >= word.x0
}

#[expect(clippy::cast_precision_loss, reason = "letters of a word")]
fn glyphs_in(word: &Word) -> f64 {
    word.text.chars().count().max(1) as f64
}

/// Words into segments, in the order they were drawn. `divided` says whether a ruled line stands
/// between two points of a base line.
pub(super) fn segments(words: Vec<Word>, divided: impl Fn(f64, f64, f64) -> bool) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for word in words {
        match segments.last_mut() {
            Some(segment) if follows(segment, &word) && !divided(segment.x1, word.x0, word.y) => {
                segment.push(word);
            }
            _ => segments.push(Segment::of(word)),
        }
    }
    segments
}

fn follows(segment: &Segment, word: &Word) -> bool {
    let size = segment.size.max(word.size);
    let gap = word.x0 - segment.x1;
    (word.y - segment.y).abs() < 0.4 * size && gap > -0.3 * size && gap < SEGMENT_GAP * size
}

/// Whether two segments of one line are one.
pub(super) fn adjoin(left: &Segment, right: &Segment) -> bool {
    right.x0 - left.x1 < SEGMENT_GAP * left.size.max(right.size)
}
