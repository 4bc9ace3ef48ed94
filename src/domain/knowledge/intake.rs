//! What a business gives us to know: kept in the transaction that puts the reading of it in line, so
//! that nothing is acknowledged and then lost.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{DocumentId, JobId, SpaceId},
    queries::{
        documents::{self, Document, DocumentStatus, NewDocument},
        sources, spaces,
    },
    tenant::{TenantConn, TenantDb},
};
use sha2::{Digest, Sha256};

use super::places;
use crate::domain::jobs::{self, Priority, Work};

/// A file to be known.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    pub space: SpaceId,
    /// File name or address: the same name again is a new version.
    pub name: &'a str,
    /// Where it came from.
    pub source_url: Option<&'a str>,
    pub content: &'a [u8],
}

/// A document, and the job that reads it where there is something to read.
#[derive(Clone, Debug)]
pub struct Taken {
    pub document: Document,
    pub job: Option<JobId>,
}

/// Keeps a file and puts the reading of it in line. The same bytes under the same name, read before,
/// are no work.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn take_in(
    db: &TenantDb,
    file: NewFile<'_>,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    let hash = Sha256::digest(file.content);
    db.transaction(async |conn| {
        if spaces::load(conn, file.space).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        let new = NewDocument {
            id: DocumentId::new(),
            space_id: file.space,
            name: file.name,
            source_url: file.source_url,
            content_hash: &hash,
            content: file.content,
            at: now,
        };
        let (id, unread) = documents::put(conn, new).await?;
        let document = documents::get(conn, id).await?;
        let job = if unread {
            Some(read(conn, &document, priority, now).await?)
        } else {
            None
        };
        Ok(Taken { document, job })
    })
    .await
}

/// Reads a document once more, whatever came of it before; the version that is searched stays until
/// the new one takes its place.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub async fn read_anew(db: &TenantDb, id: DocumentId, now: DateTime<Utc>) -> Result<Taken, StoreError> {
    db.transaction(async |conn| {
        let source = sources::of_document(conn, id).await?;
        documents::set_status(conn, id, DocumentStatus::Queued, None, now).await?;
        let document = documents::get(conn, id).await?;
        // A page that never came is asked for again; what came is there to be read.
        let job = Some(match source {
            Some(source) if document.bytes == 0 => {
                let work = Work::ReadSource { source };
                jobs::enqueue(conn, &work, document.space_id, Priority::Now, now).await?
            }
            _ => read(conn, &document, Priority::Now, now).await?,
        });
        Ok(Taken { document, job })
    })
    .await
}

/// Removes a document with all that was made of it: no answer is found in it from then on.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub async fn remove(db: &TenantDb, id: DocumentId) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let document = documents::get(conn, id).await?;
        documents::remove(conn, id).await?;
        spaces::bump_knowledge(conn, document.space_id).await?;
        Ok(())
    })
    .await
}

/// Why work was given up that somebody called off.
pub const CALLED_OFF: &str = "it was called off";

/// Says of what `work` is about that it will not be done, and why, in the transaction that ends it. What
/// was read meanwhile stays so.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn given_up(
    conn: &mut TenantConn<'_>,
    work: &Work,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let given_up = match work {
        Work::IngestDocument { document } => give_up(conn, *document, reason, now).await,
        Work::ReadSource { source } => places::give_up(conn, *source, reason, now).await,
        // Searched as before; who publishes next asks for it again.
        Work::IndexSpace { .. } => Ok(()),
    };
    match given_up {
        // Removed meanwhile.
        Err(StoreError::NotFound) => Ok(()),
        other => other,
    }
}

async fn give_up(
    conn: &mut TenantConn<'_>,
    id: DocumentId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let document = documents::get(conn, id).await?;
    if matches!(
        document.status,
        DocumentStatus::Queued | DocumentStatus::Processing
    ) {
        documents::set_status(conn, id, DocumentStatus::Failed, Some(reason), now).await?;
    }
    Ok(())
}

/// Documents that are put in line in one transaction.
const BATCH: usize = 200;

/// Puts the reading of what is unread in line where it is not: what was made by another `recipe`, and
/// what an earlier version of the server left. Returns how many.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn queue_unread(db: &TenantDb, recipe: &str, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let unread = db
        .transaction(async |conn| {
            documents::queue_stale(conn, recipe).await?;
            documents::without_job(conn).await
        })
        .await?;
    for batch in unread.chunks(BATCH) {
        db.transaction(async |conn| {
            for document in batch {
                read(conn, document, Priority::Later, now).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    }
    Ok(unread.len())
}

pub(super) async fn read(
    conn: &mut TenantConn<'_>,
    document: &Document,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    let work = Work::IngestDocument {
        document: document.id,
    };
    jobs::enqueue(conn, &work, document.space_id, priority, now).await
}
