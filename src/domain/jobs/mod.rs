//! Background work: what kinds there are, in whose turn they are done, and when what failed is tried
//! again. Jobs are put in line in the transaction that causes them; `crate::jobs` carries them out.

mod bell;
pub mod locks;
pub mod patience;
pub mod picture;
pub mod progress;
pub mod shares;
pub mod view;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use parlance_store::{
    error::StoreError,
    ids::{DocumentId, JobId, SourceId, SpaceId, TicketId},
    queries::{
        golden::GoldenCause,
        jobs::{self, Job, NewJob},
        quotas::Quota,
    },
    tenant::TenantConn,
};
use serde::{Deserialize, Serialize};

use crate::domain::notify::mail::Errand;

pub use bell::Bell;

/// What is to be done. Every kind may be done twice without harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Reads a document, cuts it into passages, embeds them and makes them the ones that are searched.
    IngestDocument { document: DocumentId },
    /// Reads a place of the web, page by page, and puts the reading of what has changed in line.
    ReadSource { source: SourceId },
    /// Asks the golden questions of a space again.
    ReplayGolden {
        space: SpaceId,
        answers: bool,
        cause: GoldenCause,
        /// The version of the space whose AI settings are tried; none tries those of the time.
        #[serde(default)]
        version: Option<i64>,
    },
    /// Gives a space that has become large indexes of its own, for vectors of `model`.
    IndexSpace { space: SpaceId, model: String },
    /// Sends a mail. Done twice it is a second mail: of those with a link its link is the one that works, and
    /// of those to visitors it has what the first had not.
    SendMail { errand: Errand },
    /// Has those told who may answer that somebody waits in a space, now that its hours begin.
    TellWaiting { space: SpaceId },
    /// Takes what a removed space has left.
    RemoveSpace { space: SpaceId },
    /// Reckons the open deadlines of tickets anew, for policies or hours are others now.
    FollowDeadlines {
        /// Up to this one it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<TicketId>,
    },
    /// Gives examples of categories the vectors that these are learned from.
    LearnCategories {},
    /// Finds out what a ticket is about, and routes it.
    SortTicket { ticket: TicketId },
    /// Tells those who see the plan that a quota of it is nearly used up, or is. The database puts it in line
    /// (`parlance_note_quota`), under the key that is made here.
    TellQuota {
        quota: Quota,
        /// 80 or 100.
        percent: i16,
    },
    /// Tells those who see what models cost that calls of a day have no price. The database puts it in line
    /// (`count_usage`), under the key that is made here.
    TellUnpriced { day: NaiveDate },
}

/// What a kind of work takes: each has workers of its own, so that one does not hold up the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A core.
    Computing,
    /// Mostly patience.
    Waiting,
    /// Much memory of the database, for minutes.
    Building,
    /// A mail server, for a moment, while somebody waits for the mail.
    Mailing,
    /// A moment, while somebody waits for a ticket.
    Sorting,
}

/// Every kind of work, its word in tables and on screen, and what it takes.
const KINDS: &[(&str, Takes)] = &[
    ("ingest_document", Takes::Computing),
    ("read_source", Takes::Waiting),
    ("replay_golden", Takes::Waiting),
    ("index_space", Takes::Building),
    ("send_mail", Takes::Mailing),
    ("tell_waiting", Takes::Mailing),
    ("remove_space", Takes::Waiting),
    ("follow_deadlines", Takes::Waiting),
    ("learn_categories", Takes::Computing),
    ("sort_ticket", Takes::Sorting),
    ("tell_quota", Takes::Mailing),
    ("tell_unpriced", Takes::Mailing),
];

impl Takes {
    /// The kinds of work that take it.
    #[must_use]
    pub fn kinds(self) -> Vec<&'static str> {
        let those = KINDS.iter().filter(|(_, takes)| *takes == self);
        those.map(|(kind, _)| *kind).collect()
    }

    /// All kinds of work.
    #[must_use]
    pub fn all_kinds() -> Vec<&'static str> {
        KINDS.iter().map(|(kind, _)| *kind).collect()
    }

    /// How many of `slots` one tenant may have at once. What takes patience, or another's server, may take it
    /// for minutes: half of the places are for others.
    #[must_use]
    pub fn most(self, slots: usize) -> usize {
        match self {
            Self::Computing | Self::Building => slots,
            Self::Waiting | Self::Mailing | Self::Sorting => slots.div_ceil(2),
        }
    }
}

impl Work {
    /// The word for it, one of [`KINDS`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::IngestDocument { .. } => "ingest_document",
            Self::ReadSource { .. } => "read_source",
            Self::ReplayGolden { .. } => "replay_golden",
            Self::IndexSpace { .. } => "index_space",
            Self::SendMail { .. } => "send_mail",
            Self::TellWaiting { .. } => "tell_waiting",
            Self::RemoveSpace { .. } => "remove_space",
            Self::FollowDeadlines { .. } => "follow_deadlines",
            Self::LearnCategories {} => "learn_categories",
            Self::SortTicket { .. } => "sort_ticket",
            Self::TellQuota { .. } => "tell_quota",
            Self::TellUnpriced { .. } => "tell_unpriced",
        }
    }

    /// What it works on: one of a key is done at a time, and asked for twice it is done once.
    fn key(&self) -> String {
        match self {
            Self::IngestDocument { document } => format!("document:{document}"),
            Self::ReadSource { source } => format!("source:{source}"),
            Self::ReplayGolden {
                space,
                answers,
                version: None,
                ..
            } => format!("golden:{space}:{answers}"),
            Self::ReplayGolden {
                space,
                answers,
                version: Some(n),
                ..
            } => format!("golden:{space}:{answers}:{n}"),
            Self::IndexSpace { space, .. } => format!("index:{space}"),
            Self::SendMail { errand } => format!("mail:{}", errand.key()),
            Self::TellWaiting { space } => format!("waiting:{space}"),
            Self::RemoveSpace { space } => format!("remove:{space}"),
            Self::FollowDeadlines { .. } => "deadlines".to_owned(),
            Self::LearnCategories {} => "categories".to_owned(),
            Self::SortTicket { ticket } => format!("ticket:{ticket}"),
            Self::TellQuota { quota, percent } => format!("quota:{quota}:{percent}"),
            Self::TellUnpriced { day } => format!("unpriced:{day}"),
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
    enqueue_at(conn, work, space, priority, now, now).await
}

/// The same, to be done at `due_at` at the earliest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue_at(
    conn: &mut TenantConn<'_>,
    work: &Work,
    space: SpaceId,
    priority: Priority,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    put_in_line(conn, work, Some(space), priority, (due_at, now)).await
}

/// Puts `work` in line that is of no space.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue_apart(
    conn: &mut TenantConn<'_>,
    work: &Work,
    priority: Priority,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    enqueue_apart_at(conn, work, priority, now, now).await
}

/// The same, to be done at `due_at` at the earliest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn enqueue_apart_at(
    conn: &mut TenantConn<'_>,
    work: &Work,
    priority: Priority,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<JobId, StoreError> {
    put_in_line(conn, work, None, priority, (due_at, now)).await
}

async fn put_in_line(
    conn: &mut TenantConn<'_>,
    work: &Work,
    space_id: Option<SpaceId>,
    priority: Priority,
    (due_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<JobId, StoreError> {
    let key = work.key();
    let new = NewJob {
        id: JobId::new(),
        space_id,
        kind: work.kind(),
        key: &key,
        payload: serde_json::to_value(work).unwrap_or_default(),
        priority: priority as i16,
        due_at,
        at: now,
    };
    jobs::enqueue(conn, new).await
}

/// Keeps how a job goes on that is given back, or that somebody else takes up after a crash.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn keep(conn: &mut TenantConn<'_>, job: JobId, work: &Work) -> Result<(), StoreError> {
    jobs::keep(conn, job, serde_json::to_value(work).unwrap_or_default()).await
}

/// Whether such work is in line already. Where nobody looks at it, it is put off till `until`, but to
/// `longest` after it was asked for at the latest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn put_off(
    conn: &mut TenantConn<'_>,
    work: &Work,
    until: DateTime<Utc>,
    longest: TimeDelta,
) -> Result<bool, StoreError> {
    jobs::put_off(conn, &work.key(), until, longest).await
}

#[cfg(test)]
mod tests {
    use parlance_store::ids::UserId;
    use serde_json::json;

    use super::*;

    /// The variants of [`Work`], as serde names them.
    fn variants() -> Vec<String> {
        let unknown = serde_json::from_value::<Work>(json!({ "kind": "" })).unwrap_err();
        let named = unknown.to_string();
        let (_, expected) = named.split_once("expected").unwrap();
        expected
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_kind_of_work_has_workers() {
        let mut kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        let mut variants = variants();
        variants.sort_unstable();
        assert_eq!(kinds, variants);
    }

    #[test]
    fn a_kind_is_stored_under_one_word() {
        for work in [
            Work::IngestDocument {
                document: DocumentId::new(),
            },
            Work::ReadSource {
                source: SourceId::new(),
            },
            Work::IndexSpace {
                space: SpaceId::new(),
                model: String::new(),
            },
            Work::SendMail {
                errand: Errand::Verify { user: UserId::new() },
            },
            Work::TellWaiting {
                space: SpaceId::new(),
            },
            Work::RemoveSpace {
                space: SpaceId::new(),
            },
            Work::FollowDeadlines { after: None },
            Work::LearnCategories {},
            Work::SortTicket {
                ticket: TicketId::new(),
            },
            Work::TellQuota {
                quota: Quota::MessagesPerMonth,
                percent: 80,
            },
            Work::TellUnpriced {
                day: NaiveDate::default(),
            },
            Work::ReplayGolden {
                space: SpaceId::new(),
                answers: true,
                cause: GoldenCause::Asked,
                version: Some(1),
            },
        ] {
            assert_eq!(serde_json::to_value(&work).unwrap()["kind"], work.kind());
        }
    }
}
