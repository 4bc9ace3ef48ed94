//! Signing up, and what links lead to that are sent by mail.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tracing::error;
use utoipa::ToSchema;

use super::{
    client,
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
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// Not easy to guess.
    #[schema(format = "password", min_length = 10, max_length = 128)]
    password: String,
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// What the workspace is called.
    #[schema(min_length = 1, max_length = 80)]
    workspace: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ForgotBody {
    #[schema(format = "email", max_length = 254)]
    email: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ResetBody {
    /// From the link.
    token: String,
    /// Another one, not easy to guess.
    #[schema(format = "password", min_length = 10, max_length = 128)]
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

/// Sign up.
///
/// Makes a person, their workspace and its first space.
#[utoipa::path(
    post, path = "/api/auth/signup", operation_id = "sign_up", tag = "accounts",
    request_body(content = SignupBody, example = json!({ "email": "ada@example.com", "password": "correct horse battery staple", "name": "Ada Lovelace", "workspace": "Acme" })),
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

/// Ask for another password.
///
/// Mails a link to whoever has the address. The answer is given before anybody is looked up.
#[utoipa::path(
    post, path = "/api/auth/forgot-password", operation_id = "forgot_password", tag = "accounts",
    request_body(content = ForgotBody, example = json!({ "email": "ada@example.com" })),
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

/// Set another password by a link.
///
/// Ends all sessions.
#[utoipa::path(
    post, path = "/api/auth/reset-password", operation_id = "reset_password", tag = "accounts",
    request_body(content = ResetBody, example = json!({ "token": "the-token-of-the-link", "password": "an even better horse staple" })),
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

/// Confirm an address by a link.
///
/// The first one or another.
#[utoipa::path(
    post, path = "/api/auth/verify-email", operation_id = "verify_email", tag = "accounts",
    request_body(content = VerifyBody, example = json!({ "token": "the-token-of-the-link" })),
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

/// Mail the link to confirm again.
///
/// Where the address is not confirmed.
#[utoipa::path(
    post, path = "/api/auth/verify-email/resend", operation_id = "resend_verification", tag = "accounts", security(("user" = [])),
    responses((status = 202), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn resend(
    member: Member,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let resent = services
        .accounts
        .resend(member.user, member.tenant, &client)
        .await;
    resent.map_err(problem)?;
    Ok(HttpResponse::Accepted().finish())
}
