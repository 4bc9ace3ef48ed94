//! Signing up, and what links lead to that are sent by mail.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tracing::error;
use utoipa::ToSchema;

use super::{
    claims, client,
    login::{UserSession, begun},
    problem,
};
use crate::{
    actors::services::Services,
    domain::accounts::signup::Newcomer,
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Deserialize, ToSchema)]
pub struct SignupBody {
    email: String,
    /// 10 to 128 characters, not easy to guess.
    password: String,
    /// 1 to 80 characters.
    name: String,
    /// What the workspace is called, 1 to 80 characters.
    workspace: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ForgotBody {
    email: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ResetBody {
    /// From the link.
    token: String,
    /// Another one.
    password: String,
}

#[derive(Deserialize, ToSchema)]
pub struct VerifyBody {
    /// From the link.
    token: String,
}

/// An address that is confirmed.
#[derive(Debug, Serialize, ToSchema)]
struct Verified {
    email: String,
}

/// `POST /api/auth/signup`: a person, their workspace and its first space.
#[utoipa::path(
    post, path = "/api/auth/signup", tag = "accounts", request_body = SignupBody,
    responses((status = 200, body = UserSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn signup(
    request: HttpRequest,
    body: web::Json<SignupBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let SignupBody {
        email,
        password,
        name,
        workspace,
    } = body.into_inner();
    let new = Newcomer {
        email,
        password,
        name,
        workspace,
    };
    let client = client(&request, &services);
    let logged_in = services.accounts.sign_up(new, &client).await;
    Ok(begun(&request, &services, logged_in.map_err(problem)?))
}

/// `POST /api/auth/forgot-password`: mails a link to whoever has the address. The answer is given before
/// anybody is looked up.
#[utoipa::path(
    post, path = "/api/auth/forgot-password", tag = "accounts", request_body = ForgotBody,
    responses((status = 202), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn forgot(
    request: HttpRequest,
    body: web::Json<ForgotBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let accounts = services.accounts.clone();
    let email = accounts.may_ask(&body.email, &client).map_err(problem)?;
    services.tasks.spawn_local("forgot_password", async move {
        if let Err(error) = accounts.forgot(&email).await {
            error!(?error, "a link to another password could not be put in line");
        }
    });
    Ok(HttpResponse::Accepted().finish())
}

/// `POST /api/auth/reset-password`: another password by a link. Ends all sessions.
#[utoipa::path(
    post, path = "/api/auth/reset-password", tag = "accounts", request_body = ResetBody,
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn reset(
    request: HttpRequest,
    body: web::Json<ResetBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ResetBody { token, password } = body.into_inner();
    let client = client(&request, &services);
    let reset = services.accounts.reset(&token, password, &client).await;
    reset.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/auth/verify-email`: confirms an address by a link, the first one or another.
#[utoipa::path(
    post, path = "/api/auth/verify-email", tag = "accounts", request_body = VerifyBody,
    responses((status = 200, body = Verified), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn verify(
    request: HttpRequest,
    body: web::Json<VerifyBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let email = services.accounts.verify(&body.token, &client).await;
    Ok(HttpResponse::Ok().json(Verified {
        email: email.map_err(problem)?,
    }))
}

/// `POST /api/auth/verify-email/resend`: the link again, where the address is not confirmed.
#[utoipa::path(
    post, path = "/api/auth/verify-email/resend", tag = "accounts", security(("user" = [])),
    responses((status = 202), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn resend(
    member: Member,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let resent = services.accounts.resend(&claims(&member), &client).await;
    resent.map_err(problem)?;
    Ok(HttpResponse::Accepted().finish())
}
