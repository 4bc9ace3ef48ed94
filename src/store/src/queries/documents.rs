//! Documents: what was uploaded, how far it got, and the text that is shown for a citation.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{DocumentId, SpaceId},
    statement::{Sql, sql},
    tenant::TenantConn,
    text_enum::text_enum,
};

mod passages;
mod text;

pub use passages::{CutPassage, LiveVersion, cut, live_version};
pub use text::{DocumentText, PassageSpan, live_text, passage_span};

text_enum! {
    /// How far a document got.
    DocumentStatus {
        /// Waits to be read.
        Queued = "queued",
        /// Is being read; after a crash it is taken up again.
        Processing = "processing",
        /// Is searched.
        Ready = "ready",
        /// Could not be read; `error` says why. An older version may still be searched.
        Failed = "failed",
    }
}

/// A document of a space.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Document {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: DocumentId,
    /// Whose knowledge it is.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// File name or address.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What it calls itself; empty until it has been read.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Of the file; empty until it has been read.
    #[diesel(sql_type = Text)]
    pub media_type: String,
    /// Where it came from.
    #[diesel(sql_type = Nullable<Text>)]
    pub source_url: Option<String>,
    /// How far it got.
    #[diesel(sql_type = Text)]
    pub status: DocumentStatus,
    /// Why it failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
    /// SHA-256 of the file.
    #[diesel(sql_type = Bytea)]
    pub content_hash: Vec<u8>,
    /// Size of the file.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
    /// When it was first uploaded.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// A file to be known.
pub struct NewDocument<'a> {
    /// Taken if the space has no document of this name yet.
    pub id: DocumentId,
    /// Whose knowledge it becomes.
    pub space_id: SpaceId,
    /// File name or address: the same name again is a new version.
    pub name: &'a str,
    /// Where it came from.
    pub source_url: Option<&'a str>,
    /// SHA-256 of the file.
    pub content_hash: &'a [u8],
    /// The file.
    pub content: &'a [u8],
    /// When.
    pub at: DateTime<Utc>,
}

/// Stores an uploaded file and queues it. The same bytes under the same name change nothing,
/// unless reading them had failed: then they are tried again. Returns the document and whether
/// there is work to do.
///
/// # Errors
/// [`StoreError`] where the space does not exist or the database fails.
pub async fn put(conn: &mut TenantConn<'_>, new: NewDocument<'_>) -> Result<(DocumentId, bool), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: DocumentId,
        #[diesel(sql_type = Bool)]
        queued: bool,
    }
    let tenant = conn.tenant_id();
    let bytes = i64::try_from(new.content.len()).unwrap_or(i64::MAX);
    let row: Row = sql(
        "INSERT INTO documents AS d (tenant_id, id, space_id, name, source_url, status, content_hash, \
                                             bytes, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $8) \
         ON CONFLICT ON CONSTRAINT documents_name_once DO UPDATE SET \
            source_url = excluded.source_url, content_hash = excluded.content_hash, bytes = excluded.bytes, \
            updated_at = excluded.updated_at, \
            status = CASE WHEN d.content_hash = excluded.content_hash AND d.status = 'ready' \
                          THEN 'ready' ELSE 'queued' END, \
            error = NULL \
         RETURNING id, status = 'queued' AS queued",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Text, _>(new.name)
    .bind::<Nullable<Text>, _>(new.source_url)
    .bind::<Bytea, _>(new.content_hash)
    .bind::<BigInt, _>(bytes)
    .bind::<Timestamptz, _>(new.at)
    .get_result(conn.db())
    .await?;
    if row.queued {
        sql(
            "INSERT INTO document_files (tenant_id, document_id, content) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, document_id) DO UPDATE SET content = excluded.content",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(row.id)
        .bind::<Bytea, _>(new.content)
        .execute(conn.db())
        .await?;
    }
    Ok((row.id, row.queued))
}

/// Makes a document known whose file is still to come. One of this name that is known already stays as
/// it is.
///
/// # Errors
/// [`StoreError`] where the space does not exist or the database fails.
pub async fn expect(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    name: &str,
    source_url: &str,
    at: DateTime<Utc>,
) -> Result<DocumentId, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: DocumentId,
    }
    let tenant = conn.tenant_id();
    let row: Row = sql(
        "INSERT INTO documents AS d (tenant_id, id, space_id, name, source_url, status, content_hash, bytes, \
                                     created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, 'queued', '', 0, $6, $6) \
         ON CONFLICT ON CONSTRAINT documents_name_once DO UPDATE SET name = d.name RETURNING id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(DocumentId::new())
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(name)
    .bind::<Text, _>(source_url)
    .bind::<Timestamptz, _>(at)
    .get_result(conn.db())
    .await?;
    Ok(row.id)
}

/// A document by its identity.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub async fn get(conn: &mut TenantConn<'_>, id: DocumentId) -> Result<Document, StoreError> {
    Ok(sql(
        "SELECT id, space_id, name, title, media_type, source_url, status, error, content_hash, bytes, \
                   created_at, updated_at FROM documents d WHERE id = $1 \
           AND EXISTS (SELECT FROM spaces s WHERE s.tenant_id = d.tenant_id AND s.id = d.space_id \
                         AND s.removed_at IS NULL)",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// A document with its file as it was uploaded.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document, or its file is still to come.
pub async fn with_file(conn: &mut TenantConn<'_>, id: DocumentId) -> Result<(Document, Vec<u8>), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        document: Document,
        #[diesel(sql_type = Bytea)]
        content: Vec<u8>,
    }
    let row: Row = sql(
        "SELECT d.id, d.space_id, d.name, d.title, d.media_type, d.source_url, d.status, d.error, \
                d.content_hash, d.bytes, d.created_at, d.updated_at, f.content \
         FROM documents d JOIN document_files f ON f.tenant_id = d.tenant_id AND f.document_id = d.id \
         WHERE d.id = $1 \
           AND EXISTS (SELECT FROM spaces s WHERE s.tenant_id = d.tenant_id AND s.id = d.space_id \
                         AND s.removed_at IS NULL)",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?;
    Ok((row.document, row.content))
}

/// Keeps a document from being removed, or another version from being published, while the
/// transaction lasts. Whoever writes below a document begins with this or [`lock`], so that all take
/// locks in one order.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub(super) async fn hold(conn: &mut TenantConn<'_>, id: DocumentId) -> Result<(), StoreError> {
    there(
        conn,
        sql("SELECT true AS there FROM documents WHERE id = $1 FOR KEY SHARE"),
        id,
    )
    .await
}

/// The same, and waits for all others who write below it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub(super) async fn lock(conn: &mut TenantConn<'_>, id: DocumentId) -> Result<(), StoreError> {
    there(
        conn,
        sql("SELECT true AS there FROM documents WHERE id = $1 FOR UPDATE"),
        id,
    )
    .await
}

async fn there(conn: &mut TenantConn<'_>, locking: Sql<'_>, id: DocumentId) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        #[expect(dead_code, reason = "what counts is that there is a row")]
        there: bool,
    }
    let _: Row = locking.bind::<SqlUuid, _>(id).get_result(conn.db()).await?;
    Ok(())
}

/// A document of a space by its name.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn by_name(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    name: &str,
) -> Result<Option<Document>, StoreError> {
    let found: Vec<Document> = sql(
        "SELECT id, space_id, name, title, media_type, source_url, status, error, content_hash, bytes, \
                created_at, updated_at FROM documents WHERE space_id = $1 AND name = $2",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(name)
    .load(conn.db())
    .await?;
    Ok(found.into_iter().next())
}

/// The documents of a space by name, at most `limit` after `after`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    after: &str,
    limit: i32,
) -> Result<Vec<Document>, StoreError> {
    Ok(sql(
        "SELECT id, space_id, name, title, media_type, source_url, status, error, content_hash, bytes, \
                   created_at, updated_at FROM documents \
            WHERE space_id = $1 AND name > $2 ORDER BY name LIMIT $3",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(after)
    .bind::<Integer, _>(limit)
    .load(conn.db())
    .await?)
}

/// Queues the documents whose searched version was made by another recipe; that version goes on
/// being searched until the new one takes its place. Returns how many.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn queue_stale(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    recipe: &str,
) -> Result<usize, StoreError> {
    Ok(sql(
        "UPDATE documents d SET status = 'queued' FROM document_versions v \
            WHERE v.tenant_id = d.tenant_id AND v.document_id = d.id AND v.live AND v.recipe <> $1 \
              AND d.status = 'ready' AND d.space_id = $2",
    )
    .bind::<Text, _>(recipe)
    .bind::<SqlUuid, _>(space)
    .execute(conn.db())
    .await?)
}

/// Queues every readable document of a space, and returns those that are queued or being read now,
/// oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn queue_space(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<Vec<Document>, StoreError> {
    sql(
        "UPDATE documents d SET status = 'queued' WHERE space_id = $1 AND status = 'ready' \
           AND EXISTS (SELECT FROM document_files f WHERE f.tenant_id = d.tenant_id AND f.document_id = d.id)",
    )
        .bind::<SqlUuid, _>(space)
        .execute(conn.db())
        .await?;
    Ok(sql(
        "SELECT id, space_id, name, title, media_type, source_url, status, error, content_hash, bytes, \
                created_at, updated_at FROM documents d \
         WHERE space_id = $1 AND status IN ('queued', 'processing') \
           AND EXISTS (SELECT FROM document_files f WHERE f.tenant_id = d.tenant_id AND f.document_id = d.id) \
         ORDER BY updated_at",
    )
    .bind::<SqlUuid, _>(space)
    .load(conn.db())
    .await?)
}

/// Documents that were queued or being read when the last process ended, oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn unfinished(conn: &mut TenantConn<'_>) -> Result<Vec<DocumentId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: DocumentId,
    }
    let rows: Vec<Row> =
        sql("SELECT id FROM documents WHERE status IN ('queued', 'processing') ORDER BY updated_at")
            .load(conn.db())
            .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Documents that wait to be read, or were being read, without a job that does it; oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn without_job(conn: &mut TenantConn<'_>) -> Result<Vec<Document>, StoreError> {
    Ok(sql(
        "SELECT id, space_id, name, title, media_type, source_url, status, error, content_hash, bytes, \
                created_at, updated_at FROM documents d \
         WHERE status IN ('queued', 'processing') \
           AND EXISTS (SELECT FROM document_files f WHERE f.tenant_id = d.tenant_id AND f.document_id = d.id) \
           AND NOT EXISTS (SELECT FROM jobs j WHERE j.tenant_id = d.tenant_id AND j.key = 'document:' || d.id \
             AND j.state IN ('queued', 'running')) \
         ORDER BY updated_at",
    )
    .load(conn.db())
    .await?)
}

/// Says how far a document got. `error` goes with `Failed` and with nothing else.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn set_status(
    conn: &mut TenantConn<'_>,
    id: DocumentId,
    status: DocumentStatus,
    error: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql("UPDATE documents SET status = $2, error = $3, updated_at = $4 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(status)
        .bind::<Nullable<Text>, _>(error)
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Says why a document will not be read. One that is not in line and not being read stays as it is.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn give_up(
    conn: &mut TenantConn<'_>,
    id: DocumentId,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql(
        "UPDATE documents SET status = 'failed', error = $2, updated_at = $3 \
         WHERE id = $1 AND status IN ('queued', 'processing')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(reason)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a document with everything made of it. The caller bumps the space's knowledge version
/// in the same transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub async fn remove(conn: &mut TenantConn<'_>, id: DocumentId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM documents WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    if removed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}
