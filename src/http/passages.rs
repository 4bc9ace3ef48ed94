//! A document as it is searched: the passages that it was cut into.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{DocumentId, PassageId},
    queries::documents::{self, CutPassage, LiveVersion},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    cursor,
    documents::problem,
    permit::{Allowed, KnowledgeRead},
};
use crate::{
    actors::services::Services,
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

const PAGE: i32 = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PassagesQuery {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The passages of a document.
#[derive(Debug, Serialize, ToSchema)]
struct Passages {
    /// What is searched; null where nothing of it is yet.
    version: Option<VersionView>,
    items: Vec<PassageView>,
    /// Gives the next page; absent on the last.
    next: Option<String>,
}

/// The version of a document that is searched.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentVersionView)]
struct VersionView {
    /// When its text was read.
    read_at: DateTime<Utc>,
    /// Of its text.
    characters: i32,
    /// How many it was cut into.
    passages: i64,
    /// Of all that is embedded.
    tokens: i64,
}

/// A passage as it was cut.
#[derive(Debug, Serialize, ToSchema)]
struct PassageView {
    #[schema(value_type = uuid::Uuid)]
    id: PassageId,
    /// Its place in the document, from 1.
    place: i32,
    /// `paragraph`, `list`, `table` or `code`.
    kind: String,
    /// Headings above it, outermost first.
    heading: Vec<String>,
    /// From 1.
    page: Option<i32>,
    /// Of what is embedded, title and headings included.
    tokens: i32,
    text: String,
}

impl From<LiveVersion> for VersionView {
    fn from(version: LiveVersion) -> Self {
        Self {
            read_at: version.created_at,
            characters: version.characters,
            passages: version.passages,
            tokens: version.tokens,
        }
    }
}

impl From<CutPassage> for PassageView {
    fn from(passage: CutPassage) -> Self {
        Self {
            id: passage.id,
            place: passage.ordinal.saturating_add(1),
            kind: passage.kind,
            heading: passage.heading,
            page: passage.page,
            tokens: passage.tokens,
            text: passage.text,
        }
    }
}

/// List a document's passages.
///
/// As it is searched now, in their order.
#[utoipa::path(
    get, path = "/api/documents/{id}/passages", operation_id = "list_passages", tag = "knowledge", security(("user" = ["knowledge:read"]), ("key" = ["knowledge:read"])),
    params(("id" = uuid::Uuid, Path, description = "The document"), PassagesQuery),
    responses((status = 200, body = Passages), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<KnowledgeRead>,
    path: web::Path<DocumentId>,
    query: web::Query<PassagesQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.map_or(PAGE, PageSize::get);
    let after = match query.cursor.as_deref() {
        None | Some("") => -1,
        Some(place) => place.parse().map_err(|_| cursor::unknown())?,
    };
    let (id, db) = (*path, services.db.tenant(caller.tenant));
    let read = db.read(async |conn| {
        documents::get(conn, id).await?;
        let version = documents::live_version(conn, id).await?;
        Ok::<_, StoreError>((version, documents::cut(conn, id, after, limit).await?))
    });
    let (version, found) = read.await.map_err(problem)?;
    let full = i32::try_from(found.len()).unwrap_or(0) == limit;
    let next = found.last().filter(|_| full).map(|last| last.ordinal.to_string());
    Ok(HttpResponse::Ok().json(Passages {
        version: version.map(VersionView::from),
        items: found.into_iter().map(PassageView::from).collect(),
        next,
    }))
}
