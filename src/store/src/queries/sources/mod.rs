//! Places of the web that a space knows: what is to be read there, and what came of each page.

mod pages;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{DocumentId, JobId, SourceId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

pub use pages::{
    PageDocument, PageOutcome, SourcePage, ask_failed_again, document_of_page, links, pages, put_page,
};

text_enum! {
    /// How far a source is.
    SourceStatus {
        /// Waits to be read.
        Queued = "queued",
        /// Is being read.
        Crawling = "crawling",
        /// Was read.
        Ready = "ready",
        /// Could not be read; what was read of it before is still searched.
        Failed = "failed",
    }
}

/// A place of the web.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Source {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: SourceId,
    /// Whose knowledge it is.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// Where reading begins.
    #[diesel(sql_type = Text)]
    pub url: String,
    /// `page`, `sitemap`, `host` or `site`.
    #[diesel(sql_type = Text)]
    pub scope: String,
    /// Pages at most.
    #[diesel(sql_type = Integer)]
    pub max_pages: i32,
    /// Links away from the start, at most.
    #[diesel(sql_type = Integer)]
    pub max_depth: i32,
    /// Only what lies below this path.
    #[diesel(sql_type = Nullable<Text>)]
    pub below: Option<String>,
    /// Hours from one reading to the next; none: only when asked for.
    #[diesel(sql_type = Nullable<Integer>)]
    pub every_hours: Option<i32>,
    /// Counts up with each reading.
    #[diesel(sql_type = Integer)]
    pub crawl: i32,
    /// How far it is.
    #[diesel(sql_type = Text)]
    pub status: SourceStatus,
    /// Why it failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
    /// Pages that the last reading found.
    #[diesel(sql_type = Integer)]
    pub pages: i32,
    /// How the last reading ended: `complete`, `full`, `away` or `cancelled`.
    #[diesel(sql_type = Nullable<Text>)]
    pub ended: Option<String>,
    /// When it was made known.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was last read.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub crawled_at: Option<DateTime<Utc>>,
}

/// A source to be.
pub struct NewSource<'a> {
    /// Taken unless the space has one of this address and scope.
    pub id: SourceId,
    /// Whose knowledge it becomes.
    pub space_id: SpaceId,
    /// Where reading begins.
    pub url: &'a str,
    /// `page`, `sitemap`, `host` or `site`.
    pub scope: &'a str,
    /// Pages at most, 1 to 10,000.
    pub max_pages: i32,
    /// Links away from the start, 0 to 20.
    pub max_depth: i32,
    /// Only what lies below this path.
    pub below: Option<&'a str>,
    /// Hours from one reading to the next.
    pub every_hours: Option<i32>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes a source known, or changes what is read of it.
///
/// # Errors
/// [`StoreError`] where the space does not exist or a bound is not kept.
pub async fn put(conn: &mut TenantConn<'_>, new: NewSource<'_>) -> Result<Source, StoreError> {
    let tenant = conn.tenant_id();
    Ok(sql(
        "INSERT INTO sources AS s (tenant_id, id, space_id, url, scope, max_pages, max_depth, below, every_hours, \
                                   status, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10) \
         ON CONFLICT ON CONSTRAINT sources_once DO UPDATE SET \
            max_pages = excluded.max_pages, max_depth = excluded.max_depth, below = excluded.below, \
            every_hours = excluded.every_hours, error = NULL, \
            status = CASE WHEN s.status = 'crawling' THEN 'crawling' ELSE 'queued' END \
         RETURNING id, space_id, url, scope, max_pages, max_depth, below, every_hours, crawl, status, error, pages, \
                   ended, created_at, crawled_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Text, _>(new.url)
    .bind::<Text, _>(new.scope)
    .bind::<Integer, _>(new.max_pages)
    .bind::<Integer, _>(new.max_depth)
    .bind::<Nullable<Text>, _>(new.below)
    .bind::<Nullable<Integer>, _>(new.every_hours)
    .bind::<Timestamptz, _>(new.at)
    .get_result(conn.db())
    .await?)
}

/// A source by its identity.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn get(conn: &mut TenantConn<'_>, id: SourceId) -> Result<Source, StoreError> {
    Ok(sql(
        "SELECT id, space_id, url, scope, max_pages, max_depth, below, every_hours, crawl, status, error, pages, \
                ended, created_at, crawled_at FROM sources o WHERE id = $1 \
           AND EXISTS (SELECT FROM spaces s WHERE s.tenant_id = o.tenant_id AND s.id = o.space_id \
                         AND s.removed_at IS NULL)",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// The sources of a space, oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<Vec<Source>, StoreError> {
    Ok(sql(
        "SELECT id, space_id, url, scope, max_pages, max_depth, below, every_hours, crawl, status, error, pages, \
                ended, created_at, crawled_at FROM sources WHERE space_id = $1 ORDER BY created_at, id",
    )
    .bind::<SqlUuid, _>(space)
    .load(conn.db())
    .await?)
}

/// Begins a reading for `job`, or goes on with one that has not ended. Returns the source with its number.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn begin(conn: &mut TenantConn<'_>, id: SourceId, job: JobId) -> Result<Source, StoreError> {
    Ok(sql(
        "UPDATE sources SET status = 'crawling', error = NULL, job_id = $2, \
                crawl = crawl + (status <> 'crawling')::integer \
         WHERE id = $1 \
         RETURNING id, space_id, url, scope, max_pages, max_depth, below, every_hours, crawl, status, error, pages, \
                   ended, created_at, crawled_at",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(job)
    .get_result(conn.db())
    .await?)
}

/// Ends a reading that found `pages`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn end(
    conn: &mut TenantConn<'_>,
    id: SourceId,
    pages: i32,
    ended: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("UPDATE sources SET status = 'ready', error = NULL, pages = $2, ended = $3, crawled_at = $4 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(pages)
        .bind::<Text, _>(ended)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Says why a source could not be read.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn fail(conn: &mut TenantConn<'_>, id: SourceId, reason: &str) -> Result<(), StoreError> {
    sql("UPDATE sources SET status = 'failed', error = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(reason)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Removes a source with its documents and all that was made of them. The caller bumps the space's
/// knowledge version in the same transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn remove(conn: &mut TenantConn<'_>, id: SourceId) -> Result<(), StoreError> {
    // First the source: a reading under way adds no document from then on.
    let there: Vec<Locked> = sql("SELECT id FROM sources WHERE id = $1 FOR UPDATE")
        .bind::<SqlUuid, _>(id)
        .load(conn.db())
        .await?;
    if there.is_empty() {
        return Err(StoreError::NotFound);
    }
    sql("DELETE FROM documents WHERE source_id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    sql("DELETE FROM sources WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = SqlUuid)]
    #[expect(dead_code, reason = "what counts is that there is a row")]
    id: SourceId,
}

/// Keeps a source from being removed while the transaction lasts. Whoever writes below a source
/// begins with it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such source.
pub async fn hold(conn: &mut TenantConn<'_>, id: SourceId) -> Result<(), StoreError> {
    let _: Locked = sql("SELECT id FROM sources WHERE id = $1 FOR KEY SHARE")
        .bind::<SqlUuid, _>(id)
        .get_result(conn.db())
        .await?;
    Ok(())
}

/// Notes where a document came from, and what its page says of itself.
///
/// # Errors
/// [`StoreError`] where the document or the source is gone.
pub async fn claim_document(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
    source: SourceId,
    author: Option<&str>,
    published_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sql("UPDATE documents SET source_id = $2, author = $3, published_at = $4 WHERE id = $1")
        .bind::<SqlUuid, _>(document)
        .bind::<SqlUuid, _>(source)
        .bind::<Nullable<Text>, _>(author)
        .bind::<Nullable<Timestamptz>, _>(published_at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// The source a document came from, if it is one of the web.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub async fn of_document(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
) -> Result<Option<SourceId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        source_id: Option<SourceId>,
    }
    let row: Row = sql("SELECT source_id FROM documents WHERE id = $1")
        .bind::<SqlUuid, _>(document)
        .get_result(conn.db())
        .await?;
    Ok(row.source_id)
}
