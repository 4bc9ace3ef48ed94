//! A page made ready to be read away from its site and without a browser: what is folded up is
//! opened, what is there to be clicked is taken out, addresses are made whole.

use std::collections::HashSet;

use html5ever::LocalName;
use scraper::{ElementRef, Html, Node, Selector, StrTendril, node::Element};
use url::Url;

/// Boxes beside the text, by a word of their class or by their id.
const BESIDE: [&str; 24] = [
    "sidebar",
    "toc",
    "table-of-contents",
    "on-this-page",
    "pagination",
    "pager",
    "prev-next",
    "share",
    "sharing",
    "share-buttons",
    "social",
    "social-share",
    "newsletter",
    "related",
    "related-articles",
    "related-posts",
    "comments",
    "comment-respond",
    "breadcrumbs",
    "edit-this-page",
    "article-feedback",
    "article-votes",
    "advertisement",
    "ads",
];
/// What such boxes are made of.
const BOXES: &str = "div, section, ul, ol, p, span";
/// Signs that open a fold: its content is hidden until somebody clicks.
const FOLDS: &str = "h1 [aria-controls], h2 [aria-controls], h3 [aria-controls], h4 [aria-controls], \
    h5 [aria-controls], h6 [aria-controls], dt [aria-controls], [role=tab][aria-controls]";
/// Words that happen to be buttons.
const BUTTONS: &str = "h1 button, h2 button, h3 button, h4 button, h5 button, h6 button, dt button";
const HEADINGS: &str = "h1, h2, h3, h4, h5, h6, summary";

/// Does it all.
pub(super) fn tidy(page: &mut Html, base: &Url) {
    unfold(page);
    clear(page);
    make_whole(page, base);
}

/// Questions and answers are often folded up: as `details`, or as a button in a heading and a
/// hidden box that it names.
fn unfold(page: &mut Html) {
    let named: HashSet<String> = select(page, FOLDS)
        .into_iter()
        .filter_map(|sign| sign.attr("aria-controls"))
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect();
    each(page, "[id]", |element| {
        if element.attr("id").is_some_and(|id| named.contains(id)) {
            let hides = |name: &str| matches!(name, "hidden" | "aria-hidden");
            element.attrs.retain(|(name, _)| !hides(&name.local));
        }
    });
    each(page, BUTTONS, |button| {
        button.name.local = LocalName::from("span")
    });
    // What is folded up stands below the heading before it.
    let mut level = 1;
    each(page, HEADINGS, |heading| {
        match heading
            .name()
            .strip_prefix('h')
            .and_then(|rank| rank.parse::<u8>().ok())
        {
            Some(rank) => level = rank,
            None => heading.name.local = LocalName::from(format!("h{}", (level + 1).min(6))),
        }
    });
}

/// Takes out signs that link to their own heading, pictures without words or written into the page,
/// and boxes beside the text.
fn clear(page: &mut Html) {
    let words = page.root_element().text().map(str::len).sum::<usize>();
    let is_mute = |image: &ElementRef<'_>| {
        let said = image.attr("alt").unwrap_or_default().trim();
        let src = image.attr("src").unwrap_or_default().trim_start();
        said.is_empty() || src.is_empty() || src.starts_with("data:")
    };
    let is_beside = |part: &ElementRef<'_>| {
        let named = part
            .value()
            .classes()
            .chain(part.attr("id"))
            .any(|name| BESIDE.contains(&name));
        // A class of the whole page may carry such a word.
        named && part.text().map(str::len).sum::<usize>() * 2 < words
    };
    let mut gone = Vec::new();
    gone.extend(
        select(page, "h1 a, h2 a, h3 a, h4 a, h5 a, h6 a")
            .into_iter()
            .filter(is_sign),
    );
    gone.extend(select(page, "img").into_iter().filter(is_mute));
    gone.extend(select(page, BOXES).into_iter().filter(is_beside));
    let gone: Vec<_> = gone.into_iter().map(|element| element.id()).collect();
    for id in gone {
        if let Some(mut node) = page.tree.get_mut(id) {
            node.detach();
        }
    }
}

fn is_sign(link: &ElementRef<'_>) -> bool {
    let own = link.attr("href").is_some_and(|href| href.starts_with('#'));
    own && !link.text().flat_map(str::chars).any(char::is_alphanumeric)
}

fn make_whole(page: &mut Html, base: &Url) {
    each(page, "a[href], img[src]", |element| {
        for (name, value) in &mut element.attrs {
            if matches!(&*name.local, "href" | "src") {
                *value = StrTendril::from(whole(base, value));
            }
        }
    });
}

fn whole(base: &Url, href: &str) -> String {
    let to = base.join(href.trim()).ok();
    to.filter(|to| matches!(to.scheme(), "http" | "https" | "mailto" | "tel"))
        .map(String::from)
        .unwrap_or_default()
}

/// Changes every element that `css` names, in the order of the page.
fn each(page: &mut Html, css: &str, mut change: impl FnMut(&mut Element)) {
    let ids: Vec<_> = select(page, css)
        .into_iter()
        .map(|element| element.id())
        .collect();
    for id in ids {
        if let Some(mut node) = page.tree.get_mut(id)
            && let Node::Element(element) = node.value()
        {
            change(element);
        }
    }
}

fn select<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css)
        .map(|selector| page.select(&selector).collect())
        .unwrap_or_default()
}
