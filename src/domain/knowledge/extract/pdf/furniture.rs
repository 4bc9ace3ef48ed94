//! Headers, footers and page numbers: lines that stand at the same height on most pages and say
//! the same, whatever the digits.

use std::collections::{HashMap, HashSet};

use super::page::{Item, Region};

/// Lines from the top and from the bottom of a page that may be such.
const OUTER: usize = 3;
/// Heights that count as the same, in points.
const SAME_HEIGHT: f64 = 4.0;

/// Takes them out. `body` is the size of running text.
pub(super) fn remove(pages: &mut [Vec<Region>], body: f64) {
    if pages.len() < 2 {
        return;
    }
    let mut seen: HashMap<(String, i64), HashSet<usize>> = HashMap::new();
    for (number, page) in pages.iter().enumerate() {
        for (text, height) in outer(page, body) {
            // A height near the edge of two bands counts in both.
            for band in [height - 1, height, height + 1] {
                seen.entry((text.clone(), band)).or_default().insert(number);
            }
        }
    }
    // Most pages: a title page or an empty one may be without.
    let enough = (pages.len() / 2 + 1).max(2);
    seen.retain(|_, on| on.len() >= enough);
    for page in pages {
        let here: HashSet<(String, i64)> = outer(page, body)
            .into_iter()
            .filter(|key| seen.contains_key(key))
            .collect();
        for region in page {
            region.retain(|item| key(item, body).is_none_or(|key| !here.contains(&key)));
        }
    }
}

/// The outermost lines, as keys.
fn outer(page: &[Region], body: f64) -> Vec<(String, i64)> {
    let mut items: Vec<&Item> = page.iter().flatten().collect();
    items.sort_by(|a, b| a.bounds().top.total_cmp(&b.bounds().top));
    let last = items.len().saturating_sub(OUTER);
    items
        .into_iter()
        .enumerate()
        .filter(|(at, _)| *at < OUTER || *at >= last)
        .filter_map(|(_, item)| key(item, body))
        .collect()
}

/// What has to be equal. Headings that differ in their number only (`Step 1`, `Step 2`) do.
fn key(item: &Item, body: f64) -> Option<(String, i64)> {
    let Item::Line(line) = item else { return None };
    let heading = line.size > 1.05 * body || line.is_bold();
    let mut text = String::new();
    for c in line.text().chars() {
        if !c.is_ascii_digit() || heading {
            text.push(c);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "a height on a page")]
    let band = (line.y / SAME_HEIGHT).round() as i64;
    Some((text, band))
}
