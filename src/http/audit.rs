//! The record of administrative acts, to be read and taken away.

use actix_web::{HttpResponse, http::header, web};
use async_stream::try_stream;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::AuditEventId,
    queries::audit::{self, ActorKind, AuditCursor, AuditEvent, AuditFilter},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    cursor,
    documents::problem,
    permit::{Allowed, AuditRead},
    views::List,
};
use crate::{
    actors::services::Services,
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

const PAGE: i64 = 50;
/// Acts of an export that are read at once.
const BATCH: i64 = 500;

/// Which acts are wanted; what is absent does not narrow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of this person or key.
    actor: Option<Uuid>,
    /// Such as `space.publish`; `space.` is all that was done to spaces.
    #[param(example = "space.publish")]
    action: Option<String>,
    /// Done to this.
    target: Option<Uuid>,
    /// At this moment or later.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    to: Option<DateTime<Utc>>,
}

impl TryFrom<Which> for AuditFilter {
    type Error = Problem;

    fn try_from(which: Which) -> Result<Self, Problem> {
        if [which.from, which.to]
            .into_iter()
            .flatten()
            .any(|at| !cursor::is_ours(at))
        {
            return Err(Problem::new(
                Code::InvalidRequest,
                "from, to: give years 1970 to 9999",
            ));
        }
        Ok(Self {
            actor: which.actor,
            action: which.action.filter(|action| !action.is_empty()),
            target: which.target,
            from: which.from,
            to: which.to,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageOf {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEventView {
    #[schema(value_type = uuid::Uuid)]
    id: AuditEventId,
    at: DateTime<Utc>,
    actor: ActorView,
    /// From where.
    address: Option<String>,
    /// What was done, as `space.publish`.
    action: String,
    target: Option<TargetView>,
    /// What changed, as it was; without secrets.
    before: Option<Value>,
    /// What changed, as it is since then.
    after: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ActorView {
    #[schema(value_type = words::ActorKind)]
    kind: ActorKind,
    id: Option<Uuid>,
    /// What they were called then.
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    kind: String,
    id: Uuid,
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        let target = event.target_kind.zip(event.target_id);
        Self {
            id: event.id,
            at: event.at,
            actor: ActorView {
                kind: event.actor_kind,
                id: event.actor_id,
                name: event.actor_name,
            },
            address: event.address,
            action: event.action,
            target: target.map(|(kind, id)| TargetView { kind, id }),
            before: event.before,
            after: event.after,
        }
    }
}

/// List administrative acts.
///
/// The newest first. Nothing in the record can be changed or removed.
#[utoipa::path(
    get, path = "/api/audit", operation_id = "list_audit_events", tag = "audit", security(("user" = ["audit:read"]), ("key" = ["audit:read"])), params(Which, PageOf),
    responses((status = 200, body = List<AuditEventView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<AuditRead>,
    which: web::Query<Which>,
    page: web::Query<PageOf>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = page.limit.map_or(PAGE, |limit| limit.get().into());
    let after = page.cursor.as_deref().map(cursor::decode).transpose()?;
    let after = after.map(|(at, id)| AuditCursor { at, id: id.into() });
    let filter = AuditFilter::try_from(which.into_inner())?;
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| audit::list(conn, &filter, after, limit).await);
    let found = found.await.map_err(problem)?;
    let full = i64::try_from(found.len()) == Ok(limit);
    let next = found
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(last.at, last.id));
    let items = found.into_iter().map(AuditEventView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// Export administrative acts as CSV.
///
/// All that the filter lets through, the newest first.
#[utoipa::path(
    get, path = "/api/audit/export", operation_id = "export_audit_events", tag = "audit", security(("user" = ["audit:read"]), ("key" = ["audit:read"])), params(Which),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn export(
    caller: Allowed<AuditRead>,
    which: web::Query<Which>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let filter = AuditFilter::try_from(which.into_inner())?;
    let first = batch(&db, &filter, None).await.map_err(problem)?;
    let rows = try_stream! {
        yield Bytes::from_static(b"at,actor_kind,actor_id,actor,address,action,target_kind,target_id,before,after\r\n");
        let mut batch_of = first;
        while let Some(last) = batch_of.last().map(AuditCursor::from) {
            yield lines(&batch_of);
            batch_of = batch(&db, &filter, Some(last)).await?;
        }
    };
    let rows: std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Bytes, StoreError>>>> = Box::pin(rows);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""))
        .streaming(rows))
}

async fn batch(
    db: &TenantDb,
    filter: &AuditFilter,
    after: Option<AuditCursor>,
) -> Result<Vec<AuditEvent>, StoreError> {
    db.read(async |conn| audit::list(conn, filter, after, BATCH).await)
        .await
}

/// Lines of CSV (RFC 4180).
fn lines(events: &[AuditEvent]) -> Bytes {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let told = |value: &Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for event in events {
        let fields = [
            event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            event.actor_kind.to_string(),
            id(event.actor_id),
            no_formula(&event.actor_name),
            event.address.clone().unwrap_or_default(),
            event.action.clone(),
            event.target_kind.clone().unwrap_or_default(),
            id(event.target_id),
            told(&event.before),
            told(&event.after),
        ];
        // Into memory nothing fails.
        let _ = csv.write_record(&fields);
    }
    csv.into_inner().unwrap_or_default().into()
}

/// What a spreadsheet would take for a formula is made text.
pub(super) fn no_formula(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("{}{field}", if formula { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula() {
        assert_eq!(no_formula("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(no_formula("ada@acme.example"), "ada@acme.example");
    }
}
