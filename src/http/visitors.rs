//! Who is behind a conversation, as those who work for the business see it: what is proven, and apart
//! from it what was only said.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{SpaceId, VisitorId},
    queries::{
        contacts::{self, Contact},
        mail_replies,
        visitors::{self, Visitor},
    },
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    contacts::ContactView,
    documents::problem,
    permit::{Allowed, ConversationsRead},
};
use crate::{
    actors::services::Services,
    kernel::problem::{Problem, ProblemDocument},
};

/// One browser of somebody's.
#[derive(Debug, Serialize, ToSchema)]
struct VisitorView {
    #[schema(value_type = uuid::Uuid)]
    id: VisitorId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    /// Whether the host site has proven who they are.
    verified: bool,
    /// Who they are, by a proof of the host site or as agents know; null where nobody does.
    contact: Option<ContactView>,
    /// `id`, `name`, `email` and `avatar` as the page said without a proof: anybody may say so.
    #[schema(value_type = Object)]
    said: Value,
    /// What else the page told, without a proof.
    #[schema(value_type = Object)]
    attributes: Value,
    /// They want no mail of conversations.
    mail_stopped: bool,
    locale: Option<String>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
}

/// Get a visitor.
///
/// Who is behind a conversation: what is proven, and apart from it what was only said.
#[utoipa::path(
    get, path = "/api/visitors/{id}", operation_id = "get_visitor", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])), params(("id" = uuid::Uuid, Path, description = "The visitor")),
    responses((status = 200, body = VisitorView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn visitor(
    caller: Allowed<ConversationsRead>,
    path: web::Path<VisitorId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let (visitor, contact, mail_stopped): (Visitor, Option<Contact>, bool) = db
        .read(async |conn| {
            let visitor = visitors::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            let contact = match visitor.contact_id {
                Some(contact) => contacts::load(conn, contact).await?,
                None => None,
            };
            Ok((visitor, contact, mail_replies::has_stopped(conn, id).await?))
        })
        .await
        .map_err(problem)?;
    Ok(HttpResponse::Ok().json(VisitorView {
        id: visitor.id,
        space: visitor.space_id,
        verified: visitor.verified,
        contact: contact.map(ContactView::from),
        said: visitor.said,
        attributes: visitor.attributes,
        mail_stopped,
        locale: visitor.locale,
        created_at: visitor.created_at,
        last_seen_at: visitor.last_seen_at,
    }))
}
