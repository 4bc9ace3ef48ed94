//! Canned replies: what agents say again and again.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{CannedReplyId, SpaceId, UserId},
    queries::canned_replies::{self, CannedAct, CannedReply},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, ConversationsRead, ConversationsWrite},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::canned::{self, CannedError, Written},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// A reply as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedReplyWords {
    /// What is typed to find it, unique in the workspace: lower-case letters and digits, with hyphens between.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    shortcut: String,
    #[schema(min_length = 1, max_length = 100)]
    title: String,
    /// Markdown. `{{visitor.name}}`, `{{visitor.email}}`, `{{agent.name}}` and `{{space.name}}` stand for what
    /// is known when it is sent, `{{visitor.name|there}}` for "there" where that is nothing.
    #[schema(min_length = 1, max_length = 4_000)]
    text: String,
    /// What is to be done with the conversation once the reply was sent.
    #[serde(default)]
    #[schema(value_type = Option<words::CannedAct>)]
    act: Option<CannedAct>,
    /// For how long it is put off; given exactly where `act` is `snooze`.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 527_040)]
    snooze_minutes: Option<i32>,
    /// The one space it is for; left out, it is for all.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
}

impl From<CannedReplyWords> for Written {
    fn from(words: CannedReplyWords) -> Self {
        Self {
            shortcut: words.shortcut,
            title: words.title,
            text: words.text,
            act: words.act,
            snooze_minutes: words.snooze_minutes,
            space: words.space,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CannedReplyView {
    #[schema(value_type = uuid::Uuid)]
    id: CannedReplyId,
    shortcut: String,
    title: String,
    /// With its variables as they were written.
    text: String,
    #[schema(value_type = Option<words::CannedAct>)]
    act: Option<CannedAct>,
    snooze_minutes: Option<i32>,
    #[schema(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    /// Null where a program made it.
    #[schema(value_type = Option<uuid::Uuid>)]
    created_by: Option<UserId>,
    updated_at: DateTime<Utc>,
}

impl From<CannedReply> for CannedReplyView {
    fn from(reply: CannedReply) -> Self {
        Self {
            id: reply.id,
            shortcut: reply.shortcut,
            title: reply.title,
            text: reply.text,
            act: reply.act,
            snooze_minutes: reply.snooze_minutes,
            space: reply.space_id,
            created_by: reply.created_by,
            updated_at: reply.updated_at,
        }
    }
}

fn refused(error: CannedError) -> Problem {
    let detail = error.to_string();
    match error {
        CannedError::Unsound(_) => Problem::new(Code::InvalidRequest, detail),
        CannedError::Taken => Problem::new(Code::Conflict, detail),
        CannedError::Full => Problem::new(Code::LimitReached, detail),
        CannedError::Store(error) => problem(error),
    }
}

/// List canned replies.
///
/// By shortcut.
#[utoipa::path(
    get, path = "/api/canned-replies", operation_id = "list_canned_replies", tag = "conversations", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    responses((status = 200, body = List<CannedReplyView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<ConversationsRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(canned_replies::list).await.map_err(problem)?;
    let items = found.into_iter().map(CannedReplyView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Create a canned reply.
///
/// With an act it is a macro, whose act the console carries out once the reply was sent.
#[utoipa::path(
    post, path = "/api/canned-replies", operation_id = "create_canned_reply", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    request_body(content = CannedReplyWords, example = json!({ "shortcut": "refund-sent", "title": "Refund is on its way", "text": "Hello {{visitor.name|there}}, your refund is on its way.", "act": "resolve" })),
    responses((status = 201, body = CannedReplyView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<ConversationsWrite>,
    body: web::Json<CannedReplyWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let made = canned::put(&db, &caller, None, body.into_inner().into(), now).await;
    Ok(HttpResponse::Created().json(CannedReplyView::from(made.map_err(refused)?)))
}

/// Change a canned reply.
///
/// All of it.
#[utoipa::path(
    put, path = "/api/canned-replies/{id}", operation_id = "change_canned_reply", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The canned reply")),
    request_body(content = CannedReplyWords, example = json!({ "shortcut": "refund-soon", "title": "Refund is on its way", "text": "Your refund is on its way.", "act": "snooze", "snooze_minutes": 4320 })),
    responses((status = 200, body = CannedReplyView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<CannedReplyId>,
    body: web::Json<CannedReplyWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = canned::put(&db, &caller, Some(*path), body.into_inner().into(), now).await;
    Ok(HttpResponse::Ok().json(CannedReplyView::from(changed.map_err(refused)?)))
}

/// Delete a canned reply.
#[utoipa::path(
    delete, path = "/api/canned-replies/{id}", operation_id = "delete_canned_reply", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The canned reply")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<CannedReplyId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    canned::remove(&db, &caller, *path, now).await.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}
