//! What came of each address of a source.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{DocumentId, SourceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// What came of a page.
    PageOutcome {
        /// It was read.
        Page = "page",
        /// It is as it was.
        Unchanged = "unchanged",
        /// There is no such page any more.
        Gone = "gone",
        /// It leads to another address.
        Moved = "moved",
        /// It was left out on purpose.
        Skipped = "skipped",
        /// It could not be read.
        Failed = "failed",
    }
}

/// An address that a reading came by.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct SourcePage {
    /// The address that was asked.
    #[diesel(sql_type = Text)]
    pub url: String,
    /// The address it calls its own.
    #[diesel(sql_type = Text)]
    pub canonical: String,
    /// The document it became.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub document_id: Option<DocumentId>,
    /// What came of it.
    #[diesel(sql_type = Text)]
    pub outcome: PageOutcome,
    /// Why, in words; of one that has moved, where it leads.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// For asking whether it has changed.
    #[diesel(sql_type = Nullable<Text>)]
    pub etag: Option<String>,
    /// The same.
    #[diesel(sql_type = Nullable<Text>)]
    pub last_modified: Option<String>,
    /// The last reading that came by.
    #[diesel(sql_type = Integer)]
    pub crawl: i32,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub checked_at: DateTime<Utc>,
}

/// Writes down what came of an address, and what it links to. What is not known of it now stays as it
/// was; a document that is `superseded` is its document no more.
///
/// # Errors
/// [`StoreError`] where the source is gone.
pub async fn put_page(
    conn: &mut TenantConn<'_>,
    source: SourceId,
    page: &SourcePage,
    links: &[String],
    superseded: bool,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    let read = page.outcome == PageOutcome::Page;
    sql(
        "INSERT INTO source_pages AS p (tenant_id, source_id, url, canonical, document_id, outcome, note, etag, \
                                        last_modified, links, crawl, checked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (tenant_id, source_id, url) DO UPDATE SET \
            outcome = excluded.outcome, note = excluded.note, crawl = excluded.crawl, \
            checked_at = excluded.checked_at, \
            document_id = CASE WHEN $14 THEN NULL ELSE coalesce(excluded.document_id, p.document_id) END, \
            canonical = CASE WHEN $13 THEN excluded.canonical ELSE p.canonical END, \
            etag = CASE WHEN $13 THEN excluded.etag ELSE p.etag END, \
            last_modified = CASE WHEN $13 THEN excluded.last_modified ELSE p.last_modified END, \
            links = CASE WHEN $13 OR excluded.outcome = 'skipped' THEN excluded.links ELSE p.links END",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(&page.url)
    .bind::<Text, _>(&page.canonical)
    .bind::<Nullable<SqlUuid>, _>(page.document_id)
    .bind::<Text, _>(page.outcome)
    .bind::<Nullable<Text>, _>(page.note.as_deref())
    .bind::<Nullable<Text>, _>(page.etag.as_deref())
    .bind::<Nullable<Text>, _>(page.last_modified.as_deref())
    .bind::<Array<Text>, _>(links)
    .bind::<Integer, _>(page.crawl)
    .bind::<Timestamptz, _>(page.checked_at)
    .bind::<Bool, _>(read)
    .bind::<Bool, _>(superseded)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The pages of a source by address, at most `limit` after `after`, that a reading came by since
/// `crawl`, without their links.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn pages(
    conn: &mut TenantConn<'_>,
    source: SourceId,
    crawl: i32,
    after: &str,
    limit: i32,
) -> Result<Vec<SourcePage>, StoreError> {
    Ok(sql(
        "SELECT url, canonical, document_id, outcome, note, etag, last_modified, crawl, checked_at \
         FROM source_pages WHERE source_id = $1 AND crawl >= $4 AND url > $2 ORDER BY url LIMIT $3",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(after)
    .bind::<Integer, _>(limit)
    .bind::<Integer, _>(crawl)
    .load(conn.db())
    .await?)
}

/// What a page links to; nothing where it is not known.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn links(
    conn: &mut TenantConn<'_>,
    source: SourceId,
    url: &str,
) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Array<Text>)]
        links: Vec<String>,
    }
    let rows: Vec<Row> = sql("SELECT links FROM source_pages WHERE source_id = $1 AND url = $2")
        .bind::<SqlUuid, _>(source)
        .bind::<Text, _>(url)
        .load(conn.db())
        .await?;
    Ok(rows.into_iter().next().map(|row| row.links).unwrap_or_default())
}

/// Takes what failed in a reading for not having been come by, so that it is asked for again where
/// the same reading goes on.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn ask_failed_again(
    conn: &mut TenantConn<'_>,
    source: SourceId,
    crawl: i32,
) -> Result<(), StoreError> {
    sql("UPDATE source_pages SET crawl = crawl - 1 \
         WHERE source_id = $1 AND crawl = $2 AND outcome = 'failed'")
    .bind::<SqlUuid, _>(source)
    .bind::<Integer, _>(crawl)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The document that a page became, if it did.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct PageDocument {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub document_id: DocumentId,
    /// Its name, an address.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether another page became it too.
    #[diesel(sql_type = Bool)]
    pub shared: bool,
}

/// The document that a page became, if it did.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn document_of_page(
    conn: &mut TenantConn<'_>,
    source: SourceId,
    url: &str,
) -> Result<Option<PageDocument>, StoreError> {
    let rows: Vec<PageDocument> = sql(
        "SELECT p.document_id, d.name, \
                EXISTS (SELECT FROM source_pages o WHERE o.tenant_id = p.tenant_id \
                          AND o.document_id = p.document_id AND (o.source_id, o.url) <> (p.source_id, p.url)) AS shared \
         FROM source_pages p JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id \
         WHERE p.source_id = $1 AND p.url = $2",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(url)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().next())
}
