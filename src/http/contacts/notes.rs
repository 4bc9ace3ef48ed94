//! What agents write of a contact for each other.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{ContactId, ContactNoteId, UserId},
    queries::{
        contact_notes::{self, ContactNote},
        contacts as store,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    actors::services::Services,
    domain::contacts::notes::{self, NoteError},
    http::{
        conversations::of_page,
        cursor,
        documents::problem,
        permit::{Allowed, ConversationsRead, ConversationsWrite},
        views::List,
    },
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NotesQuery {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A note of a contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactNoteBody {
    /// Markdown.
    #[schema(min_length = 1, max_length = 4_000)]
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ContactNoteView {
    #[schema(value_type = uuid::Uuid)]
    id: ContactNoteId,
    author: NoteAuthor,
    /// Markdown.
    text: String,
    at: DateTime<Utc>,
}

/// Who wrote a note: a person, or a program by its key.
#[derive(Debug, Serialize, ToSchema)]
struct NoteAuthor {
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    /// What they were called then.
    name: String,
}

impl From<ContactNote> for ContactNoteView {
    fn from(note: ContactNote) -> Self {
        Self {
            id: note.id,
            author: NoteAuthor {
                id: note.author_id,
                name: note.author_name,
            },
            text: note.text,
            at: note.at,
        }
    }
}

fn refused(error: NoteError) -> Problem {
    let detail = error.to_string();
    match error {
        NoteError::Text => Problem::new(Code::InvalidRequest, detail),
        NoteError::Anothers => Problem::new(Code::Forbidden, detail),
        NoteError::Store(error) => problem(error),
    }
}

/// List a contact's notes.
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/contacts/{id}/notes", operation_id = "list_contact_notes", tag = "contacts", security(("user" = ["conversations:read"]), ("key" = ["conversations:read"])),
    params(("id" = uuid::Uuid, Path, description = "The contact"), NotesQuery),
    responses((status = 200, body = List<ContactNoteView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<ConversationsRead>,
    path: web::Path<ContactId>,
    query: web::Query<NotesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, limit) = (*path, of_page(query.limit));
    let after = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let after = after.map(|(at, id)| (at, id.into()));
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| {
        let contact = store::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        contact_notes::list(conn, contact.id, limit, after).await
    });
    let found = found.await.map_err(problem)?;
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let last = found.last().filter(|_| full);
    let next = last.map(|last| cursor::encode(last.at, last.id));
    let items = found.into_iter().map(ContactNoteView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// Write a note of a contact.
///
/// For other agents: nobody else reads it.
#[utoipa::path(
    post, path = "/api/contacts/{id}/notes", operation_id = "write_contact_note", tag = "contacts", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])), params(("id" = uuid::Uuid, Path, description = "The contact")),
    request_body(content = ContactNoteBody, example = json!({ "text": "Prefers to be called back in the morning." })),
    responses((status = 201, body = ContactNoteView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn write(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<ContactId>,
    body: web::Json<ContactNoteBody>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let note = notes::add(&db, &caller, *path, &body.text, now).await;
    Ok(HttpResponse::Created().json(ContactNoteView::from(note.map_err(refused)?)))
}

/// Delete a note of a contact.
///
/// Whoever wrote it may, and admins.
#[utoipa::path(
    delete, path = "/api/contacts/{id}/notes/{note}", operation_id = "delete_contact_note", tag = "contacts", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The contact"), ("note" = uuid::Uuid, Path, description = "The note")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<ConversationsWrite>,
    path: web::Path<(ContactId, ContactNoteId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (contact, note) = path.into_inner();
    let db = services.db.tenant(caller.tenant);
    notes::remove(&db, &caller, contact, note)
        .await
        .map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}
