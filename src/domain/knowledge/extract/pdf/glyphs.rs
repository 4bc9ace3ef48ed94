//! Takes the glyphs and the ruled lines of a page out of `pdf_extract`.

use std::fmt;

use pdf_extract::{ColorSpace, MediaBox, OutputDev, OutputError, Path, PathOp, Transform};

use super::{
    geometry::{Matrix, Rect},
    shows::Show,
};

/// Lines drawn on a page that are looked at; a page with more is a drawing.
const MAX_RULES: usize = 20_000;
/// Thicker than this, in points, is an area and no line.
const MAX_THICKNESS: f64 = 2.5;
/// Shorter than this is a dot.
const MIN_LENGTH: f64 = 4.0;
/// As wide and as high as a list's bullet may be, in points.
const BULLET: std::ops::RangeInclusive<f64> = 1.5..=7.0;

/// A character, or several that were drawn as one.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    pub(super) text: String,
    /// From glyph space, where the glyph stands at the origin, to the page.
    pub(super) matrix: Matrix,
    /// How far the next one is expected, and how large it is set, both in glyph space.
    pub(super) advance: f64,
    pub(super) size: f64,
    pub(super) bold: bool,
}

/// What is on a page, in the order it was drawn.
#[derive(Debug)]
pub(super) struct Glyphs {
    shows: Vec<Show>,
    pub(super) shown: usize,
    pub(super) glyphs: Vec<Glyph>,
    /// Ruled lines as two points each, in page coordinates.
    pub(super) rules: Vec<[(f64, f64); 2]>,
    /// Glyphs that may still come.
    pub(super) left: usize,
}

impl Glyphs {
    pub(super) fn new(shows: Vec<Show>, left: usize) -> Self {
        Self {
            shows,
            shown: 0,
            glyphs: Vec::new(),
            rules: Vec::new(),
            left,
        }
    }

    fn show(&self, number: usize) -> Show {
        let unknown = Show {
            bold: false,
            outer: Matrix::IDENTITY,
        };
        self.shows.get(number).copied().unwrap_or(unknown)
    }

    fn rule(&mut self, ctm: &Transform, a: (f64, f64), b: (f64, f64)) {
        let matrix = Matrix::from(ctm).then(self.show(self.shown).outer);
        let (a, b) = (matrix.apply(a), matrix.apply(b));
        let finite = [a.0, a.1, b.0, b.1].iter().all(|n| n.is_finite());
        if finite && self.rules.len() < MAX_RULES && (a.0 - b.0).hypot(a.1 - b.1) >= MIN_LENGTH {
            self.rules.push([a, b]);
        }
    }

    /// The middle line of a thin rectangle.
    fn thin(&mut self, ctm: &Transform, (x, y, w, h): (f64, f64, f64, f64)) {
        let matrix = Matrix::from(ctm);
        let (across, down) = matrix.scales();
        if (h * down).abs() <= MAX_THICKNESS {
            self.rule(ctm, (x, y + h / 2.0), (x + w, y + h / 2.0));
        } else if (w * across).abs() <= MAX_THICKNESS {
            self.rule(ctm, (x + w / 2.0, y), (x + w / 2.0, y + h));
        }
    }
}

/// The mark of a list's item that was drawn and not written. Only at the head of a line does it
/// stay; see `lines`.
pub(super) const DRAWN_BULLET: &str = "\u{2022}\u{2060}";

impl Glyphs {
    /// A small filled shape, as wide as high, becomes a bullet that stands on a base line.
    fn bullet(&mut self, ctm: &Transform, shape: Rect) {
        let matrix = Matrix::from(ctm).then(self.show(self.shown).outer);
        let corners = [(shape.x0, shape.top), (shape.x1, shape.bottom)].map(|at| matrix.apply(at));
        let [a, b] = corners;
        let shape = Rect::of(a, b);
        let (wide, high) = (shape.width(), shape.bottom - shape.top);
        let square = BULLET.contains(&wide) && BULLET.contains(&high) && (wide - high).abs() < 0.3 * wide;
        if square && self.left > 0 {
            self.left -= 1;
            self.glyphs.push(Glyph {
                text: DRAWN_BULLET.to_owned(),
                // The middle of a small letter is a quarter of the size above the base line.
                matrix: Matrix([1.0, 0.0, 0.0, 1.0, shape.x0, shape.top - 0.4 * high]),
                advance: wide,
                size: 3.0 * high,
                bold: false,
            });
        }
    }
}

impl OutputDev for Glyphs {
    fn begin_page(
        &mut self,
        _: u32,
        _: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        self.shown += 1;
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        trm: &Transform,
        width: f64,
        spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        self.left = self
            .left
            .checked_sub(text.len().max(1))
            .ok_or(OutputError::FormatError(fmt::Error))?;
        let show = self.show(self.shown);
        let glyph = Glyph {
            text: readable(text),
            matrix: Matrix::from(trm).then(show.outer),
            // Fonts that do not say how wide they are: half as wide as high.
            advance: if width > 0.0 { width } else { 0.5 } * font_size + spacing,
            size: font_size,
            bold: show.bold,
        };
        if glyph.matrix.is_finite() && glyph.advance.is_finite() && !glyph.text.is_empty() {
            self.glyphs.push(glyph);
        }
        Ok(())
    }

    fn stroke(&mut self, ctm: &Transform, _: &ColorSpace, _: &[f64], path: &Path) -> Result<(), OutputError> {
        let mut at = (0.0, 0.0);
        for op in &path.ops {
            match *op {
                PathOp::MoveTo(x, y) | PathOp::CurveTo(_, _, _, _, x, y) => at = (x, y),
                PathOp::LineTo(x, y) => {
                    self.rule(ctm, at, (x, y));
                    at = (x, y);
                }
                PathOp::Rect(x, y, w, h) => {
                    for (a, b) in [
                        ((x, y), (x + w, y)),
                        ((x, y + h), (x + w, y + h)),
                        ((x, y), (x, y + h)),
                        ((x + w, y), (x + w, y + h)),
                    ] {
                        self.rule(ctm, a, b);
                    }
                }
                PathOp::Close => {}
            }
        }
        Ok(())
    }

    fn fill(&mut self, ctm: &Transform, _: &ColorSpace, _: &[f64], path: &Path) -> Result<(), OutputError> {
        let mut shape: Option<Rect> = None;
        for op in &path.ops {
            let (x, y) = match *op {
                PathOp::Rect(x, y, w, h) => {
                    self.thin(ctm, (x, y, w, h));
                    self.bullet(ctm, Rect::of((x, y), (x + w, y + h)));
                    continue;
                }
                PathOp::MoveTo(x, y) | PathOp::LineTo(x, y) | PathOp::CurveTo(.., x, y) => (x, y),
                PathOp::Close => continue,
            };
            let point = Rect::of((x, y), (x, y));
            shape = Some(shape.map_or(point, |shape| shape.around(point)));
        }
        if let Some(shape) = shape
            && path.ops.len() <= 40
        {
            let Rect { x0, top, bottom, .. } = shape;
            self.thin(ctm, (x0, top, shape.width(), bottom - top));
            self.bullet(ctm, shape);
        }
        Ok(())
    }
}

/// Ligatures as letters; nothing that cannot be stored or seen.
fn readable(text: &str) -> String {
    let mut readable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{fb00}' => readable.push_str("ff"),
            '\u{fb01}' => readable.push_str("fi"),
            '\u{fb02}' => readable.push_str("fl"),
            '\u{fb03}' => readable.push_str("ffi"),
            '\u{fb04}' => readable.push_str("ffl"),
            // Bullets of the Symbol and Wingdings fonts.
            '\u{f0b7}' | '\u{f0a7}' | '\u{f076}' | '\u{f0d8}' => readable.push('•'),
            '\u{ad}' => readable.push('-'),
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fffd}' => {}
            c if c.is_whitespace() => readable.push(' '),
            c if c.is_control() => {}
            c => readable.push(c),
        }
    }
    readable
}
