//! What the widget asks before it chats: public settings, a session, its frame.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use parlance_store::{
    ids::{ConversationId, VisitorId},
    queries::{conversations, visitors},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::assets;
use crate::{
    actors::services::Services,
    domain::accounts::{
        space::{Space, SpaceRef},
        token::{VISITOR_TTL, VisitorClaims},
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// Bytes of a visitor's attributes as JSON at most.
const MAX_ATTRIBUTES: usize = 8 * 1024;

async fn space(services: &Services, name: &str) -> Result<std::sync::Arc<SpaceRef>, Problem> {
    services
        .spaces
        .resolve(name)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(Problem::not_found)
}

/// `GET /api/widget/{space}/config`: open to every page, for it shows nothing that the widget
/// does not show.
#[utoipa::path(
    get, path = "/api/widget/{space}/config", tag = "visitor", params(("space" = String, Path, description = "Slug or public key of a published space")),
    responses((status = 200, description = "What the widget shows", body = Value), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn config(path: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let named = space(&services, &path).await?;
    let found = services
        .spaces
        .space(named.tenant, named.space)
        .await
        .map_err(Problem::internal)?;
    let space = found.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=30"))
        .json(public(&space)))
}

/// What the widget is given of a space.
pub(super) fn public(space: &Space) -> Value {
    let settings = &space.settings;
    json!({
        "space": { "slug": space.slug, "name": space.name, "public_key": space.public_key },
        "bot": { "name": settings.bot_name, "avatar": null },
        "theme": { "mode": settings.mode, "color": settings.color, "position": settings.position },
        "greeting": settings.greeting,
        "placeholder": settings.placeholder,
        "suggested_questions": settings.suggested_questions,
        "prechat": settings.prechat,
        "locale": settings.locale,
        "hours": null,
        "expected_wait_seconds": null,
        "branding": true,
    })
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionBody {
    /// An old one keeps its visitor.
    token: Option<String>,
    attributes: Option<Value>,
    /// BCP 47, of the page.
    locale: Option<String>,
    /// Address of the page the visitor is on.
    page: Option<String>,
}

/// A visitor's session.
#[derive(Debug, Serialize, ToSchema)]
struct VisitorSession {
    /// Opens this visitor's conversations in this space, and nothing else.
    token: String,
    /// Seconds.
    expires_in: i64,
    visitor: VisitorView,
    /// The visitor's latest one.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
}

#[derive(Debug, Serialize, ToSchema)]
struct VisitorView {
    #[schema(value_type = uuid::Uuid)]
    id: VisitorId,
}

fn has_no_body(request: &HttpRequest) -> bool {
    let header = |name| request.headers().get(name);
    header(header::TRANSFER_ENCODING).is_none()
        && header(header::CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0")
}

/// `POST /api/widget/{space}/session`: a visitor's token, for a new visitor or the one of an old
/// token.
#[utoipa::path(
    post, path = "/api/widget/{space}/session", tag = "visitor", params(("space" = String, Path, description = "Slug or public key of a published space")), request_body = SessionBody,
    responses((status = 200, body = VisitorSession), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn session(
    request: HttpRequest,
    path: web::Path<String>,
    body: Result<web::Json<SessionBody>, actix_web::Error>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = match body {
        Ok(body) => body.into_inner(),
        Err(_) if has_no_body(&request) => SessionBody::default(),
        Err(refused) => {
            let refused = refused.as_error::<Problem>().cloned();
            return Err(refused.unwrap_or_else(|| Problem::new(Code::InvalidRequest, "this is not JSON")));
        }
    };
    let space = space(&services, &path).await?;
    services
        .public
        .check(&request, |origin, host| space.allows(origin, host))?;
    let tenant = services.tenants.of(space.tenant);
    let tenant = tenant.ok_or_else(|| Problem::new(Code::Draining, "reconnect in a moment"))?;
    tenant.admit_visit(services.addresses.of(&request)).await?;
    let mut attributes = body.attributes.unwrap_or_else(|| json!({}));
    if let (Some(page), Some(named)) = (body.page, attributes.as_object_mut()) {
        named.insert("page".to_owned(), page.into());
    }
    if !attributes.is_object() || attributes.to_string().len() > MAX_ATTRIBUTES {
        return Err(Problem::new(
            Code::InvalidRequest,
            "attributes are a JSON object of at most 8 KiB",
        ));
    }
    let known = body
        .token
        .as_deref()
        .and_then(|token| services.tokens.renewable_visitor(token).ok());
    let visitor = known
        .filter(|claims| claims.space == space.space)
        .map_or_else(VisitorId::new, |claims| claims.visitor);
    let visit = visitors::Visit {
        id: visitor,
        space_id: space.space,
        attributes,
        locale: body.locale.filter(|locale| locale.len() <= 35),
        at: services.clock.now(),
    };
    let db = services.db.tenant(space.tenant);
    let latest: Option<ConversationId> = db
        .transaction(async |conn| {
            visitors::upsert(conn, visit).await?;
            let latest = conversations::latest_of_visitor(conn, space.space, visitor).await?;
            Ok::<_, parlance_store::StoreError>(latest.map(|conversation| conversation.id))
        })
        .await
        .map_err(Problem::internal)?;
    let claims = VisitorClaims {
        visitor,
        tenant: space.tenant,
        space: space.space,
    };
    let token = services.tokens.visitor(claims).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(VisitorSession {
            token,
            expires_in: VISITOR_TTL.num_seconds(),
            visitor: VisitorView { id: visitor },
            conversation: latest,
        }))
}

/// `GET /widget/{space}/frame`: the chat itself, which only the space's sites may embed.
pub async fn frame(
    request: HttpRequest,
    path: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let space = space(&services, &path).await?;
    let ancestors = if space.allowed_origins.is_empty() {
        "*".to_owned()
    } else {
        space.allowed_origins.join(" ")
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; \
         img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self' {ancestors}"
    );
    assets::frame(&request, &policy)
}
