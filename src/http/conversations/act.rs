//! What agents and programs do in a conversation.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{AttachmentId, ClientId, ConversationId, DraftId, MessageId, UserId},
    queries::drafts::DraftKind,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actors::{conversation::AgentCommand, desk::Desk, services::Services},
    domain::{
        conversations::summary::ConversationSummary,
        drafting::{Draft, wanted::Wanted},
    },
    http::permit::{Allowed, ConversationsWrite},
    kernel::{
        problem::{Problem, ProblemDocument},
        words,
    },
};

fn desk(caller: &Allowed<ConversationsWrite>, services: web::Data<Services>) -> Desk {
    Desk::new(services.into_inner(), caller.tenant, caller.agent())
}

/// Something to say to the visitor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    /// Your own id of it: sent again, nothing is said twice.
    #[schema(value_type = uuid::Uuid)]
    client_id: ClientId,
    /// Empty only with attachments.
    #[schema(max_length = 4_000)]
    text: String,
    /// Uploaded before, and not sent yet.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 10)]
    attachments: Vec<AttachmentId>,
    /// The `seq` of the newest event you have seen: refused with `stale` where another agent has written
    /// behind it.
    #[schema(format = "uint64", minimum = 0)]
    after: Option<u64>,
    /// The draft that it was, changed or not: it is noted what became of that.
    #[schema(value_type = Option<uuid::Uuid>)]
    draft: Option<DraftId>,
}

/// A message that is stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stored {
    #[schema(value_type = uuid::Uuid)]
    message: MessageId,
    #[schema(format = "uint64")]
    seq: u64,
}

/// Say something in a conversation.
///
/// Takes it where nobody has it: the bot falls silent.
#[utoipa::path(
    post, path = "/api/conversations/{id}/messages", operation_id = "say_message", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = MessageBody, example = json!({ "client_id": "0192f7a0-0000-7000-8000-000000000001", "text": "Your parcel is on its way.", "after": 7 })),
    responses((status = 201, body = Stored), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn say(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    body: web::Json<MessageBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let MessageBody {
        client_id,
        text,
        attachments,
        after,
        draft,
    } = body.into_inner();
    let desk = desk(&caller, services);
    let said = desk.say(*path, client_id, &text, attachments, after, draft);
    let ack = said.await?;
    Ok(HttpResponse::Created().json(Stored {
        message: ack.message,
        seq: ack.seq,
    }))
}

/// A note for other agents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    /// Your own id of it: sent again, nothing is written twice.
    #[schema(value_type = uuid::Uuid)]
    client_id: ClientId,
    /// Empty only with attachments.
    #[schema(max_length = 4_000)]
    text: String,
    /// Uploaded before, and not sent yet.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 10)]
    attachments: Vec<AttachmentId>,
    /// The draft that it was, changed or not: it is noted what became of that.
    #[schema(value_type = Option<uuid::Uuid>)]
    draft: Option<DraftId>,
}

/// Write a note.
///
/// For other agents: no visitor reads it.
#[utoipa::path(
    post, path = "/api/conversations/{id}/notes", operation_id = "write_note", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = NoteBody, example = json!({ "client_id": "0192f7a0-0000-7000-8000-000000000002", "text": "Asked the warehouse." })),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn note(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    body: web::Json<NoteBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let NoteBody {
        client_id,
        text,
        attachments,
        draft,
    } = body.into_inner();
    desk(&caller, services)
        .note(*path, client_id, &text, attachments, draft)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is to be drafted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftBody {
    #[schema(value_type = words::DraftKind)]
    kind: DraftKind,
    /// What is rewritten: of `rephrase`, `shorter` and `translate`.
    #[schema(min_length = 1, max_length = 4_000)]
    text: Option<String>,
    /// A language tag, of `translate`; the visitor's unless told.
    #[schema(min_length = 2, max_length = 35)]
    to: Option<String>,
}

/// Have something drafted.
///
/// Nothing of it is sent. A reply answers what the visitor wrote last, from the space's documents; where they
/// say nothing of it, it is `abstained` and empty. Without a model that writes, replies and summaries quote,
/// and rewriting is refused with `model_needed`. A draft takes the place of one that is being written for you
/// in the same conversation.
#[utoipa::path(
    post, path = "/api/conversations/{id}/draft", operation_id = "draft_text", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = DraftBody, example = json!({ "kind": "translate", "text": "Your parcel is on its way.", "to": "de" })),
    responses((status = 200, body = Draft), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn draft(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    body: web::Json<DraftBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::parse(body.kind, body.text.as_deref(), body.to.as_deref())?;
    let draft = desk(&caller, services).draft(*path, wanted).await?;
    Ok(HttpResponse::Ok().json(draft))
}

async fn act(
    caller: &Allowed<ConversationsWrite>,
    services: web::Data<Services>,
    id: ConversationId,
    command: AgentCommand,
) -> Result<HttpResponse, Problem> {
    let then: ConversationSummary = desk(caller, services).act(id, command).await?;
    Ok(HttpResponse::Ok().json(then))
}

/// Take a conversation.
///
/// A running answer of the bot ends, and is kept as `interrupted`. Refused with `held` where another agent
/// has it: `transfer` takes it from them.
#[utoipa::path(
    post, path = "/api/conversations/{id}/take", operation_id = "take_conversation", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn take(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    act(&caller, services, *path, AgentCommand::Take).await
}

/// Hand a conversation back to the bot.
#[utoipa::path(
    post, path = "/api/conversations/{id}/release", operation_id = "release_conversation", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn release(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    act(&caller, services, *path, AgentCommand::Release).await
}

/// Who is to have it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferBody {
    /// A member who may answer.
    #[schema(value_type = uuid::Uuid)]
    to: UserId,
}

/// Give a conversation to an agent.
///
/// Whoever has it.
#[utoipa::path(
    post, path = "/api/conversations/{id}/transfer", operation_id = "transfer_conversation", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = TransferBody, example = json!({ "to": "0192f7a0-0000-7000-8000-000000000003" })),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn transfer(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    body: web::Json<TransferBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let then = desk(&caller, services).transfer(*path, body.to).await?;
    Ok(HttpResponse::Ok().json(then))
}

/// Resolve a conversation.
///
/// It begins anew, with the bot, when the visitor writes again.
#[utoipa::path(
    post, path = "/api/conversations/{id}/resolve", operation_id = "resolve_conversation", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn resolve(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    act(&caller, services, *path, AgentCommand::Resolve).await
}

/// When it is to come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnoozeBody {
    /// In the future, a year at most.
    until: DateTime<Utc>,
}

/// Put a conversation off.
///
/// It comes back then, or when the visitor writes.
#[utoipa::path(
    post, path = "/api/conversations/{id}/snooze", operation_id = "snooze_conversation", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = SnoozeBody, example = json!({ "until": "2030-01-02T09:00:00Z" })),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn snooze(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    body: web::Json<SnoozeBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    act(
        &caller,
        services,
        *path,
        AgentCommand::Snooze { until: body.until },
    )
    .await
}

/// Go on with a conversation that was resolved or put off.
#[utoipa::path(
    post, path = "/api/conversations/{id}/reopen", operation_id = "reopen_conversation", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = ConversationSummary), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn reopen(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    act(&caller, services, *path, AgentCommand::Reopen).await
}
