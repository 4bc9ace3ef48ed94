//! An HTML page to Markdown, with what it says of itself and where it leads.

use std::{panic, time::Duration};

use scraper::{ElementRef, Html, Selector};
use tokio::{sync::Semaphore, task, time::timeout};
use url::Url;

use super::{
    clean, dom,
    metadata::{self, Metadata},
    normal::{may_be_document, normalise},
};
use crate::domain::knowledge::extract::html;

/// Of the markup.
const MAX_HTML: usize = 8 << 20;
/// Links that are looked at, and kept with a page: a crawl that is gone on with follows the same.
const MAX_LINKS: usize = 5_000;
const TIME: Duration = Duration::from_secs(20);
/// Of that, until there is a tree.
const PARSE: Duration = Duration::from_secs(5);

/// Pages being read at once. One that runs out of time cannot be stopped: it keeps its permit.
static RUNNING: Semaphore = Semaphore::const_new(2);

/// Why nothing came out of a page.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PageError {
    #[error("the page has more than {} MiB of markup", MAX_HTML >> 20)]
    TooLong,
    #[error("the page is nested more than {} levels deep", dom::MAX_DEPTH)]
    TooDeep,
    #[error("the page holds no text (is it put together by scripts?)")]
    NoText,
    #[error("reading the page takes too long")]
    Late,
    #[error("the page is damaged: {0}")]
    Damaged(String),
    #[error("too many pages are being read at once: try again shortly")]
    Busy,
}

/// A page as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub metadata: Metadata,
    /// With a heading at its top; empty where the page is not to be kept.
    pub markdown: String,
    /// Where it sends a browser on at once; nothing else is read then.
    pub refresh: Option<Url>,
    /// That may be followed, in the form of [`normalise`], each once.
    pub links: Vec<Url>,
}

/// Reads a page off the async threads, within bounds. `robots` is `X-Robots-Tag`.
///
/// # Errors
/// [`PageError`]; all but `Busy` are final for this page.
pub async fn read(text: String, url: Url, robots: String, agent: &'static str) -> Result<Reading, PageError> {
    if text.len() > MAX_HTML {
        return Err(PageError::TooLong);
    }
    let permit = timeout(TIME, RUNNING.acquire())
        .await
        .map_err(|_| PageError::Busy)?
        .map_err(|_| PageError::Busy)?;
    let work = task::spawn_blocking(move || {
        let read = panic::catch_unwind(|| parse(&text, &url, &robots, agent));
        drop(permit);
        read.unwrap_or_else(|_| Err(PageError::Damaged("its structure cannot be followed".to_owned())))
    });
    match timeout(TIME, work).await {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => Err(PageError::Damaged(error.to_string())),
        Err(_) => Err(PageError::Late),
    }
}

fn parse(text: &str, url: &Url, robots: &str, agent: &str) -> Result<Reading, PageError> {
    let mut page = dom::parse(text, PARSE)?;
    let metadata = metadata::read(&page, robots, agent);
    let base = base(&page, url);
    if let Some(to) = metadata::refresh(&page).and_then(|to| base.join(&to).ok()) {
        return Ok(Reading {
            metadata,
            refresh: Some(to),
            ..Reading::default()
        });
    }
    let mut reading = Reading {
        links: if metadata.nofollow {
            Vec::new()
        } else {
            links(&page, &base)
        },
        metadata,
        ..Reading::default()
    };
    if !reading.metadata.noindex {
        clean::tidy(&mut page, &base);
        let (title, markdown) = content(&page, &reading.metadata, url)?;
        reading.metadata.title = Some(title);
        reading.markdown = markdown;
    }
    Ok(reading)
}

/// The title and the main content, which begins with a heading.
fn content(page: &Html, metadata: &Metadata, url: &Url) -> Result<(String, String), PageError> {
    let extracted = html::extract(&page.html()).map_err(|error| PageError::Damaged(error.to_string()))?;
    if extracted.blocks.is_empty() {
        return Err(PageError::NoText);
    }
    let title = extracted.title.or_else(|| metadata.title.clone());
    let title = title.unwrap_or_else(|| named_by(url));
    let markdown = headed(extracted.text.trim(), &title);
    Ok((title, markdown))
}

/// What its relative links begin at.
fn base(page: &Html, url: &Url) -> Url {
    let said = select(page, "base[href]");
    let said = said.first().and_then(|base| base.attr("href"));
    said.and_then(|href| url.join(href).ok())
        .filter(|base| matches!(base.scheme(), "http" | "https"))
        .unwrap_or_else(|| url.clone())
}

fn links(page: &Html, base: &Url) -> Vec<Url> {
    let mut found = Vec::new();
    for link in select(page, "a[href], area[href]").into_iter().take(MAX_LINKS) {
        let rel = link.attr("rel").unwrap_or_default();
        if rel
            .split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("nofollow"))
        {
            continue;
        }
        let to = link.attr("href").and_then(|href| base.join(href.trim()).ok());
        if let Some(to) = to.and_then(|to| normalise(&to)).filter(may_be_document) {
            found.push(to);
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|link| seen.insert(link.as_str().to_owned()));
    found
}

/// Markdown that begins with its title, unless it has one of that rank.
fn headed(markdown: &str, title: &str) -> String {
    let has_title = markdown.lines().any(|line| line.starts_with("# "));
    if has_title {
        return markdown.to_owned();
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("# {title}\n\n{markdown}")
}

/// The last words of the address: `/help/returns-and-refunds` is `returns and refunds`.
fn named_by(url: &Url) -> String {
    let segments = url.path_segments().into_iter().flatten();
    let last = segments.rev().find(|segment| !segment.is_empty());
    let last = last.map(|segment| {
        segment
            .split('.')
            .next()
            .unwrap_or(segment)
            .replace(['-', '_'], " ")
    });
    last.filter(|words| !words.is_empty())
        .unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned())
}

fn select<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css)
        .map(|selector| page.select(&selector).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
