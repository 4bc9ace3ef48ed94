//! The visitor's endpoints over plain HTTP: open a conversation, read its log, ask and wait, send
//! one frame. Each takes a visitor token as bearer.

use std::{sync::Arc, time::Duration};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header, web};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use parlance_store::{
    ids::{ClientId, ConversationId},
    queries::log,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{
    attachments,
    poll::{self, Page},
    protocol::{ClientFrame, ServerFrame},
    session::{self, Session},
    sse::{self, Until},
};
use crate::{
    actors::services::Services,
    domain::{
        accounts::token::VisitorClaims,
        attachments::{MAX_BYTES, preview},
        conversations::event::{Event, Message, numbered},
    },
    kernel::{
        bearer::bearer,
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        route::{at, get, post},
        upload, words,
    },
};

/// Events of one page of history at most.
const MAX_PAGE: i64 = 200;
/// Conversations of one's own that are listed at most.
const MAX_LISTED: i64 = 50;

/// Proof that the request carries a token of a visitor of the space in its path.
#[derive(Clone, Debug)]
pub struct Visitor {
    claims: VisitorClaims,
    /// The end of the token.
    until: DateTime<Utc>,
    address: Option<std::net::IpAddr>,
    services: Arc<Services>,
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(&request).await })
    }
}

async fn authenticate(request: &HttpRequest) -> Result<Visitor, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(|| Problem::internal("no services"))?;
    let name = request.match_info().get("space").unwrap_or_default();
    let space = services
        .spaces
        .resolve(name)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(Problem::not_found)?;
    services
        .public
        .check(request, |origin, host| space.allows(origin, host))?;
    let (claims, until) = services
        .tokens
        .verify_visitor_until(bearer(request))
        .map_err(|invalid| Problem::new(Code::Unauthenticated, invalid.to_string()))?;
    if claims.space != space.space {
        return Err(Problem::new(
            Code::Unauthenticated,
            "the token is of another space",
        ));
    }
    let address = services.addresses.of(request);
    Ok(Visitor {
        claims,
        until,
        address,
        services: services.clone().into_inner(),
    })
}

impl Visitor {
    pub(super) async fn open(self, conversation: Option<ConversationId>) -> Result<Session, Problem> {
        Session::open(self.services, self.claims, self.address, conversation).await
    }
}

/// The visitor's calls, for `/api/openapi.json`.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        create,
        conversations,
        history,
        events,
        frame,
        chat,
        super::attachments::attach,
        super::ws::socket
    ),
    components(schemas(Event, ClientFrame, ServerFrame))
)]
pub struct Calls;

/// Registers the transports under `/api/widget/{space}`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(at("/conversations").route(get(conversations)))
        .service(at("/conversation").route(post(create)))
        .service(at("/conversation/{id}").route(get(history)))
        .service(at("/conversation/{id}/events").route(get(events)))
        .service(at("/conversation/{id}/frames").route(post(frame)))
        .service(
            at("/conversation/{id}/attachments")
                .app_data(upload::limited(MAX_BYTES))
                .route(post(attachments::attach)),
        )
        .service(at("/chat").route(post(chat)))
        .service(at("/socket").route(get(super::ws::socket)));
}

/// Open a conversation.
///
/// Of this visitor.
#[utoipa::path(
    post, path = "/api/widget/{space}/conversation", operation_id = "open_conversation", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space")),
    responses((status = 201, body = Opened), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
async fn create(visitor: Visitor) -> Result<HttpResponse, Problem> {
    let session = visitor.open(None).await?;
    Ok(HttpResponse::Created().json(Opened {
        conversation: session.conversation(),
    }))
}

/// A conversation that was opened.
#[derive(Debug, Serialize, ToSchema)]
struct Opened {
    #[schema(value_type = uuid::Uuid)]
    conversation: ConversationId,
}

/// Conversations of one's own.
#[derive(Debug, Serialize, ToSchema)]
struct OwnConversations {
    items: Vec<OwnConversation>,
}

/// A conversation and how it ends at present.
#[derive(Debug, Serialize, ToSchema)]
struct OwnConversation {
    #[schema(value_type = uuid::Uuid)]
    id: ConversationId,
    #[schema(value_type = words::ConversationStatus)]
    status: &'static str,
    /// Of the newest durable event.
    seq: i64,
    /// Who wrote the last message.
    #[schema(value_type = words::MessageAuthor)]
    author: &'static str,
    /// The first 200 characters of it, or what was sent without a word.
    preview: String,
    updated_at: DateTime<Utc>,
}

/// List one's own conversations.
///
/// 50 at most, the one that changed last first: of a verified visitor those on each of their devices,
/// of others those of this browser.
#[utoipa::path(
    get, path = "/api/widget/{space}/conversations", operation_id = "list_own_conversations", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space")),
    responses((status = 200, body = OwnConversations), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
async fn conversations(visitor: Visitor) -> Result<HttpResponse, Problem> {
    let found = session::own(&visitor.services, visitor.claims, MAX_LISTED).await?;
    let items = found.into_iter().map(|preview| OwnConversation {
        id: preview.id,
        status: preview.status.as_str(),
        seq: preview.head_seq,
        author: preview.author_kind.as_str(),
        preview: self::preview(&preview.text, &preview.attachments),
        updated_at: preview.updated_at,
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(OwnConversations {
            items: items.collect(),
        }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Events with a greater `seq`.
    #[serde(default)]
    #[param(format = "uint64")]
    after: u64,
    /// 200 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
}

/// Read a conversation.
///
/// Its durable events, a page at a time.
#[utoipa::path(
    get, path = "/api/widget/{space}/conversation/{id}", operation_id = "read_conversation", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space"), ("id" = uuid::Uuid, Path, description = "The conversation"), HistoryQuery),
    responses((status = 200, body = Page), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
async fn history(
    visitor: Visitor,
    path: web::Path<(String, ConversationId)>,
    query: web::Query<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (visitor.services.db.tenant(visitor.claims.tenant), path.1);
    let session = visitor.open(Some(id)).await?;
    let limit = query.limit.map_or(MAX_PAGE, |limit| limit.get().into());
    let after = i64::try_from(query.after).unwrap_or(i64::MAX);
    let read = db.read(async |conn| log::read_after(conn, id, after, limit).await);
    let logged = read.await.map_err(Problem::internal)?;
    let next = logged.last().map_or(query.after, |event| {
        u64::try_from(event.seq).unwrap_or(query.after)
    });
    let events = logged
        .iter()
        .filter_map(|event| RawValue::from_string(session.linked(numbered(event.seq, &event.body))).ok())
        .collect();
    Ok(HttpResponse::Ok().json(Page {
        conversation: session.view().await?,
        events,
        next,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Events with a greater `seq`.
    #[param(format = "uint64")]
    after: Option<u64>,
    /// Seconds: asks for JSON, waited for this long, a minute at most.
    #[param(format = "uint64")]
    wait: Option<u64>,
}

/// Follow a conversation.
///
/// Server-sent events as they happen, or with `wait` a page of JSON.
#[utoipa::path(
    get, path = "/api/widget/{space}/conversation/{id}/events", operation_id = "follow_conversation", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space"), ("id" = uuid::Uuid, Path, description = "The conversation"), EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "As `after`, which it goes before; passed over where it is no number")),
    responses(
        (status = 200, description = "Events as they happen, or a page", content(
            (Event = "text/event-stream"), (Page = "application/json"))),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
async fn events(
    request: HttpRequest,
    visitor: Visitor,
    path: web::Path<(String, ConversationId)>,
    query: web::Query<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    let token_end = visitor.until;
    let session = visitor.open(Some(path.1)).await?;
    let after = sse::cursor(&request, query.after);
    match query.wait {
        Some(seconds) => {
            let page = poll::poll(&session, after, Duration::from_secs(seconds)).await?;
            Ok(HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .json(page))
        }
        None => sse::stream(session, after, Until::Closed, token_end).await,
    }
}

/// Send a frame.
///
/// One frame of the socket, for clients that cannot hold one.
#[utoipa::path(
    post, path = "/api/widget/{space}/conversation/{id}/frames", operation_id = "send_frame", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space"), ("id" = uuid::Uuid, Path, description = "The conversation")),
    request_body(content = ClientFrame, example = json!({ "type": "say", "client_id": "0192f7a0-0000-4000-8000-000000000001", "text": "How long is the warranty?" })),
    responses((status = 200, body = ServerFrame), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
async fn frame(
    visitor: Visitor,
    path: web::Path<(String, ConversationId)>,
    frame: web::Json<ClientFrame>,
) -> Result<HttpResponse, Problem> {
    let session = visitor.open(Some(path.1)).await?;
    session.admit_frame().await?;
    let reply = match frame.into_inner() {
        ClientFrame::Say {
            client_id,
            text,
            attachments,
        } => {
            let ack = session.say(client_id, &text, attachments).await?;
            ServerFrame::Ack {
                client_id,
                message: ack.message,
                seq: ack.seq,
            }
        }
        ClientFrame::Ping => ServerFrame::Pong,
        other => {
            session.act(other).await?;
            ServerFrame::Ok
        }
    };
    Ok(HttpResponse::Ok().json(reply))
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
struct ChatBody {
    /// Absent: a new conversation.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
    /// Chosen by the client; the same again says nothing new.
    #[schema(value_type = uuid::Uuid)]
    client_id: ClientId,
    #[schema(min_length = 1, max_length = 4_000)]
    text: String,
}

/// Ask and wait for the answer.
///
/// Says something and answers with the finished answer, or streams until it is finished.
#[utoipa::path(
    post, path = "/api/widget/{space}/chat", operation_id = "chat", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space")),
    request_body(content = ChatBody, example = json!({ "client_id": "0192f7a0-0000-4000-8000-000000000001", "text": "How long is the warranty?" })),
    responses(
        (status = 200, description = "The answer", content((Message = "application/json"), (Event = "text/event-stream"))),
        (status = 202, description = "A person will answer", body = ServerFrame),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
async fn chat(
    request: HttpRequest,
    visitor: Visitor,
    body: web::Json<ChatBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let token_end = visitor.until;
    let session = visitor.open(body.conversation).await?;
    session.admit_frame().await?;
    let ack = session.say(body.client_id, &body.text, Vec::new()).await?;
    let before = ack.seq.saturating_sub(1);
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let streams = accept.contains("text/event-stream");
    if streams && poll::bot_answers(&session, before, ack.message).await? {
        return sse::stream(session, before, Until::Answered(ack.message), token_end).await;
    }
    if !streams && let Some(answer) = poll::answer(&session, before, ack.message).await? {
        return Ok(HttpResponse::Ok().content_type("application/json").body(answer));
    }
    Ok(HttpResponse::Accepted().json(ServerFrame::Ack {
        client_id: body.client_id,
        message: ack.message,
        seq: ack.seq,
    }))
}
