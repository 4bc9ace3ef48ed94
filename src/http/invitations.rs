//! Asking people into the workspace, and coming in.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::Role,
    ids::{InvitationId, UserId},
    queries::invitations::{self, Invitation},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    auth::{
        self,
        login::{UserSession, begun},
    },
    documents::problem,
    permit::{Allowed, TeamRead, TeamWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::accounts::invitations::{Accepted, Guest},
    kernel::{
        bearer::bearer,
        problem::{Problem, ProblemDocument},
        words,
    },
};

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    #[schema(value_type = uuid::Uuid)]
    id: InvitationId,
    email: String,
    #[schema(value_type = words::Role)]
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
    #[schema(format = "email", max_length = 254)]
    email: String,
    #[schema(value_type = words::Role)]
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
    /// For somebody without an account.
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    /// For somebody without an account; not easy to guess.
    #[schema(format = "password", min_length = 10, max_length = 128)]
    password: Option<String>,
}

/// What a link invites to.
#[derive(Serialize, ToSchema)]
struct Invited {
    /// The workspace's name.
    workspace: String,
    /// Who invites.
    inviter: Option<String>,
    email: String,
    #[schema(value_type = words::Role)]
    role: Role,
    /// Whether the address has an account: then no name and no password are needed.
    has_account: bool,
}

/// The address to log in with, of somebody who had an account.
#[derive(Serialize, ToSchema)]
struct Joined {
    joined: String,
}

/// What accepting leads to.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "a schema: which of the two it is, is decided in `accept`"
)]
enum Welcome {
    Began(UserSession),
    Joined(Joined),
}

/// List invitations.
///
/// The newest first, also those that are over.
#[utoipa::path(
    get, path = "/api/team/invitations", operation_id = "list_invitations", tag = "team", security(("user" = ["team:read"]), ("key" = ["team:read"])),
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

/// Invite somebody.
///
/// Mails a link that works for seven days. The same address again is a new link.
#[utoipa::path(
    post, path = "/api/team/invitations", operation_id = "invite_member", tag = "team", security(("user" = ["team:write"])),
    request_body(content = Invite, example = json!({ "email": "bob@example.com", "role": "agent" })),
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

/// Take an invitation back.
///
/// Its link does not work any more.
#[utoipa::path(
    delete, path = "/api/team/invitations/{id}", operation_id = "delete_invitation", tag = "team", security(("user" = ["team:write"])),
    params(("id" = uuid::Uuid, Path, description = "The invitation")),
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

/// See what a link invites to.
#[utoipa::path(
    post, path = "/api/auth/invitation", operation_id = "get_invitation", tag = "accounts",
    request_body(content = Look, example = json!({ "token": "the-token-of-the-link" })),
    responses((status = 200, body = Invited), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn look(
    request: HttpRequest,
    body: web::Json<Look>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = auth::client(&request, &services);
    let invited = services.accounts.invited(&body.token, &client).await;
    let invited = invited.map_err(auth::problem)?;
    Ok(HttpResponse::Ok().json(Invited {
        workspace: invited.invitation.workspace,
        inviter: invited.invitation.inviter,
        email: invited.invitation.email,
        role: invited.invitation.role,
        has_account: invited.has_account,
    }))
}

/// Accept an invitation.
///
/// Whoever has no account makes one and is logged in, as after signing up; whoever has one belongs to
/// the workspace then, and logs in. Where an identity provider keeps the accounts, it takes a session
/// token of whoever has the address there.
#[utoipa::path(
    post, path = "/api/auth/accept-invitation", operation_id = "accept_invitation", tag = "accounts",
    request_body(content = Accept, example = json!({ "token": "the-token-of-the-link", "name": "Bob", "password": "correct horse battery staple" })),
    responses((status = 200, description = "A session, or the address to log in with", body = inline(Welcome)), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
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
    if let Some(provider) = services.accounts.provider() {
        let bearer = bearer(&request);
        let joined = services
            .accounts
            .accept_outside(provider, &token, bearer, &client)
            .await;
        let joined = joined.map_err(auth::problem)?;
        return Ok(HttpResponse::Ok().json(Joined { joined }));
    }
    let accepted = services
        .accounts
        .accept(&token, Guest { name, password }, &client)
        .await;
    Ok(match accepted.map_err(auth::problem)? {
        Accepted::Began(session) => begun(&request, &services, *session),
        Accepted::Joined { email } => HttpResponse::Ok().json(Joined { joined: email }),
    })
}
