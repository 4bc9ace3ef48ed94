//! How a space comes to be on a site, and how it looks there before it is.

use actix_web::{HttpRequest, HttpResponse, web};
use parlance_store::{ids::SpaceId, queries::spaces};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields;
use crate::{
    actors::services::Services,
    domain::{
        accounts::{settings::Refused, space::Space},
        spaces::change::patched,
    },
    http::{
        documents::problem,
        permit::{Allowed, SpacesRead},
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// A source that a site with a content policy must name.
#[derive(Debug, Serialize, ToSchema)]
struct PolicySource {
    directive: &'static str,
    source: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Embed {
    /// To be put on every page that is to have the chat, anywhere.
    snippet: String,
    public_key: String,
    /// What a site with a content policy must let through.
    csp: Vec<PolicySource>,
    /// The chat alone, once the space is published.
    page: String,
    /// Whether visitors get it.
    published: bool,
    /// The sites that may embed it; none is every site.
    allowed_origins: Vec<String>,
}

/// `GET /api/chat-spaces/{id}/widget`: the embed code.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/widget", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Embed), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn code(
    caller: Allowed<SpacesRead>,
    request: HttpRequest,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| spaces::load(conn, id).await).await;
    let space = found.map_err(problem)?.ok_or_else(Problem::not_found)?;
    let origin = services.public.or_of(&request);
    let key = &space.public_key;
    let sources = ["script-src", "frame-src", "connect-src"].map(|directive| PolicySource {
        directive,
        source: origin.clone(),
    });
    Ok(HttpResponse::Ok().json(Embed {
        snippet: format!(r#"<script src="{origin}/widget.js" data-space="{key}" async></script>"#),
        csp: sources.into(),
        page: format!("{origin}/widget/{key}/frame"),
        public_key: space.public_key,
        published: space.published,
        allowed_origins: space.allowed_origins,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// A merge patch of what is stored.
    settings: Value,
}

#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// What the widget would be given.
    config: Value,
    /// The whole settings, with the defaults of what nobody has set.
    settings: Value,
}

/// `POST /api/chat-spaces/{id}/preview`: the widget with settings that are not saved.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/preview", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path)), request_body = PreviewBody,
    responses((status = 200, body = Preview), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn preview(
    caller: Allowed<SpacesRead>,
    path: web::Path<SpaceId>,
    body: web::Json<PreviewBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| spaces::load(conn, id).await).await;
    let row = found.map_err(problem)?.ok_or_else(Problem::not_found)?;
    let (_, settings) = patched(&row.settings, &body.settings).map_err(unsound)?;
    let space = Space {
        settings,
        ..Space::from(row)
    };
    Ok(HttpResponse::Ok().json(Preview {
        config: space.public(),
        settings: serde_json::to_value(&space.settings).unwrap_or_default(),
    }))
}

fn unsound(refused: Vec<Refused>) -> Problem {
    let refused = crate::domain::spaces::in_settings(refused).collect();
    Problem::of_fields(Code::InvalidRequest, fields(refused))
}
