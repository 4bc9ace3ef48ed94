//! Logging in, for people: a short access token and a rotating refresh cookie.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration as CookieDuration},
    http::header,
    web,
};
use parlance_store::{
    control::User,
    ids::{TenantId, UserId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::Member;
use crate::{
    actors::services::Services,
    domain::accounts::{
        login::{LoggedIn, LoginError, REFRESH_TTL},
        token::USER_TTL,
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

const COOKIE: &str = "parlance_refresh";
const COOKIE_PATH: &str = "/api/auth";

#[derive(Debug, Deserialize, ToSchema)]
pub struct LoginBody {
    email: String,
    password: String,
}

/// A session that has begun or gone on; the refresh cookie comes with it.
#[derive(Debug, Serialize, ToSchema)]
struct UserSession {
    access_token: String,
    /// Seconds.
    expires_in: i64,
    user: UserView,
    tenant: TenantView,
}

/// Who is logged in, and where.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    user: UserView,
    tenant: TenantView,
}

#[derive(Debug, Serialize, ToSchema)]
struct UserView {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    email: String,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct TenantView {
    #[schema(value_type = uuid::Uuid)]
    id: TenantId,
    /// `owner`, `admin`, `agent` or `viewer`.
    role: String,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
        }
    }
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
#[utoipa::path(
    post, path = "/api/auth/login", tag = "accounts", request_body = LoginBody,
    responses((status = 200, body = UserSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn login(
    request: HttpRequest,
    body: web::Json<LoginBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let address = services.addresses.of(&request);
    let logged_in = services
        .logins
        .log_in(&body.email, body.password, address)
        .await
        .map_err(problem)?;
    Ok(answer(&request, &services, logged_in))
}

/// `POST /api/auth/refresh`: the cookie alone; rotates it.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "accounts",
    responses((status = 200, body = UserSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn refresh(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let cookie = request.cookie(COOKIE).ok_or_else(|| problem(LoginError::Ended))?;
    let logged_in = services.logins.refresh(cookie.value()).await.map_err(problem)?;
    Ok(answer(&request, &services, logged_in))
}

/// `POST /api/auth/logout`: ends the session of the cookie.
#[utoipa::path(post, path = "/api/auth/logout", tag = "accounts", responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")))]
pub async fn logout(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    if let Some(cookie) = request.cookie(COOKIE) {
        services.logins.log_out(cookie.value()).await.map_err(problem)?;
    }
    let mut gone = cookie(&request, &services, String::new());
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// `GET /api/auth/me`.
#[utoipa::path(
    get, path = "/api/auth/me", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = Me), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn me(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services
        .db
        .control()
        .login_by_id(member.user)
        .await
        .map_err(Problem::internal)?;
    let found = found.ok_or_else(Problem::not_found)?;
    let tenant = TenantView {
        id: member.tenant,
        role: member.role.to_string(),
    };
    Ok(HttpResponse::Ok().json(Me {
        user: found.user.into(),
        tenant,
    }))
}

fn answer(request: &HttpRequest, services: &Services, logged_in: LoggedIn) -> HttpResponse {
    let LoggedIn {
        access_token,
        refresh_token,
        user,
        tenant,
        role,
    } = logged_in;
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie(request, services, refresh_token))
        .json(UserSession {
            access_token,
            expires_in: USER_TTL.num_seconds(),
            user: user.into(),
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
