//! The keys of programs.

use actix_web::{HttpResponse, http::header, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{ApiKeyId, UserId},
    queries::api_keys::{self, ApiKey},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, KeysRead, KeysWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::accounts::{
        keys::{NewKey, NewKeyError},
        permission::Permission,
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// Keys that are listed.
const LISTED: i64 = 500;

#[derive(Debug, Serialize, ToSchema)]
pub struct KeyView {
    #[schema(value_type = uuid::Uuid)]
    id: ApiKeyId,
    name: String,
    /// How it begins.
    prefix: String,
    #[schema(value_type = Vec<Permission>)]
    scopes: Vec<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    created_by: Option<UserId>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

/// A key that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeKey {
    /// The key itself, told this once.
    key: String,
    #[serde(flatten)]
    view: KeyView,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyBody {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// What it may do, such as `knowledge:write`; no more than whoever makes it.
    #[schema(value_type = Vec<Permission>, min_items = 1)]
    scopes: Vec<String>,
    /// Five years away at most; never, unless told.
    expires_at: Option<DateTime<Utc>>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
        }
    }
}

fn refused(error: NewKeyError) -> Problem {
    let detail = error.to_string();
    match error {
        NewKeyError::Unsound(_) => Problem::new(Code::InvalidRequest, detail),
        NewKeyError::TooMany => Problem::new(Code::Conflict, detail),
        NewKeyError::Unconfirmed => Problem::new(Code::EmailUnconfirmed, detail),
        NewKeyError::NotYours(_) => Problem::new(Code::Forbidden, detail),
        NewKeyError::Store(error) => problem(error),
    }
}

/// List API keys.
///
/// The newest first, 500 at most, also those that work no more.
#[utoipa::path(
    get, path = "/api/keys", operation_id = "list_keys", tag = "keys", security(("user" = ["keys:read"])),
    responses((status = 200, body = List<KeyView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(caller: Allowed<KeysRead>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| api_keys::list(conn, LISTED).await).await;
    let items = found.map_err(problem)?.into_iter().map(KeyView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Make an API key.
///
/// The answer is the only one that has the key.
#[utoipa::path(
    post, path = "/api/keys", operation_id = "create_key", tag = "keys", security(("user" = ["keys:write"])),
    request_body(content = KeyBody, example = json!({ "name": "Nightly sync", "scopes": ["knowledge:read", "knowledge:write"] })),
    responses((status = 201, body = MadeKey), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<KeysWrite>,
    body: web::Json<KeyBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let KeyBody {
        name,
        scopes,
        expires_at,
    } = body.into_inner();
    let unknown = |scope: &String| Problem::new(Code::InvalidRequest, format!("there is no scope {scope:?}"));
    let scopes = scopes
        .iter()
        .map(|scope| scope.parse().map_err(|_| unknown(scope)));
    let new = NewKey {
        name,
        scopes: scopes.collect::<Result<_, _>>()?,
        expires_at,
    };
    let (key, secret) = services.keys.create(&caller, new).await.map_err(refused)?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(MadeKey {
            key: secret.expose_secret().to_owned(),
            view: key.into(),
        }))
}

/// Revoke an API key.
///
/// It works no more, and stays in the list.
#[utoipa::path(
    delete, path = "/api/keys/{id}", operation_id = "revoke_key", tag = "keys", security(("user" = ["keys:write"])),
    params(("id" = uuid::Uuid, Path, description = "The key")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn revoke(
    caller: Allowed<KeysWrite>,
    path: web::Path<ApiKeyId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    services.keys.revoke(&caller, *path).await.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}
