//! The workspace itself: what it is called.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::workspace::{self, Workspace},
    ids::TenantId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    auth,
    documents::problem,
    permit::{Allowed, TeamRead, WorkspaceWrite},
};
use crate::{
    actors::services::Services,
    domain::accounts::workspace::rename,
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct WorkspaceView {
    #[schema(value_type = uuid::Uuid)]
    id: TenantId,
    name: String,
    created_at: DateTime<Utc>,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        let Workspace { id, name, created_at } = workspace;
        Self { id, name, created_at }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    /// In one line. Members see it, and whoever is invited.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
}

/// Get the workspace.
#[utoipa::path(
    get, path = "/api/workspace", operation_id = "get_workspace", tag = "team", security(("user" = ["team:read"]), ("key" = ["team:read"])),
    responses((status = 200, body = WorkspaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn read(caller: Allowed<TeamRead>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.db.tenant(caller.tenant).read(workspace::read).await;
    Ok(HttpResponse::Ok().json(WorkspaceView::from(found.map_err(problem)?)))
}

/// Rename the workspace.
#[utoipa::path(
    patch, path = "/api/workspace", operation_id = "rename_workspace", tag = "team", security(("user" = ["workspace:write"])),
    request_body(content = WorkspaceChange, example = json!({ "name": "Acme Robotics" })),
    responses((status = 200, body = WorkspaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<WorkspaceWrite>,
    body: web::Json<WorkspaceChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let renamed = rename(&db, &caller, &body.name, now).await;
    Ok(HttpResponse::Ok().json(WorkspaceView::from(renamed.map_err(auth::problem)?)))
}
