//! Tables with ruled lines: where the lines cross, every cell is known.

use super::{
    geometry::{Matrix, Rect},
    words::Segment,
};

/// Lines as near as this, in points, meet; cells have a border each in some tables.
const NEAR: f64 = 3.5;
/// Straight lines of a page that are compared with each other; a page with more is a drawing.
const MAX_LINES: usize = 3_000;

/// A table as it stands on the page.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) bounds: Rect,
    /// Each with the same number of cells, of which some may be empty.
    pub(super) rows: Vec<Vec<String>>,
}

/// The straight lines of a page.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) level: Vec<Rect>,
    pub(super) upright: Vec<Rect>,
}

impl Rules {
    /// Of points on the page, for text that is written at this angle.
    pub(super) fn new(drawn: &[[(f64, f64); 2]], degrees: i32) -> Self {
        let reading = Matrix::reading(degrees);
        let (mut level, mut upright) = (Vec::new(), Vec::new());
        for [a, b] in drawn {
            let line = Rect::of(reading.apply(*a), reading.apply(*b));
            if line.bottom - line.top < 1.0 {
                level.push(line);
            } else if line.width() < 1.0 {
                upright.push(line);
            }
        }
        let (level, upright) = (
            joined(level, |line| (line.top, line.x0)),
            joined(upright, |line| (line.x0, line.top)),
        );
        if level.len() + upright.len() > MAX_LINES {
            return Self::default();
        }
        Self { level, upright }
    }

    /// Whether an upright line stands between two points of a base line.
    pub(super) fn divide(&self, from: f64, to: f64, y: f64) -> bool {
        self.upright.iter().any(|line| {
            let between = line.x0 > from - 1.0 && line.x0 < to + 1.0;
            between && line.top < y - 1.0 && line.bottom > y - 1.0
        })
    }

    /// Whether a level line stands between two base lines, somewhere below both of these.
    pub(super) fn separate(&self, above: f64, below: f64, bounds: Rect) -> bool {
        self.level
            .iter()
            .any(|line| line.top > above && line.top < below && line.x0 < bounds.x1 && bounds.x0 < line.x1)
    }

    /// Areas with at least two columns and two rows: where the columns and rows begin and end.
    fn grids(&self) -> Vec<(Vec<f64>, Vec<f64>)> {
        let lines: Vec<Rect> = self.level.iter().chain(&self.upright).copied().collect();
        let mut grids = Vec::new();
        for group in connected(&lines) {
            let (mut xs, mut ys) = (Vec::new(), Vec::new());
            for line in group.iter().filter_map(|at| lines.get(*at)) {
                if line.bottom - line.top < 1.0 {
                    ys.push(line.top);
                    xs.extend([line.x0, line.x1]);
                } else {
                    xs.push(line.x0);
                    ys.extend([line.top, line.bottom]);
                }
            }
            let (xs, ys) = (distinct(xs), distinct(ys));
            if xs.len() >= 3 && ys.len() >= 3 {
                grids.push((xs, ys));
            }
        }
        grids
    }
}

/// Pieces of one line that touch are one line.
fn joined(mut lines: Vec<Rect>, order: impl Fn(&Rect) -> (f64, f64)) -> Vec<Rect> {
    lines.sort_by(|a, b| {
        let ((a0, a1), (b0, b1)) = (order(a), order(b));
        // Pieces drawn a hair beside each other are still in one row.
        (a0.round(), a1)
            .partial_cmp(&(b0.round(), b1))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut joined: Vec<Rect> = Vec::new();
    for line in lines {
        match joined.last_mut() {
            Some(last) if last.touches(line, 1.5) => *last = last.around(line),
            _ => joined.push(line),
        }
    }
    joined
}

/// Groups of lines that reach each other.
fn connected(lines: &[Rect]) -> Vec<Vec<usize>> {
    let mut groups = Vec::new();
    let mut seen = vec![false; lines.len()];
    for start in 0..lines.len() {
        let mut group = Vec::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            match seen.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            group.push(at);
            let Some(line) = lines.get(at) else { continue };
            let near = |(_, other): &(usize, &Rect)| line.touches(**other, NEAR);
            open.extend(lines.iter().enumerate().filter(near).map(|(other, _)| other));
        }
        if group.len() > 3 {
            groups.push(group);
        }
    }
    groups
}

fn distinct(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.dedup_by(|next, kept| *next - *kept < NEAR);
    numbers
}

/// Takes the segments that stand in ruled tables out of `segments`.
pub(super) fn take_tables(rules: &Rules, segments: &mut Vec<Segment>) -> Vec<Table> {
    let mut tables = Vec::new();
    for (xs, ys) in rules.grids() {
        let columns = xs.len() - 1;
        let mut cells: Vec<Vec<Segment>> = vec![Vec::new(); columns * (ys.len() - 1)];
        let place = |segment: &Segment| {
            let column = between(&xs, segment.x0 + 0.3 * segment.size)?;
            let row = between(&ys, segment.y - 0.3 * segment.size)?;
            Some(row * columns + column)
        };
        let inside: Vec<usize> = segments.iter().filter_map(place).collect();
        if !is_table(&inside, columns) {
            continue;
        }
        let mut rest = Vec::with_capacity(segments.len());
        for segment in segments.drain(..) {
            match place(&segment).and_then(|at| cells.get_mut(at)) {
                Some(cell) => cell.push(segment),
                None => rest.push(segment),
            }
        }
        *segments = rest;
        let texts: Vec<String> = cells.into_iter().map(cell_text).collect();
        let rows = texts
            .chunks(columns)
            .filter(|row| row.iter().any(|cell| !cell.is_empty()));
        let bounds = Rect::of(
            (*xs.first().unwrap_or(&0.0), *ys.first().unwrap_or(&0.0)),
            (*xs.last().unwrap_or(&0.0), *ys.last().unwrap_or(&0.0)),
        );
        tables.push(Table {
            bounds,
            rows: without_empty_columns(rows.map(<[String]>::to_vec).collect()),
        });
    }
    tables
}

/// At least two columns and two rows are in use; a frame around a text is no table.
fn is_table(inside: &[usize], columns: usize) -> bool {
    let differ = |part: &dyn Fn(&usize) -> usize| {
        let mut parts = inside.iter().map(part);
        let first = parts.next();
        parts.any(|part| Some(part) != first)
    };
    differ(&|at| at % columns) && differ(&|at| at / columns)
}

fn between(edges: &[f64], at: f64) -> Option<usize> {
    let after = edges.partition_point(|edge| *edge <= at);
    (after > 0 && after < edges.len()).then(|| after - 1)
}

fn cell_text(segments: Vec<Segment>) -> String {
    let lines = super::lines::lines(segments);
    super::lines::unwrapped(lines.iter().map(super::lines::Line::text))
}

pub(super) fn without_empty_columns(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let columns = rows.first().map_or(0, Vec::len);
    for column in (0..columns).rev() {
        let empty = |row: &Vec<String>| row.get(column).is_none_or(String::is_empty);
        if rows.iter().all(empty) {
            for row in &mut rows {
                row.remove(column);
            }
        }
    }
    rows
}
