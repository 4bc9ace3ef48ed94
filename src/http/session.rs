//! A visitor's session: who they are from now on, and the token that says so.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use parlance_store::ids::{ConversationId, VisitorId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::warn;
use utoipa::ToSchema;

use super::widget;
use crate::{
    actors::{services::Services, tickets},
    domain::{
        accounts::space::{SpaceRef, WidgetConfig},
        contacts::{
            identity::Identity,
            visit::{Coming, Refused, Visits},
        },
        insight::seen,
    },
    kernel::{
        code::Code,
        object::Object,
        problem::{Problem, ProblemDocument},
    },
};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionBody {
    /// An old one keeps its visitor.
    token: Option<String>,
    /// Who the page says they are, best with a proof.
    #[schema(value_type = Option<Identity>)]
    identity: Option<Object<Identity>>,
    /// A patch of what is told about them, 8 KiB in all; null removes a field.
    #[schema(value_type = Option<Object>)]
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
    /// The one to go on with: the visitor's latest, on whichever of their devices.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
    /// What `config` gives, as it is now.
    #[schema(value_type = WidgetConfig)]
    config: Value,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionVisitor)]
struct VisitorView {
    #[schema(value_type = uuid::Uuid)]
    id: VisitorId,
    /// Whether the host site has proven who they are.
    verified: bool,
}

fn has_no_body(request: &HttpRequest) -> bool {
    let header = |name| request.headers().get(name);
    header(header::TRANSFER_ENCODING).is_none()
        && header(header::CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0")
}

/// Begin a visitor's session.
///
/// The token is of a new visitor or, given an old token, of the same one. A proven identity makes the
/// visitor one of a contact's browsers.
#[utoipa::path(
    post, path = "/api/widget/{space}/session", operation_id = "begin_visitor_session", tag = "visitor", params(("space" = String, Path, description = "Slug or public key of a published space")),
    request_body(content = Option<SessionBody>, example = json!({ "locale": "en", "page": "https://example.com/pricing", "attributes": { "plan": "free" } })),
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
    let named = widget::space(&services, &path).await?;
    services
        .public
        .check(&request, |origin, host| named.allows(origin, host))?;
    let tenant = services.tenants.of(named.tenant);
    let tenant = tenant.ok_or_else(|| Problem::new(Code::Draining, "reconnect in a moment"))?;
    tenant.admit_visit(services.addresses.of(&request)).await?;
    let space = services.spaces.space(named.tenant, named.space).await;
    let space = space.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
    let site = site(&request, &services, &named, body.page.as_deref());
    let coming = Coming {
        token: body.token,
        identity: body.identity.map(|Object(identity)| identity),
        attributes: body.attributes,
        locale: body.locale,
        page: body.page,
    };
    let visits = Visits {
        db: services.db.clone(),
        clock: services.clock.clone(),
        tokens: services.tokens.clone(),
        vault: services.vault.clone(),
    };
    let begun = visits.begin(&named, &space, coming).await.map_err(problem)?;
    services.registry.identify(named.tenant, &begun.claimed).await;
    let db = services.db.tenant(named.tenant);
    tickets::tell_all(&db, &services.consoles, Some(&services.registry), begun.tickets).await;
    if let Some(site) = site {
        note(&services, &named, site);
    }
    let (token, lasts) = services.tokens.visitor(begun.claims).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(VisitorSession {
            token,
            expires_in: lasts.num_seconds(),
            visitor: VisitorView {
                id: begun.claims.visitor,
                verified: begun.claims.verified.is_some(),
            },
            conversation: begun.conversation,
            config: services.availabilities.config(&space).await,
        }))
}

/// The site that the chat was opened on: of the page that embeds it, as its frame tells, or that asks
/// without a frame. None where it is a page of ours, or not one of the space's sites.
fn site(request: &HttpRequest, services: &Services, named: &SpaceRef, page: Option<&str>) -> Option<String> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let own = services.public.or_of(request);
    let asked = header(header::ORIGIN).and_then(seen::site);
    let foreign = |site: &String| *site != own && named.allows(site, None);
    asked
        .filter(foreign)
        .or_else(|| page.and_then(seen::site).filter(foreign))
}

/// Notes it, if that was not done of late; nobody waits for it.
fn note(services: &Services, named: &SpaceRef, site: String) {
    if !services.sightings.is_new(named.space, &site) {
        return;
    }
    let (sightings, tenant, space) = (services.sightings.clone(), named.tenant, named.space);
    services.tasks.spawn_local("sighting", async move {
        if let Err(error) = sightings.note(tenant, space, &site).await {
            warn!(space.id = %space, %error, "a site that has the chat was not noted");
        }
    });
}

fn problem(refused: Refused) -> Problem {
    let detail = refused.to_string();
    match refused {
        Refused::Attributes(_) | Refused::Hearsay(_) => Problem::new(Code::InvalidRequest, detail),
        Refused::Proof(_) => Problem::new(Code::IdentityInvalid, detail),
        Refused::Expired => Problem::new(Code::IdentityExpired, detail),
        Refused::Required => Problem::new(Code::IdentityRequired, detail),
        Refused::Blocked => Problem::new(Code::Blocked, detail),
        Refused::Store(cause) => Problem::internal(cause),
    }
}
