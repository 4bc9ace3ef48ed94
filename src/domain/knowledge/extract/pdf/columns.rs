//! Pages set in columns of prose: each column is read to its end before the next one.

use super::{geometry::Rect, grid::Table, words::Segment};

/// Fewer lines side by side are no columns.
const MIN_LINES: usize = 6;
/// Columns in columns, and stretches of them on a page.
const MAX_DEPTH: usize = 6;
/// A page with more pieces is a drawing, and not looked at for columns.
const MAX_PIECES: usize = 5_000;

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(Segment),
    Table(Table),
}

impl Piece {
    pub(super) fn bounds(&self) -> Rect {
        match self {
            Self::Text(segment) => segment.bounds(),
            Self::Table(table) => table.bounds,
        }
    }
}

/// The pieces of a page as regions in reading order.
pub(super) fn regions(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| a.bounds().top.total_cmp(&b.bounds().top));
    let mut regions = Vec::new();
    split(pieces, MAX_DEPTH, &mut regions);
    regions.retain(|region| !region.is_empty());
    regions
}

fn split(mut pieces: Vec<Piece>, depth: usize, into: &mut Vec<Vec<Piece>>) {
    let gutter = if depth > 0 && pieces.len() <= MAX_PIECES {
        gutter(&pieces)
    } else {
        None
    };
    let Some((start, end, x)) = gutter else {
        into.push(pieces);
        return;
    };
    let below = pieces.split_off(end);
    let (left, right) = pieces
        .split_off(start)
        .into_iter()
        .partition(|piece| piece.bounds().x1 <= x);
    for part in [pieces, left, right, below] {
        split(part, depth - 1, into);
    }
}

/// Where the most lines stand on both sides of an empty strip: the first of the pieces, one past
/// the last, and where the strip is.
fn gutter(pieces: &[Piece]) -> Option<(usize, usize, f64)> {
    if pieces.len() < 2 * MIN_LINES {
        return None;
    }
    let bounds: Vec<Rect> = pieces.iter().map(Piece::bounds).collect();
    let page = bounds.iter().copied().reduce(Rect::around)?;
    let mut best: Option<(usize, usize, f64)> = None;
    for step in 12..=48_u32 {
        let x = page.x0 + page.width() * f64::from(step) / 60.0;
        let mut start = 0;
        let mut consider = |start: usize, end: usize| {
            let longest = best.is_none_or(|(from, to, _)| end - start > to - from);
            let run = bounds.get(start..end).unwrap_or_default();
            let texts = pieces.get(start..end).unwrap_or_default();
            if longest && is_columns(texts, run, x, page.width()) {
                best = Some((start, end, x));
            }
        };
        for (at, piece) in bounds.iter().enumerate() {
            if piece.x0 < x && piece.x1 > x {
                consider(start, at);
                start = at + 1;
            }
        }
        consider(start, bounds.len());
    }
    best
}

/// Prose on both sides: lines of several words that mostly fill their column.
fn is_columns(pieces: &[Piece], bounds: &[Rect], x: f64, page: f64) -> bool {
    if bounds.len() < 2 * MIN_LINES {
        return false;
    }
    [true, false].into_iter().all(|left| {
        let side = || {
            pieces
                .iter()
                .zip(bounds)
                .filter(move |(_, piece)| (piece.x1 <= x) == left)
        };
        let Some(column) = side().map(|(_, piece)| *piece).reduce(Rect::around) else {
            return false;
        };
        let mut widths: Vec<f64> = side().map(|(_, piece)| piece.width()).collect();
        widths.sort_by(f64::total_cmp);
        let median = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
        let words: usize = side()
            .map(|(piece, _)| match piece {
                Piece::Text(segment) => segment.words.len(),
                Piece::Table(_) => 0,
            })
            .sum();
        widths.len() >= MIN_LINES
            && column.width() >= 0.2 * page
            && median >= 0.6 * column.width()
            && words >= 3 * widths.len()
    })
}
