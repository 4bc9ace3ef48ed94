//! Spaces: made, read, set and removed. What else becomes of one is in the files of the folder.

pub mod embed;
pub mod experiments;
pub mod life;
pub mod versions;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{self, HeaderValue},
    web,
};
use parlance_store::{
    ids::SpaceId,
    queries::spaces::{self, Space},
};
use serde::Deserialize;
use serde_json::Value;
use tracing::error;
use utoipa::{IntoParams, ToSchema};

use super::{
    documents::problem,
    openapi::SettingsPatch,
    permit::{Allowed, SpacesRead, SpacesWrite},
    views::{List, SpaceView},
};
use crate::{
    actors::services::Services,
    domain::{
        accounts::{caller::Caller, settings::Refused},
        knowledge::intake,
        spaces::{
            Changed, SpaceError,
            change::{self, Change},
            create::{self, Wanted},
            removal,
        },
    },
    kernel::{
        code::Code,
        problem::{FieldError, Problem, ProblemDocument},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpacesQuery {
    /// Those that are archived, too.
    #[serde(default)]
    archived: bool,
}

/// List spaces.
///
/// Oldest first.
#[utoipa::path(
    get, path = "/api/chat-spaces", operation_id = "list_spaces", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(SpacesQuery),
    responses((status = 200, body = List<SpaceView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<SpacesRead>,
    query: web::Query<SpacesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let spaces = db
        .read(async |conn| spaces::list(conn).await)
        .await
        .map_err(Problem::internal)?;
    let now = services.clock.now();
    let shown = spaces
        .into_iter()
        .filter(|space| query.archived || space.archived_at.is_none());
    let items = shown.map(|space| SpaceView::of(space, now)).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// A space to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSpaceBody {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Absent, one is made from the name.
    #[schema(min_length = 3, max_length = 63, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: Option<String>,
    /// A merge patch of the defaults.
    #[schema(value_type = Option<SettingsPatch>)]
    settings: Option<Value>,
    /// The sites that may embed it, such as `https://example.com` or `https://*.example.com`; none is
    /// every site.
    #[serde(default)]
    #[schema(max_items = 50)]
    allowed_origins: Vec<String>,
}

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpaceChangeBody {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Pages that embed the space by its slug must follow.
    #[schema(min_length = 3, max_length = 63, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: Option<String>,
    /// A JSON merge patch (RFC 7396) of the settings: null gives a field its default again.
    #[schema(value_type = Option<SettingsPatch>)]
    settings: Option<Value>,
    /// The sites that may embed it, such as `https://example.com` or `https://*.example.com`; none is
    /// every site.
    #[schema(max_items = 50)]
    allowed_origins: Option<Vec<String>>,
    /// What is to be said of the version.
    #[schema(max_length = 200)]
    note: Option<String>,
    /// The version the change was made for: refused with `version_changed` where it is another by now. As
    /// `If-Match`.
    version: Option<i64>,
}

impl From<SpaceChangeBody> for Change {
    fn from(body: SpaceChangeBody) -> Self {
        Self {
            name: body.name,
            slug: body.slug,
            settings: body.settings,
            allowed_origins: body.allowed_origins,
            note: body.note,
            version: body.version,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Removal {
    /// The space's slug, where it is not archived.
    confirm: Option<String>,
}

/// Create a space.
///
/// It is not published yet. A workspace has 50 at most.
#[utoipa::path(
    post, path = "/api/chat-spaces", operation_id = "create_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    request_body(content = NewSpaceBody, example = json!({ "name": "Help centre", "slug": "help-centre", "settings": { "greeting": "Hello! What can we do for you?", "color": "#2456e6" }, "allowed_origins": ["https://example.com"] })),
    responses((status = 201, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<SpacesWrite>,
    body: web::Json<NewSpaceBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let body = body.into_inner();
    let wanted = Wanted {
        name: body.name,
        slug: body.slug,
        settings: body.settings,
        allowed_origins: body.allowed_origins,
    };
    let space = create::create(&db, &caller, wanted, now).await.map_err(refused)?;
    // Somebody may have asked for it before it was there.
    services.spaces.changed(&space, None).await;
    Ok(shown(HttpResponse::Created(), &services, space))
}

/// Get a space.
///
/// Its `ETag` is its version.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}", operation_id = "get_space", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(("id" = uuid::Uuid, Path, description = "The space")),
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
    Ok(shown(HttpResponse::Ok(), &services, space))
}

/// Change a space.
///
/// Another size of passages makes all documents of the space be read anew in the background; until then
/// they are found as they were.
#[utoipa::path(
    patch, path = "/api/chat-spaces/{id}", operation_id = "change_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("If-Match" = Option<String>, Header, description = "The ETag of what is to change")),
    request_body(content = SpaceChangeBody, example = json!({ "name": "Help centre", "settings": { "greeting": "Welcome back!", "ai": { "top_k": 5 } }, "note": "a warmer greeting" })),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<SpacesWrite>,
    request: HttpRequest,
    path: web::Path<SpaceId>,
    body: web::Json<SpaceChangeBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let mut change = Change::from(body.into_inner());
    change.version = change.version.or(version_of(&request)?);
    let changed = change::change(&db, &caller, *path, change, now).await;
    settled(&services, &caller, changed.map_err(refused)?).await
}

/// Delete a space.
///
/// At once for everybody, with all that it knows and all that was said.
#[utoipa::path(
    delete, path = "/api/chat-spaces/{id}", operation_id = "delete_space", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space"), Removal),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    query: web::Query<Removal>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let removed = removal::remove(&db, &caller, *path, query.confirm.as_deref(), now).await;
    services.spaces.changed(&removed.map_err(refused)?, None).await;
    services.bell.ring(caller.tenant);
    Ok(HttpResponse::NoContent().finish())
}

/// Tells whoever keeps the space in memory that it changed, and answers with it.
async fn settled(services: &Services, caller: &Caller, changed: Changed) -> Result<HttpResponse, Problem> {
    told(services, caller, &changed).await;
    Ok(shown(HttpResponse::Ok(), services, changed.after))
}

async fn told(services: &Services, caller: &Caller, changed: &Changed) {
    services
        .spaces
        .changed(&changed.before, Some(&changed.after))
        .await;
    let live = &services.live_settings;
    live.changed(caller.tenant, changed.after.id).await;
    services.consoles.look_at_queue(caller.tenant);
    if changed.cuts_anew() {
        let (db, id, now) = (
            services.db.tenant(caller.tenant),
            changed.after.id,
            services.clock.now(),
        );
        // The settings hold either way: what is not in line now is at the next start.
        match intake::queue_space(&db, id, now).await {
            Ok(_) => services.bell.ring(caller.tenant),
            Err(error) => error!(space.id = %id, %error, "documents are not read anew yet"),
        }
    }
}

fn shown(mut answer: HttpResponseBuilder, services: &Services, space: Space) -> HttpResponse {
    answer
        .insert_header((header::ETAG, format!("\"{}\"", space.version)))
        .json(SpaceView::of(space, services.clock.now()))
}

/// The version that `If-Match` names; none where any will do.
fn version_of(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let Some(tag) = request.headers().get(header::IF_MATCH) else {
        return Ok(None);
    };
    let read = |tag: &HeaderValue| match tag.to_str().ok()?.trim() {
        "*" => Some(None),
        tag => tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok().map(Some),
    };
    let detail = "If-Match: give the ETag of the space as it came";
    read(tag).ok_or_else(|| Problem::new(Code::InvalidRequest, detail))
}

fn fields(refused: Vec<Refused>) -> Vec<FieldError> {
    let field = |Refused { field, detail }| FieldError { field, detail };
    refused.into_iter().map(field).collect()
}

fn refused(error: SpaceError) -> Problem {
    let detail = error.to_string();
    let of = |code, field: &str| {
        let field = field.to_owned();
        Problem::of_fields(
            code,
            vec![FieldError {
                field,
                detail: detail.clone(),
            }],
        )
    };
    match error {
        SpaceError::Unsound(refused) => Problem::of_fields(Code::InvalidRequest, fields(refused)),
        SpaceError::SlugTaken => of(Code::Conflict, "slug"),
        SpaceError::Unconfirmed => of(Code::InvalidRequest, "confirm"),
        SpaceError::Testing => of(Code::Conflict, "settings.ai"),
        SpaceError::Over => Problem::new(Code::Conflict, detail),
        SpaceError::Full => Problem::new(Code::LimitReached, detail),
        SpaceError::Moved(_) => Problem::new(Code::VersionChanged, detail),
        SpaceError::NotReady(failed) => {
            let named = failed.into_iter().map(|check| FieldError {
                field: check.code.to_owned(),
                detail: check.advice.unwrap_or_default(),
            });
            Problem::of_fields(Code::NotReady, named.collect())
        }
        SpaceError::Store(error) => problem(error),
    }
}
