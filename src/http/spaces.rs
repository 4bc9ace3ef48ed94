//! Reading and changing a space.

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::SpaceId,
    queries::{
        golden::GoldenCause,
        spaces::{self, SpaceChange},
    },
};
use serde::Deserialize;
use serde_json::Value;
use tracing::error;
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, SpacesRead, SpacesWrite},
    views::SpaceView,
};
use crate::{
    actors::services::Services,
    domain::{
        accounts::{
            settings::{self, Refused},
            space::Space,
        },
        golden,
        knowledge::intake,
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

const NAME_MAX: usize = 100;

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// 1 to 100 characters.
    name: Option<String>,
    /// A JSON merge patch (RFC 7396) of the settings: null gives a field its default again.
    settings: Option<Value>,
}

/// `GET /api/chat-spaces/{id}`.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn space(
    caller: Allowed<SpacesRead>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| spaces::load(conn, id).await).await;
    let space = found.map_err(problem)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(SpaceView::from(space)))
}

/// `PATCH /api/chat-spaces/{id}`. Another size of passages makes all documents of the space be read
/// anew in the background; until then they are found as they were.
#[utoipa::path(
    patch, path = "/api/chat-spaces/{id}", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path)),
    request_body = Change,
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<Change>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id, at) = (services.db.tenant(caller.tenant), *path, services.clock.now());
    let Change { name, settings } = body.into_inner();
    let name = name.map(|name| name.trim().to_owned());
    if name
        .as_ref()
        .is_some_and(|name| name.is_empty() || name.contains('\0') || name.chars().count() > NAME_MAX)
    {
        let detail = format!("name: give 1 to {NAME_MAX} characters");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let patch = settings.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    if !patch.is_object() {
        return Err(Problem::new(Code::InvalidRequest, "settings: give an object"));
    }
    let changed = db
        .transaction(async |conn| {
            let before = spaces::lock(conn, id).await?;
            let (stored, settings) = match settings::changed(&before.settings, &patch) {
                Ok(changed) => changed,
                Err(refused) => return Ok(Err(refused)),
            };
            let change = SpaceChange {
                slug: before.slug.clone(),
                name: name.clone().unwrap_or_else(|| before.name.clone()),
                public_key: before.public_key.clone(),
                settings: stored,
                published: before.published,
                allowed_origins: before.allowed_origins.clone(),
                at,
            };
            spaces::update(conn, id, change).await?;
            let before = Space::from(before).settings;
            if (&before.ai, &before.bot_name) != (&settings.ai, &settings.bot_name) {
                golden::after_change(conn, id, GoldenCause::Settings, at).await?;
            }
            let recut = before.knowledge.limits() != settings.knowledge.limits();
            let after = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            Ok::<_, StoreError>(Ok((after, recut)))
        })
        .await
        .map_err(problem)?;
    let (space, recut) = changed.map_err(|refused| refusal(&refused))?;
    services.live_settings.changed(caller.tenant, id).await;
    if recut {
        // The settings hold either way: what is not in line now is at the next start.
        match intake::queue_space(&db, id, at).await {
            Ok(_) => services.bell.ring(caller.tenant),
            Err(error) => error!(space.id = %id, %error, "documents are not read anew yet"),
        }
    }
    Ok(HttpResponse::Ok().json(SpaceView::from(space)))
}

fn refusal(refused: &[Refused]) -> Problem {
    let named: Vec<String> = refused
        .iter()
        .map(|Refused { field, detail }| format!("settings.{field}: {detail}"))
        .collect();
    Problem::new(Code::InvalidRequest, named.join("; "))
}
