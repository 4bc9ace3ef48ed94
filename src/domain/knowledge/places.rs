//! Places of the web that a space knows: made known, removed, given up. [`super::reading`] reads them
//! page by page; what is to be read, and how a page becomes a text, is decided in [`super::web`].

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError,
    ids::{JobId, SourceId, SpaceId},
    queries::{
        documents::{self, Document, DocumentStatus},
        quotas,
        sources::{self, NewSource, Source, SourceStatus},
        space_life, spaces,
    },
    tenant::{TenantConn, TenantDb},
};
use serde_json::json;

use super::{
    intake,
    web::{NotAPage, Plan, Scope, normal::normalise},
};
use crate::domain::{
    accounts::caller::Caller,
    audit,
    jobs::{self, Priority, Work},
};

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
    caller: &Caller,
    space: SpaceId,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<Made, PlaceError> {
    let start = normalise(&place.plan.start).ok_or(NotAPage)?;
    let bounded = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    db.transaction(async |conn| {
        space_life::hold(conn, space).await?;
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
        record(conn, caller, "source.put", &source, now).await?;
        let document = if place.plan.scope == Scope::Page {
            quotas::room_for_document(conn, space, &source.url, 0, now).await?;
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
    caller: &Caller,
    id: SourceId,
    now: DateTime<Utc>,
) -> Result<(Source, JobId), StoreError> {
    db.transaction(async |conn| {
        let source = sources::get(conn, id).await?;
        space_life::hold(conn, source.space_id).await?;
        record(conn, caller, "source.read", &source, now).await?;
        let job = read(conn, &source, Priority::Now, now).await?;
        Ok((source, job))
    })
    .await
}

/// Removes a source with all that was read of it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: SourceId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let source = sources::get(conn, id).await?;
        space_life::hold(conn, source.space_id).await?;
        record(conn, caller, "source.remove", &source, now).await?;
        sources::remove(conn, id).await?;
        intake::changed(conn, source.space_id, now).await
    })
    .await
}

async fn record(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    action: &'static str,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut act = caller.act(action, ("source", source.id), now);
    act.after = Some(json!({
        "space": source.space_id, "url": source.url, "scope": source.scope, "max_pages": source.max_pages,
        "max_depth": source.max_depth, "below": source.below, "every_hours": source.every_hours,
    }));
    audit::record(conn, act).await
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

/// Puts the readings of a space's sources that have a schedule in line again.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn resume(conn: &mut TenantConn<'_>, space: SpaceId, now: DateTime<Utc>) -> Result<(), StoreError> {
    for source in sources::list(conn, space).await? {
        if let Some(hours) = source.every_hours {
            let last = source.crawled_at.unwrap_or(source.created_at);
            let due = now.max(last + TimeDelta::hours(hours.into()));
            let work = Work::ReadSource { source: source.id };
            jobs::enqueue_at(conn, &work, space, Priority::Later, due, now).await?;
        }
    }
    Ok(())
}

/// Puts the next reading of a source in line, where it has a schedule and its space is not put away.
pub(super) async fn next(
    conn: &mut TenantConn<'_>,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(hours) = source.every_hours else {
        return Ok(());
    };
    let space = spaces::load(conn, source.space_id).await?;
    if space.is_some_and(|space| space.archived_at.is_none()) {
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
/// [`StoreError::NotFound`] where the source was removed.
pub(super) async fn give_up(
    conn: &mut TenantConn<'_>,
    id: SourceId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let source = sources::get(conn, id).await?;
    if matches!(source.status, SourceStatus::Queued | SourceStatus::Crawling) {
        sources::fail(conn, id, reason).await?;
    }
    if source.scope == word(Scope::Page)
        && let Some(document) = documents::by_name(conn, source.space_id, &source.url).await?
        && document.status == DocumentStatus::Queued
        && document.bytes == 0
    {
        documents::give_up(conn, document.id, reason, now).await?;
    }
    // Last, as elsewhere: who locks a document and then a job waits for who does it the other way round.
    next(conn, &source, now).await
}

pub(super) fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Page => "page",
        Scope::Sitemap => "sitemap",
        Scope::Host => "host",
        Scope::Site => "site",
    }
}

pub(super) fn scope(word: &str) -> Option<Scope> {
    serde_json::from_value(word.into()).ok()
}
