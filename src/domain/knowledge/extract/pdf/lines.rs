//! Segments into lines, by their base lines.

use super::{
    geometry::Rect,
    glyphs::DRAWN_BULLET,
    words::{Segment, adjoin},
};

/// What stands on one base line, from left to right.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) segments: Vec<Segment>,
    pub(super) y: f64,
    /// Size of most of its letters.
    pub(super) size: f64,
}

impl Line {
    pub(super) fn text(&self) -> String {
        let texts: Vec<String> = self.segments.iter().map(Segment::text).collect();
        texts.join(" ")
    }

    pub(super) fn is_bold(&self) -> bool {
        self.segments.iter().all(Segment::is_bold)
    }

    pub(super) fn x0(&self) -> f64 {
        self.segments.first().map_or(0.0, |segment| segment.x0)
    }

    pub(super) fn x1(&self) -> f64 {
        self.segments.last().map_or(0.0, |segment| segment.x1)
    }

    pub(super) fn bounds(&self) -> Rect {
        Rect {
            x0: self.x0(),
            x1: self.x1(),
            top: self.y - 0.75 * self.size,
            bottom: self.y + 0.2 * self.size,
        }
    }
}

/// Lines from top to bottom.
pub(super) fn lines(mut segments: Vec<Segment>) -> Vec<Line> {
    segments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Line> = Vec::new();
    for segment in segments {
        // Only the last few can share its base line.
        let found = lines.iter_mut().rev().take(4).find(|line| shares(line, &segment));
        if let Some(line) = found {
            if segment.size > line.size {
                (line.y, line.size) = (segment.y, segment.size);
            }
            line.segments.push(segment);
        } else {
            lines.push(Line {
                y: segment.y,
                size: segment.size,
                segments: vec![segment],
            });
        }
    }
    for line in &mut lines {
        put_in_order(line);
    }
    lines.retain(|line| !line.segments.is_empty());
    lines.sort_by(|a, b| a.y.total_cmp(&b.y));
    lines
}

fn shares(line: &Line, segment: &Segment) -> bool {
    let (large, small) = (line.size.max(segment.size), line.size.min(segment.size));
    // Raised and lowered signs are small, and further away.
    let reach = if small < 0.8 * large { 0.55 } else { 0.3 };
    (line.y - segment.y).abs() <= reach * large
}

/// By x; neighbours become one segment, and what was drawn twice counts once.
fn put_in_order(line: &mut Line) {
    line.segments.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut kept: Vec<Segment> = Vec::with_capacity(line.segments.len());
    for segment in line.segments.drain(..) {
        match kept.last_mut() {
            Some(last) if is_double(last, &segment) => {}
            Some(last) if adjoin(last, &segment) || is_marker(last) => {
                for word in segment.words {
                    last.push(word);
                }
            }
            _ => kept.push(segment),
        }
    }
    for (at, segment) in kept.iter_mut().enumerate() {
        let alone = segment.words.len() < 2;
        let mut first = at == 0 && !alone;
        for word in &mut segment.words {
            if word.text == DRAWN_BULLET && std::mem::take(&mut first) {
                word.text = "•".to_owned();
            }
            first = false;
        }
        segment.words.retain(|word| word.text != DRAWN_BULLET);
    }
    kept.retain(|segment| !segment.words.is_empty());
    line.segments = kept;
    let letters = |size: f64| -> usize {
        let words = line.segments.iter().flat_map(|segment| &segment.words);
        let same = words.filter(|word| (word.size - size).abs() < 0.2);
        same.map(|word| word.text.len()).sum()
    };
    let sizes = line.segments.iter().flat_map(|segment| &segment.words);
    // A few sizes at most are worth comparing.
    let sizes: Vec<f64> = sizes.take(64).map(|word| word.size).collect();
    if let Some(size) = sizes.into_iter().max_by_key(|size| letters(*size)) {
        line.size = size;
    }
}

fn is_double(before: &Segment, segment: &Segment) -> bool {
    (before.x0 - segment.x0).abs() < 0.2 * segment.size && before.text() == segment.text()
}

/// Whether a segment is only a list's bullet or number, however far its text is away.
fn is_marker(segment: &Segment) -> bool {
    segment.words.len() == 1
        && segment
            .words
            .first()
            .is_some_and(|word| word.text == DRAWN_BULLET || marker(&format!("{} x", word.text)).is_some())
}

/// A list item's mark, as Markdown writes it, and what follows it.
pub(super) fn marker(text: &str) -> Option<(String, &str)> {
    let (mark, rest) = text.split_once(' ')?;
    let mut chars = mark.chars();
    let first = chars.next()?;
    if chars.next().is_none() && "•‣▪▫■□●○◦–—-*·⁃∙✓✔➢➤►".contains(first)
    {
        return Some(("-".to_owned(), rest));
    }
    let number = mark.strip_suffix(['.', ')'])?;
    let number = number.strip_prefix('(').unwrap_or(number);
    let letter = number.len() == 1 && first.is_ascii_lowercase() && mark.ends_with(')');
    if !number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()) {
        return Some((format!("{number}."), rest));
    }
    letter.then(|| ("-".to_owned(), text))
}

/// Joins lines, and a word that was hyphenated at a line's end.
pub(super) fn unwrapped(lines: impl Iterator<Item = String>) -> String {
    let mut joined = String::new();
    for line in lines {
        let line = line.trim();
        let hyphenated = joined.ends_with('-')
            && joined.chars().rev().nth(1).is_some_and(char::is_lowercase)
            && line.starts_with(char::is_lowercase);
        if hyphenated {
            joined.pop();
        } else if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(line.split_whitespace().flat_map(|word| [word, " "]));
        joined.truncate(joined.trim_end().len());
    }
    joined
}
