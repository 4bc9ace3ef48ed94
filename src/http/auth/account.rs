//! One's own account.

use actix_web::{HttpRequest, HttpResponse, web};
use parlance_store::{
    control::{Membership, Role},
    ids::TenantId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TenantView, UserView, claims, client, problem};
use crate::{
    actors::services::Services,
    http::user::Member,
    kernel::{
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Who is logged in, where, and where else they may be.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    user: UserView,
    tenant: TenantView,
    /// All workspaces of the person, the oldest membership first.
    memberships: Vec<MembershipView>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MembershipView {
    #[schema(value_type = uuid::Uuid)]
    tenant: TenantId,
    name: String,
    #[schema(value_type = words::Role)]
    role: Role,
}

impl From<Membership> for MembershipView {
    fn from(member: Membership) -> Self {
        Self {
            tenant: member.tenant_id,
            name: member.tenant_name,
            role: member.role,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RenameBody {
    #[schema(min_length = 1, max_length = 80)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
pub struct PasswordBody {
    /// The one before.
    #[schema(format = "password")]
    password: String,
    /// Another one, not easy to guess.
    #[schema(format = "password", min_length = 10, max_length = 128)]
    new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub struct EmailBody {
    #[schema(format = "password")]
    password: String,
    /// The address that is wanted.
    #[schema(format = "email", max_length = 254)]
    email: String,
}

/// Who is logged in.
///
/// Where, and where else they may be.
#[utoipa::path(
    get, path = "/api/auth/me", operation_id = "get_me", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = Me), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn me(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let login = services.accounts.person(member.user).await;
    let mut login = login.map_err(problem)?;
    let memberships = std::mem::take(&mut login.memberships);
    Ok(HttpResponse::Ok().json(Me {
        user: login.into(),
        tenant: TenantView {
            id: member.tenant,
            role: member.role.to_string(),
        },
        memberships: memberships.into_iter().map(Into::into).collect(),
    }))
}

/// Change one's name.
#[utoipa::path(
    patch, path = "/api/auth/me", operation_id = "rename_me", tag = "accounts", security(("user" = [])),
    request_body(content = RenameBody, example = json!({ "name": "Ada Lovelace" })),
    responses((status = 200, body = UserView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn rename(
    member: Member,
    request: HttpRequest,
    body: web::Json<RenameBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let renamed = services
        .accounts
        .rename(&claims(&member)?, &body.name, &client)
        .await;
    Ok(HttpResponse::Ok().json(UserView::from(renamed.map_err(problem)?)))
}

/// Change one's password.
///
/// Ends all other sessions.
#[utoipa::path(
    post, path = "/api/auth/change-password", operation_id = "change_password", tag = "accounts", security(("user" = [])),
    request_body(content = PasswordBody, example = json!({ "password": "correct horse battery staple", "new_password": "an even better horse staple" })),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change_password(
    member: Member,
    request: HttpRequest,
    body: web::Json<PasswordBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let PasswordBody {
        password,
        new_password,
    } = body.into_inner();
    let client = client(&request, &services);
    let changed = services
        .accounts
        .change_password(&claims(&member)?, password, new_password, &client)
        .await;
    changed.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change one's e-mail address.
///
/// Mails a link to the new address, and a notice to the one before.
#[utoipa::path(
    post, path = "/api/auth/change-email", operation_id = "change_email", tag = "accounts", security(("user" = [])),
    request_body(content = EmailBody, example = json!({ "password": "correct horse battery staple", "email": "ada@example.com" })),
    responses((status = 202), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change_email(
    member: Member,
    request: HttpRequest,
    body: web::Json<EmailBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let EmailBody { password, email } = body.into_inner();
    let client = client(&request, &services);
    let asked = services
        .accounts
        .change_email(&claims(&member)?, password, &email, &client)
        .await;
    asked.map_err(problem)?;
    Ok(HttpResponse::Accepted().finish())
}
