//! What a page says of itself beside its text: JSON-LD first, then `meta`, then its markup.

use chrono::{DateTime, Utc};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use super::when;

/// Of a block of JSON-LD; larger ones list a shop.
const MAX_JSON: usize = 256 << 10;
/// Authors that are named.
const MAX_AUTHORS: usize = 5;
/// Characters of a name or a title.
const MAX_WORDS: usize = 300;

const PUBLISHED: [&str; 6] = [
    "meta[property='article:published_time']",
    "meta[itemprop=datePublished]",
    "meta[name='citation_publication_date'], meta[name='dcterms.created'], meta[name='dc.date'], meta[name=date]",
    "time[itemprop=datePublished]",
    "time[pubdate], article header time, main header time",
    "article time, main time",
];
const MODIFIED: [&str; 4] = [
    "meta[property='article:modified_time']",
    "meta[property='og:updated_time'], meta[name='last-modified'], meta[name='dcterms.modified']",
    "meta[itemprop=dateModified]",
    "time[itemprop=dateModified]",
];
const AUTHOR: [&str; 4] = [
    "meta[name=author], meta[property='article:author'], meta[name='dc.creator']",
    "[itemprop=author] [itemprop=name]",
    "[itemprop=author]",
    "a[rel~=author], address a[rel=author]",
];
const TITLE: [&str; 2] = ["meta[property='og:title']", "title"];

/// What was found; nothing is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub title: Option<String>,
    pub author: Option<String>,
    pub published: Option<DateTime<Utc>>,
    pub modified: Option<DateTime<Utc>>,
    /// As it is written.
    pub canonical: Option<String>,
    /// Not to be kept, as `robots` says.
    pub noindex: bool,
    /// Its links are not to be followed.
    pub nofollow: bool,
}

/// Reads it. `header` is `X-Robots-Tag`, a line per header; `agent` the name they call us by.
#[must_use]
pub fn read(page: &Html, header: &str, agent: &str) -> Metadata {
    let said = linked_data(page);
    let date = |places: &[&str]| places.iter().find_map(|place| when::parse(&value(page, place)?));
    let named = |places: &[&str]| places.iter().find_map(|place| words(&value(page, place)?));
    let mut metadata = Metadata {
        title: named(&TITLE),
        author: said
            .author
            .or_else(|| named(&AUTHOR).filter(|name| !name.contains("://"))),
        published: said.published.or_else(|| date(&PUBLISHED)),
        modified: said.modified.or_else(|| date(&MODIFIED)),
        canonical: select(page, "link[rel~=canonical][href]")
            .first()
            .and_then(|link| link.attr("href").map(str::to_owned)),
        ..Metadata::default()
    };
    let said = self::header(header, agent);
    (metadata.noindex, metadata.nofollow) = (said.noindex, said.nofollow);
    for meta in select(page, "meta[name][content]") {
        let name = meta.attr("name").unwrap_or_default();
        if name.eq_ignore_ascii_case("robots") || name.eq_ignore_ascii_case(agent) {
            metadata.obey(meta.attr("content").unwrap_or_default());
        }
    }
    metadata
}

/// What `X-Robots-Tag` alone says, which is all there is for a file.
#[must_use]
pub fn header(lines: &str, agent: &str) -> Metadata {
    let mut metadata = Metadata::default();
    for line in lines.lines() {
        metadata.obey(ours(line, agent));
    }
    metadata
}

/// Where a page sends a browser on at once: `<meta http-equiv=refresh content="0; url=/en/">`.
#[must_use]
pub fn refresh(page: &Html) -> Option<String> {
    let meta = select(page, "meta[http-equiv=refresh i][content]");
    let (seconds, to) = meta.first()?.attr("content")?.split_once([';', ','])?;
    let at_once = seconds.trim().parse::<f32>().is_ok_and(|seconds| seconds <= 2.0);
    let to = to.trim();
    let named = to.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("url"));
    let to = to.get(3..).filter(|_| named)?.trim_start().strip_prefix('=')?;
    let to = to.trim().trim_matches(['"', '\'']);
    (at_once && !to.is_empty()).then(|| to.to_owned())
}

impl Metadata {
    fn obey(&mut self, directives: &str) {
        for directive in directives.split(',').map(str::trim) {
            let is = |word: &str| directive.eq_ignore_ascii_case(word);
            self.noindex |= is("noindex") || is("none");
            self.nofollow |= is("nofollow") || is("none");
        }
    }
}

/// The directives of a header line that speak to us: `noindex`, or `parlancebot: noindex`.
fn ours<'a>(line: &'a str, agent: &str) -> &'a str {
    match line.split_once(':') {
        Some((name, _)) if name.contains(',') || name.trim().eq_ignore_ascii_case("unavailable_after") => {
            line
        }
        Some((name, rest)) if name.trim().eq_ignore_ascii_case(agent) => rest,
        Some(_) => "",
        None => line,
    }
}

#[derive(Default)]
struct LinkedData {
    author: Option<String>,
    published: Option<DateTime<Utc>>,
    modified: Option<DateTime<Utc>>,
}

/// Of the first thing on the page that is a page or an article.
fn linked_data(page: &Html) -> LinkedData {
    let mut found = LinkedData::default();
    for script in select(page, "script[type='application/ld+json']") {
        let json: String = script.text().collect();
        if json.len() > MAX_JSON {
            continue;
        }
        if let Ok(value) = serde_json::from_str::<Value>(&json) {
            walk(&value, &mut found);
        }
    }
    found
}

fn walk(value: &Value, found: &mut LinkedData) {
    if let Value::Array(items) = value {
        items.iter().for_each(|item| walk(item, found));
        return;
    }
    if let Some(graph) = value.get("@graph") {
        walk(graph, found);
    }
    if !is_page(value) {
        return;
    }
    let date = |key: &str| value.get(key)?.as_str().and_then(when::parse);
    found.published = found.published.or_else(|| date("datePublished"));
    found.modified = found.modified.or_else(|| date("dateModified"));
    if found.author.is_none() {
        found.author = value.get("author").and_then(names);
    }
}

fn is_page(value: &Value) -> bool {
    let named = |kind: &Value| {
        let kind = kind.as_str().unwrap_or_default();
        ["Article", "Posting", "Page", "HowTo", "CreativeWork", "Report"]
            .iter()
            .any(|suffix| kind.ends_with(suffix))
    };
    match value.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(named),
        Some(kind) => named(kind),
        None => false,
    }
}

/// A name, a person with a name, or a list of these.
fn names(author: &Value) -> Option<String> {
    let each = match author {
        Value::Array(all) => all.iter().take(MAX_AUTHORS).filter_map(name).collect(),
        one => Vec::from_iter(name(one)),
    };
    words(&each.join(", "))
}

fn name(author: &Value) -> Option<String> {
    let name = author.as_str().or_else(|| author.get("name")?.as_str())?;
    words(name).filter(|name| !name.contains("://"))
}

/// What the first of these elements says: a machine-readable value before its text.
fn value(page: &Html, css: &str) -> Option<String> {
    let found = select(page, css);
    let element = found.first()?;
    let attribute = element.attr("content").or_else(|| element.attr("datetime"));
    Some(attribute.map_or_else(|| element.text().collect(), str::to_owned))
}

fn select<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css)
        .map(|selector| page.select(&selector).collect())
        .unwrap_or_default()
}

fn words(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().take(MAX_WORDS).collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &str) -> Metadata {
        read(&Html::parse_document(head), "", "ParlanceBot")
    }

    fn moment(date: &str) -> Option<DateTime<Utc>> {
        when::parse(date)
    }

    #[test]
    fn linked_data_says_who_and_when() {
        let found = of(
            r#"<script type="application/ld+json">{"@context":"https://schema.org","@graph":[
            {"@type":"Organization","name":"Acme","datePublished":"2001-01-01"},
            {"@type":["NewsArticle","Thing"],"author":[{"@type":"Person","name":"Ann  Lee"},"Bo"],
             "datePublished":"2026-02-03T10:00:00+01:00","dateModified":"2026-02-04"}]}</script>
            <meta name=author content="Somebody Else"><title> Returns
            | Acme</title>"#,
        );
        assert_eq!(found.author.as_deref(), Some("Ann Lee, Bo"));
        assert_eq!(found.published, moment("2026-02-03T09:00:00Z"));
        assert_eq!(found.modified, moment("2026-02-04"));
        assert_eq!(found.title.as_deref(), Some("Returns | Acme"));
    }

    #[test]
    fn without_it_meta_and_markup_do() {
        let found = of("<meta property='article:published_time' content='2026-05-01'>\
                        <meta property='article:author' content='https://social.example/ann'>\
                        <link rel='canonical' href='/help'>");
        assert_eq!((found.published, found.author), (moment("2026-05-01"), None));
        assert_eq!(found.canonical.as_deref(), Some("/help"));
        let found = of(
            "<article><header>By <a rel=author href=/ann>Ann</a> <time datetime=2026-06-01>June</time>\
                        </header></article>",
        );
        assert_eq!(
            (found.published, found.author.as_deref()),
            (moment("2026-06-01"), Some("Ann"))
        );
        assert_eq!(
            of("<script type='application/ld+json'>{broken</script><p>x"),
            Metadata::default()
        );
    }

    #[test]
    fn a_page_sends_on() {
        let to = |content: &str| {
            refresh(&Html::parse_document(&format!(
                "<meta http-equiv=Refresh content=\"{content}\">"
            )))
        };
        assert_eq!(to("0; url=/en/").as_deref(), Some("/en/"));
        assert_eq!(
            to("0;URL = 'https://acme.example/x'").as_deref(),
            Some("https://acme.example/x")
        );
        assert_eq!(
            (to("30; url=/late"), to("5"), to("0; ü=x"), to("0; url=")),
            (None, None, None, None)
        );
    }

    #[test]
    fn a_page_says_what_crawlers_may_do() {
        let of = |head: &str, header: &str| {
            let found = read(&Html::parse_document(head), header, "ParlanceBot");
            (found.noindex, found.nofollow)
        };
        assert_eq!(
            of("<meta name=ROBOTS content='NoIndex, follow'>", ""),
            (true, false)
        );
        assert_eq!(of("<meta name=parlancebot content=none>", ""), (true, true));
        assert_eq!(of("<meta name=googlebot content=noindex>", ""), (false, false));
        assert_eq!(of("", "noindex, nofollow"), (true, true));
        assert_eq!(of("", "googlebot: noindex\nparlancebot: nofollow"), (false, true));
        assert_eq!(
            of("", "unavailable_after: 25 Jun 2099 15:00:00 PST, noindex"),
            (true, false)
        );
    }
}
