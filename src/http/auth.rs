//! Logging in, for people: a short access token and a rotating refresh cookie.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration as CookieDuration},
    http::header,
    web,
};
use serde::Deserialize;
use serde_json::json;

use super::user::User;
use crate::{
    actors::services::Services,
    domain::accounts::{
        login::{self, LoggedIn, LoginError, REFRESH_TTL},
        token::USER_TTL,
    },
    kernel::{code::Code, problem::Problem},
};

const COOKIE: &str = "parlance_refresh";
const COOKIE_PATH: &str = "/api/auth";

#[derive(Debug, Deserialize)]
pub struct LoginBody {
    email: String,
    password: String,
}

fn problem(error: LoginError) -> Problem {
    match error {
        LoginError::Invalid => Problem::new(Code::InvalidCredentials, error.to_string()),
        LoginError::Reused => Problem::new(Code::RefreshReused, error.to_string()),
        LoginError::Ended => Problem::new(Code::Unauthenticated, error.to_string()),
        LoginError::Limited(after) => Problem::new(Code::RateLimited, error.to_string()).retry_after(after),
        LoginError::Internal(cause) => Problem::internal(cause),
    }
}

/// `POST /api/auth/login`.
pub async fn login(
    request: HttpRequest,
    body: web::Json<LoginBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let address = request.peer_addr().map(|peer| peer.ip());
    let logged_in = services
        .logins
        .log_in(&body.email, body.password, address)
        .await
        .map_err(problem)?;
    Ok(answer(&request, &logged_in))
}

/// `POST /api/auth/refresh`: the cookie alone; rotates it.
pub async fn refresh(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let cookie = request.cookie(COOKIE).ok_or_else(|| problem(LoginError::Ended))?;
    let logged_in = services.logins.refresh(cookie.value()).await.map_err(problem)?;
    Ok(answer(&request, &logged_in))
}

/// `POST /api/auth/logout`: ends the session of the cookie.
pub async fn logout(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    if let Some(cookie) = request.cookie(COOKIE) {
        services.logins.log_out(cookie.value()).await.map_err(problem)?;
    }
    let mut gone = cookie(&request, String::new());
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// `GET /api/auth/me`.
pub async fn me(user: User, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services
        .db
        .control()
        .login_by_id(user.claims.user)
        .await
        .map_err(Problem::internal)?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(json!({
        "user": { "id": found.user.id, "email": found.user.email, "name": found.user.name },
        "tenant": { "id": user.claims.tenant, "role": user.claims.role },
    })))
}

fn answer(request: &HttpRequest, logged_in: &LoggedIn) -> HttpResponse {
    let login::LoggedIn {
        access_token,
        refresh_token,
        user,
        tenant,
        role,
    } = logged_in;
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie(request, refresh_token.clone()))
        .json(json!({
            "access_token": access_token,
            "expires_in": USER_TTL.num_seconds(),
            "user": { "id": user.id, "email": user.email, "name": user.name },
            "tenant": { "id": tenant, "role": role },
        }))
}

fn cookie(request: &HttpRequest, value: String) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(request.connection_info().scheme() == "https")
        .max_age(CookieDuration::seconds(REFRESH_TTL.num_seconds()))
        .finish()
}
