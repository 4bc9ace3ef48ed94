//! What was said in a conversation.

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::ConversationId,
    queries::{attachments as stored, conversations, log, messages},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{super::documents::problem, of_page};
use crate::{
    actors::services::Services,
    domain::{
        attachments,
        conversations::event::{Event, numbered},
    },
    http::{
        cursor,
        permit::{Allowed, ConversationsRead},
        views::{List, MessageView},
    },
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Messages with a greater `seq`.
    #[serde(default)]
    after: i64,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
}

impl MessagesQuery {
    fn after(&self) -> Result<i64, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(self.after);
        };
        cursor.parse().map_err(|_| cursor::unknown())
    }
}

/// List a conversation's messages.
///
/// In order.
#[utoipa::path(
    get, path = "/api/conversations/{id}/messages", operation_id = "list_messages", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation"), MessagesQuery),
    responses((status = 200, body = List<MessageView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn messages(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ConversationId>,
    query: web::Query<MessagesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let (id, after) = (*path, query.after()?);
    let limit = of_page(query.limit);
    let found = db
        .read(async |conn| {
            if conversations::load(conn, id).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            let found = messages::list(conn, id, after, limit).await?;
            let ids: Vec<_> = found.iter().map(|message| message.id).collect();
            let files = stored::of_messages(conn, &ids).await?;
            Ok((found, files))
        })
        .await
        .map_err(problem)?;
    let (found, files) = found;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let next = found.last().filter(|_| full).map(|last| last.seq.to_string());
    let items = found.into_iter().map(|message| {
        let sent = files.iter().filter(|file| file.message_id == Some(message.id));
        let told = sent.map(|file| services.links.attachment(caller.tenant, file.clone()));
        let told = told.collect();
        MessageView::of(message, told)
    });
    let items = items.collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
}

/// Events as they go over the socket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Events {
    /// In order.
    #[schema(value_type = Vec<Event>)]
    items: Vec<Value>,
    /// Gives those before; absent where there are none.
    next: Option<String>,
}

/// List a conversation's events.
///
/// The newest, and with each `next` those before. Each page is in order.
#[utoipa::path(
    get, path = "/api/conversations/{id}/events", operation_id = "list_events", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation"), EventsQuery),
    responses((status = 200, body = Events), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn events(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ConversationId>,
    query: web::Query<EventsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, limit) = (*path, of_page(query.limit));
    let before = query.cursor.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| cursor::unknown())?;
    let db = services.db.tenant(caller.tenant);
    let found = db
        .read(async |conn| {
            if conversations::load(conn, id).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            log::read_before(conn, id, before, limit).await
        })
        .await
        .map_err(problem)?;
    let next = found
        .first()
        .filter(|first| first.seq > 1)
        .map(|first| first.seq.to_string());
    let items = found
        .iter()
        .map(|event| numbered(event.seq, &event.body))
        .map(|event| services.links.event(caller.tenant, &event).unwrap_or(event))
        .map(|event| serde_json::from_str(&event));
    let items = items.collect::<Result<_, _>>().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(Events { items, next }))
}

/// List a conversation's notes.
///
/// What agents wrote for each other, oldest first; the newest 200. No visitor reads them.
#[utoipa::path(
    get, path = "/api/conversations/{id}/notes", operation_id = "list_notes", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = List<Event>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn notes(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, db) = (*path, services.db.tenant(caller.tenant));
    let found = db
        .read(async |conn| {
            if conversations::load(conn, id).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            attachments::notes(conn, &services.links, id).await
        })
        .await
        .map_err(problem)?;
    Ok(HttpResponse::Ok().json(List {
        items: found,
        next: None,
    }))
}
