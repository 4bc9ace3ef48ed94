//! The workspace itself: what it is called, and by which clock it counts.

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
    domain::accounts::workspace::{self as workspaces, Change},
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct WorkspaceView {
    #[schema(value_type = uuid::Uuid)]
    id: TenantId,
    name: String,
    created_at: DateTime<Utc>,
    /// Of its days and months: a zone of the IANA's list.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        let Workspace {
            id,
            name,
            created_at,
            time_zone,
        } = workspace;
        Self {
            id,
            name,
            created_at,
            time_zone,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    /// In one line. Members see it, and whoever is invited.
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Of its days and months, by which use of the plan is counted: a zone of the IANA's list.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
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

/// Change the workspace.
///
/// What is not given stays.
#[utoipa::path(
    patch, path = "/api/workspace", operation_id = "change_workspace", tag = "team", security(("user" = ["workspace:write"])),
    request_body(content = WorkspaceChange, example = json!({ "name": "Acme Robotics", "time_zone": "Europe/Berlin" })),
    responses((status = 200, body = WorkspaceView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<WorkspaceWrite>,
    body: web::Json<WorkspaceChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let WorkspaceChange { name, time_zone } = body.into_inner();
    let changed = workspaces::change(&db, &caller, Change { name, time_zone }, now).await;
    Ok(HttpResponse::Ok().json(WorkspaceView::from(changed.map_err(auth::problem)?)))
}
