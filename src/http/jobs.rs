//! Background work, as those see it whose work it is.

use actix_web::{HttpResponse, web};
use parlance_store::{StoreError, ids::JobId, queries::jobs};
use serde_json::json;

use super::{
    documents::problem,
    permit::{Allowed, KnowledgeRead, KnowledgeWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::{
        audit,
        jobs::{Work, view::JobView},
        knowledge::intake,
    },
    kernel::problem::{Problem, ProblemDocument},
};

/// Jobs that are listed, the newest first.
const LISTED: i32 = 100;

/// List jobs.
///
/// The newest first, 100 at most.
#[utoipa::path(
    get, path = "/api/jobs", operation_id = "list_jobs", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    responses((status = 200, body = List<JobView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<KnowledgeRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| jobs::list(conn, None, LISTED).await).await;
    let items = found.map_err(problem)?.into_iter().map(JobView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Get a job.
#[utoipa::path(
    get, path = "/api/jobs/{id}", operation_id = "get_job", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])), params(("id" = uuid::Uuid, Path, description = "The job")),
    responses((status = 200, body = JobView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn job(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<JobId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| jobs::get(conn, *path).await).await;
    Ok(HttpResponse::Ok().json(JobView::from(found.map_err(problem)?)))
}

/// Cancel a job.
///
/// At once where it waits, within a second or two where it runs.
#[utoipa::path(
    post, path = "/api/jobs/{id}/cancel", operation_id = "cancel_job", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])), params(("id" = uuid::Uuid, Path, description = "The job")),
    responses((status = 202, body = JobView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn cancel(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<JobId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let cancelled = db
        .transaction(async |conn| {
            let (job, waited) = jobs::cancel(conn, *path, now).await?;
            let mut act = caller.act("job.cancel", ("job", job.id), now);
            act.after = Some(json!({ "kind": job.kind, "key": job.key }));
            audit::record(conn, act).await?;
            Ok::<_, StoreError>((job, waited))
        })
        .await;
    let (job, waited) = cancelled.map_err(problem)?;
    services.bell.changed(db.tenant_id());
    if let Some(work) = Work::of(&job).filter(|_| waited) {
        // Not in the same transaction: who gives a document takes locks the other way round.
        let given_up =
            db.transaction(async |conn| intake::given_up(conn, &work, intake::CALLED_OFF, now).await);
        given_up.await.map_err(problem)?;
    }
    Ok(HttpResponse::Accepted().json(JobView::from(job)))
}
