//! Two-factor login, on and off.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{claims, client, problem};
use crate::{
    actors::services::Services,
    domain::accounts::totp,
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SecondFactor)]
struct Status {
    enabled: bool,
    /// Recovery codes that are left.
    recovery_codes: i64,
}

/// A secret for an authenticator app, shown once.
#[derive(Serialize, ToSchema)]
struct Proposal {
    /// In base 32, to be typed in.
    secret: String,
    /// `otpauth://…`.
    url: String,
    /// The same as a picture.
    qr: Qr,
}

/// A QR code, to be drawn as an SVG: a path in a box of `size` by `size`.
#[derive(Serialize, ToSchema)]
struct Qr {
    size: usize,
    path: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ProofBody {
    #[schema(format = "password")]
    password: String,
    /// Of the authenticator app; to turn it off, a recovery code will do.
    code: String,
}

/// Codes for when the app is lost, shown once; each works once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Is the second factor on?
#[utoipa::path(
    get, path = "/api/auth/second-factor", operation_id = "get_second_factor", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = Status), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn status(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let status = services.accounts.second_factor(member.user).await;
    let status = status.map_err(problem)?;
    Ok(HttpResponse::Ok().json(Status {
        enabled: status.enabled,
        recovery_codes: status.codes_left,
    }))
}

/// Propose a second factor.
///
/// A secret, which counts once `enable` has seen a code of it.
#[utoipa::path(
    post, path = "/api/auth/second-factor", operation_id = "propose_second_factor", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = Proposal), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn propose(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let proposed = services.accounts.propose_factor(&claims(&member)?).await;
    let proposed = proposed.map_err(problem)?;
    let (size, path) = totp::qr(&proposed.url).ok_or_else(|| Problem::internal("no QR code"))?;
    Ok(secret(&Proposal {
        secret: proposed.secret,
        url: proposed.url,
        qr: Qr { size, path },
    }))
}

/// Turn the second factor on.
///
/// A code is asked for at login from then on.
#[utoipa::path(
    post, path = "/api/auth/second-factor/enable", operation_id = "enable_second_factor", tag = "accounts", security(("user" = [])),
    request_body(content = ProofBody, example = json!({ "password": "correct horse battery staple", "code": "123456" })),
    responses((status = 200, body = RecoveryCodes), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn enable(
    member: Member,
    request: HttpRequest,
    body: web::Json<ProofBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password, code } = body.into_inner();
    let client = client(&request, &services);
    let enabled = services
        .accounts
        .enable_factor(&claims(&member)?, password, &code, &client)
        .await;
    let recovery_codes = enabled.map_err(problem)?;
    Ok(secret(&RecoveryCodes { recovery_codes }))
}

/// Turn the second factor off.
#[utoipa::path(
    post, path = "/api/auth/second-factor/disable", operation_id = "disable_second_factor", tag = "accounts", security(("user" = [])),
    request_body(content = ProofBody, example = json!({ "password": "correct horse battery staple", "code": "123456" })),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn disable(
    member: Member,
    request: HttpRequest,
    body: web::Json<ProofBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password, code } = body.into_inner();
    let client = client(&request, &services);
    let disabled = services
        .accounts
        .disable_factor(&claims(&member)?, password, &code, &client)
        .await;
    disabled.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Renew the recovery codes.
///
/// Other ones, in the place of those before.
#[utoipa::path(
    post, path = "/api/auth/second-factor/recovery-codes", operation_id = "renew_recovery_codes", tag = "accounts", security(("user" = [])),
    request_body(content = ProofBody, example = json!({ "password": "correct horse battery staple", "code": "123456" })),
    responses((status = 200, body = RecoveryCodes), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn renew_codes(
    member: Member,
    request: HttpRequest,
    body: web::Json<ProofBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password, code } = body.into_inner();
    let client = client(&request, &services);
    let renewed = services
        .accounts
        .renew_codes(&claims(&member)?, password, &code, &client)
        .await;
    let recovery_codes = renewed.map_err(problem)?;
    Ok(secret(&RecoveryCodes { recovery_codes }))
}

/// Kept by nobody on the way.
fn secret(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(body)
}
