//! Acting as a workspace.

use actix_web::{HttpResponse, http::header, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::operators::access::OperatorAccess,
    ids::{OperatorAccessId, TenantId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Operator;
use crate::{
    actors::services::Services,
    domain::accounts::{
        operators::{MINUTES_MAX, Wish},
        permission::Permission,
    },
    http::{auth::problem, views::List},
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    /// Why; the workspace reads it in its audit log.
    #[schema(min_length = 10, max_length = 500)]
    reason: String,
    /// For how long; 60 unless told.
    #[serde(default = "an_hour")]
    #[schema(minimum = 1, maximum = 60)]
    minutes: i64,
    /// Whether more than reading: setting up spaces, what they know, and how tickets are sorted.
    #[serde(default)]
    may_write: bool,
}

const fn an_hour() -> i64 {
    MINUTES_MAX
}

/// A time in which an operator acts as a workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorAccessView)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    id: OperatorAccessId,
    #[schema(value_type = uuid::Uuid)]
    tenant: TenantId,
    /// What the workspace is called.
    tenant_name: String,
    reason: String,
    may_write: bool,
    began_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
}

impl From<OperatorAccess> for View {
    fn from(access: OperatorAccess) -> Self {
        Self {
            id: access.id,
            tenant: access.tenant,
            tenant_name: access.tenant_name,
            reason: access.reason,
            may_write: access.may_write,
            began_at: access.began_at,
            expires_at: access.expires_at,
        }
    }
}

/// A token with which the operator acts as the workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorToken)]
pub struct TokenView {
    access_token: String,
    /// Seconds.
    expires_in: i64,
    access: View,
    /// What it opens, beside reading: the permissions of a route.
    permissions: Vec<&'static str>,
    user: Acting,
}

/// The operator, as the workspace sees them.
#[derive(Debug, Serialize, ToSchema)]
struct Acting {
    id: uuid::Uuid,
    email: String,
    name: String,
}

/// Act as a workspace.
///
/// For an hour at most, to read only unless said otherwise. On record in the workspace's audit log.
#[utoipa::path(
    post, path = "/api/operator/tenants/{id}/access", operation_id = "act_as_workspace", tag = "operator", security(("operator" = [])),
    params(("id" = uuid::Uuid, Path, description = "The workspace")),
    request_body(content = ActBody, example = json!({ "reason": "Ticket 4711: answers are slow", "minutes": 30 })),
    responses((status = 201, body = View), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn begin(
    operator: Operator,
    tenant: web::Path<TenantId>,
    body: web::Json<ActBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ActBody {
        reason,
        minutes,
        may_write,
    } = body.into_inner();
    let wish = Wish {
        tenant: *tenant,
        reason,
        minutes,
        may_write,
    };
    let begun = services
        .accounts
        .act_as(&operator.session, &wish, operator.address)
        .await;
    Ok(HttpResponse::Created().json(View::from(begun.map_err(problem)?)))
}

/// List as which workspaces one acts.
///
/// By this entry, the newest first.
#[utoipa::path(
    get, path = "/api/operator/access", operation_id = "list_operator_access", tag = "operator", security(("operator" = [])),
    responses((status = 200, body = List<View>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(operator: Operator, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let open = services
        .accounts
        .accesses(&operator.session)
        .await
        .map_err(problem)?;
    let items: Vec<View> = open.into_iter().map(View::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Get a token to act with.
///
/// It is the bearer of the workspace's calls for as long as one acts as it.
#[utoipa::path(
    post, path = "/api/operator/access/{id}/token", operation_id = "get_operator_token", tag = "operator", security(("operator" = [])),
    params(("id" = uuid::Uuid, Path, description = "Of acting as a workspace")),
    responses((status = 200, body = TokenView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn token(
    operator: Operator,
    access: web::Path<OperatorAccessId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let token = services.accounts.access_token(&operator.session, *access).await;
    let (access_token, access) = token.map_err(problem)?;
    let user = Acting {
        id: operator.session.user.0,
        email: operator.session.email,
        name: operator.session.name,
    };
    let has = Permission::ALL
        .iter()
        .filter(|permission| permission.for_operators(access.may_write));
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(TokenView {
            access_token,
            expires_in: (access.expires_at - services.clock.now()).num_seconds(),
            permissions: has.map(|permission| permission.as_str()).collect(),
            access: access.into(),
            user,
        }))
}

/// End acting as a workspace.
#[utoipa::path(
    post, path = "/api/operator/access/{id}/end", operation_id = "end_operator_access", tag = "operator", security(("operator" = [])),
    params(("id" = uuid::Uuid, Path, description = "Of acting as a workspace")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn end(
    operator: Operator,
    access: web::Path<OperatorAccessId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let ended = services
        .accounts
        .end_access(&operator.session, *access, operator.address)
        .await;
    ended.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}
