//! Service level policies: by when tickets are to be answered and resolved.

pub mod report;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::SlaPolicyId,
    queries::sla_policies::{self, SlaPolicy},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, SpacesRead, SpacesWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::{
        hours::Hours,
        tickets::deadlines::{
            policies::{self, PolicyError},
            policy::{Conditions, Policy, Refused, Targets, WhoseHours},
        },
    },
    kernel::{
        code::Code,
        problem::{FieldError, Problem, ProblemDocument},
    },
};

/// A policy with its place among the others.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlaPolicyView {
    #[schema(value_type = uuid::Uuid)]
    id: SlaPolicyId,
    /// Unique in the workspace without regard to case.
    name: String,
    /// All of them must hold; a policy without any is for every ticket.
    #[schema(inline)]
    conditions: Conditions,
    #[schema(inline)]
    targets: Targets,
    /// Which time counts.
    #[schema(inline)]
    hours: WhoseHours,
    /// There exactly where `hours` is `own`.
    #[schema(inline)]
    own_hours: Option<Hours>,
    updated_at: DateTime<Utc>,
}

/// What is stored was sound when it was.
fn view(stored: SlaPolicy) -> Result<SlaPolicyView, Problem> {
    let (id, updated_at) = (stored.id, stored.updated_at);
    let Policy {
        name,
        conditions,
        targets,
        hours,
        own_hours,
    } = policies::read(stored).map_err(Problem::internal)?;
    Ok(SlaPolicyView {
        id,
        name,
        conditions,
        targets,
        hours,
        own_hours,
        updated_at,
    })
}

fn views(stored: Vec<SlaPolicy>) -> Result<List<SlaPolicyView>, Problem> {
    let items: Result<_, Problem> = stored.into_iter().map(view).collect();
    Ok(List {
        items: items?,
        next: None,
    })
}

/// Policies in the order in which they are tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaPolicyOrder {
    /// Every policy once.
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 50)]
    ids: Vec<SlaPolicyId>,
}

fn refused(error: PolicyError) -> Problem {
    let detail = error.to_string();
    match error {
        PolicyError::Unsound(refused) => {
            let field = |of: Refused| FieldError {
                field: of.field,
                detail: of.detail,
            };
            Problem::of_fields(Code::InvalidRequest, refused.into_iter().map(field).collect())
        }
        PolicyError::Taken => {
            let field = "name".to_owned();
            Problem::of_fields(Code::Conflict, vec![FieldError { field, detail }])
        }
        PolicyError::Others => Problem::new(Code::Conflict, detail),
        PolicyError::Full => Problem::new(Code::LimitReached, detail),
        PolicyError::Store(error) => problem(error),
    }
}

/// List service level policies.
///
/// In the order in which they are tried: the first whose conditions hold is the ticket's.
#[utoipa::path(
    get, path = "/api/sla-policies", operation_id = "list_sla_policies", tag = "tickets", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    responses((status = 200, body = List<SlaPolicyView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<SpacesRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(sla_policies::list).await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(views(found)?))
}

/// Create a service level policy.
///
/// It is tried last. The deadlines that are open are reckoned anew, as after every change of policies.
#[utoipa::path(
    post, path = "/api/sla-policies", operation_id = "create_sla_policy", tag = "tickets", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    request_body(content = Policy, example = json!({
        "name": "Enterprise", "conditions": { "plans": ["enterprise"] }, "hours": "space",
        "targets": { "urgent": { "first_response": 30, "resolution": 240 }, "normal": { "first_response": 240, "resolution": 1440 } },
    })),
    responses((status = 201, body = SlaPolicyView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<SpacesWrite>,
    body: web::Json<Policy>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let made = policies::put(&db, &caller, None, body.into_inner(), now).await;
    let made = made.map_err(refused)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Created().json(view(made)?))
}

/// Change a service level policy.
///
/// All of it but its place.
#[utoipa::path(
    put, path = "/api/sla-policies/{id}", operation_id = "change_sla_policy", tag = "tickets", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The policy")),
    request_body(content = Policy, example = json!({
        "name": "Priority customers", "hours": "calendar", "targets": { "urgent": { "first_response": 15 } },
    })),
    responses((status = 200, body = SlaPolicyView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SlaPolicyId>,
    body: web::Json<Policy>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = policies::put(&db, &caller, Some(*path), body.into_inner(), now).await;
    let changed = changed.map_err(refused)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Ok().json(view(changed)?))
}

/// Order service level policies.
///
/// The one that is tried first at first.
#[utoipa::path(
    put, path = "/api/sla-policies/order", operation_id = "order_sla_policies", tag = "tickets", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    request_body(content = SlaPolicyOrder, example = json!({ "ids": ["01920000-0000-7000-8000-000000000000"] })),
    responses((status = 200, body = List<SlaPolicyView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn order(
    caller: Allowed<SpacesWrite>,
    body: web::Json<SlaPolicyOrder>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let ordered = policies::order(&db, &caller, &body.ids, now).await;
    let ordered = ordered.map_err(refused)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::Ok().json(views(ordered)?))
}

/// Delete a service level policy.
///
/// What was judged by it stays so; open tickets get the next policy that fits.
#[utoipa::path(
    delete, path = "/api/sla-policies/{id}", operation_id = "delete_sla_policy", tag = "tickets", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The policy")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SlaPolicyId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    policies::remove(&db, &caller, *path, now)
        .await
        .map_err(problem)?;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::NoContent().finish())
}
