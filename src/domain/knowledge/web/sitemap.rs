//! Sitemaps (sitemaps.org): a list of pages, or of further sitemaps; in XML, or a URL per line.

use chrono::{DateTime, Utc};
use quick_xml::{Reader, escape, events::Event};

use super::when;

/// Of a file as it arrives and unpacked; the protocol's own bound.
pub const MAX_BYTES: usize = 50 << 20;
/// Of a file; the protocol's own bound.
pub const MAX_ENTRIES: usize = 50_000;

/// A place that a sitemap names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it is written.
    pub url: String,
    pub modified: Option<DateTime<Utc>>,
}

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitemap {
    Pages(Vec<Entry>),
    /// Of sitemaps.
    Index(Vec<Entry>),
}

/// Neither XML of that kind nor a list.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the sitemap is neither XML of sitemaps.org nor a list of addresses")]
pub struct NotASitemap;

/// Reads the text of a sitemap. One that breaks off is read up to there.
///
/// # Errors
/// [`NotASitemap`].
pub fn parse(text: &str) -> Result<Sitemap, NotASitemap> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return list(text);
    }
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    while reading.entries.len() < MAX_ENTRIES {
        let Ok(event) = reader.read_event() else {
            break;
        };
        if matches!(event, Event::Eof) {
            break;
        }
        reading.take(&event);
    }
    match reading.index {
        Some(true) => Ok(Sitemap::Index(reading.entries)),
        Some(false) => Ok(Sitemap::Pages(reading.entries)),
        None => Err(NotASitemap),
    }
}

fn list(text: &str) -> Result<Sitemap, NotASitemap> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let entries: Vec<_> = lines
        .take(MAX_ENTRIES)
        .map(|line| Entry {
            url: line.to_owned(),
            modified: None,
        })
        .collect();
    let addresses = entries.iter().all(|entry| entry.url.starts_with("http"));
    if entries.is_empty() || !addresses {
        return Err(NotASitemap);
    }
    Ok(Sitemap::Pages(entries))
}

/// Names carry no prefix here: an image's `loc` is told apart by its depth.
#[derive(Default)]
struct Reading {
    /// What the outermost element says.
    index: Option<bool>,
    depth: usize,
    url: String,
    modified: String,
    inside: Option<Field>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Url,
    Modified,
}

impl Reading {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag.local_name().as_ref()),
            Event::End(_) => self.close(),
            Event::Text(text) => self.words(text),
            Event::CData(text) => self.words(text),
            Event::GeneralRef(name) => {
                // Of the five that every XML knows; what a document defines itself is left out.
                let named = format!("&{};", &**name);
                self.words(&escape::unescape(&named).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn open(&mut self, name: &str) {
        self.depth += 1;
        match (self.depth, name) {
            (1, "urlset") => self.index = Some(false),
            (1, "sitemapindex") => self.index = Some(true),
            (3, "loc") => self.inside = Some(Field::Url),
            (3, "lastmod") => self.inside = Some(Field::Modified),
            _ => self.inside = None,
        }
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.inside = None;
        if self.depth != 1 {
            return;
        }
        let (url, modified) = (std::mem::take(&mut self.url), std::mem::take(&mut self.modified));
        let url = url.trim();
        if self.index.is_some() && !url.is_empty() {
            self.entries.push(Entry {
                url: url.to_owned(),
                modified: when::parse(&modified),
            });
        }
    }

    fn words(&mut self, text: &str) {
        match self.inside {
            Some(Field::Url) => self.url.push_str(text),
            Some(Field::Modified) => self.modified.push_str(text),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(sitemap: Sitemap) -> (bool, Vec<String>) {
        let (index, entries) = match sitemap {
            Sitemap::Pages(entries) => (false, entries),
            Sitemap::Index(entries) => (true, entries),
        };
        (index, entries.into_iter().map(|entry| entry.url).collect())
    }

    #[test]
    fn pages_and_when_they_changed() {
        let text = "<?xml version='1.0'?>\n<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
                    xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>\n\
                    <!-- the shop --><url><loc> https://acme.example/a?x=1&amp;y=2 </loc>\
                    <lastmod>2026-02-03</lastmod><image:image><image:loc>https://acme.example/i.png</image:loc>\
                    </image:image></url><url><loc><![CDATA[https://acme.example/b]]></loc></url><url/></urlset>";
        let Ok(Sitemap::Pages(entries)) = parse(text) else {
            panic!();
        };
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].url, "https://acme.example/a?x=1&y=2");
        assert_eq!(entries[0].modified, when::parse("2026-02-03"));
        assert_eq!(
            (entries[1].url.as_str(), entries[1].modified),
            ("https://acme.example/b", None)
        );
    }

    #[test]
    fn an_index_a_list_and_what_is_neither() {
        let index =
            "<sitemapindex><sitemap><loc>https://acme.example/1.xml.gz</loc></sitemap></sitemapindex>";
        assert_eq!(
            urls(parse(index).unwrap()),
            (true, vec!["https://acme.example/1.xml.gz".to_owned()])
        );
        let list = "https://acme.example/a\r\nhttps://acme.example/b\n";
        assert_eq!(urls(parse(list).unwrap()).1.len(), 2);
        for text in [
            "",
            "<html><body>not found</body></html>",
            "hello",
            "<rss><url><loc>x</loc></url></rss>",
        ] {
            assert_eq!(parse(text), Err(NotASitemap), "{text}");
        }
    }

    #[test]
    fn a_broken_or_hostile_file_ends_within_bounds() {
        let cut = "<urlset><url><loc>https://acme.example/a</loc></url><url><loc>https://acme";
        assert_eq!(urls(parse(cut).unwrap()).1, ["https://acme.example/a"]);
        let entities = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>\
                        <urlset><url><loc>https://acme.example/&b;</loc></url></urlset>";
        assert_eq!(urls(parse(entities).unwrap()).1, ["https://acme.example/"]);
        let many = format!(
            "<urlset>{}</urlset>",
            "<url><loc>https://a.example/</loc></url>".repeat(MAX_ENTRIES + 9)
        );
        assert_eq!(urls(parse(&many).unwrap()).1.len(), MAX_ENTRIES);
        assert!(parse(&format!("<urlset>{}", "<url>".repeat(100_000))).is_ok());
    }
}
