//! What a business gives us to know: kept in the transaction that puts the reading of it in line, so
//! that nothing is acknowledged and then lost.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError,
    ids::{DocumentId, JobId, SpaceId},
    queries::{
        documents::{self, Document, DocumentStatus, NewDocument},
        golden::GoldenCause,
        quotas, sources, space_life, spaces,
    },
    tenant::{TenantConn, TenantDb},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{ingest::Ingest, places};
use crate::domain::{
    accounts::caller::Caller,
    audit, golden as golden_questions,
    jobs::{self, Priority, Work},
};

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
/// [`StoreError::NotFound`] where the tenant has no such space, [`StoreError::Archived`] where it is put away,
/// [`StoreError::QuotaReached`] where the plan has no room for it.
pub async fn take_in(
    db: &TenantDb,
    caller: &Caller,
    file: NewFile<'_>,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    db.transaction(async |conn| take_in_here(conn, caller, file, priority, now).await)
        .await
}

/// The same in a transaction that does more.
///
/// # Errors
/// As [`take_in`].
pub async fn take_in_here(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    file: NewFile<'_>,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    let hash = Sha256::digest(file.content);
    space_life::hold(conn, file.space).await?;
    let bytes = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
    quotas::room_for_document(conn, file.space, file.name, bytes, now).await?;
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
        record(conn, caller, "document.put", &document, now).await?;
        Some(read(conn, &document, priority, now).await?)
    } else {
        None
    };
    Ok(Taken { document, job })
}

/// Reads a document once more, whatever came of it before; the version that is searched stays until
/// the new one takes its place.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document.
pub async fn read_anew(
    db: &TenantDb,
    caller: &Caller,
    id: DocumentId,
    now: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    db.transaction(async |conn| {
        let document = documents::get(conn, id).await?;
        space_life::hold(conn, document.space_id).await?;
        let source = sources::of_document(conn, id).await?;
        documents::set_status(conn, id, DocumentStatus::Queued, None, now).await?;
        let document = documents::get(conn, id).await?;
        record(conn, caller, "document.reprocess", &document, now).await?;
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
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: DocumentId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let document = documents::get(conn, id).await?;
        space_life::hold(conn, document.space_id).await?;
        record(conn, caller, "document.remove", &document, now).await?;
        documents::remove(conn, id).await?;
        changed(conn, document.space_id, now).await
    })
    .await
}

async fn record(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    action: &'static str,
    document: &Document,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut act = caller.act(action, ("document", document.id), now);
    act.after = Some(json!({ "space": document.space_id, "name": document.name, "bytes": document.bytes }));
    audit::record(conn, act).await
}

/// What is to be done in the transaction that takes something out of the knowledge of a space.
pub(super) async fn changed(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    spaces::bump_knowledge(conn, space).await?;
    golden_questions::after_change(conn, space, GoldenCause::Knowledge, now).await
}

/// When what a removed space has left is gone for again.
const REMOVED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

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
        Work::IngestDocument { document } => documents::give_up(conn, *document, reason, now).await,
        Work::ReadSource { source } => places::give_up(conn, *source, reason, now).await,
        // Searched as before; who publishes next asks for it again. A run without an end says so itself.
        Work::IndexSpace { .. }
        | Work::ReplayGolden { .. }
        | Work::SendMail { .. }
        | Work::TellWaiting { .. }
        | Work::LearnCategories {}
        | Work::SortTicket { .. }
        | Work::TellQuota { .. }
        | Work::TellUnpriced { .. } => Ok(()),
        // Nobody can call it off, and it is done in the end.
        Work::RemoveSpace { space } => {
            let due = now + REMOVED_AGAIN_AFTER;
            jobs::enqueue_at(conn, work, *space, Priority::Normal, due, now)
                .await
                .map(drop)
        }
        Work::FollowDeadlines { .. } => {
            let due = now + REMOVED_AGAIN_AFTER;
            jobs::enqueue_apart_at(conn, work, Priority::Normal, due, now)
                .await
                .map(drop)
        }
    };
    match given_up {
        // Removed meanwhile.
        Err(StoreError::NotFound) => Ok(()),
        other => other,
    }
}

/// Documents that are put in line in one transaction.
const BATCH: usize = 200;

/// Puts the reading of what is unread in line where it is not: what was made by another recipe, and
/// what an earlier version of the server left. Returns how many.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn queue_unread(db: &TenantDb, ingest: &Ingest, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let unread = db
        .transaction(async |conn| {
            ingest.queue_stale(conn).await?;
            documents::without_job(conn).await
        })
        .await?;
    queue(db, &unread, now).await
}

/// Puts the reading of every document of a space in line once more, also of those that are being
/// read now: how they are cut has changed. Until it is done they are found as they were.
///
/// # Errors
/// [`StoreError`] where the database fails; what is not in line then is at the next start.
pub async fn queue_space(db: &TenantDb, space: SpaceId, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let unread = db
        .transaction(async |conn| documents::queue_space(conn, space).await)
        .await?;
    queue(db, &unread, now).await
}

async fn queue(db: &TenantDb, unread: &[Document], now: DateTime<Utc>) -> Result<usize, StoreError> {
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
