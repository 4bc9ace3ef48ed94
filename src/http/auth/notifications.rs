//! What one is told by mail of a workspace.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actors::services::Services,
    domain::notify::waiting,
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    /// A mail where a conversation begins to wait and nobody who may answer is there, at most every 15
    /// minutes. Who may not answer gets none.
    waiting_mail: bool,
}

/// Get what one is told by mail.
///
/// Of this workspace.
#[utoipa::path(
    get, path = "/api/auth/notifications", operation_id = "get_notifications", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = Notifications), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn read(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let wanted = waiting::wanted(&services.db.tenant(member.tenant), member.user).await;
    let waiting_mail = wanted.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(Notifications { waiting_mail }))
}

/// Change what one is told by mail.
///
/// Of this workspace.
#[utoipa::path(
    patch, path = "/api/auth/notifications", operation_id = "change_notifications", tag = "accounts", security(("user" = [])),
    request_body(content = Notifications, example = json!({ "waiting_mail": false })),
    responses((status = 200, body = Notifications), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    member: Member,
    body: web::Json<Notifications>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(member.tenant);
    let changed = waiting::want(&db, member.user, body.waiting_mail).await;
    changed.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(body.into_inner()))
}
