//! Background work: put in line, leased, reported on and ended. A lease that nobody renews runs out,
//! and the job is taken up by whoever asks next; what the former owner says then is not heard.

mod of_space;
mod read;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{
        Array, Bool, Double, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::StoreError,
    ids::{JobId, SpaceId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

pub use of_space::{call_off, others_running};
pub use read::{active, get, lately, list};

text_enum! {
    /// Where a job stands.
    JobState {
        /// Waits for its time and its turn.
        Queued = "queued",
        /// Somebody works on it; after a crash, until the lease ends.
        Running = "running",
        /// Came to its end.
        Done = "done",
        /// Will not be tried again; `error` says why.
        Dead = "dead",
        /// Was called off.
        Cancelled = "cancelled",
    }
}

/// Work to be done later.
pub struct NewJob<'a> {
    /// Taken unless a job of the same key waits already.
    pub id: JobId,
    /// Whose knowledge it is about, if any.
    pub space_id: Option<SpaceId>,
    /// Which work.
    pub kind: &'a str,
    /// What it works on. One job of a key runs at a time, and one more may wait.
    pub key: &'a str,
    /// What it needs to know.
    pub payload: Value,
    /// The higher, the sooner.
    pub priority: i16,
    /// Not before then.
    pub due_at: DateTime<Utc>,
    /// When it was asked for.
    pub at: DateTime<Utc>,
}

/// A job.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Job {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: JobId,
    /// Whose knowledge it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub space_id: Option<SpaceId>,
    /// Which work.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// What it works on.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// What it needs to know.
    #[diesel(sql_type = Jsonb)]
    pub payload: Value,
    /// Where it stands.
    #[diesel(sql_type = Text)]
    pub state: JobState,
    /// The higher, the sooner.
    #[diesel(sql_type = SmallInt)]
    pub priority: i16,
    /// Percent of the work that is done.
    #[diesel(sql_type = SmallInt)]
    pub progress: i16,
    /// How often it was begun.
    #[diesel(sql_type = SmallInt)]
    pub attempts: i16,
    /// Whether somebody wants it called off.
    #[diesel(sql_type = Bool)]
    pub cancel_requested: bool,
    /// Why the last attempt failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
    /// When it was asked for.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was first begun.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// The right to work on a job for a while. Each time it is taken up it is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Who holds it.
    pub owner: Uuid,
}

/// How a job went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// To its end.
    Done,
    /// It failed and is tried again then.
    Again {
        /// Not before.
        due_at: DateTime<Utc>,
        /// Why it failed.
        error: String,
    },
    /// It is given up.
    Dead {
        /// Why.
        error: String,
    },
    /// It was called off.
    Cancelled,
    /// It is called off because what it was to work on is gone.
    Moot {
        /// What is gone.
        error: String,
    },
    /// It goes back into line as if it had not been begun: whoever worked on it stops for a reason of
    /// its own.
    GivenBack,
}

/// What a holder of a lease learns when it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Go on.
    GoOn,
    /// Somebody wants it called off.
    Cancel,
    /// The lease is another's by now: nothing that is still done counts.
    Lost,
}

/// Puts a job in line. Where one of the same key waits already, that one stays, at the earlier time
/// and the higher priority. Returns the one that waits.
///
/// # Errors
/// [`StoreError`] where the space does not exist or the database fails.
pub async fn enqueue(conn: &mut TenantConn<'_>, new: NewJob<'_>) -> Result<JobId, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: JobId,
    }
    let tenant = conn.tenant_id();
    let row: Row = sql(
        "INSERT INTO jobs AS j (tenant_id, id, space_id, kind, key, payload, state, priority, due_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, $9) \
         ON CONFLICT (tenant_id, key) WHERE state = 'queued' DO UPDATE SET \
            payload = excluded.payload, attempts = 0, cancel_requested = false, error = NULL, priority = greatest(j.priority, excluded.priority), \
            due_at = least(j.due_at, excluded.due_at) \
         RETURNING id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<Nullable<SqlUuid>, _>(new.space_id)
    .bind::<Text, _>(new.kind)
    .bind::<Text, _>(new.key)
    .bind::<Jsonb, _>(new.payload)
    .bind::<SmallInt, _>(new.priority)
    .bind::<Timestamptz, _>(new.due_at)
    .bind::<Timestamptz, _>(new.at)
    .get_result(conn.db())
    .await?;
    Ok(row.id)
}

/// Whether a job of this key waits already. One that nobody looks at (a negative priority) is put off
/// till `until`, but to `longest` after it was asked for at the latest.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn put_off(
    conn: &mut TenantConn<'_>,
    key: &str,
    until: DateTime<Utc>,
    longest: TimeDelta,
) -> Result<bool, StoreError> {
    let waiting = sql("UPDATE jobs SET due_at = CASE WHEN priority < 0 \
             THEN greatest(due_at, least($2, created_at + $3 * interval '1 second')) ELSE due_at END \
         WHERE key = $1 AND state = 'queued'")
    .bind::<Text, _>(key)
    .bind::<Timestamptz, _>(until)
    .bind::<Double, _>(longest.as_seconds_f64())
    .execute(conn.db())
    .await?;
    Ok(waiting > 0)
}

/// Takes up the tenant's next due job of one of these kinds, if it has one: first what a crash left, then by priority and
/// time. Not one whose key is being worked on.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn claim(
    conn: &mut TenantConn<'_>,
    kinds: &[&str],
    owner: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Job>, StoreError> {
    let claimed = sql(
        "UPDATE jobs SET state = 'running', owner = $1, attempts = attempts + 1, due_at = $3, progress = 0, \
                started_at = coalesce(started_at, $2) \
         WHERE id = (SELECT coalesce( \
            (SELECT id FROM jobs WHERE state = 'running' AND due_at <= $2 AND kind = ANY($4) \
             ORDER BY priority DESC, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED), \
            (SELECT j.id FROM jobs j \
             WHERE j.state = 'queued' AND j.due_at <= $2 AND j.kind = ANY($4) \
               AND NOT EXISTS (SELECT FROM jobs r \
                               WHERE r.tenant_id = j.tenant_id AND r.key = j.key AND r.state = 'running') \
             ORDER BY j.priority DESC, j.due_at, j.id LIMIT 1 FOR UPDATE SKIP LOCKED))) \
         RETURNING id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, error, \
                   created_at, started_at, ended_at",
    )
    .bind::<SqlUuid, _>(owner)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(until)
    .bind::<Array<Text>, _>(kinds.to_vec())
    .get_result(conn.db())
    .await;
    match claimed.optional() {
        // Another worker took one of the same key at the same moment.
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        other => Ok(other?),
    }
}

/// Keeps what a job needs to know when it goes on, for whoever takes it up next.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn keep(conn: &mut TenantConn<'_>, job: JobId, payload: Value) -> Result<(), StoreError> {
    sql("UPDATE jobs SET payload = $2 WHERE id = $1 AND state = 'running'")
        .bind::<SqlUuid, _>(job)
        .bind::<Jsonb, _>(payload)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Says how far a job is and holds its lease until `until`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn report(
    conn: &mut TenantConn<'_>,
    lease: Lease,
    progress: i16,
    until: DateTime<Utc>,
) -> Result<Heard, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        cancel_requested: bool,
    }
    let row: Option<Row> = sql(
        "UPDATE jobs SET progress = greatest(progress, $3), due_at = greatest(due_at, $4) \
         WHERE id = $1 AND owner = $2 RETURNING cancel_requested",
    )
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.owner)
    .bind::<SmallInt, _>(progress)
    .bind::<Timestamptz, _>(until)
    .get_result(conn.db())
    .await
    .optional()?;
    Ok(match row {
        None => Heard::Lost,
        Some(row) if row.cancel_requested => Heard::Cancel,
        Some(_) => Heard::GoOn,
    })
}

/// Ends an attempt. `false`, and nothing changes, where the lease is another's.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn end(
    conn: &mut TenantConn<'_>,
    lease: Lease,
    ended: &Ended,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (state, due_at, error) = match ended {
        Ended::Done => (JobState::Done, None, None),
        // One of the same key may have been put in line meanwhile: it takes the place of this one.
        Ended::Again { due_at, error } => (JobState::Queued, Some(*due_at), Some(error)),
        Ended::Dead { error } => (JobState::Dead, None, Some(error)),
        Ended::Cancelled => (JobState::Cancelled, None, None),
        Ended::Moot { error } => (JobState::Cancelled, None, Some(error)),
        Ended::GivenBack => (JobState::Queued, Some(at), None),
    };
    let unbegun = i16::from(*ended == Ended::GivenBack);
    let changed = sql(
        "UPDATE jobs j SET owner = NULL, error = $5, \
                state = CASE WHEN w.waits AND $3 = 'queued' THEN 'cancelled' ELSE $3 END, \
                due_at = coalesce($4, due_at), \
                ended_at = CASE WHEN $3 <> 'queued' OR w.waits THEN $6 END, \
                progress = CASE WHEN $3 = 'done' THEN 100 ELSE progress END, attempts = attempts - $7 \
         FROM (SELECT EXISTS (SELECT FROM jobs q JOIN jobs own ON own.tenant_id = q.tenant_id AND own.key = q.key \
                              WHERE own.id = $1 AND q.state = 'queued') AS waits) w \
         WHERE j.id = $1 AND j.owner = $2",
    )
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.owner)
    .bind::<Text, _>(state)
    .bind::<Nullable<Timestamptz>, _>(due_at)
    .bind::<Nullable<Text>, _>(error)
    .bind::<Timestamptz, _>(at)
    .bind::<SmallInt, _>(unbegun)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}

/// Calls a job off: at once where it waits, otherwise whoever works on it is told. Returns it, and
/// whether it waited: then the caller says of its work that it will not be done.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such job.
pub async fn cancel(
    conn: &mut TenantConn<'_>,
    id: JobId,
    at: DateTime<Utc>,
) -> Result<(Job, bool), StoreError> {
    let before = sql(
        "SELECT id, space_id, kind, key, payload, state, priority, progress, attempts, cancel_requested, \
                      error, created_at, started_at, ended_at FROM jobs \
         WHERE id = $1 AND kind NOT IN ('send_mail', 'tell_waiting', 'sort_ticket', 'learn_categories') FOR NO KEY UPDATE",
    )
    .bind::<SqlUuid, _>(id)
    .get_result::<Job>(conn.db())
    .await?;
    sql(
        "UPDATE jobs SET cancel_requested = cancel_requested OR state = 'running', \
                ended_at = CASE WHEN state = 'queued' THEN $2 ELSE ended_at END, \
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END \
         WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok((get(conn, id).await?, before.state == JobState::Queued))
}

/// Forgets jobs that ended before `before`, at most `limit` of them. Returns how many.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn forget_ended(
    conn: &mut TenantConn<'_>,
    before: DateTime<Utc>,
    limit: i32,
) -> Result<usize, StoreError> {
    Ok(sql(
        "DELETE FROM jobs WHERE id = ANY(ARRAY(SELECT id FROM jobs WHERE ended_at < $1 ORDER BY ended_at LIMIT $2))",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<Integer, _>(limit)
    .execute(conn.db())
    .await?)
}
