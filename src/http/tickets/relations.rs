//! Who watches a ticket, and what it is linked to.

use actix_web::{HttpResponse, web};
use parlance_store::{
    ids::{ConversationId, TicketLinkId, UserId},
    queries::tickets::relations::{Link, Watcher},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TicketDetail, done};
use crate::{
    actors::services::Services,
    domain::tickets::{
        self,
        acts::{self, Other},
    },
    http::permit::{Allowed, TicketsWrite},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Who watches a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct WatcherView {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    name: String,
}

impl From<Watcher> for WatcherView {
    fn from(watcher: Watcher) -> Self {
        Self {
            id: watcher.id,
            name: watcher.name,
        }
    }
}

/// What a ticket is linked to: another ticket, or a conversation that is not its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    #[schema(value_type = uuid::Uuid)]
    id: TicketLinkId,
    #[schema(value_type = words::TicketLinkKind)]
    kind: &'static str,
    /// Whether this ticket is the one that was linked to the other: of a `follow_up`, the later one.
    outward: bool,
    /// The other ticket's number.
    ticket: Option<i64>,
    subject: Option<String>,
    #[schema(value_type = Option<words::TicketStatus>)]
    status: Option<&'static str>,
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        Self {
            id: link.id,
            kind: link.kind.as_str(),
            outward: link.outward,
            ticket: link.number,
            subject: link.subject,
            status: link.status.map(|status| status.as_str()),
            conversation: link.conversation_id,
        }
    }
}

/// What to link a ticket to: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketLinkBody {
    /// The number of another ticket.
    ticket: Option<i64>,
    /// Or a conversation.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
}

/// Link a ticket to another one, or to a conversation.
///
/// Both tickets tell of it.
#[utoipa::path(
    post, path = "/api/tickets/{number}/links", operation_id = "link_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])), params(("number" = i64, Path, description = "The ticket's number")),
    request_body(content = TicketLinkBody, example = json!({ "ticket": 2 })),
    responses((status = 201, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn link(
    caller: Allowed<TicketsWrite>,
    path: web::Path<i64>,
    body: web::Json<TicketLinkBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let other = match (body.ticket, body.conversation) {
        (Some(number), None) => Other::Ticket(number),
        (None, Some(conversation)) => Other::Conversation(conversation),
        _ => {
            let detail = "give either ticket or conversation";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
    };
    let (by, now) = (tickets::author(&caller), services.clock.now());
    let mut also = None;
    let linked = done(&services, &caller, *path, async |conn, ticket| {
        also = acts::link(conn, ticket.id, other, &by, now).await?;
        Ok(())
    });
    let linked = linked.await?;
    tell_other(&services, &caller, also);
    Ok(HttpResponse::Created().json(linked))
}

/// Tells the consoles of the ticket at the other end of a link.
fn tell_other(services: &Services, caller: &Allowed<TicketsWrite>, number: Option<i64>) {
    if let Some(number) = number {
        services.consoles.ticket(caller.tenant, number);
    }
}

/// Remove a link of a ticket.
#[utoipa::path(
    delete, path = "/api/tickets/{number}/links/{id}", operation_id = "unlink_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])),
    params(("number" = i64, Path, description = "The ticket's number"), ("id" = uuid::Uuid, Path, description = "The link")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn unlink(
    caller: Allowed<TicketsWrite>,
    path: web::Path<(i64, TicketLinkId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (number, id) = path.into_inner();
    let (by, now) = (tickets::author(&caller), services.clock.now());
    let mut also = None;
    let gone = done(&services, &caller, number, async |conn, ticket| {
        also = acts::unlink(conn, ticket.id, id, &by, now).await?;
        Ok(())
    });
    gone.await?;
    tell_other(&services, &caller, also);
    Ok(HttpResponse::NoContent().finish())
}

/// Let a member watch a ticket.
#[utoipa::path(
    put, path = "/api/tickets/{number}/watchers/{id}", operation_id = "watch_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])),
    params(("number" = i64, Path, description = "The ticket's number"), ("id" = uuid::Uuid, Path, description = "The member")),
    responses((status = 200, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn watch(
    caller: Allowed<TicketsWrite>,
    path: web::Path<(i64, UserId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let watched = watching(&caller, path.into_inner(), &services, true);
    Ok(HttpResponse::Ok().json(watched.await?))
}

/// Let a member no longer watch a ticket.
#[utoipa::path(
    delete, path = "/api/tickets/{number}/watchers/{id}", operation_id = "unwatch_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])),
    params(("number" = i64, Path, description = "The ticket's number"), ("id" = uuid::Uuid, Path, description = "The member")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn unwatch(
    caller: Allowed<TicketsWrite>,
    path: web::Path<(i64, UserId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    watching(&caller, path.into_inner(), &services, false).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn watching(
    caller: &Allowed<TicketsWrite>,
    (number, user): (i64, UserId),
    services: &Services,
    watches: bool,
) -> Result<TicketDetail, Problem> {
    let (by, now) = (tickets::author(caller), services.clock.now());
    let watched = done(services, caller, number, async |conn, ticket| {
        acts::watch(conn, ticket.id, user, watches, &by, now)
            .await
            .map(drop)
    });
    watched.await
}
