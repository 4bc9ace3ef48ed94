//! Publishing a space and what it takes, its key, putting it away.

use actix_web::{HttpResponse, web};
use parlance_store::ids::SpaceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{refused, settled};
use crate::{
    actors::services::Services,
    domain::spaces::{archive as put_away, checks::Check, keys, publish as opening},
    http::{
        documents::problem,
        permit::{Allowed, SpaceCredentials, SpacesRead, SpacesWrite},
        views::SpaceView,
    },
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
struct Checks {
    /// Whether nothing stands against publishing it.
    ready: bool,
    items: Vec<Check>,
}

/// Check whether a space can be published.
///
/// What is there, what is missing, what to do about it. A space that is published stays so, whatever
/// has become of its documents since.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/checks", operation_id = "check_space", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = Checks), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn checks(
    caller: Allowed<SpacesRead>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let items = opening::checks(&db, &caller, &services.answerer, *path)
        .await
        .map_err(problem)?;
    let ready = items.iter().all(|check| check.passed || !check.blocks);
    Ok(HttpResponse::Ok().json(Checks { ready, items }))
}

/// Publish a space.
///
/// Refused with `not_ready`, and what is missing, where its checks are against it.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/publish", operation_id = "publish_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn publish(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = opening::publish(&db, &caller, &services.answerer, *path, now);
    settled(&services, &caller, changed.await.map_err(refused)?).await
}

/// Unpublish a space.
///
/// There is nothing here for visitors any more, at once.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/unpublish", operation_id = "unpublish_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn unpublish(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = opening::unpublish(&db, &caller, *path, now);
    settled(&services, &caller, changed.await.map_err(refused)?).await
}

/// Archive a space.
///
/// Unpublished, out of the lists, and nothing of it can be changed.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/archive", operation_id = "archive_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn archive(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = put_away::archive(&db, &caller, *path, now);
    settled(&services, &caller, changed.await.map_err(refused)?).await
}

/// Bring a space back.
///
/// It is not published.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/unarchive", operation_id = "unarchive_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn unarchive(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = put_away::unarchive(&db, &caller, *path, now);
    let changed = changed.await.map_err(refused)?;
    services.bell.ring(caller.tenant);
    settled(&services, &caller, changed).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Hours for which the key before still works; 168 unless told.
    #[serde(default = "overlap")]
    #[schema(maximum = 720)]
    overlap_hours: u16,
}

fn overlap() -> u16 {
    keys::OVERLAP
}

/// Rotate a space's public key.
///
/// Another public key, which works at once. The one before works for a while; one that was still at its
/// end is over. Visitors keep their sessions.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/rotate-key", operation_id = "rotate_space_key", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = Rotation, example = json!({ "overlap_hours": 168 })),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn rotate_key(
    caller: Allowed<SpaceCredentials>,
    path: web::Path<SpaceId>,
    body: web::Json<Rotation>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = keys::rotate(&db, &caller, *path, body.overlap_hours, now);
    settled(&services, &caller, changed.await.map_err(refused)?).await
}
