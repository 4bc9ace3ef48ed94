//! Entering as an operator, and leaving.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration as CookieDuration},
    http::header,
    web,
};
use chrono::{DateTime, Utc};
use parlance_store::control::operators::OperatorSession;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{COOKIE, COOKIE_PATH, Operator};
use crate::{
    actors::services::Services,
    domain::accounts::{login::Credentials, operators::ENTRY},
    http::auth::{client, problem},
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Deserialize, ToSchema)]
pub struct EnterBody {
    email: String,
    #[schema(format = "password")]
    password: String,
    /// Of an authenticator app, or a recovery code.
    code: Option<String>,
}

/// Who has entered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorView)]
pub struct View {
    email: String,
    name: String,
    /// When the entry ends by itself.
    expires_at: DateTime<Utc>,
}

impl From<OperatorSession> for View {
    fn from(session: OperatorSession) -> Self {
        Self {
            email: session.email,
            name: session.name,
            expires_at: session.expires_at,
        }
    }
}

/// Enter as an operator.
///
/// With the password and the second factor of an account that `parlance operator add` made an operator. Answers with a
/// cookie that is good for these calls alone, for 8 hours.
#[utoipa::path(
    post, path = "/api/operator/session", operation_id = "enter_as_operator", tag = "operator",
    request_body(content = EnterBody, example = json!({ "email": "ada@example.com", "password": "correct horse battery staple", "code": "123456" })),
    responses((status = 200, body = View), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn enter(
    request: HttpRequest,
    body: web::Json<EnterBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    services.public.own(&request)?;
    let EnterBody {
        email,
        password,
        code,
    } = body.into_inner();
    let credentials = Credentials {
        email,
        password,
        code,
    };
    let entered = services
        .accounts
        .enter_as_operator(credentials, &client(&request, &services))
        .await;
    let (secret, session) = entered.map_err(problem)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie(&request, &services, secret))
        .json(View::from(session)))
}

/// Who has entered as an operator.
#[utoipa::path(
    get, path = "/api/operator/session", operation_id = "get_operator", tag = "operator", security(("operator" = [])),
    responses((status = 200, body = View), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn who(operator: Operator) -> HttpResponse {
    HttpResponse::Ok().json(View::from(operator.session))
}

/// Leave as an operator.
///
/// Ends the entry, and acting as workspaces with it.
#[utoipa::path(
    delete, path = "/api/operator/session", operation_id = "leave_as_operator", tag = "operator", security(("operator" = [])),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn leave(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let left = services
        .accounts
        .leave_as_operator(&operator.session, operator.address)
        .await;
    left.map_err(problem)?;
    let mut gone = cookie(&request, &services, String::new());
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

fn cookie(request: &HttpRequest, services: &Services, value: String) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(services.public.is_secure(request))
        .max_age(CookieDuration::seconds(ENTRY.num_seconds()))
        .finish()
}
