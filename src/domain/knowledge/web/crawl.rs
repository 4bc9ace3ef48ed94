//! A crawl from its first address to its last: what comes next, and when it ends.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    frontier::{Entry, Frontier},
    normal::normalise,
    outcome::{Ended, Failure, Known, Outcome, Progress, Recall, Skip, Visit},
    pace::Pace,
    plan::{Bound, Plan, Scope},
    rules::Rules,
    sitemaps::{self, Sitemaps},
    visit::Visited,
};
use crate::adapters::web::Fetch;

/// URLs a crawl keeps in mind at most, some 6 MB of them.
const FRONTIER: usize = 20_000;

/// Failures in a row after which a site is taken to be away.
const AWAY: usize = 10;

/// The start of a plan cannot be asked for.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("write the whole address of a page, with http:// or https:// and without a user name")]
pub struct NotAPage;

/// Begins crawls; all that one process begins take turns at a host. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Crawler {
    fetch: Arc<dyn Fetch>,
    pace: Arc<Pace>,
}

impl Crawler {
    #[must_use]
    pub fn new(fetch: Arc<dyn Fetch>) -> Self {
        Self {
            fetch,
            pace: Arc::default(),
        }
    }

    /// A crawl that has asked for nothing yet. `known` are the pages of an earlier one, or what
    /// this one had done when it was interrupted. After `cancel` it asks for nothing more.
    ///
    /// # Errors
    /// [`NotAPage`].
    pub fn begin(
        &self,
        plan: Plan,
        known: impl IntoIterator<Item = Known>,
        cancel: CancellationToken,
    ) -> Result<Crawl, NotAPage> {
        let start = normalise(&plan.start).ok_or(NotAPage)?;
        let known: HashMap<_, _> = known
            .into_iter()
            .map(|known| (known.url.clone(), known))
            .collect();
        let mut crawl = Crawl {
            fetch: self.fetch.clone(),
            pace: self.pace.clone(),
            bound: Bound::around(&start, plan.scope, plan.below.as_deref()),
            frontier: Frontier::new(FRONTIER),
            rules: Rules::default(),
            progress: Progress::default(),
            ready: VecDeque::new(),
            sitemaps: None,
            failing: 0,
            ended: None,
            links: Vec::new(),
            recall: None,
            known,
            plan,
            cancel,
        };
        crawl.set_out(start);
        Ok(crawl)
    }
}

/// A crawl under way. It works only while [`Self::next`] is waited for, so that whoever takes its
/// pages sets the pace; dropped, it is over.
pub struct Crawl {
    pub(super) fetch: Arc<dyn Fetch>,
    pub(super) pace: Arc<Pace>,
    pub(super) plan: Plan,
    pub(super) bound: Bound,
    pub(super) frontier: Frontier,
    pub(super) rules: Rules,
    pub(super) known: HashMap<String, Known>,
    /// Has the links that `known` leaves out.
    pub(super) recall: Option<Arc<dyn Recall>>,
    pub(super) progress: Progress,
    /// Of the address that is told next, where it is left out.
    pub(super) links: Vec<String>,
    /// To be told before anything else is asked for.
    ready: VecDeque<(Url, Outcome)>,
    /// To be read before the next page.
    sitemaps: Option<Sitemaps>,
    /// Requests that failed for the moment, since the last one that did not.
    pub(super) failing: usize,
    ended: Option<Ended>,
    cancel: CancellationToken,
}

impl Crawl {
    /// Asks `recall` for links of known addresses that come without.
    #[must_use]
    pub fn recalling(mut self, recall: Arc<dyn Recall>) -> Self {
        self.recall = Some(recall);
        self
    }

    /// What came of the next address. `None` at the end; [`Self::ended`] says which. Not to be
    /// dropped before it is done, unless the crawl is: the address would be lost.
    pub async fn next(&mut self) -> Option<Visit> {
        if self.ended.is_some() {
            return None;
        }
        let cancel = self.cancel.clone();
        let told = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Ended::Cancelled),
            told = self.advance() => told,
        };
        match told {
            Ok((url, outcome)) => Some(Visit {
                url,
                outcome,
                progress: self.progress(),
                links: std::mem::take(&mut self.links),
            }),
            Err(ended) => {
                self.ended = Some(ended);
                None
            }
        }
    }

    /// Why there is nothing more to tell; `None` while there is.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            waiting: self.frontier.len(),
            ..self.progress
        }
    }

    fn set_out(&mut self, start: Url) {
        if self.plan.scope == Scope::Sitemap {
            self.sitemaps = Some(Sitemaps::new([start]));
            return;
        }
        let entry = Entry {
            start: true,
            ..Entry::new(start, 0)
        };
        self.frontier.push(entry);
    }

    async fn advance(&mut self) -> Result<(Url, Outcome), Ended> {
        loop {
            if let Some(told) = self.ready.pop_front() {
                return Ok(told);
            }
            if self.sitemaps.is_some() {
                self.read_sitemap().await;
                continue;
            }
            let full = self.progress.pages >= self.plan.max_pages
                || self.progress.requests >= self.plan.max_requests();
            let entry = match self.frontier.pop() {
                None => return Err(Ended::Complete),
                Some(_) if full => return Err(Ended::Full),
                Some(_) if self.failing >= AWAY => return Err(Ended::Away),
                Some(entry) => entry,
            };
            let (url, start) = (entry.url.clone(), entry.start);
            let visited = self.visit(entry).await.map_err(|_| Ended::Interrupted)?;
            if start
                && !matches!(
                    visited,
                    Visited::Later | Visited::Told(Outcome::Moved(_)) | Visited::Leads
                )
            {
                self.look_for_sitemaps(&url).await;
            }
            if let Visited::Told(outcome) = visited {
                return Ok((url, outcome));
            }
        }
    }

    /// After the start, because a redirect may have led to another host.
    async fn look_for_sitemaps(&mut self, start: &Url) {
        if !self.plan.follows_links() {
            return;
        }
        // A start that is known was not asked for now, nor its host for its rules. Where they cannot be
        // had, every page of the host says so itself.
        let _ = self.rules.of(start, &*self.fetch).await;
        let named = self.rules.sitemaps(start);
        let named = named.iter().filter_map(|written| start.join(written).ok());
        let mut all: Vec<_> = named.filter(|url| self.bound.same_site(url)).collect();
        if all.is_empty() {
            all.extend(start.join("/sitemap.xml"));
        }
        self.sitemaps = Some(Sitemaps::new(all));
    }

    /// Reads one file. That a site has none is nothing to tell, unless it is what was asked for.
    async fn read_sitemap(&mut self) {
        let Some((file, level)) = self.sitemaps.as_mut().and_then(Sitemaps::next) else {
            self.sitemaps = None;
            return;
        };
        self.turn(&file).await;
        match sitemaps::fetch(&file, &*self.fetch).await {
            Ok(sitemap) => {
                let sorted = self
                    .sitemaps
                    .as_mut()
                    .map(|all| all.sort(&file, level, sitemap, &self.bound));
                let depth = u32::from(self.plan.follows_links());
                for listed in sorted
                    .into_iter()
                    .flatten()
                    .filter(|_| depth <= self.plan.max_depth)
                {
                    self.frontier.push(Entry {
                        modified: listed.modified,
                        ..Entry::new(listed.url, depth)
                    });
                }
            }
            Err(failure) if self.plan.scope == Scope::Sitemap => {
                self.ready.push_back((file, Outcome::Failed(failure)));
            }
            Err(_) => {}
        }
    }

    /// Waits until its host may be asked again.
    pub(super) async fn turn(&self, url: &Url) {
        let gap = self.plan.gap.max(self.rules.delay(url));
        self.pace.turn(url.host_str().unwrap_or_default(), gap).await;
    }

    /// Queues what a page links to, as far as it is of the site.
    pub(super) fn follow(&mut self, links: &[Url], from: &Entry) {
        if !self.plan.follows_links() {
            return;
        }
        let depth = from.depth + 1;
        for link in links.iter().filter(|link| self.bound.holds(link)) {
            if depth <= self.plan.max_depth {
                self.frontier.push(Entry::new(link.clone(), depth));
            } else if self.frontier.see(link) && !self.is_done(link) {
                self.ready
                    .push_back((link.clone(), Outcome::Skipped(Skip::TooDeep)));
            }
        }
    }

    /// Whether it was told before the crawl was interrupted.
    fn is_done(&self, url: &Url) -> bool {
        self.known.get(url.as_str()).is_some_and(|known| known.done)
    }

    /// Puts it behind all others once more; false where it has had its tries.
    pub(super) fn try_again(&mut self, entry: &Entry, failure: &Failure) -> bool {
        const TRIES: u32 = 2;
        let again = failure.is_transient() && entry.tries + 1 < TRIES;
        if again {
            self.frontier.put_back(Entry {
                tries: entry.tries + 1,
                ..entry.clone()
            });
        }
        again
    }
}
