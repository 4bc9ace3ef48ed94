//! How a space comes to be on a site, and how it looks there before it is.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    control::plans,
    ids::SpaceId,
    queries::{sightings, spaces},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields;
use crate::{
    actors::services::Services,
    domain::{
        accounts::{
            settings::{Refused, SpaceSettings},
            space::{Space, WidgetConfig},
        },
        spaces::change::patched,
    },
    http::{
        documents::problem,
        openapi::SettingsPatch,
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

/// Sites that are told of.
const TOLD: i64 = 20;

/// A site on which the chat was opened.
#[derive(Debug, Serialize, ToSchema)]
struct Seen {
    #[schema(example = "https://shop.example")]
    origin: String,
    /// The last time, to the hour.
    at: DateTime<Utc>,
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
    /// Where mail may go that begins a conversation, once the space takes any; null where none can come in.
    support_address: Option<String>,
    /// Where it was opened, the latest first, 20 at most. Pages of this server are left out.
    seen: Vec<Seen>,
}

/// Get the embed code.
///
/// What puts the chat on a site, and what a site with a content policy must let through.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/widget", operation_id = "get_embed_code", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = Embed), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn code(
    caller: Allowed<SpacesRead>,
    request: HttpRequest,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db
        .read(async |conn| {
            let space = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            Ok::<_, StoreError>((space, sightings::list(conn, id, TOLD).await?))
        })
        .await;
    let (space, seen) = found.map_err(problem)?;
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
        support_address: services.mail_addresses.support(caller.tenant, id),
        seen: seen
            .into_iter()
            .map(|site| Seen {
                origin: site.origin,
                at: site.at,
            })
            .collect(),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// A merge patch of what is stored.
    #[schema(value_type = SettingsPatch)]
    settings: Value,
}

#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// What the widget would be given.
    #[schema(value_type = WidgetConfig)]
    config: Value,
    /// The whole settings, with the defaults of what nobody has set.
    #[schema(value_type = SpaceSettings)]
    settings: Value,
}

/// Preview settings.
///
/// What the widget would show with settings that are not saved.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/preview", operation_id = "preview_space", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = PreviewBody, example = json!({ "settings": { "color": "#0a7f5a", "mode": "dark" } })),
    responses((status = 200, body = Preview), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn preview(
    caller: Allowed<SpacesRead>,
    path: web::Path<SpaceId>,
    body: web::Json<PreviewBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| {
        let row = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        Ok((row, plans::of_tenant(conn).await?))
    });
    let (row, plan) = found.await.map_err(problem)?;
    let (_, settings) = patched(&row.settings, &body.settings).map_err(unsound)?;
    let space = Space {
        settings,
        white_label: services.plans.of(&plan).features.white_label,
        ..Space::from(row)
    };
    Ok(HttpResponse::Ok().json(Preview {
        config: services.availabilities.config(&space).await,
        settings: serde_json::to_value(&space.settings).unwrap_or_default(),
    }))
}

fn unsound(refused: Vec<Refused>) -> Problem {
    let refused = crate::domain::spaces::in_settings(refused).collect();
    Problem::of_fields(Code::InvalidRequest, fields(refused))
}
