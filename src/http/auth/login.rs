//! Logging in: a short access token, and a refresh cookie that is rotated with every use.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration as CookieDuration},
    http::header,
    web,
};
use parlance_store::ids::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TenantView, UserView, claims, client, problem};
use crate::{
    actors::services::Services,
    domain::accounts::{
        error::AccountError,
        login::Credentials,
        sessions::{LoggedIn, REFRESH_TTL},
        token::USER_TTL,
    },
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

const COOKIE: &str = "parlance_refresh";
const COOKIE_PATH: &str = "/api/auth";

#[derive(Deserialize, ToSchema)]
pub struct LoginBody {
    email: String,
    #[schema(format = "password")]
    password: String,
    /// Of an authenticator app, or a recovery code; where `code_required` was answered.
    code: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SwitchBody {
    /// Another workspace of the person.
    #[schema(value_type = uuid::Uuid)]
    tenant: TenantId,
}

/// A session that has begun or gone on; the refresh cookie comes with it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct UserSession {
    access_token: String,
    /// Seconds.
    expires_in: i64,
    user: UserView,
    tenant: TenantView,
}

/// Log in.
///
/// Answers with a short access token, and a refresh cookie.
#[utoipa::path(
    post, path = "/api/auth/login", operation_id = "log_in", tag = "accounts",
    request_body(content = LoginBody, example = json!({ "email": "ada@example.com", "password": "correct horse battery staple" })),
    responses((status = 200, body = UserSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn login(
    request: HttpRequest,
    body: web::Json<LoginBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let LoginBody {
        email,
        password,
        code,
    } = body.into_inner();
    let credentials = Credentials {
        email,
        password,
        code,
    };
    let client = client(&request, &services);
    let logged_in = services.accounts.log_in(credentials, &client).await;
    Ok(begun(&request, &services, logged_in.map_err(problem)?))
}

/// Go on with a session.
///
/// By the cookie alone, which is rotated.
#[utoipa::path(
    post, path = "/api/auth/refresh", operation_id = "refresh_session", tag = "accounts",
    responses((status = 200, body = UserSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn refresh(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    services.public.own(&request)?;
    let cookie = request
        .cookie(COOKIE)
        .ok_or_else(|| problem(AccountError::Ended))?;
    let client = client(&request, &services);
    let logged_in = services.accounts.refresh(cookie.value(), &client).await;
    Ok(begun(&request, &services, logged_in.map_err(problem)?))
}

/// Log out.
///
/// Ends the session of the cookie.
#[utoipa::path(post, path = "/api/auth/logout", operation_id = "log_out", tag = "accounts", responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub async fn logout(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    services.public.own(&request)?;
    if let Some(cookie) = request.cookie(COOKIE) {
        services.accounts.log_out(cookie.value()).await.map_err(problem)?;
    }
    let mut gone = cookie(&request, &services, String::new());
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// Switch to another workspace.
///
/// A session there, in the place of this one.
#[utoipa::path(
    post, path = "/api/auth/switch", operation_id = "switch_workspace", tag = "accounts", security(("user" = [])),
    request_body(content = SwitchBody, example = json!({ "tenant": "0192f7a0-0000-7000-8000-000000000001" })),
    responses((status = 200, body = UserSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn switch(
    member: Member,
    request: HttpRequest,
    body: web::Json<SwitchBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let client = client(&request, &services);
    let switched = services
        .accounts
        .switch(&claims(&member)?, body.tenant, &client)
        .await;
    Ok(begun(&request, &services, switched.map_err(problem)?))
}

/// The answer with which a session begins or goes on.
pub(in crate::http) fn begun(
    request: &HttpRequest,
    services: &Services,
    logged_in: LoggedIn,
) -> HttpResponse {
    let LoggedIn {
        access_token,
        refresh_token,
        user,
        second_factor,
        tenant,
        role,
    } = logged_in;
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie(request, services, refresh_token))
        .json(UserSession {
            access_token,
            expires_in: USER_TTL.num_seconds(),
            user: UserView::new(user, second_factor),
            tenant: TenantView { id: tenant, role },
        })
}

fn cookie(request: &HttpRequest, services: &Services, value: String) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(services.public.is_secure(request))
        .max_age(CookieDuration::seconds(REFRESH_TTL.num_seconds()))
        .finish()
}
