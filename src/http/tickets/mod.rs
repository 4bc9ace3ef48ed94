//! Tickets: the list, making and changing them. What else is done to one is in [`acts`], who watches it and
//! what it is linked to in [`relations`].

pub mod acts;
pub mod list;
pub mod relations;
pub mod routes;

use actix_web::{HttpResponse, web};
use parlance_store::{
    StoreError,
    ids::{ClientId, ContactId, ConversationId, SpaceId, TeamId, TicketCategoryId, UserId},
    queries::{ratings, tickets::relations as store},
    tenant::TenantConn,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use self::relations::{LinkView, WatcherView};
use super::{
    documents::problem,
    permit::{Allowed, TicketsRead, TicketsWrite},
};
use crate::{
    actors::{services::Services, tickets as telling},
    domain::{
        accounts::caller::Caller,
        audit::Actor,
        csat::Rated,
        tickets::{
            self, Change, Priority, Status, Ticket, TicketError, Via, Wanted,
            touched::Touched,
            view::{self, TicketSummary},
        },
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

fn refused(error: TicketError) -> Problem {
    let detail = error.to_string();
    match error {
        TicketError::Unsound(detail) => Problem::new(Code::InvalidRequest, detail),
        TicketError::Moved(_) => Problem::new(Code::VersionChanged, detail),
        TicketError::Taken(_) | TicketError::Merged => Problem::new(Code::Conflict, detail),
        TicketError::Store(error) => problem(error),
    }
}

/// A ticket with who watches it, what it is linked to, and what the visitor thinks of its conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketDetail {
    #[serde(flatten)]
    ticket: TicketSummary,
    watchers: Vec<WatcherView>,
    links: Vec<LinkView>,
    /// Of its conversation; absent where the visitor has not rated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<Rated>,
}

async fn detail(conn: &mut TenantConn<'_>, ticket: Ticket) -> Result<TicketDetail, StoreError> {
    let watchers = store::watchers(conn, ticket.id).await?;
    let links = store::links(conn, ticket.id).await?;
    let rating = match ticket.conversation_id {
        Some(id) => ratings::given(conn, id).await?.map(|given| Rated::of(id, given)),
        None => None,
    };
    let mut summaries = view::summaries(conn, vec![ticket]).await?;
    Ok(TicketDetail {
        ticket: summaries.pop().ok_or(StoreError::NotFound)?,
        watchers: watchers.into_iter().map(WatcherView::from).collect(),
        links: links.into_iter().map(LinkView::from).collect(),
        rating,
    })
}

/// Tells the consoles how a ticket is now, and its conversation that it has one, or has none any more.
async fn tell(services: &Services, caller: &Caller, number: i64, conversation: Option<ConversationId>) {
    let db = services.db.tenant(caller.tenant);
    let ticket = Touched { number, conversation };
    telling::tell(&db, &services.consoles, Some(&services.registry), ticket).await;
}

/// Carries out `work` on the ticket of a number and answers with the ticket as it is then.
async fn done<F>(services: &Services, caller: &Caller, number: i64, work: F) -> Result<TicketDetail, Problem>
where
    F: AsyncFnOnce(&mut TenantConn<'_>, Ticket) -> Result<(), TicketError>,
{
    let db = services.db.tenant(caller.tenant);
    let done = db.transaction(async |conn| {
        let ticket = tickets::find(conn, number).await?;
        work(conn, ticket).await?;
        let ticket = tickets::find(conn, number).await?;
        let (number, conversation) = (ticket.number, ticket.conversation_id);
        Ok((number, conversation, detail(conn, ticket).await?))
    });
    let (number, conversation, detail) = done.await.map_err(refused)?;
    tell(services, caller, number, conversation).await;
    Ok(detail)
}

/// Get a ticket.
///
/// Of one that was merged, the one it was merged into: its `number` is another one then.
#[utoipa::path(
    get, path = "/api/tickets/{number}", operation_id = "get_ticket", tag = "tickets", security(("user" = ["tickets:read"]), ("key" = ["tickets:read"])), params(("number" = i64, Path, description = "The ticket's number")),
    responses((status = 200, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn ticket(
    caller: Allowed<TicketsRead>,
    path: web::Path<i64>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, number) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| {
        let ticket = tickets::find(conn, number).await?;
        detail(conn, ticket).await
    });
    Ok(HttpResponse::Ok().json(found.await.map_err(problem)?))
}

/// A ticket to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketBody {
    /// Your own id of it: sent again, no second ticket is made.
    #[schema(value_type = Option<uuid::Uuid>)]
    client_id: Option<ClientId>,
    /// Of which space; of the conversation's, where there is one.
    #[schema(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    /// In which it is dealt with.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
    /// Whose it is; the conversation's unless told.
    #[schema(value_type = Option<uuid::Uuid>)]
    contact: Option<ContactId>,
    /// Absent, what the visitor said first.
    #[schema(min_length = 1, max_length = 200)]
    subject: Option<String>,
    /// What it begins with.
    #[schema(max_length = 10_000)]
    text: Option<String>,
    /// Absent, what the mood of subject and text makes it.
    #[schema(value_type = Option<words::TicketPriority>)]
    priority: Option<Priority>,
    #[schema(value_type = Option<uuid::Uuid>)]
    team: Option<TeamId>,
    /// A member who may answer; who has the conversation unless told.
    #[schema(value_type = Option<uuid::Uuid>)]
    assignee: Option<UserId>,
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
    /// Who asks; the conversation's visitor unless told.
    #[schema(max_length = 200)]
    requester_name: Option<String>,
    #[schema(max_length = 254)]
    requester_email: Option<String>,
}

/// Create a ticket.
///
/// Of a conversation or without one. A conversation has one ticket that is not closed; the next one is linked
/// to it as a follow-up.
#[utoipa::path(
    post, path = "/api/tickets", operation_id = "create_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])),
    request_body(content = TicketBody, example = json!({ "space": "0192f7a0-0000-7000-8000-000000000001", "subject": "The robot hums", "text": "It hums at night.", "priority": "high", "tags": ["noise"], "requester_email": "ada@example.com" })),
    responses((status = 201, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<TicketsWrite>,
    body: web::Json<TicketBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let via = match caller.actor {
        Actor::ApiKey { .. } => Via::Api,
        _ => Via::Agent,
    };
    let wanted = Wanted {
        space: body.space,
        conversation: body.conversation,
        contact: body.contact,
        subject: body.subject,
        text: body.text,
        priority: body.priority,
        team: body.team,
        assignee: body.assignee,
        tags: body.tags,
        requester_name: body.requester_name,
        requester_email: body.requester_email,
        client_id: body.client_id,
        via,
    };
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let make = async |wanted: Wanted| {
        let made = db.transaction(async |conn| {
            let ticket = tickets::create(conn, wanted, &tickets::author(&caller), now).await?;
            let (number, conversation) = (ticket.number, ticket.conversation_id);
            Ok((number, conversation, detail(conn, ticket).await?))
        });
        made.await
    };
    let made = match make(wanted.clone()).await {
        // The same, sent twice at once: the other one is there by now.
        Err(TicketError::Store(error)) if error.is_conflict("tickets_client_id_once") => make(wanted).await,
        made => made,
    };
    let (number, conversation, detail) = made.map_err(refused)?;
    tell(&services, &caller, number, conversation).await;
    Ok(HttpResponse::Created().json(detail))
}

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketChange {
    /// The version that the change is made for: refused where it is another one by now.
    version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    subject: Option<String>,
    #[schema(value_type = Option<words::TicketStatus>)]
    status: Option<Status>,
    #[schema(value_type = Option<words::TicketPriority>)]
    priority: Option<Priority>,
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
    /// A member who may answer; null for nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<uuid::Uuid>)]
    assignee: Option<Option<UserId>>,
    /// Null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<uuid::Uuid>)]
    team: Option<Option<TeamId>>,
    /// Null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<uuid::Uuid>)]
    category: Option<Option<TicketCategoryId>>,
}

/// What is there, though it be null.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Change a ticket.
///
/// Every change is told in its events.
#[utoipa::path(
    patch, path = "/api/tickets/{number}", operation_id = "change_ticket", tag = "tickets", security(("user" = ["tickets:write"]), ("key" = ["tickets:write"])), params(("number" = i64, Path, description = "The ticket's number")),
    request_body(content = TicketChange, example = json!({ "status": "pending", "priority": "high", "tags": ["noise"] })),
    responses((status = 200, body = TicketDetail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<TicketsWrite>,
    path: web::Path<i64>,
    body: web::Json<TicketChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let change = Change {
        subject: body.subject,
        status: body.status,
        priority: body.priority,
        tags: body.tags,
        assignee: body.assignee,
        team: body.team,
        category: body.category,
        version: body.version,
        ..Change::default()
    };
    let now = services.clock.now();
    let by = tickets::author(&caller);
    let changed = done(&services, &caller, *path, async |conn, ticket| {
        tickets::change(conn, ticket.id, change, &by, now).await.map(drop)
    });
    Ok(HttpResponse::Ok().json(changed.await?))
}
