//! Asking people into the workspace, and coming in.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::Role,
    ids::{InvitationId, UserId},
    queries::invitations::{self, Invitation},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    auth::{self, login::begun},
    documents::problem,
    permit::{Allowed, TeamRead, TeamWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::accounts::invitations::{Accepted, Guest},
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    #[schema(value_type = uuid::Uuid)]
    id: InvitationId,
    email: String,
    /// `owner`, `admin`, `agent` or `viewer`.
    #[schema(value_type = String)]
    role: Role,
    #[schema(value_type = uuid::Uuid)]
    invited_by: UserId,
    /// Their name.
    inviter: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            inviter: invitation.inviter,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    email: String,
    /// `owner`, `admin`, `agent` or `viewer`.
    #[schema(value_type = String)]
    role: Role,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// From the link.
    token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// From the link.
    token: String,
    /// For somebody without an account: 1 to 80 characters.
    name: Option<String>,
    /// For somebody without an account: 10 to 128 characters, not easy to guess.
    password: Option<String>,
}

/// `GET /api/team/invitations`, the newest first, also those that are over.
#[utoipa::path(
    get, path = "/api/team/invitations", tag = "team", security(("user" = ["team:read"]), ("key" = ["team:read"])),
    responses((status = 200, body = List<InvitationView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(caller: Allowed<TeamRead>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.db.tenant(caller.tenant).read(invitations::list).await;
    let items = found
        .map_err(problem)?
        .into_iter()
        .map(InvitationView::from)
        .collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// `POST /api/team/invitations`: mails a link that works for seven days. The same address again is a new
/// link.
#[utoipa::path(
    post, path = "/api/team/invitations", tag = "team", security(("user" = ["team:write"])), request_body = Invite,
    responses((status = 201, body = InvitationView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn invite(
    caller: Allowed<TeamWrite>,
    body: web::Json<Invite>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let invited = services.accounts.invite(&caller, &body.email, body.role).await;
    Ok(HttpResponse::Created().json(InvitationView::from(invited.map_err(auth::problem)?)))
}

/// `DELETE /api/team/invitations/{id}`: its link does not work any more.
#[utoipa::path(
    delete, path = "/api/team/invitations/{id}", tag = "team", security(("user" = ["team:write"])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn uninvite(
    caller: Allowed<TeamWrite>,
    path: web::Path<InvitationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let taken_back = services.accounts.uninvite(&caller, *path).await;
    taken_back.map_err(auth::problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/auth/invitation`: what a link invites to.
#[utoipa::path(
    post, path = "/api/auth/invitation", tag = "accounts", request_body = Look,
    responses((status = 200, description = "The workspace, the address and whether it has an account"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn look(
    request: HttpRequest,
    body: web::Json<Look>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = auth::client(&request, &services);
    let invited = services.accounts.invited(&body.token, &client).await;
    let invited = invited.map_err(auth::problem)?;
    Ok(HttpResponse::Ok().json(json!({
        "workspace": invited.invitation.workspace,
        "inviter": invited.invitation.inviter,
        "email": invited.invitation.email,
        "role": invited.invitation.role,
        "has_account": invited.has_account,
    })))
}

/// `POST /api/auth/accept-invitation`: whoever has no account makes one and is logged in, as after
/// signing up; whoever has one belongs to the workspace then, and logs in (`{joined}`).
#[utoipa::path(
    post, path = "/api/auth/accept-invitation", tag = "accounts", request_body = Accept,
    responses((status = 200, description = "A session, or the address to log in with"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn accept(
    request: HttpRequest,
    body: web::Json<Accept>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let Accept {
        token,
        name,
        password,
    } = body.into_inner();
    let client = auth::client(&request, &services);
    let accepted = services
        .accounts
        .accept(&token, Guest { name, password }, &client)
        .await;
    Ok(match accepted.map_err(auth::problem)? {
        Accepted::Began(session) => begun(&request, &services, *session),
        Accepted::Joined { email } => HttpResponse::Ok().json(json!({ "joined": email })),
    })
}
