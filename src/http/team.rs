//! Who belongs to the workspace, in which role and in which teams.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::{self, Role, members},
    ids::{TeamId, UserId},
    queries::teams,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    auth,
    documents::problem,
    permit::{Allowed, TeamRead, TeamWrite, WorkspaceWrite},
    user::Member,
    views::List,
};
use crate::{
    actors::{services::Services, tickets},
    domain::accounts::team::{self, TeamError, TeamWords},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    email: String,
    name: String,
    #[schema(value_type = words::Role)]
    role: Role,
    joined_at: DateTime<Utc>,
}

impl From<control::Member> for MemberView {
    fn from(member: control::Member) -> Self {
        Self {
            id: member.user_id,
            email: member.email,
            name: member.name,
            role: member.role,
            joined_at: member.joined_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TeamView {
    #[schema(value_type = uuid::Uuid)]
    id: TeamId,
    name: String,
    #[schema(value_type = Vec<uuid::Uuid>)]
    members: Vec<UserId>,
    created_at: DateTime<Utc>,
}

impl From<teams::Team> for TeamView {
    fn from(team: teams::Team) -> Self {
        let teams::Team {
            id,
            name,
            members,
            created_at,
        } = team;
        Self {
            id,
            name,
            members,
            created_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    #[schema(value_type = words::Role)]
    role: Role,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Who is to own the workspace.
    #[schema(value_type = uuid::Uuid)]
    member: UserId,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamBody {
    /// Unique in the workspace without regard to case.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Members of the workspace.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 500)]
    members: Vec<UserId>,
}

impl From<TeamBody> for TeamWords {
    fn from(body: TeamBody) -> Self {
        Self {
            name: body.name,
            members: body.members,
        }
    }
}

fn refused(error: TeamError) -> Problem {
    let detail = error.to_string();
    match error {
        TeamError::Unsound(_) | TeamError::NoMember => Problem::new(Code::InvalidRequest, detail),
        TeamError::NameTaken => Problem::new(Code::Conflict, detail),
        TeamError::Full => Problem::new(Code::LimitReached, detail),
        TeamError::OwnersOnly | TeamError::NoLonger => Problem::new(Code::Forbidden, detail),
        TeamError::LastOwner => Problem::new(Code::LastOwner, detail),
        TeamError::Store(error) => problem(error),
    }
}

/// List members.
///
/// Those who came first come first.
#[utoipa::path(
    get, path = "/api/team/members", operation_id = "list_members", tag = "team", security(("user" = ["team:read"]), ("key" = ["team:read"])),
    responses((status = 200, body = List<MemberView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(caller: Allowed<TeamRead>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.db.tenant(caller.tenant).read(members::list).await;
    let items = found
        .map_err(problem)?
        .into_iter()
        .map(MemberView::from)
        .collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Change a member's role.
///
/// At once. Owners are made and unmade by owners.
#[utoipa::path(
    patch, path = "/api/team/members/{id}", operation_id = "change_member", tag = "team", security(("user" = ["team:write"])),
    params(("id" = uuid::Uuid, Path, description = "The member")),
    request_body(content = RoleChange, example = json!({ "role": "agent" })),
    responses((status = 200, body = MemberView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<TeamWrite>,
    path: web::Path<UserId>,
    body: web::Json<RoleChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = team::set_role(&db, &caller, *path, body.role, now).await;
    let member = changed.map_err(refused)?;
    services.accounts.forget();
    Ok(HttpResponse::Ok().json(MemberView::from(member)))
}

/// Remove a member.
///
/// Out of the workspace, sessions there included.
#[utoipa::path(
    delete, path = "/api/team/members/{id}", operation_id = "remove_member", tag = "team", security(("user" = ["team:write"])),
    params(("id" = uuid::Uuid, Path, description = "The member")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<TeamWrite>,
    path: web::Path<UserId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let removable = services.accounts.may_remove(caller.tenant, *path).await;
    removable.map_err(auth::problem)?;
    let left = team::remove(&db, &caller, *path, now).await.map_err(refused)?;
    tickets::tell_all(&db, &services.consoles, Some(&services.registry), left).await;
    services.accounts.forget();
    Ok(HttpResponse::NoContent().finish())
}

/// Leave the workspace.
///
/// Of one's own accord; its last owner cannot.
#[utoipa::path(
    post, path = "/api/team/leave", operation_id = "leave_workspace", tag = "team", security(("user" = [])),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn leave(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let (tenant, user) = (member.tenant, member.user);
    let (db, now) = (services.db.tenant(tenant), services.clock.now());
    let removable = services.accounts.may_remove(tenant, user).await;
    removable.map_err(auth::problem)?;
    let left = team::remove(&db, &member.into(), user, now).await;
    let left = left.map_err(refused)?;
    tickets::tell_all(&db, &services.consoles, Some(&services.registry), left).await;
    services.accounts.forget();
    Ok(HttpResponse::NoContent().finish())
}

/// Hand the workspace over.
///
/// The member is an owner then, and the caller an admin.
#[utoipa::path(
    post, path = "/api/team/transfer-ownership", operation_id = "transfer_ownership", tag = "team", security(("user" = ["workspace:write"])),
    request_body(content = Transfer, example = json!({ "member": "0192f7a0-0000-7000-8000-000000000001" })),
    responses((status = 200, body = MemberView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn transfer(
    caller: Allowed<WorkspaceWrite>,
    body: web::Json<Transfer>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let member = team::transfer(&db, &caller, body.member, now)
        .await
        .map_err(refused)?;
    services.accounts.forget();
    Ok(HttpResponse::Ok().json(MemberView::from(member)))
}

/// List teams.
///
/// By name.
#[utoipa::path(
    get, path = "/api/team/teams", operation_id = "list_teams", tag = "team", security(("user" = ["team:read"]), ("key" = ["team:read"])),
    responses((status = 200, body = List<TeamView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn teams(
    caller: Allowed<TeamRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let found = services.db.tenant(caller.tenant).read(teams::list).await;
    let items = found.map_err(problem)?.into_iter().map(TeamView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Create a team.
#[utoipa::path(
    post, path = "/api/team/teams", operation_id = "create_team", tag = "team", security(("user" = ["team:write"])),
    request_body(content = TeamBody, example = json!({ "name": "Sales", "members": [] })),
    responses((status = 201, body = TeamView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create_team(
    caller: Allowed<TeamWrite>,
    body: web::Json<TeamBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let made = team::put(&db, &caller, None, body.into_inner().into(), now).await;
    Ok(HttpResponse::Created().json(TeamView::from(made.map_err(refused)?)))
}

/// Change a team.
///
/// Its name and who is in it.
#[utoipa::path(
    put, path = "/api/team/teams/{id}", operation_id = "change_team", tag = "team", security(("user" = ["team:write"])),
    params(("id" = uuid::Uuid, Path, description = "The team")),
    request_body(content = TeamBody, example = json!({ "name": "Sales and success", "members": [] })),
    responses((status = 200, body = TeamView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change_team(
    caller: Allowed<TeamWrite>,
    path: web::Path<TeamId>,
    body: web::Json<TeamBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = team::put(&db, &caller, Some(*path), body.into_inner().into(), now).await;
    Ok(HttpResponse::Ok().json(TeamView::from(changed.map_err(refused)?)))
}

/// Delete a team.
///
/// Its members stay members.
#[utoipa::path(
    delete, path = "/api/team/teams/{id}", operation_id = "delete_team", tag = "team", security(("user" = ["team:write"])),
    params(("id" = uuid::Uuid, Path, description = "The team")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove_team(
    caller: Allowed<TeamWrite>,
    path: web::Path<TeamId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let left = team::disband(&db, &caller, *path, now).await.map_err(problem)?;
    tickets::tell_all(&db, &services.consoles, Some(&services.registry), left).await;
    Ok(HttpResponse::NoContent().finish())
}
