//! One address: may it be read, what is there, and what does that lead to.

use std::time::Duration;

use url::Url;

use super::{
    crawl::Crawl,
    frontier::Entry,
    metadata,
    normal::normalise,
    outcome::{Failure, Forgotten, Known, Outcome, Page, Skip, Was},
    page::{self, Reading},
    plan::{Bound, Scope},
};
use crate::{
    adapters::web::{AGENT, FetchError, Fetched, Get, Limit, MAX_REDIRECTS, Reply},
    domain::knowledge::sniff::{self, Format},
};

/// Of a page or a file, as uploads have it.
const MAX_BYTES: usize = 32 << 20;
/// How long a host is left alone that says it has too much to do.
const REST: Duration = Duration::from_secs(10);
const MAX_REST: Duration = Duration::from_secs(60);

/// What a visit came to.
pub(super) enum Visited {
    /// That is to be told.
    Told(Outcome),
    /// What is known already.
    Known,
    /// The same, and it leads to the next.
    Leads,
    /// It is tried again.
    Later,
}

impl Crawl {
    pub(super) async fn visit(&mut self, entry: Entry) -> Result<Visited, Forgotten> {
        if let Some(done) = self.known.get(entry.url.as_str()).filter(|known| known.done) {
            let done = done.clone();
            return self.again(&entry, done).await;
        }
        let outcome = match self.ask(&entry).await {
            Ok(reply) => self.hear(&entry, reply).await?,
            Err(outcome) => outcome,
        };
        match &outcome {
            Outcome::Failed(failure) if failure.is_transient() => self.failing += 1,
            _ => self.failing = 0,
        }
        Ok(match &outcome {
            Outcome::Failed(failure) if self.try_again(&entry, failure) => Visited::Later,
            _ => Visited::Told(outcome),
        })
    }

    /// Goes on from what was told before the crawl was interrupted. It counts as it did then.
    async fn again(&mut self, entry: &Entry, done: Known) -> Result<Visited, Forgotten> {
        self.progress.requests += 1;
        match &done.was {
            Was::Page => self.known_again(entry, &done.canonical).await?,
            Was::Moved(to) => {
                let to = Url::parse(to).ok().map(|to| self.moved(entry, &to));
                if matches!(to, Some(Outcome::Moved(_))) {
                    return Ok(Visited::Leads);
                }
            }
            Was::Nothing => self.follow_known(entry).await?,
        }
        Ok(Visited::Known)
    }

    /// Asks for it when it is its turn, if the host lets us.
    async fn ask(&mut self, entry: &Entry) -> Result<Reply, Outcome> {
        let robots = match self.rules.of(&entry.url, &*self.fetch).await {
            Ok(robots) => robots,
            Err(failure) => {
                // Counts, or a page of links to hosts that do not exist would keep us for days.
                self.progress.requests += 1;
                return Err(Outcome::Failed(failure));
            }
        };
        if !robots.allows(&entry.url) {
            return Err(Outcome::Skipped(Skip::Robots));
        }
        self.turn(&entry.url).await;
        self.progress.requests += 1;
        let mut get = Get::new(entry.url.clone(), Limit::Refuse(MAX_BYTES));
        if let Some(known) = self.known.get(entry.url.as_str()) {
            (get.etag, get.last_modified) = (known.etag.clone(), known.last_modified.clone());
        }
        let reply = self.fetch.hop(&get).await;
        reply.map_err(|error| Outcome::Failed(error.into()))
    }

    async fn hear(&mut self, entry: &Entry, reply: Reply) -> Result<Outcome, Forgotten> {
        Ok(match reply {
            Reply::Document(fetched) => self.document(entry, *fetched).await,
            Reply::Moved(to) => self.moved(entry, &to),
            Reply::Unchanged => match self.known.get(entry.url.as_str()) {
                Some(known) => {
                    let canonical = known.canonical.clone();
                    self.known_again(entry, &canonical).await?;
                    Outcome::Unchanged
                }
                // Nobody asked whether it had changed.
                None => Outcome::Failed(Failure::Status(304)),
            },
            Reply::Status { code: 404 | 410, .. } => Outcome::Gone,
            Reply::Status { code, retry_after } => {
                if matches!(code, 429 | 503) {
                    let host = entry.url.host_str().unwrap_or_default();
                    self.pace.rest(host, retry_after.unwrap_or(REST).min(MAX_REST));
                }
                Outcome::Failed(Failure::Status(code))
            }
        })
    }

    /// A page that need not be read again counts, and its links are followed from memory.
    async fn known_again(&mut self, entry: &Entry, canonical: &str) -> Result<(), Forgotten> {
        self.progress.pages += 1;
        self.frontier.take(canonical);
        self.follow_known(entry).await
    }

    async fn follow_known(&mut self, entry: &Entry) -> Result<(), Forgotten> {
        if !self.plan.follows_links() {
            return Ok(());
        }
        let url = entry.url.as_str();
        let mut links = self
            .known
            .get(url)
            .map(|known| known.links.clone())
            .unwrap_or_default();
        if links.is_empty()
            && let Some(recall) = &self.recall
        {
            links = recall.links(url).await?;
        }
        let links: Vec<_> = links.iter().filter_map(|link| Url::parse(link).ok()).collect();
        self.follow(&links, entry);
        Ok(())
    }

    fn moved(&mut self, entry: &Entry, to: &Url) -> Outcome {
        let Some(to) = normalise(to) else {
            return Outcome::Failed(FetchError::Location(to.to_string()).into());
        };
        if to == entry.url || entry.via.contains(&to) {
            return Outcome::Failed(Failure::Circle);
        }
        if entry.via.len() >= MAX_REDIRECTS {
            return Outcome::Failed(FetchError::TooManyRedirects.into());
        }
        if entry.start {
            // Who writes `acme.example` means the site it leads to.
            self.bound = Bound::around(&to, self.plan.scope, self.plan.below.as_deref());
        } else if !self.bound.holds(&to) {
            return Outcome::Skipped(Skip::Elsewhere(to));
        }
        let via = entry.via.iter().chain([&entry.url]).cloned().collect();
        let next = Entry {
            url: to.clone(),
            via,
            tries: 0,
            ..entry.clone()
        };
        if self.frontier.push_next(next) {
            Outcome::Moved(to)
        } else {
            Outcome::Skipped(Skip::Duplicate(to))
        }
    }

    async fn document(&mut self, entry: &Entry, fetched: Fetched) -> Outcome {
        let is_html = matches!(fetched.media_type.as_str(), "text/html" | "application/xhtml+xml");
        let file = entry.url.path().rsplit('/').next().unwrap_or_default();
        match sniff::sniff(&fetched.body, file) {
            Ok(Format::Html) => self.html(entry, fetched).await,
            // Markup without the tags that tell it, as the header says.
            Ok(format) if is_html && format != Format::Pdf && !fetched.body.contains(&0) => {
                self.html(entry, fetched).await
            }
            Ok(Format::Text | Format::Markdown) => {
                let content = fetched.text().into_bytes();
                self.file(entry, content, fetched)
            }
            Ok(_) => {
                let mut fetched = fetched;
                let content = std::mem::take(&mut fetched.body);
                self.file(entry, content, fetched)
            }
            Err(error) => Outcome::Skipped(Skip::Unsupported(error.to_string())),
        }
    }

    async fn html(&mut self, entry: &Entry, fetched: Fetched) -> Outcome {
        let read = page::read(fetched.text(), entry.url.clone(), fetched.robots.clone(), AGENT).await;
        let reading = match read {
            Ok(reading) => reading,
            Err(error) => return Outcome::Failed(error.into()),
        };
        if let Some(to) = &reading.refresh {
            return self.moved(entry, to);
        }
        self.follow(&reading.links, entry);
        let links = self.kept(&reading.links);
        if reading.metadata.noindex {
            self.links = links;
            return Outcome::Skipped(Skip::NoIndex);
        }
        let canonical = self.canonical(entry, &fetched, &reading);
        let mut page = described(entry, canonical, fetched, reading.markdown.into_bytes());
        page.title = reading.metadata.title;
        page.author = reading.metadata.author;
        page.published = reading.metadata.published;
        page.modified = reading.metadata.modified.or(entry.modified);
        page.links = links;
        self.deliver(page)
    }

    fn file(&mut self, entry: &Entry, content: Vec<u8>, fetched: Fetched) -> Outcome {
        if metadata::header(&fetched.robots, AGENT).noindex {
            return Outcome::Skipped(Skip::NoIndex);
        }
        let said = fetched.canonical.clone();
        let canonical = said.and_then(|written| self.believed(entry, &written));
        let canonical = canonical.unwrap_or_else(|| entry.url.clone());
        self.deliver(described(entry, canonical, fetched, content))
    }

    fn deliver(&mut self, page: Page) -> Outcome {
        if !self.frontier.take(page.canonical.as_str()) {
            self.links = page.links;
            return Outcome::Skipped(Skip::Duplicate(page.canonical));
        }
        self.progress.pages += 1;
        Outcome::Page(Box::new(page))
    }

    fn canonical(&self, entry: &Entry, fetched: &Fetched, reading: &Reading) -> Url {
        let said = reading.metadata.canonical.as_ref().or(fetched.canonical.as_ref());
        said.and_then(|written| self.believed(entry, written))
            .unwrap_or_else(|| entry.url.clone())
    }

    /// The name that a page gives itself. Not one of another site, and not the site's front page
    /// from within it: templates that say so everywhere would make one page of all.
    fn believed(&self, entry: &Entry, written: &str) -> Option<Url> {
        let url = normalise(&entry.url.join(written.trim()).ok()?)?;
        let front = url.path() == "/" && url.query().is_none();
        let path = entry.url.path();
        let is_front = matches!(path, "/" | "/home") || path.starts_with("/index.");
        (self.bound.same_site(&url) && (!front || is_front)).then_some(url)
    }

    fn kept(&self, links: &[Url]) -> Vec<String> {
        if self.plan.scope == Scope::Page {
            return Vec::new();
        }
        let own = links.iter().filter(|link| self.bound.holds(link));
        own.map(|link| link.as_str().to_owned()).collect()
    }
}

fn described(entry: &Entry, canonical: Url, fetched: Fetched, content: Vec<u8>) -> Page {
    Page {
        url: entry.url.clone(),
        canonical,
        title: None,
        author: None,
        published: None,
        modified: entry.modified,
        content,
        media_type: fetched.media_type,
        etag: fetched.etag,
        last_modified: fetched.last_modified,
        links: Vec::new(),
    }
}
