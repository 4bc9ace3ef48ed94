//! Reading conversations, for people who are logged in.

use actix_web::{HttpResponse, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use parlance_store::{
    StoreError,
    ids::{ConversationId, SpaceId},
    queries::{
        conversations::{self, Conversation, ListCursor},
        messages::{self, Message},
        spaces,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::user::User;
use crate::{
    actors::services::Services,
    kernel::{code::Code, problem::Problem},
};

const MAX_PAGE: i64 = 200;
const PAGE: i64 = 50;

#[derive(Debug, Deserialize)]
pub struct ListQuery {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl ListQuery {
    fn limit(&self) -> i64 {
        self.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE)
    }
}

/// `GET /api/chat-spaces`.
pub async fn spaces(user: User, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(user.claims.tenant);
    let spaces = db
        .read(async |conn| spaces::list(conn).await)
        .await
        .map_err(Problem::internal)?;
    let items: Vec<_> = spaces
        .iter()
        .map(|space| {
            json!({
                "id": space.id, "slug": space.slug, "name": space.name, "public_key": space.public_key,
                "published": space.published, "settings": space.settings, "created_at": space.created_at,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// `GET /api/chat-spaces/{id}/conversations`, the one that changed last first.
pub async fn conversations(
    user: User,
    path: web::Path<SpaceId>,
    query: web::Query<ListQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit();
    let before = query.cursor.as_deref().map(decode).transpose()?;
    let db = services.db.tenant(user.claims.tenant);
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
        .map(|last| encode(ListCursor::from(last)));
    let items: Vec<_> = found.iter().map(summary).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": next })))
}

/// `GET /api/conversations/{id}`.
pub async fn conversation(
    user: User,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(user.claims.tenant);
    let id = *path;
    let found = db
        .read(async |conn| conversations::load(conn, id).await)
        .await
        .map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(summary(&found.ok_or_else(Problem::not_found)?)))
}

#[derive(Debug, Deserialize)]
pub struct MessagesQuery {
    #[serde(default)]
    after: i64,
    limit: Option<i64>,
}

/// `GET /api/conversations/{id}/messages`, in order.
pub async fn messages(
    user: User,
    path: web::Path<ConversationId>,
    query: web::Query<MessagesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(user.claims.tenant);
    let (id, after) = (*path, query.after);
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
    let next = found.last().filter(|_| full).map(|last| last.seq);
    let items: Vec<_> = found.iter().map(message).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": next })))
}

fn summary(conversation: &Conversation) -> Value {
    json!({
        "id": conversation.id, "space": conversation.space_id, "visitor": conversation.visitor_id,
        "status": conversation.status.to_string(), "seq": conversation.head_seq,
        "created_at": conversation.created_at, "updated_at": conversation.updated_at,
    })
}

fn message(message: &Message) -> Value {
    json!({
        "id": message.id, "seq": message.seq,
        "author": { "kind": message.author_kind.to_string(), "id": message.author_id, "name": message.author_name },
        "text": message.text, "in_reply_to": message.in_reply_to, "state": message.state.to_string(),
        "grounding": message.grounding, "claims": message.claims, "model": message.model, "at": message.created_at,
    })
}

fn not_found(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Problem::not_found(),
        other => Problem::internal(other),
    }
}

fn encode(cursor: ListCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}/{}", cursor.updated_at.timestamp_micros(), cursor.id))
}

fn decode(text: &str) -> Result<ListCursor, Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = text.split_once('/')?;
        Some(ListCursor {
            updated_at: DateTime::from_timestamp_micros(at.parse().ok()?)?,
            id: id.parse().ok()?,
        })
    };
    read().ok_or_else(|| Problem::new(Code::InvalidRequest, "this cursor is not one of ours"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = ListCursor {
            updated_at: DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap(),
            id: ConversationId::new(),
        };
        assert_eq!(decode(&encode(cursor)).unwrap(), cursor);
        assert!(decode("zzz").is_err());
    }
}
