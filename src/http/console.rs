//! Reading conversations, for people who are logged in.

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::{ConversationId, SpaceId},
    queries::{
        conversations::{self, ListCursor},
        messages, spaces,
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    cursor,
    permit::{Allowed, ConversationsRead, SpacesRead},
    views::{ConversationSummary, List, MessageView, SpaceView},
};
use crate::{
    actors::services::Services,
    kernel::problem::{Problem, ProblemDocument},
};

const MAX_PAGE: i64 = 200;
const PAGE: i64 = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// 1 to 200.
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl ListQuery {
    fn limit(&self) -> i64 {
        self.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE)
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpacesQuery {
    /// Those that are archived, too.
    #[serde(default)]
    archived: bool,
}

/// `GET /api/chat-spaces`, oldest first.
#[utoipa::path(
    get, path = "/api/chat-spaces", tag = "conversations", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])), params(SpacesQuery),
    responses((status = 200, body = List<SpaceView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn spaces(
    caller: Allowed<SpacesRead>,
    query: web::Query<SpacesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let spaces = db
        .read(async |conn| spaces::list(conn).await)
        .await
        .map_err(Problem::internal)?;
    let now = services.clock.now();
    let shown = spaces
        .into_iter()
        .filter(|space| query.archived || space.archived_at.is_none());
    let items = shown.map(|space| SpaceView::of(space, now)).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// `GET /api/chat-spaces/{id}/conversations`, the one that changed last first.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/conversations", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path), ListQuery),
    responses((status = 200, body = List<ConversationSummary>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn conversations(
    caller: Allowed<ConversationsRead>,
    path: web::Path<SpaceId>,
    query: web::Query<ListQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit();
    let before = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let before = before.map(|(updated_at, id)| ListCursor {
        updated_at,
        id: id.into(),
    });
    let db = services.db.tenant(caller.tenant);
    let space = *path;
    let found = db
        .read(async |conn| {
            if spaces::load(conn, space).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            conversations::list(conn, Some(space), limit, before).await
        })
        .await
        .map_err(not_found)?;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let next = found
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(last.updated_at, last.id));
    let items = found.into_iter().map(ConversationSummary::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// `GET /api/conversations/{id}`.
#[utoipa::path(
    get, path = "/api/conversations/{id}", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])), params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn conversation(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let id = *path;
    let found = db
        .read(async |conn| conversations::load(conn, id).await)
        .await
        .map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(ConversationSummary::from(found.ok_or_else(Problem::not_found)?)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Messages with a greater `seq`.
    #[serde(default)]
    after: i64,
    /// `next` of the page before.
    cursor: Option<String>,
    limit: Option<i64>,
}

impl MessagesQuery {
    fn after(&self) -> Result<i64, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(self.after);
        };
        cursor.parse().map_err(|_| cursor::unknown())
    }
}

/// `GET /api/conversations/{id}/messages`, in order.
#[utoipa::path(
    get, path = "/api/conversations/{id}/messages", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path), MessagesQuery),
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
    let limit = query.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let found = db
        .read(async |conn| {
            if conversations::load(conn, id).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            messages::list(conn, id, after, limit).await
        })
        .await
        .map_err(not_found)?;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let next = found.last().filter(|_| full).map(|last| last.seq.to_string());
    let items = found.into_iter().map(MessageView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

fn not_found(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Problem::not_found(),
        other => Problem::internal(other),
    }
}
