//! The sitemaps of a site: from the first ones through their indices to the pages.

use std::collections::{HashSet, VecDeque};

use url::Url;

use super::{
    normal::{may_be_document, normalise},
    outcome::Failure,
    plan::Bound,
    sitemap::{self, Entry, Sitemap},
};
use crate::adapters::web::{Fetch, Fetched, Get, Limit, Reply, decode, gunzip};

/// Files that are read for one site.
const MAX_FILES: usize = 50;
/// An index names sitemaps; one that names indices in turn goes on so far.
const MAX_LEVELS: usize = 3;

/// A page that is listed, in the form of [`normalise`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub url: Url,
    pub modified: Option<chrono::DateTime<chrono::Utc>>,
}

/// Reads sitemaps one by one.
#[derive(Debug)]
pub(super) struct Sitemaps {
    waiting: VecDeque<(Url, usize)>,
    seen: HashSet<String>,
}

impl Sitemaps {
    pub(super) fn new(first: impl IntoIterator<Item = Url>) -> Self {
        let mut sitemaps = Self {
            waiting: VecDeque::new(),
            seen: HashSet::new(),
        };
        for url in first {
            sitemaps.add(url, 1);
        }
        sitemaps
    }

    fn add(&mut self, url: Url, level: usize) {
        let room = level <= MAX_LEVELS && self.seen.len() < MAX_FILES;
        if room && self.seen.insert(url.as_str().to_owned()) {
            self.waiting.push_back((url, level));
        }
    }

    /// The next file to be read.
    pub(super) fn next(&mut self) -> Option<(Url, usize)> {
        self.waiting.pop_front()
    }

    /// Sorts what a file lists: pages of the site come back, its sitemaps are queued.
    pub(super) fn sort(&mut self, file: &Url, level: usize, sitemap: Sitemap, bound: &Bound) -> Vec<Listed> {
        let whole = |entry: &Entry| file.join(&entry.url).ok().and_then(|url| normalise(&url));
        match sitemap {
            Sitemap::Index(entries) => {
                for url in entries
                    .iter()
                    .filter_map(whole)
                    .filter(|url| bound.same_site(url))
                {
                    self.add(url, level + 1);
                }
                Vec::new()
            }
            Sitemap::Pages(entries) => entries
                .iter()
                .filter_map(|entry| {
                    let url = whole(entry).filter(|url| bound.holds(url) && may_be_document(url))?;
                    Some(Listed {
                        url,
                        modified: entry.modified,
                    })
                })
                .collect(),
        }
    }
}

/// Fetches a file, packed or not.
///
/// # Errors
/// [`Failure`] where it cannot be fetched or is no sitemap.
pub(super) async fn fetch(url: &Url, fetch: &dyn Fetch) -> Result<Sitemap, Failure> {
    let file = match fetch
        .get(Get::new(url.clone(), Limit::Refuse(sitemap::MAX_BYTES)))
        .await?
    {
        Reply::Document(file) => file,
        Reply::Status { code, .. } => return Err(Failure::Status(code)),
        Reply::Unchanged | Reply::Moved(_) => return Err(Failure::Sitemap(sitemap::NotASitemap)),
    };
    let Fetched { charset, body, .. } = *file;
    let read = move || {
        let bytes = gunzip(body, sitemap::MAX_BYTES).ok_or(sitemap::NotASitemap)?;
        sitemap::parse(&decode(&bytes, charset.as_deref()))
    };
    let parsed = tokio::task::spawn_blocking(read).await;
    Ok(parsed.unwrap_or(Err(sitemap::NotASitemap))?)
}

#[cfg(test)]
mod tests {
    use super::{super::Scope, *};

    #[test]
    fn an_index_leads_to_sitemaps_of_the_same_site_once() {
        let at = |path: &str| Url::parse("https://acme.example/").unwrap().join(path).unwrap();
        let bound = Bound::around(&at("/"), Scope::Site, Some("/help/"));
        let entry = |url: &str| Entry {
            url: url.to_owned(),
            modified: None,
        };
        let mut sitemaps = Sitemaps::new([at("/sitemap.xml")]);
        let (file, level) = sitemaps.next().unwrap();
        let index = [
            "/1.xml.gz",
            "https://www.acme.example/2.xml",
            "https://evil.example/3.xml",
            "/sitemap.xml",
        ];
        let listed = sitemaps.sort(&file, level, Sitemap::Index(index.map(entry).into()), &bound);
        assert!(listed.is_empty());
        let (first, level) = sitemaps.next().unwrap();
        assert_eq!((first, level), (at("/1.xml.gz"), 2));
        assert_eq!(
            sitemaps.next().unwrap().0.as_str(),
            "https://www.acme.example/2.xml"
        );
        assert_eq!(sitemaps.next(), None);

        let pages = [
            "/help/a?utm_source=x",
            "/shop",
            "https://evil.example/help/",
            "/help/logo.png",
            "mailto:x",
        ];
        let listed = sitemaps.sort(&file, level, Sitemap::Pages(pages.map(entry).into()), &bound);
        let urls: Vec<_> = listed.iter().map(|page| page.url.as_str()).collect();
        assert_eq!(urls, ["https://acme.example/help/a"]);
    }

    #[test]
    fn indices_of_indices_end() {
        let at = |n: usize| Url::parse(&format!("https://acme.example/{n}.xml")).unwrap();
        let bound = Bound::around(&at(0), Scope::Site, None);
        let mut sitemaps = Sitemaps::new([at(0)]);
        let mut read = 0;
        while let Some((file, level)) = sitemaps.next() {
            read += 1;
            let next = Entry {
                url: at(read).into(),
                modified: None,
            };
            sitemaps.sort(&file, level, Sitemap::Index(vec![next]), &bound);
        }
        assert_eq!(read, MAX_LEVELS);
    }
}
