//! Background work: what kinds there are, in whose turn they are done, and when what failed is tried
//! again. Jobs are put in line in the transaction that causes them; `crate::jobs` carries them out.

pub mod patience;
pub mod progress;
pub mod shares;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{DocumentId, JobId, SpaceId},
    queries::jobs::{self, Job, NewJob},
    tenant::TenantConn,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// What is to be done. Every kind may be done twice without harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Reads a document, cuts it into passages, embeds them and makes them the ones that are searched.
    IngestDocument { document: DocumentId },
}

impl Work {
    /// The word for it in tables and on screen.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::IngestDocument { .. } => "ingest_document",
        }
    }

    /// What it works on: one of a key is done at a time, and asked for twice it is done once.
    fn key(&self) -> String {
        match self {
            Self::IngestDocument { document } => format!("document:{document}"),
        }
    }

    /// The work of a stored job; none where this version does not know its kind.
    #[must_use]
    pub fn of(job: &Job) -> Option<Self> {
        serde_json::from_value(job.payload.clone()).ok()
    }
}

/// How soon, within a tenant; and how large a tenant's share is while it has such jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Nobody waits for it: what a schedule asks for.
    Later = -1,
    Normal = 0,
    /// Somebody looks at the screen.
    Now = 1,
}

/// Puts `work` in line in the transaction that causes it. [`Bell::ring`] when it is committed.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue(
    conn: &mut TenantConn<'_>,
    work: &Work,
    space: SpaceId,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    let key = work.key();
    let new = NewJob {
        id: JobId::new(),
        space_id: Some(space),
        kind: work.kind(),
        key: &key,
        payload: serde_json::to_value(work).unwrap_or_default(),
        priority: priority as i16,
        due_at: now,
        at: now,
    };
    jobs::enqueue(conn, new).await
}

/// Tells the workers of this process that there is something to do, so that nobody waits for them to
/// look by themselves. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Until it rings; once it has rung since the last time, not at all.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}
