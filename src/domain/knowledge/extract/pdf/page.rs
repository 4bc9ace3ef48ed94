//! A page's glyphs into its lines and tables, in reading order.

use super::{
    aligned,
    columns::{self, Piece},
    geometry::Rect,
    glyphs::Glyphs,
    grid::{self, Rules, Table},
    lines::{self, Line},
    words,
};

#[derive(Clone, Debug)]
pub(super) enum Item {
    Line(Line),
    Table(Table),
}

impl Item {
    pub(super) fn bounds(&self) -> Rect {
        match self {
            Self::Line(line) => line.bounds(),
            Self::Table(table) => table.bounds,
        }
    }
}

/// What is read as one: a column, or what stands across columns.
pub(super) type Region = Vec<Item>;

/// What was written upright comes first, then what was written at other angles.
pub(super) fn regions(drawn: Glyphs) -> Vec<Region> {
    let mut regions = Vec::new();
    for (degrees, glyphs) in words::by_angle(drawn.glyphs) {
        let rules = Rules::new(&drawn.rules, degrees);
        let words = words::words(glyphs, degrees);
        let mut segments = words::segments(words, |from, to, y| rules.divide(from, to, y));
        let tables = grid::take_tables(&rules, &mut segments);
        let pieces = segments.into_iter().map(Piece::Text);
        let pieces = pieces.chain(tables.into_iter().map(Piece::Table)).collect();
        let found = columns::regions(pieces);
        regions.extend(found.into_iter().map(|pieces| items(pieces, &rules)));
    }
    regions
}

fn items(pieces: Vec<Piece>, rules: &Rules) -> Region {
    let (mut segments, mut items) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(segment) => segments.push(segment),
            Piece::Table(table) => items.push(Item::Table(table)),
        }
    }
    let lines = lines::lines(segments);
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if line.segments.len() > 1
            && let Some((taken, table)) = aligned::table(rest, rules)
        {
            items.push(Item::Table(table));
            at += taken;
        } else {
            items.push(Item::Line(line.clone()));
            at += 1;
        }
    }
    items.sort_by(|a, b| a.bounds().top.total_cmp(&b.bounds().top));
    items
}
