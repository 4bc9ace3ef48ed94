//! A job as those see it whose job it is, over REST and on the console's socket.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{JobId, SpaceId},
    queries::jobs::Job,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::kernel::words;

/// Field by field what a job's row says, but for its lease.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobView {
    #[schema(value_type = uuid::Uuid)]
    id: JobId,
    #[schema(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    kind: String,
    /// What it works on, as `document` and an id.
    #[schema(value_type = Object)]
    subject: Value,
    #[schema(value_type = words::JobState)]
    state: &'static str,
    /// Percent of the work.
    #[schema(minimum = 0, maximum = 100)]
    progress: i16,
    attempts: i16,
    /// Why the last attempt failed.
    error: Option<String>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        let mut subject = job.payload;
        if let Some(fields) = subject.as_object_mut() {
            fields.remove("kind");
        }
        Self {
            id: job.id,
            space: job.space_id,
            kind: job.kind,
            subject,
            state: job.state.as_str(),
            progress: job.progress,
            attempts: job.attempts,
            error: job.error,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
        }
    }
}
