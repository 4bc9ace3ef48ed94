//! Tables without ruled lines: lines in a row whose segments stand below each other.

use super::{
    geometry::Rect,
    grid::{Rules, Table, without_empty_columns},
    lines::{Line, unwrapped},
    words::Segment,
};

/// More columns than this are letters spread over a line.
const MAX_COLUMNS: usize = 24;

/// How many of the first `lines` are one table, and the table.
pub(super) fn table(lines: &[Line], rules: &Rules) -> Option<(usize, Table)> {
    let mut columns: Vec<(f64, f64)> = Vec::new();
    let mut end = 0;
    let mut last: Option<&Line> = None;
    for line in lines {
        let near = last.is_none_or(|last| line.y - last.y < 3.0 * last.size.max(line.size));
        let Some(wider) = widened(&columns, line).filter(|_| near) else {
            break;
        };
        let single = line.segments.len() == 1;
        // A line of its own ends the table, unless it goes on in a cell.
        let within = columns.len() == wider.len()
            && last.is_some_and(|last| line.y - last.y < 1.6 * last.size && last.size - line.size < 0.5);
        if single && !within {
            break;
        }
        (columns, last) = (wider, Some(line));
        end += 1;
    }
    let several = |line: &&Line| line.segments.len() > 1;
    // What hangs on below the last full row is more likely the text that follows.
    let full = lines.iter().take(end).rposition(|line| line.segments.len() > 1)?;
    end = end.min(full + 1 + trailing(lines.get(full + 1..end).unwrap_or_default(), &columns));
    let taken = lines.get(..end)?;
    if columns.len() < 2 || columns.len() > MAX_COLUMNS || taken.iter().filter(several).count() < 2 {
        return None;
    }
    let rows = rows(taken, &columns, rules);
    if rows.len() < 2 {
        return None;
    }
    let bounds = taken.iter().map(Line::bounds).reduce(Rect::around)?;
    let rows = without_empty_columns(rows);
    Some((end, Table { bounds, rows }))
}

/// Lines below the last full row that go on in a column other than the first.
fn trailing(lines: &[Line], columns: &[(f64, f64)]) -> usize {
    let first = columns.first().map_or(f64::INFINITY, |(_, end)| *end);
    lines.iter().take_while(|line| line.x0() > first).count()
}

/// The columns with the line's segments added; nothing if two of its segments fell into one.
fn widened(columns: &[(f64, f64)], line: &Line) -> Option<Vec<(f64, f64)>> {
    let mut all = columns.to_vec();
    all.extend(line.segments.iter().map(|segment| (segment.x0, segment.x1)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut wider: Vec<(f64, f64)> = Vec::new();
    for (start, end) in all {
        match wider.last_mut() {
            Some(last) if start < last.1 + 0.3 * line.size => last.1 = last.1.max(end),
            _ => wider.push((start, end)),
        }
    }
    (wider.len() >= line.segments.len().max(columns.len())).then_some(wider)
}

fn rows(lines: &[Line], columns: &[(f64, f64)], rules: &Rules) -> Vec<Vec<String>> {
    let gaps = || {
        lines
            .windows(2)
            .filter_map(|pair| Some(pair.get(1)?.y - pair.first()?.y))
    };
    let least = gaps().fold(f64::INFINITY, f64::min);
    let tight = |gap: f64| gap <= 1.15 * least;
    let tights = gaps().filter(|gap| tight(*gap)).count();
    // Rows stand further apart than the lines in a cell, if there are such lines.
    let wraps = tights > 0 && tights * 2 <= lines.len();
    let mut rows: Vec<Vec<Vec<String>>> = Vec::new();
    let mut last: Option<&Line> = None;
    for line in lines {
        let cells = cells(line, columns);
        let ruled = last.is_some_and(|last| rules.separate(last.y, line.y, line.bounds()));
        let goes_on = last.is_some_and(|last| {
            let starts = cells.first().is_some_and(Option::is_some);
            let partly = cells.iter().any(Option::is_none);
            !ruled && (!starts || (wraps && partly && tight(line.y - last.y)))
        });
        if !goes_on || rows.is_empty() {
            rows.push(vec![Vec::new(); columns.len()]);
        }
        if let Some(row) = rows.last_mut() {
            for (cell, text) in row.iter_mut().zip(cells) {
                cell.extend(text);
            }
        }
        last = Some(line);
    }
    let text = |cell: Vec<String>| unwrapped(cell.into_iter());
    rows.into_iter()
        .map(|row| row.into_iter().map(text).collect())
        .collect()
}

fn cells(line: &Line, columns: &[(f64, f64)]) -> Vec<Option<String>> {
    let within = |(start, end): &(f64, f64)| {
        let found = |segment: &&Segment| segment.x0 >= *start - 0.01 && segment.x0 <= *end;
        line.segments.iter().find(found).map(Segment::text)
    };
    columns.iter().map(within).collect()
}
