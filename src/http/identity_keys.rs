//! The keys by which a space's host site vouches for its visitors.

use actix_web::{HttpResponse, http::header, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{IdentityKeyId, SpaceId},
    queries::{
        identity_keys::{self, IdentityAlgorithm, IdentityKey},
        spaces,
    },
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, SpaceCredentials},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::contacts::keys::{self, KeyError, OVERLAP, OVERLAP_MAX, Wanted},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// A key, without what is secret.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityKeyView {
    /// To be named in the header of tokens.
    #[schema(value_type = uuid::Uuid)]
    kid: IdentityKeyId,
    /// `HS256` and `RS256` sign tokens, `HMAC` ids.
    #[schema(value_type = words::IdentityAlgorithm)]
    algorithm: &'static str,
    /// Of RS256.
    public_key: Option<String>,
    created_at: DateTime<Utc>,
    /// From then on nothing is proven by it.
    retires_at: Option<DateTime<Utc>>,
}

impl From<IdentityKey> for IdentityKeyView {
    fn from(key: IdentityKey) -> Self {
        Self {
            kid: key.id,
            algorithm: key.algorithm.as_str(),
            public_key: key.public_key,
            created_at: key.created_at,
            retires_at: key.retires_at,
        }
    }
}

/// A key that was made.
#[derive(Debug, Serialize, ToSchema)]
struct NewKeyView {
    #[schema(value_type = uuid::Uuid)]
    kid: IdentityKeyId,
    #[schema(value_type = words::IdentityAlgorithm)]
    algorithm: &'static str,
    /// Of HS256 and HMAC: shown this once. The text itself is the secret, not what it is in hex.
    secret: Option<String>,
}

/// What key to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// `HS256` unless told; `RS256` takes a public key, `HMAC` signs ids for sites that come from
    /// another product.
    #[schema(value_type = Option<words::IdentityAlgorithm>)]
    algorithm: Option<IdentityAlgorithm>,
    /// PEM of an RSA public key of 2,048 bits at least.
    #[schema(max_length = 4_096)]
    public_key: Option<String>,
}

/// How a key is retired.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retire {
    /// 24 unless told. As long it is still taken.
    #[schema(minimum = 0, maximum = 720)]
    overlap_hours: Option<i64>,
}

/// List a space's identity keys.
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/identity-keys", operation_id = "list_identity_keys", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = List<IdentityKeyView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<SpaceCredentials>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, space) = (services.db.tenant(caller.tenant), *path);
    let found = db
        .read(async |conn| {
            if spaces::load(conn, space).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            identity_keys::list(conn, space).await
        })
        .await
        .map_err(problem)?;
    let items = found.into_iter().map(IdentityKeyView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Add an identity key.
///
/// Makes a secret, which is shown this once, or takes a public key. A space has 5 at most.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/identity-keys", operation_id = "add_identity_key", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])), params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = NewKey, example = json!({ "algorithm": "HS256" })),
    responses((status = 201, body = NewKeyView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn add(
    caller: Allowed<SpaceCredentials>,
    path: web::Path<SpaceId>,
    body: web::Json<NewKey>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let NewKey {
        algorithm,
        public_key,
    } = body.into_inner();
    let algorithm = algorithm.unwrap_or(if public_key.is_some() {
        IdentityAlgorithm::Rs256
    } else {
        IdentityAlgorithm::Hs256
    });
    let wanted = match (algorithm, public_key) {
        (IdentityAlgorithm::Hs256, None) => Wanted::Hs256,
        (IdentityAlgorithm::Hmac, None) => Wanted::Hmac,
        (IdentityAlgorithm::Rs256, Some(pem)) => Wanted::Rs256(pem),
        (IdentityAlgorithm::Rs256, None) => return Err(refusal(KeyError::Pem)),
        (IdentityAlgorithm::Hs256 | IdentityAlgorithm::Hmac, Some(_)) => {
            let detail = "public_key: only RS256 takes one; other keys are made here";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
    };
    let db = services.db.tenant(caller.tenant);
    let added = keys::add(&db, &services.vault, &caller, *path, wanted, services.clock.now()).await;
    let (kid, secret) = added.map_err(refusal)?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(NewKeyView {
            kid,
            algorithm: algorithm.as_str(),
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
        }))
}

/// Retire an identity key.
///
/// It is still taken for a while, so that the host can change to the next. Again sets another end.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/identity-keys/{kid}/retire", operation_id = "retire_identity_key", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("kid" = uuid::Uuid, Path, description = "The identity key")),
    request_body(content = Retire, example = json!({ "overlap_hours": 24 })),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn retire(
    caller: Allowed<SpaceCredentials>,
    path: web::Path<(SpaceId, IdentityKeyId)>,
    body: web::Json<Retire>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let hours = body.overlap_hours.unwrap_or(OVERLAP);
    let end = keys::end_of(hours, now).ok_or_else(|| {
        let detail = format!("overlap_hours: give 0 to {OVERLAP_MAX}");
        Problem::new(Code::InvalidRequest, detail)
    })?;
    keys::retire(&db, &caller, *path, end, now)
        .await
        .map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Delete an identity key.
///
/// At once, for a secret that has become known. Visitors it has vouched for must be proven anew within
/// the hour.
#[utoipa::path(
    delete, path = "/api/chat-spaces/{id}/identity-keys/{kid}", operation_id = "delete_identity_key", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("kid" = uuid::Uuid, Path, description = "The identity key")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<SpaceCredentials>,
    path: web::Path<(SpaceId, IdentityKeyId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    keys::remove(&db, &caller, *path, now).await.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn refusal(refused: KeyError) -> Problem {
    match refused {
        KeyError::Store(cause) => problem(cause),
        KeyError::Pem => Problem::new(Code::InvalidRequest, refused.to_string()),
        KeyError::Full => Problem::new(Code::Conflict, refused.to_string()),
    }
}
