//! Errors over HTTP: `application/problem+json` (RFC 9457) with a code of the one table. Detail
//! of a 5xx goes to the log under the request's span, never to the client.

use std::{fmt, time::Duration};

use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use chrono::{DateTime, Utc};
use parlance_store::queries::quotas::{Quota, Reached};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{code::Code, words};

/// What of a request cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Its path, as `settings.ai.top_k`.
    pub field: String,
    /// For people.
    pub detail: String,
}

/// A refused or failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    pub detail: String,
    pub retry_after: Option<Duration>,
    /// Every field that cannot be taken, where it is about fields.
    pub errors: Vec<FieldError>,
    /// What whoever asked has not seen, where it is refused for that.
    pub events: Vec<Value>,
    /// The limit of the plan, where that is what is in the way.
    pub limit: Option<Box<LimitReached>>,
}

/// A limit that leaves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// Which; none where it is a rate.
    pub quota: Option<Quota>,
    /// How much there may be.
    pub at_most: i64,
    /// How much there is.
    pub used: i64,
    /// When it is counted anew, where it is.
    pub resets_at: Option<DateTime<Utc>>,
}

impl From<Reached> for LimitReached {
    fn from(reached: Reached) -> Self {
        Self {
            quota: Some(reached.quota),
            at_most: reached.at_most,
            used: reached.used,
            resets_at: reached.resets_at,
        }
    }
}

impl Problem {
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            retry_after: None,
            errors: Vec::new(),
            events: Vec::new(),
            limit: None,
        }
    }

    /// A refusal for a limit of the plan.
    #[must_use]
    pub fn of_limit(reached: Reached, detail: impl Into<String>) -> Self {
        Self {
            limit: Some(Box::new(reached.into())),
            ..Self::new(Code::PlanLimit, detail)
        }
    }

    /// A refusal of these fields; the detail names them all.
    #[must_use]
    pub fn of_fields(code: Code, errors: Vec<FieldError>) -> Self {
        let named: Vec<String> = errors
            .iter()
            .map(|FieldError { field, detail }| format!("{field}: {detail}"))
            .collect();
        Self {
            errors,
            ..Self::new(code, named.join("; "))
        }
    }

    /// The one answer for what is absent and what is foreign.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "there is nothing here under this id")
    }

    /// Logs `cause` and tells the client no more than that it was our fault.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(Code::Internal, "it was logged; please try again")
    }

    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Whole seconds to wait, rounded up, at least 1.
    #[must_use]
    pub fn retry_seconds(&self) -> Option<u64> {
        self.retry_after
            .map(|after| after.as_millis().div_ceil(1000).max(1))
            .and_then(|s| u64::try_from(s).ok())
    }
}

/// A problem as it goes over the wire.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    #[schema(format = "uri")]
    r#type: String,
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Stable: decide on this one.
    #[schema(value_type = Code)]
    code: &'static str,
    /// For people.
    detail: String,
    /// Seconds after which it may work.
    retry_after: Option<u64>,
    /// Each field that cannot be taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Of `stale`: the durable events that were not seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
    /// Of `plan_limit`: which limit, by its name in the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Quota>)]
    quota: Option<Quota>,
    /// The same, and of the calls that a key may make in an hour: how much there may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    /// The same: how much is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<i64>,
    /// The same: when it is counted anew, where it is counted by period.
    #[serde(skip_serializing_if = "Option::is_none")]
    resets_at: Option<DateTime<Utc>>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let (row, limit) = (self.code.row(), self.limit.as_deref());
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json");
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_seconds() {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            response.insert_header(("RateLimit", format!("\"default\";r=0;t={seconds}")));
        }
        response.json(ProblemDocument {
            r#type: format!("https://parlance.example/problems/{}", row.name),
            title: row.title,
            status: row.status,
            code: row.name,
            detail: self.detail.clone(),
            retry_after: self.retry_seconds(),
            errors: self.errors.clone(),
            events: self.events.clone(),
            quota: limit.and_then(|limit| limit.quota),
            limit: limit.map(|limit| limit.at_most),
            used: limit.map(|limit| limit.used),
            resets_at: limit.and_then(|limit| limit.resets_at),
        })
    }
}
