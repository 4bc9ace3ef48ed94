//! A place of the web being read: what the crawl meets is written down address by address, so that
//! after an interruption the same reading goes on where it was.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{DocumentId, JobId, SourceId},
    queries::{
        documents::{self, NewDocument},
        quotas::{self, Reached},
        sources::{self, PageOutcome, Source, SourcePage},
        spaces,
    },
    tenant::{TenantConn, TenantDb},
};
use sha2::{Digest, Sha256};
use tracing::warn;
use url::Url;

use super::{
    intake, places,
    web::{Ended, Forgotten, Known, NotAPage, Outcome, Page, Plan, Recall, Scope, Skip, Visit, Was},
};
use crate::domain::{billing::limit, jobs::Priority};

/// Pages of a source that are looked up at once.
const BATCH: i32 = 500;

/// A reading under way: where what it meets is written down.
#[derive(Clone)]
pub struct Reading {
    db: TenantDb,
    source: Source,
}

impl Reading {
    /// Begins to read a source, or goes on with what the same job had begun. Returns what is known of
    /// its pages besides.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the source was removed, [`StoreError::Archived`] where its space is
    /// put away.
    pub async fn begin(db: TenantDb, source: SourceId, job: JobId) -> Result<(Self, Vec<Known>), StoreError> {
        let source = db
            .transaction(async |conn| {
                let source = sources::begin(conn, source, job).await?;
                let space = spaces::load(conn, source.space_id).await?;
                match space.ok_or(StoreError::NotFound)?.archived_at {
                    Some(_) => Err(StoreError::Archived),
                    None => Ok(source),
                }
            })
            .await?;
        let (mut known, mut after) = (Vec::new(), String::new());
        loop {
            // What neither this reading nor the one before it came by is as good as new.
            let lately = source.crawl - 1;
            let pages = db.read(async |conn| sources::pages(conn, source.id, lately, &after, BATCH).await);
            let pages = pages.await?;
            let Some(last) = pages.last() else { break };
            after.clone_from(&last.url);
            // A single page is asked for whenever somebody asks for it.
            let this = (source.scope != places::word(Scope::Page)).then_some(source.crawl);
            known.extend(pages.into_iter().filter_map(|page| known_page(page, this)));
        }
        Ok((Self { db, source }, known))
    }

    /// What is to be read.
    ///
    /// # Errors
    /// [`NotAPage`] where the address is none that can be asked for.
    pub fn plan(&self) -> Result<Plan, NotAPage> {
        let start = Url::parse(&self.source.url).map_err(|_| NotAPage)?;
        let mut plan = Plan::new(start, places::scope(&self.source.scope).ok_or(NotAPage)?);
        plan.max_pages = usize::try_from(self.source.max_pages).unwrap_or(1);
        plan.max_depth = u32::try_from(self.source.max_depth).unwrap_or(0);
        plan.below.clone_from(&self.source.below);
        Ok(plan)
    }

    /// Lets what failed be asked for again where this reading goes on later.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn ask_failed_again(&self) -> Result<(), StoreError> {
        let (id, crawl) = (self.source.id, self.source.crawl);
        let ask = self
            .db
            .transaction(async |conn| sources::ask_failed_again(conn, id, crawl).await);
        ask.await
    }

    #[must_use]
    pub fn is_one_page(&self) -> bool {
        self.source.scope == places::word(Scope::Page)
    }

    /// Writes down what came of an address; a page's text is kept and the reading of it put in line.
    /// True when it was.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the source was removed.
    pub async fn met(&self, visit: Visit, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let url = visit.url.to_string();
        let (outcome, note) = match &visit.outcome {
            Outcome::Page(_) => (PageOutcome::Page, None),
            Outcome::Unchanged => (PageOutcome::Unchanged, None),
            Outcome::Gone => (PageOutcome::Gone, None),
            Outcome::Moved(to) => (PageOutcome::Moved, Some(to.to_string())),
            Outcome::Skipped(why) => (PageOutcome::Skipped, Some(why.to_string())),
            Outcome::Failed(why) => (PageOutcome::Failed, Some(why.to_string())),
        };
        let mut row = SourcePage {
            canonical: url.clone(),
            url,
            document_id: None,
            outcome,
            note,
            etag: None,
            last_modified: None,
            crawl: self.source.crawl,
            checked_at: now,
        };
        let mut links = visit.links;
        self.db
            .transaction(async |conn| {
                sources::hold(conn, self.source.id).await?;
                let (mut queued, mut superseded) = (false, false);
                match visit.outcome {
                    Outcome::Page(page) => match self.keep(conn, &page, now).await {
                        Ok((document, unread)) => {
                            queued = unread;
                            row.document_id = Some(document);
                            row.canonical = page.canonical.to_string();
                            row.etag = page.etag;
                            row.last_modified = page.last_modified;
                            links = page.links;
                        }
                        // What is known already is read again all the same.
                        Err(StoreError::QuotaReached(reached)) => {
                            row.outcome = PageOutcome::Skipped;
                            row.note = Some(limit::told(&reached));
                            links = page.links;
                            self.refuse_page(conn, &reached, now).await?;
                        }
                        Err(error) => return Err(error),
                    },
                    outcome => {
                        if let Some(instead) = Instead::of(&outcome) {
                            self.forget(conn, &row.url, instead, now).await?;
                            superseded = true;
                        }
                    }
                }
                sources::put_page(conn, self.source.id, &row, &links, superseded).await?;
                Ok(queued)
            })
            .await
    }

    async fn keep(
        &self,
        conn: &mut TenantConn<'_>,
        page: &Page,
        now: DateTime<Utc>,
    ) -> Result<(DocumentId, bool), StoreError> {
        // A single page is known by the address that somebody gave.
        let name = if self.is_one_page() {
            self.source.url.as_str()
        } else {
            page.canonical.as_str()
        };
        let bytes = i64::try_from(page.content.len()).unwrap_or(i64::MAX);
        quotas::room_for_document(conn, self.source.space_id, name, bytes, now).await?;
        let new = NewDocument {
            id: DocumentId::new(),
            space_id: self.source.space_id,
            name,
            source_url: Some(page.url.as_str()),
            content_hash: &Sha256::digest(&page.content),
            content: &page.content,
            at: now,
        };
        let (id, unread) = documents::put(conn, new).await?;
        sources::claim_document(conn, id, self.source.id, page.author.as_deref(), page.published).await?;
        if unread {
            let document = documents::get(conn, id).await?;
            intake::read(conn, &document, Priority::Normal, now).await?;
        }
        Ok((id, unread))
    }

    /// Says of the document that a single page was to become why it does not.
    async fn refuse_page(
        &self,
        conn: &mut TenantConn<'_>,
        reached: &Reached,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (space, name) = (self.source.space_id, self.source.url.as_str());
        if self.is_one_page()
            && let Some(document) = documents::by_name(conn, space, name).await?
            && document.bytes == 0
        {
            documents::give_up(conn, document.id, &limit::told(reached), now).await?;
        }
        Ok(())
    }

    /// Removes what a page became that is one no more, unless another page is the same document.
    async fn forget(
        &self,
        conn: &mut TenantConn<'_>,
        url: &str,
        instead: Instead<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(was) = sources::document_of_page(conn, self.source.id, url).await? else {
            return Ok(());
        };
        let stays = match instead {
            // What it leads to is read next, under the same name.
            Instead::Page(to) => self.is_one_page() || was.name == to.as_str(),
            Instead::Nothing => false,
        };
        if !stays && !was.shared {
            documents::remove(conn, was.document_id).await?;
            intake::changed(conn, self.source.space_id, now).await?;
        }
        Ok(())
    }

    /// Ends the reading, and puts the next one in line where there is to be one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the source was removed.
    pub async fn end(&self, pages: usize, ended: Ended, now: DateTime<Utc>) -> Result<(), StoreError> {
        let ended = match ended {
            Ended::Complete => "complete",
            Ended::Full => "full",
            Ended::Away => "away",
            Ended::Cancelled | Ended::Interrupted => "cancelled",
        };
        self.db
            .transaction(async |conn| {
                sources::hold(conn, self.source.id).await?;
                let pages = i32::try_from(pages).unwrap_or(i32::MAX);
                sources::end(conn, self.source.id, pages, ended, now).await?;
                places::next(conn, &self.source, now).await
            })
            .await
    }
}

#[async_trait::async_trait]
impl Recall for Reading {
    async fn links(&self, url: &str) -> Result<Vec<String>, Forgotten> {
        let links = self
            .db
            .read(async |conn| sources::links(conn, self.source.id, url).await);
        links.await.map_err(|error: StoreError| {
            warn!(source.id = %self.source.id, %error, "the links of a page cannot be read");
            Forgotten
        })
    }
}

/// What is there in the place of a page that was one.
enum Instead<'a> {
    /// Another address, of this site or elsewhere.
    Page(&'a Url),
    Nothing,
}

impl<'a> Instead<'a> {
    /// `None` where what was read of the page may still hold.
    fn of(outcome: &'a Outcome) -> Option<Self> {
        match outcome {
            Outcome::Gone | Outcome::Skipped(Skip::NoIndex) => Some(Self::Nothing),
            Outcome::Moved(to) | Outcome::Skipped(Skip::Elsewhere(to) | Skip::Duplicate(to)) => {
                Some(Self::Page(to))
            }
            _ => None,
        }
    }
}

/// What a reading goes by. Of one that is told in this reading already, whatever it was; of an earlier
/// one what is kept, for what is not kept any more must come again.
fn known_page(page: SourcePage, this: Option<i32>) -> Option<Known> {
    let done = Some(page.crawl) == this;
    let kept =
        matches!(page.outcome, PageOutcome::Page | PageOutcome::Unchanged) && page.document_id.is_some();
    let was = match (page.outcome, page.note) {
        _ if kept => Was::Page,
        (PageOutcome::Moved, Some(to)) => Was::Moved(to),
        // Removed by hand meanwhile: read again.
        (PageOutcome::Page | PageOutcome::Unchanged, _) => return None,
        _ => Was::Nothing,
    };
    (done || kept).then_some(Known {
        done,
        url: page.url,
        canonical: page.canonical,
        etag: page.etag,
        last_modified: page.last_modified,
        links: Vec::new(),
        was,
    })
}
