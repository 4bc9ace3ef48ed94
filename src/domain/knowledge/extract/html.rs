//! HTML to Markdown, main content only: navigation, footers, banners and forms are dropped.

use std::collections::HashMap;

use scraper::{ElementRef, Html, Selector};

use super::{ExtractError, markdown};
use crate::domain::knowledge::block::Extracted;

/// Never content, wherever it stands.
const BOILERPLATE: &str = "script, style, noscript, template, svg, iframe, canvas, video, audio, nav, aside, \
    form, button, select, dialog, [hidden], [aria-hidden=true], [role=navigation], [role=banner], \
    [role=contentinfo], [role=search], [role=complementary], [role=dialog], [class*=cookie], [id*=cookie], \
    [class*=breadcrumb], [class*=skip-link]";
/// The page's own header and footer; inside an article they may be content.
const FRAME: &str = "body > header, body > footer, body > div > header, body > div > footer, main footer";
/// Where pages put what they are about, best first.
const MAIN: [&str; 4] = ["main article", "main", "[role=main]", "article"];

/// Elements that may stand inside each other, as in browsers; far deeper ones would keep the steps
/// after this one busy for minutes.
const MAX_DEPTH: usize = 512;

/// Blocks of an HTML page.
///
/// # Errors
/// `Damaged` when no Markdown can be made of it.
pub fn extract(html: &str) -> Result<Extracted, ExtractError> {
    let mut page = Html::parse_document(html);
    if is_too_deep(&page) {
        return Err(ExtractError::Damaged("its elements are nested too deeply".into()));
    }
    let page_title = first(&page, "meta[property='og:title']")
        .and_then(|meta| meta.attr("content").map(str::to_owned))
        .or_else(|| first(&page, "title").map(words));
    remove(&mut page, BOILERPLATE);
    remove(&mut page, FRAME);
    let (content, heading) = main_content(&page, html);
    let text = htmd::HtmlToMarkdown::builder()
        .skip_tags(vec!["script", "style", "head"])
        .options(htmd::options::Options {
            bullet_list_marker: htmd::options::BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            ..Default::default()
        })
        .build()
        .convert(&content)
        .map_err(|error| ExtractError::Damaged(error.to_string()))?;
    let mut extracted = markdown::extract(text);
    extracted.title = heading
        .or(page_title)
        .filter(|title| !title.is_empty())
        .or(extracted.title);
    Ok(extracted)
}

fn is_too_deep(page: &Html) -> bool {
    let mut depths = HashMap::new();
    page.tree.root().descendants().any(|node| {
        let above = node.parent().and_then(|parent| depths.get(&parent.id()));
        let depth = above.map_or(0, |above| above + 1);
        depths.insert(node.id(), depth);
        depth > MAX_DEPTH
    })
}

/// The markup of the main content and its first `h1`. A page that does not say where its
/// content is goes through the reader-view heuristics, and whole if they find too little.
fn main_content(page: &Html, html: &str) -> (String, Option<String>) {
    for place in MAIN {
        let mut found = elements(page, place);
        if found.len() == 1
            && let Some(main) = found.pop()
            && words(main).len() > 40
        {
            return (main.inner_html(), heading(main));
        }
    }
    let body = first(page, "body");
    let length = body.map_or(0, |body| words(body).len());
    let reader = dom_smoothie::Readability::new(html, None, None).and_then(|mut reader| reader.parse());
    if let Ok(article) = reader
        && article.text_content.len() * 2 > length
    {
        return (article.content.to_string(), body.and_then(heading));
    }
    match body {
        Some(body) => (body.inner_html(), heading(body)),
        None => (page.html(), None),
    }
}

fn heading(within: ElementRef<'_>) -> Option<String> {
    let selector = Selector::parse("h1").ok()?;
    within
        .select(&selector)
        .next()
        .map(words)
        .filter(|words| !words.is_empty())
}

fn elements<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css)
        .map(|selector| page.select(&selector).collect())
        .unwrap_or_default()
}

fn first<'a>(page: &'a Html, css: &str) -> Option<ElementRef<'a>> {
    elements(page, css).into_iter().next()
}

fn remove(page: &mut Html, css: &str) {
    let ids: Vec<_> = elements(page, css)
        .into_iter()
        .map(|element| element.id())
        .collect();
    for id in ids {
        if let Some(mut node) = page.tree.get_mut(id) {
            node.detach();
        }
    }
}

fn words(element: ElementRef<'_>) -> String {
    element
        .text()
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}
