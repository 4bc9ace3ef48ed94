//! What a space was set to, what is different, and setting it so again.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::SpaceId,
    queries::{
        space_versions::{self, SpaceVersion},
        spaces,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{refused, settled, version_of};
use crate::{
    actors::services::Services,
    domain::spaces::{
        change,
        versions::{Difference, diff},
    },
    http::{
        cursor,
        documents::problem,
        permit::{Allowed, SpacesRead, SpacesWrite},
        views::{List, SpaceView},
    },
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

const PAGE: i32 = 50;

/// Who made a version.
#[derive(Debug, Serialize, ToSchema)]
struct MadeBy {
    #[schema(value_type = words::ActorKind)]
    kind: &'static str,
    id: Option<Uuid>,
    /// What they were called then.
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VersionSummary {
    n: i64,
    /// Whether the space is set so now.
    present: bool,
    by: MadeBy,
    note: Option<String>,
    /// The version it brought back.
    restored_from: Option<i64>,
    at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    #[serde(flatten)]
    summary: VersionSummary,
    name: String,
    /// What was set; what is absent had its default.
    #[schema(value_type = Object)]
    settings: Value,
    allowed_origins: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Differences {
    from: i64,
    to: i64,
    items: Vec<Difference>,
}

impl VersionSummary {
    fn of(version: &SpaceVersion, present: i64) -> Self {
        Self {
            n: version.n,
            present: version.n == present,
            by: MadeBy {
                kind: version.actor_kind.as_str(),
                id: version.actor_id,
                name: version.actor_name.clone(),
            },
            note: version.note.clone(),
            restored_from: version.restored_from,
            at: version.at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionsQuery {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// List a space's versions.
///
/// The newest first; 200 are kept.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/versions", operation_id = "list_space_versions", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), VersionsQuery),
    responses((status = 200, body = List<VersionSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<SpacesRead>,
    path: web::Path<SpaceId>,
    query: web::Query<VersionsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let limit = query.limit.map_or(PAGE, PageSize::get);
    let before = match &query.cursor {
        Some(cursor) => cursor.parse().map_err(|_| cursor::unknown())?,
        None => i64::MAX,
    };
    let found = db.read(async |conn| {
        let space = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        Ok::<_, StoreError>((
            space.version,
            space_versions::list(conn, id, before, limit).await?,
        ))
    });
    let (present, found) = found.await.map_err(problem)?;
    let full = i32::try_from(found.len()).unwrap_or(0) == limit;
    let next = found.last().filter(|_| full).map(|last| last.n.to_string());
    let items = found
        .iter()
        .map(|version| VersionSummary::of(version, present))
        .collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// Get a version of a space.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/versions/{n}", operation_id = "get_space_version", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("n" = i64, Path, description = "The version's number", minimum = 1)),
    responses((status = 200, body = VersionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn version(
    caller: Allowed<SpacesRead>,
    path: web::Path<(SpaceId, i64)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, (id, n)) = (services.db.tenant(caller.tenant), path.into_inner());
    let found = db.read(async |conn| {
        let space = spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        let found = space_versions::get(conn, id, n).await?;
        Ok::<_, StoreError>((space.version, found.ok_or(StoreError::NotFound)?))
    });
    let (present, found) = found.await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(VersionView {
        summary: VersionSummary::of(&found, present),
        name: found.name,
        settings: found.settings,
        allowed_origins: found.allowed_origins,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Against {
    /// The version to compare with; else the one before.
    from: Option<i64>,
}

/// Compare a version of a space.
///
/// What is different in it, field by field.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/versions/{n}/diff", operation_id = "diff_space_version", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("n" = i64, Path, description = "The version's number", minimum = 1), Against),
    responses((status = 200, body = Differences), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn differences(
    caller: Allowed<SpacesRead>,
    path: web::Path<(SpaceId, i64)>,
    query: web::Query<Against>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, (id, to)) = (services.db.tenant(caller.tenant), path.into_inner());
    let from = query.from.unwrap_or(to.saturating_sub(1));
    let found = db.read(async |conn| {
        spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        let before = space_versions::get(conn, id, from).await?;
        let after = space_versions::get(conn, id, to).await?;
        Ok::<_, StoreError>((
            before.ok_or(StoreError::NotFound)?,
            after.ok_or(StoreError::NotFound)?,
        ))
    });
    let (before, after) = found.await.map_err(problem)?;
    let items = diff(&before, &after);
    Ok(HttpResponse::Ok().json(Differences { from, to, items }))
}

/// Restore a version of a space.
///
/// The space is set as it was then, which is a new version. Its slug stays.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/versions/{n}/restore", operation_id = "restore_space_version", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("n" = i64, Path, description = "The version's number", minimum = 1), ("If-Match" = Option<String>, Header, description = "The ETag of what is to change")),
    responses((status = 200, body = SpaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn restore(
    caller: Allowed<SpacesWrite>,
    request: HttpRequest,
    path: web::Path<(SpaceId, i64)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, (id, n)) = (services.db.tenant(caller.tenant), path.into_inner());
    let (version, now) = (version_of(&request)?, services.clock.now());
    let changed = change::restore(&db, &caller, id, n, version, now).await;
    settled(&services, &caller, changed.map_err(refused)?).await
}
