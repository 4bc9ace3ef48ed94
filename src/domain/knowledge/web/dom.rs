//! Markup to a tree, in time that the page cannot choose: a parser looks through all open elements
//! at every tag, so that a hundred thousand nested ones take it minutes.

use std::time::{Duration, Instant};

use html5ever::{
    driver::{self, ParseOpts},
    tendril::{StrTendril, TendrilSink},
};
use scraper::{Html, HtmlTreeSink};

use super::page::PageError;

/// Browsers go to 512; what is nested deeper was made to harm.
pub(super) const MAX_DEPTH: usize = 512;
/// Between two looks at what has become of the page.
const STEP: usize = 4 << 10;

/// Parses a page, for `time` at most.
pub(super) fn parse(text: &str, time: Duration) -> Result<Html, PageError> {
    let begun = Instant::now();
    let sink = HtmlTreeSink::new(Html::new_document());
    let mut parser = driver::parse_document(sink, ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP));
        rest = after;
        parser.process(StrTendril::from(step));
        if open(&parser.tokenizer.sink.sink.0.borrow()) > MAX_DEPTH {
            return Err(PageError::TooDeep);
        }
        if begun.elapsed() > time {
            return Err(PageError::Late);
        }
    }
    let page = parser.finish();
    if depth(&page) > MAX_DEPTH {
        return Err(PageError::TooDeep);
    }
    Ok(page)
}

/// Levels down the last children: what is being written is there.
fn open(page: &Html) -> usize {
    let (mut node, mut level) = (page.tree.root(), 0);
    while let Some(child) = node.last_child() {
        (node, level) = (child, level + 1);
    }
    level
}

/// Levels of the tree, counted without going down by recursion.
fn depth(page: &Html) -> usize {
    let (mut node, mut level, mut deepest) = (page.tree.root(), 0_usize, 0);
    loop {
        if let Some(child) = node.first_child() {
            (node, level) = (child, level + 1);
            deepest = deepest.max(level);
            continue;
        }
        while node.next_sibling().is_none() {
            let Some(parent) = node.parent() else {
                return deepest;
            };
            (node, level) = (parent, level.saturating_sub(1));
        }
        let Some(next) = node.next_sibling() else {
            return deepest;
        };
        node = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Duration = Duration::from_secs(20);

    #[test]
    fn nesting_ends_where_browsers_end_it() {
        let nested = |levels: usize| parse(&"<div>".repeat(levels), TIME).map(|page| depth(&page));
        // The document, html and body stand around it.
        assert_eq!(nested(MAX_DEPTH - 2), Ok(MAX_DEPTH));
        assert_eq!(nested(MAX_DEPTH), Err(PageError::TooDeep));
        assert_eq!(nested(1_000_000), Err(PageError::TooDeep));
        let closed = format!("{}x{}y", "<b>".repeat(2_000), "</b>".repeat(2_000));
        assert_eq!(parse(&closed, TIME).map(|_| ()), Err(PageError::TooDeep));
    }

    #[test]
    fn a_long_page_is_not_a_deep_one() {
        let list = format!("<ul>{}</ul>", "<li><p>größer".repeat(20_000));
        assert_eq!(parse(&list, TIME).map(|page| depth(&page) < 10), Ok(true));
        let rows = "<tr><td>größer</td></tr>".repeat(20_000);
        assert_eq!(
            parse(&format!("<table>{rows}</table>"), TIME).map(|page| depth(&page) < 10),
            Ok(true)
        );
        assert_eq!(parse(&rows, Duration::ZERO).map(|_| ()), Err(PageError::Late));
    }
}
