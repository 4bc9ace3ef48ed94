//! What happened to a ticket, notes on it, and merging it into another one.

use actix_web::{HttpResponse, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::ClientId,
    queries::tickets::events::{self, Event, Place},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TicketDetail, done, refused, tell};
use crate::{
    actors::services::Services,
    domain::tickets::{self, acts},
    http::{
        conversations::of_page,
        cursor,
        documents::problem,
        permit::{Allowed, TicketsRead, TicketsWrite},
        views::List,
    },
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Something that happened to a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketEventView {
    /// The number of the ticket: another one's, where that was merged into this one.
    ticket: i64,
    /// Gapless from 1 in its ticket.
    seq: i64,
    #[schema(value_type = words::TicketEventKind)]
    kind: &'static str,
    /// Of `changed` `{property: {from, to}}`; of `note` and `created` the `text`.
    #[schema(value_type = Object)]
    body: Value,
    author: TicketAuthor,
    at: DateTime<Utc>,
}

/// Who did something to a ticket.
#[derive(Debug, Serialize, ToSchema)]
struct TicketAuthor {
    #[schema(value_type = words::ActorKind)]
    kind: &'static str,
    id: Option<Uuid>,
    /// What they were called then.
    name: String,
}

impl From<Event> for TicketEventView {
    fn from(event: Event) -> Self {
        Self {
            ticket: event.number,
            seq: event.seq,
            kind: event.kind.as_str(),
            body: event.body,
            author: TicketAuthor {
                kind: event.actor_kind.as_str(),
                id: event.actor_id,
                name: event.actor_name,
            },
            at: event.at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TicketEventsQuery {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

fn place(text: &str) -> Result<Place, Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split('/');
        let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
        let ticket: Uuid = parts.next()?.parse().ok()?;
        let seq = parts.next()?.parse().ok()?;
        cursor::is_ours(at).then_some(Place {
            at,
            ticket: ticket.into(),
            seq,
        })
    };
    read().ok_or_else(cursor::unknown)
}

fn text_of(place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        "{}/{}/{}",
        place.at.timestamp_micros(),
        place.ticket,
        place.seq
    ))
}

/// List a ticket's events.
///
/// The newest first, notes among them, and those of tickets that were merged into it.
#[utoipa::path(
    get, path = "/api/tickets/{number}/events", operation_id = "list_ticket_events", tag = "tickets", security(("user" = ["tickets:read"]), ("key" = ["tickets:read"])),
    params(("number" = i64, Path, description = "The ticket's number"), TicketEventsQuery),
    responses((status = 200, body = List<TicketEventView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<TicketsRead>,
    path: web::Path<i64>,
    query: web::Query<TicketEventsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (number, limit) = (*path, of_page(query.limit));
    let before = query.cursor.as_deref().map(place).transpose()?;
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        let ticket = tickets::find(conn, number).await?;
        events::list(conn, ticket.id, limit, before).await
    });
    let found = found.await.map_err(problem)?;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let next = found
        .last()
        .filter(|_| full)
        .map(|last| text_of(Place::from(last)));
    let items = found.into_iter().map(TicketEventView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// A note for other agents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketNoteBody {
    /// Your own id of it: sent again, nothing is written twice.
    #[schema(value_type = Option<uuid::Uuid>)]
    client_id: Option<ClientId>,
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// Write a note on a ticket.
///
/// For the team: no customer reads it.
#[utoipa::path(
    post, path = "/api/tickets/{number}/notes", operation_id = "write_ticket_note", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])), params(("number" = i64, Path, description = "The ticket's number")),
    request_body(content = TicketNoteBody, example = json!({ "text": "Asked the warehouse." })),
    responses((status = 201, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn note(
    caller: Allowed<TicketsWrite>,
    path: web::Path<i64>,
    body: web::Json<TicketNoteBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (body, now) = (body.into_inner(), services.clock.now());
    let by = tickets::author(&caller);
    let noted = done(&services, &caller, *path, async |conn, ticket| {
        acts::note(conn, ticket.id, body.text, body.client_id, &by, now)
            .await
            .map(drop)
    });
    Ok(HttpResponse::Created().json(noted.await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketMergeBody {
    /// The number of the ticket that survives.
    into: i64,
}

/// Merge a ticket into another one.
///
/// It is closed, its number leads to the other one from then on, and the events of both are shown. There is no
/// way back.
#[utoipa::path(
    post, path = "/api/tickets/{number}/merge", operation_id = "merge_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])), params(("number" = i64, Path, description = "The number of the ticket that is no more")),
    request_body(content = TicketMergeBody, example = json!({ "into": 2 })),
    responses((status = 200, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn merge(
    caller: Allowed<TicketsWrite>,
    path: web::Path<i64>,
    body: web::Json<TicketMergeBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, number, now) = (services.db.tenant(caller.tenant), *path, services.clock.now());
    let by = tickets::author(&caller);
    let merged = db.transaction(async |conn| {
        let from = tickets::find(conn, number).await?;
        let into = tickets::find(conn, body.into).await?;
        let merged = acts::merge(conn, from.id, into.id, &by, now).await?;
        let (number, from) = (merged.into.number, merged.from);
        Ok((number, from, super::detail(conn, merged.into).await?))
    });
    let (number, from, detail): (_, _, TicketDetail) = merged.await.map_err(refused)?;
    tell(&services, &caller, from.number, from.conversation_id).await;
    tell(&services, &caller, number, None).await;
    Ok(HttpResponse::Ok().json(detail))
}
