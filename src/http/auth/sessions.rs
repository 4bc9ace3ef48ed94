//! Where one is logged in, and ending it there.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::sessions::Session,
    ids::{FamilyId, TenantId},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{claims, client, problem};
use crate::{
    actors::services::Services,
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
struct SessionList {
    /// The one used last first; at most 100.
    items: Vec<SessionView>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    #[schema(value_type = uuid::Uuid)]
    id: FamilyId,
    /// In words, such as `Firefox on Linux`; may be empty.
    device: String,
    /// From where it was last renewed: an IPv4 address, or the first half of an IPv6 one.
    address: Option<String>,
    #[schema(value_type = uuid::Uuid)]
    tenant: TenantId,
    /// The workspace's name.
    workspace: String,
    began_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionView {
    fn new(session: Session, current: FamilyId) -> Self {
        Self {
            id: session.family,
            device: session.device,
            address: session.address,
            tenant: session.tenant_id,
            workspace: session.tenant_name,
            began_at: session.created_at,
            last_used_at: session.last_used_at,
            current: session.family == current,
        }
    }
}

/// List one's sessions.
///
/// In all workspaces of the person.
#[utoipa::path(
    get, path = "/api/auth/sessions", operation_id = "list_sessions", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = SessionList), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let current = claims(&member)?.session;
    let sessions = services.accounts.sessions(member.user).await;
    let sessions = sessions.map_err(problem)?.into_iter();
    let items = sessions.map(|session| SessionView::new(session, current));
    Ok(HttpResponse::Ok().json(SessionList {
        items: items.collect(),
    }))
}

/// End a session.
#[utoipa::path(
    delete, path = "/api/auth/sessions/{id}", operation_id = "end_session", tag = "accounts", security(("user" = [])), params(("id" = uuid::Uuid, Path, description = "The session")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn end(
    member: Member,
    request: HttpRequest,
    path: web::Path<FamilyId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let ended = services
        .accounts
        .end_session(&claims(&member)?, *path, &client)
        .await;
    ended.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// End all other sessions.
///
/// All but the one that asks.
#[utoipa::path(
    delete, path = "/api/auth/sessions", operation_id = "end_other_sessions", tag = "accounts", security(("user" = [])),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn end_others(
    member: Member,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let ended = services.accounts.end_others(&claims(&member)?, &client).await;
    ended.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}
