//! Where an identity provider keeps the accounts: how to log in there, and which workspace one is in.

use actix_web::{HttpResponse, web};
use parlance_store::ids::TenantId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::problem;
use crate::{
    actors::services::Services,
    domain::accounts::error::AccountError,
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

/// Who keeps the accounts.
#[expect(dead_code, reason = "the shape of what a provider says, for the document")]
#[derive(ToSchema)]
#[schema(as = KeptBy)]
struct KeptBy {
    #[schema(inline)]
    provider: ProviderName,
    /// For pages; of `clerk` and `supabase`.
    publishable_key: Option<String>,
    /// Address of the Frontend API; of `clerk`.
    frontend_api: Option<String>,
    /// Address of the project; of `supabase`.
    url: Option<String>,
}

#[expect(dead_code, reason = "as above")]
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
enum ProviderName {
    Local,
    Clerk,
    Supabase,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct WorkspaceBody {
    /// A workspace of the person that is no organisation of the provider's.
    #[schema(value_type = uuid::Uuid)]
    tenant: TenantId,
}

/// Tell who keeps the accounts.
///
/// And what a page needs to log somebody in there.
#[utoipa::path(
    get, path = "/api/auth/provider", operation_id = "get_provider", tag = "accounts",
    responses((status = 200, description = "Who keeps the accounts", body = inline(KeptBy))),
)]
pub async fn provider(services: web::Data<Services>) -> HttpResponse {
    let login = services.accounts.provider().map(|provider| provider.login());
    HttpResponse::Ok().json(login.unwrap_or_else(|| json!({ "provider": "local" })))
}

/// Go on in another workspace.
///
/// Where an identity provider keeps the accounts and no organisation of it says which workspace one is in.
/// Where they are kept here, switching does that.
#[utoipa::path(
    put, path = "/api/auth/workspace", operation_id = "choose_workspace", tag = "accounts", security(("user" = [])),
    request_body(content = WorkspaceBody, example = json!({ "tenant": "0198c5a1-7f3e-7000-8000-000000000001" })),
    responses((status = 204, description = "Chosen"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn choose(
    member: Member,
    body: web::Json<WorkspaceBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    if body.tenant != member.tenant {
        let chosen = services.accounts.choose(&member.standing, body.tenant).await;
        chosen.map_err(problem)?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// What is done at the provider.
pub async fn elsewhere(services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let provider = services
        .accounts
        .provider()
        .map_or("another service", |provider| provider.name());
    Err(problem(AccountError::KeptElsewhere(provider)))
}
