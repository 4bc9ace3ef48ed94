//! The documents of a space: uploaded, pasted, read anew, removed.

use actix_multipart::form::{MultipartForm, bytes::Bytes, text::Text};
use actix_web::{Error, HttpResponse, http::header, web};
use parlance_store::{
    StoreError,
    ids::{DocumentId, SpaceId},
    queries::{documents, spaces},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    permit::{Allowed, KnowledgeRead, KnowledgeWrite},
    views::{DocumentView, JobRef, List},
};
use crate::{
    actors::services::Services,
    domain::{
        billing::limit,
        jobs::Priority,
        knowledge::{
            intake::{self, NewFile, Taken},
            written::{self, Faq, Written, WrittenError},
        },
    },
    kernel::{
        code::Code,
        object::Object,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        upload::no_form,
    },
};

const PAGE: i32 = 50;
/// Characters of a document's name.
const MAX_NAME: usize = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentsQuery {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
}

#[derive(Debug, MultipartForm, ToSchema)]
pub struct Upload {
    /// Of 32 MiB at most.
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
    /// What the document is called, where that is not the file's own name: a path with `/`, so that
    /// files of one name in different folders are documents of their own.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    name: Option<Text<String>>,
}

/// A document that was taken in.
#[derive(Serialize, ToSchema)]
struct TakenIn {
    document: DocumentView,
    /// Reads it; null where it is the same as before.
    job: Option<JobRef>,
}

/// List a space's documents.
///
/// By name.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/documents", operation_id = "list_documents", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), DocumentsQuery),
    responses((status = 200, body = List<DocumentView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<SpaceId>,
    query: web::Query<DocumentsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.map_or(PAGE, PageSize::get);
    let (space, db) = (*path, services.db.tenant(caller.tenant));
    let found = db
        .read(async |conn| {
            if spaces::load(conn, space).await?.is_none() {
                return Err(StoreError::NotFound);
            }
            documents::list(conn, space, &query.cursor, limit).await
        })
        .await
        .map_err(problem)?;
    let full = i32::try_from(found.len()).unwrap_or(0) == limit;
    let next = found.last().filter(|_| full).map(|last| last.name.clone());
    let items = found.into_iter().map(DocumentView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// Upload a file.
///
/// It is kept under its own name and read in the background. A file of the same name again is a new
/// version.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/documents/upload", operation_id = "upload_document", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")), request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 202, body = TakenIn), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn upload(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    form: Result<MultipartForm<Upload>, Error>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let form = form.map_err(|refused| no_form(&refused))?;
    let file = &form.file;
    let name = match &form.name {
        Some(path) => named(path)?,
        None => name(file.file_name.as_deref().unwrap_or_default())?,
    };
    if file.data.is_empty() {
        return Err(Problem::new(Code::InvalidRequest, "the file is empty"));
    }
    let file = NewFile {
        space: *path,
        name: &name,
        source_url: None,
        content: &file.data,
    };
    take_in(&caller, &services, file).await
}

/// A text that somebody pastes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Pasted {
    /// What the document is called; 200 bytes at most.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Markdown, or plain text; 1 MiB at most.
    #[schema(min_length = 1, max_length = 1_048_576)]
    text: String,
}

/// Paste a text.
///
/// The same title again is a new version.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/documents/text", operation_id = "paste_text", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = Pasted, example = json!({ "title": "Opening hours", "text": "We are open **Monday to Friday**, 9 to 17." })),
    responses((status = 202, body = TakenIn), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn text(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<Pasted>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let made = written::pasted(&body.title, &body.text).map_err(unusable)?;
    give(&caller, &services, *path, &made).await
}

/// Questions with their answers.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Questions {
    /// What the document is called; 200 bytes at most.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// 1 MiB at most in all.
    #[schema(min_items = 1, max_items = 1_000, value_type = Vec<Pair>)]
    pairs: Vec<Object<Pair>>,
}

/// A question and what is to be answered, in Markdown.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Pair {
    /// 500 characters at most.
    #[schema(min_length = 1, max_length = 500)]
    question: String,
    #[schema(min_length = 1)]
    answer: String,
}

/// Write questions with their answers.
///
/// The same title again is a new version.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/documents/faq", operation_id = "write_questions", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = Questions, example = json!({ "title": "Delivery", "pairs": [{ "question": "Do you ship abroad?", "answer": "Yes, to all of Europe." }] })),
    responses((status = 202, body = TakenIn), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn faq(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<Questions>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let Questions { title, pairs } = body.into_inner();
    let pair = |Object(Pair { question, answer })| Faq { question, answer };
    let pairs: Vec<Faq> = pairs.into_iter().map(pair).collect();
    let made = written::faq(&title, &pairs).map_err(unusable)?;
    give(&caller, &services, *path, &made).await
}

fn unusable(error: WrittenError) -> Problem {
    Problem::new(Code::InvalidRequest, error.to_string())
}

async fn give(
    caller: &Allowed<KnowledgeWrite>,
    services: &Services,
    space: SpaceId,
    made: &Written,
) -> Result<HttpResponse, Problem> {
    let file = NewFile {
        space,
        name: &made.name,
        source_url: None,
        content: &made.content,
    };
    take_in(caller, services, file).await
}

async fn take_in(
    caller: &Allowed<KnowledgeWrite>,
    services: &Services,
    file: NewFile<'_>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let taken = intake::take_in(&db, caller, file, Priority::Now, services.clock.now()).await;
    Ok(accepted(caller, services, taken.map_err(problem)?))
}

/// The document and its job, which the workers hear of now.
fn accepted(caller: &Allowed<KnowledgeWrite>, services: &Services, taken: Taken) -> HttpResponse {
    services.bell.ring(caller.tenant);
    HttpResponse::Accepted().json(TakenIn {
        document: taken.document.into(),
        job: taken.job.map(|id| JobRef { id }),
    })
}

/// Get a document.
#[utoipa::path(
    get, path = "/api/documents/{id}", operation_id = "get_document", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])), params(("id" = uuid::Uuid, Path, description = "The document")),
    responses((status = 200, body = DocumentView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn document(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<DocumentId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let found = db.read(async |conn| documents::get(conn, *path).await).await;
    Ok(HttpResponse::Ok().json(DocumentView::from(found.map_err(problem)?)))
}

/// Download a document.
///
/// The file as it was given.
#[utoipa::path(
    get, path = "/api/documents/{id}/content", operation_id = "download_document", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])), params(("id" = uuid::Uuid, Path, description = "The document")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream", headers(("Content-Disposition" = String, description = "With its name"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn content(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<DocumentId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let read = db.read(async |conn| documents::with_file(conn, *path).await);
    let (document, file) = read.await.map_err(problem)?;
    // Never shown as a page of ours, whatever it says it is.
    let disposition = header::ContentDisposition::attachment(document.name);
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(disposition)
        .body(file))
}

/// Delete a document.
///
/// Nothing is found in it from then on.
#[utoipa::path(
    delete, path = "/api/documents/{id}", operation_id = "delete_document", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])), params(("id" = uuid::Uuid, Path, description = "The document")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<DocumentId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    intake::remove(&db, &caller, *path, services.clock.now())
        .await
        .map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Read a document once more.
///
/// What is searched stays until then.
#[utoipa::path(
    post, path = "/api/documents/{id}/reprocess", operation_id = "reprocess_document", tag = "knowledge", security(("user" = ["knowledge:write"]), ("key" = ["knowledge:write"])), params(("id" = uuid::Uuid, Path, description = "The document")),
    responses((status = 202, body = TakenIn), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn reprocess(
    caller: Allowed<KnowledgeWrite>,
    path: web::Path<DocumentId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let taken = intake::read_anew(&db, &caller, *path, services.clock.now()).await;
    Ok(accepted(&caller, &services, taken.map_err(problem)?))
}

/// What a document may be called: the last part of what is said to be its path.
fn name(given: &str) -> Result<String, Problem> {
    named(given.rsplit(['/', '\\']).next().unwrap_or_default())
}

/// A path from wherever its files are kept: not up from there, nor from elsewhere.
fn named(given: &str) -> Result<String, Problem> {
    let given: String = given.chars().filter(|c| !c.is_control()).collect();
    let parts = given.split(['/', '\\']).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let name = parts.join("/");
    if name.is_empty() {
        return Err(Problem::new(Code::InvalidRequest, "the document needs a name"));
    }
    if name.chars().count() > MAX_NAME {
        let detail = format!("a name has at most {MAX_NAME} characters");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    Ok(name)
}

pub(super) fn problem(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Problem::not_found(),
        StoreError::Archived => Problem::new(
            Code::SpaceArchived,
            "the space is archived: bring it back before you change anything of it",
        ),
        StoreError::QuotaReached(reached) => {
            let detail = limit::told(&reached);
            Problem::of_limit(reached, detail)
        }
        other => Problem::internal(other),
    }
}
