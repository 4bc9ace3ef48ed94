//! What the widget asks before it chats: public settings, and its frame.

use actix_web::{HttpRequest, HttpResponse, http::header, web};

use super::assets;
use crate::{
    actors::services::Services,
    domain::accounts::space::{SpaceRef, WidgetConfig},
    kernel::problem::{Problem, ProblemDocument},
};

/// The published space of this slug or public key.
pub(super) async fn space(services: &Services, name: &str) -> Result<std::sync::Arc<SpaceRef>, Problem> {
    services
        .spaces
        .resolve(name)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(Problem::not_found)
}

/// Get what the widget shows.
///
/// Open to every page, for it shows nothing that the widget does not show.
#[utoipa::path(
    get, path = "/api/widget/{space}/config", operation_id = "get_widget_config", tag = "visitor", params(("space" = String, Path, description = "Slug or public key of a published space")),
    responses((status = 200, body = WidgetConfig), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn config(path: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let named = space(&services, &path).await?;
    let found = services
        .spaces
        .space(named.tenant, named.space)
        .await
        .map_err(Problem::internal)?;
    let space = found.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=30"))
        .json(services.availabilities.config(&space).await))
}

/// `GET /widget/{space}/frame`: the chat itself, which only the space's sites may embed.
pub async fn frame(
    request: HttpRequest,
    path: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let space = space(&services, &path).await?;
    let ancestors = if space.allowed_origins.is_empty() {
        "*".to_owned()
    } else {
        space.allowed_origins.join(" ")
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; \
         img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self' {ancestors}"
    );
    assets::frame(&request, &policy)
}
