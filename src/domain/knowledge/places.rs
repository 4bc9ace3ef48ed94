//! Places of the web that a space knows: made known, read page by page, removed. What is to be read,
//! and how a page becomes a text, is decided in [`super::web`].

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError,
    ids::{DocumentId, JobId, SourceId, SpaceId},
    queries::{
        documents::{self, Document, DocumentStatus, NewDocument},
        sources::{self, NewSource, PageOutcome, Source, SourcePage, SourceStatus},
        spaces,
    },
    tenant::{TenantConn, TenantDb},
};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    intake,
    web::{Ended, Known, NotAPage, Outcome, Page, Plan, Scope, Visit, normal::normalise},
};
use crate::domain::jobs::{self, Priority, Work};

/// Pages of a source that are read at once.
const BATCH: i32 = 500;

/// What is to be known of the web.
#[derive(Clone, Debug)]
pub struct Place {
    pub plan: Plan,
    /// Hours from one reading to the next; none: only when asked for.
    pub every_hours: Option<i32>,
}

/// A source, the job that reads it, and, where it is a single page, the document that it becomes.
#[derive(Clone, Debug)]
pub struct Made {
    pub source: Source,
    pub document: Option<Document>,
    pub job: JobId,
}

/// Why a place is not known now.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error(transparent)]
    NotAPage(#[from] NotAPage),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a place known and puts the reading of it in line.
///
/// # Errors
/// [`PlaceError`].
pub async fn know(
    db: &TenantDb,
    space: SpaceId,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<Made, PlaceError> {
    let start = normalise(&place.plan.start).ok_or(NotAPage)?;
    let bounded = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    db.transaction(async |conn| {
        if spaces::load(conn, space).await?.is_none() {
            return Err(StoreError::NotFound.into());
        }
        let new = NewSource {
            id: SourceId::new(),
            space_id: space,
            url: start.as_str(),
            scope: word(place.plan.scope),
            max_pages: bounded(place.plan.max_pages),
            max_depth: i32::try_from(place.plan.max_depth).unwrap_or(i32::MAX),
            below: place.plan.below.as_deref(),
            every_hours: place.every_hours,
            at: now,
        };
        let source = sources::put(conn, new).await?;
        let document = if place.plan.scope == Scope::Page {
            let id = documents::expect(conn, space, &source.url, &source.url, now).await?;
            sources::claim_document(conn, id, source.id, None, None).await?;
            Some(documents::get(conn, id).await?)
        } else {
            None
        };
        let job = read(conn, &source, Priority::Now, now).await?;
        Ok(Made {
            source,
            document,
            job,
        })
    })
    .await
}

/// Puts another reading of a source in line.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn read_again(
    db: &TenantDb,
    id: SourceId,
    now: DateTime<Utc>,
) -> Result<(Source, JobId), StoreError> {
    db.transaction(async |conn| {
        let source = sources::get(conn, id).await?;
        let job = read(conn, &source, Priority::Now, now).await?;
        Ok((source, job))
    })
    .await
}

/// Removes a source with all that was read of it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn remove(db: &TenantDb, id: SourceId, now: DateTime<Utc>) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let source = sources::get(conn, id).await?;
        sources::remove(conn, id).await?;
        intake::changed(conn, source.space_id, now).await
    })
    .await
}

async fn read(
    conn: &mut TenantConn<'_>,
    source: &Source,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    let work = Work::ReadSource { source: source.id };
    jobs::enqueue(conn, &work, source.space_id, priority, now).await
}

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
    /// [`StoreError::NotFound`] where the source was removed.
    pub async fn begin(db: TenantDb, source: SourceId, job: JobId) -> Result<(Self, Vec<Known>), StoreError> {
        let source = db
            .transaction(async |conn| sources::begin(conn, source, job).await)
            .await?;
        let (mut known, mut after) = (Vec::new(), String::new());
        loop {
            let pages = db.read(async |conn| sources::pages(conn, source.id, &after, BATCH).await);
            let pages = pages.await?;
            let Some(last) = pages.last() else { break };
            after.clone_from(&last.url);
            known.extend(
                pages
                    .into_iter()
                    .filter_map(|page| known_page(page, source.crawl)),
            );
        }
        Ok((Self { db, source }, known))
    }

    /// What is to be read.
    ///
    /// # Errors
    /// [`NotAPage`] where the address is none that can be asked for.
    pub fn plan(&self) -> Result<Plan, NotAPage> {
        let start = Url::parse(&self.source.url).map_err(|_| NotAPage)?;
        let mut plan = Plan::new(start, scope(&self.source.scope).ok_or(NotAPage)?);
        plan.max_pages = usize::try_from(self.source.max_pages).unwrap_or(1);
        plan.max_depth = u32::try_from(self.source.max_depth).unwrap_or(0);
        plan.below.clone_from(&self.source.below);
        Ok(plan)
    }

    #[must_use]
    pub fn is_one_page(&self) -> bool {
        self.source.scope == word(Scope::Page)
    }

    /// Writes down what came of an address; a page's text is kept and the reading of it put in line.
    /// True when it was.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or the source was removed.
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
            links: Vec::new(),
            crawl: self.source.crawl,
            checked_at: now,
        };
        self.db
            .transaction(async |conn| {
                let mut queued = false;
                match visit.outcome {
                    Outcome::Page(page) => {
                        let (document, unread) = self.keep(conn, &page, now).await?;
                        queued = unread;
                        row.document_id = Some(document);
                        row.canonical = page.canonical.to_string();
                        row.etag = page.etag;
                        row.last_modified = page.last_modified;
                        row.links = page.links;
                    }
                    Outcome::Gone => self.forget(conn, &row.url, now).await?,
                    _ => {}
                }
                sources::put_page(conn, self.source.id, &row).await?;
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

    /// Removes what a page became that is gone.
    async fn forget(
        &self,
        conn: &mut TenantConn<'_>,
        url: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(document) = sources::document_of_page(conn, self.source.id, url).await? else {
            return Ok(());
        };
        documents::remove(conn, document).await?;
        intake::changed(conn, self.source.space_id, now).await
    }

    /// Ends the reading, and puts the next one in line where there is to be one.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub async fn end(&self, pages: usize, ended: Ended, now: DateTime<Utc>) -> Result<(), StoreError> {
        let ended = match ended {
            Ended::Complete => "complete",
            Ended::Full => "full",
            Ended::Away => "away",
            Ended::Cancelled => "cancelled",
        };
        self.db
            .transaction(async |conn| {
                let pages = i32::try_from(pages).unwrap_or(i32::MAX);
                sources::end(conn, self.source.id, pages, ended, now).await?;
                next(conn, &self.source, now).await
            })
            .await
    }
}

/// Puts the next reading of a source in line, where it has a schedule.
async fn next(conn: &mut TenantConn<'_>, source: &Source, now: DateTime<Utc>) -> Result<(), StoreError> {
    if let Some(hours) = source.every_hours {
        let work = Work::ReadSource { source: source.id };
        let due = now + TimeDelta::hours(hours.into());
        jobs::enqueue_at(conn, &work, source.space_id, Priority::Later, due, now).await?;
    }
    Ok(())
}

/// Says why a source could not be read; a single page's document says the same, unless it was read
/// before.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn give_up(
    db: &TenantDb,
    id: SourceId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let fail = db.transaction(async |conn| {
        let source = sources::get(conn, id).await?;
        if matches!(source.status, SourceStatus::Queued | SourceStatus::Crawling) {
            sources::fail(conn, id, reason).await?;
        }
        next(conn, &source, now).await?;
        if source.scope == word(Scope::Page)
            && let Some(document) = documents::by_name(conn, source.space_id, &source.url).await?
            && document.status == DocumentStatus::Queued
            && document.bytes == 0
        {
            documents::set_status(conn, document.id, DocumentStatus::Failed, Some(reason), now).await?;
        }
        Ok(())
    });
    match fail.await {
        Err(StoreError::NotFound) => Ok(()),
        other => other,
    }
}

fn known_page(page: SourcePage, crawl: i32) -> Option<Known> {
    let kept = matches!(page.outcome, PageOutcome::Page | PageOutcome::Unchanged);
    // What is not kept any more must come again: it is not asked whether it has changed.
    let there = kept && page.document_id.is_some();
    there.then_some(Known {
        done: page.crawl == crawl,
        url: page.url,
        canonical: page.canonical,
        etag: page.etag,
        last_modified: page.last_modified,
        links: page.links,
    })
}

fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Page => "page",
        Scope::Sitemap => "sitemap",
        Scope::Host => "host",
        Scope::Site => "site",
    }
}

fn scope(word: &str) -> Option<Scope> {
    serde_json::from_value(word.into()).ok()
}
