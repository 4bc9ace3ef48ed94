//! The documents behind citations, for a visitor of a published space: a page on which the cited
//! passage is marked, and the original of a PDF.

use actix_web::{HttpResponse, http::header, web};
use parlance_store::{
    StoreError,
    ids::{DocumentId, PassageId},
    queries::documents::{self, Document, DocumentText, PassageSpan},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::source_page::{self, Page};
use crate::{
    actors::services::Services,
    kernel::problem::{Problem, ProblemDocument},
};

const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A browser's own PDF viewer is a page with its own style and a plug-in.
const PDF_POLICY: &str =
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const PDF: &str = "application/pdf";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Cited {
    /// What is marked.
    #[param(value_type = Option<uuid::Uuid>)]
    passage: Option<PassageId>,
    /// Characters of the document, of the version that has the passage: only from here
    from: Option<usize>,
    /// to here is marked of it.
    to: Option<usize>,
}

/// Show a cited document.
///
/// A page of its text on which the cited passage is marked.
#[utoipa::path(
    get, path = "/sources/{space}/{document}", operation_id = "show_cited_document", tag = "visitor",
    params(("space" = String, Path, description = "Slug or public key of a published space"), ("document" = uuid::Uuid, Path, description = "The document"), Cited),
    responses((status = 200, body = String, content_type = "text/html"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn document(
    path: web::Path<(String, DocumentId)>,
    cited: web::Query<Cited>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, id) = path.into_inner();
    let (document, text, span, space) = read(&services, &space, id, cited.passage).await?;
    let passage = span
        .and_then(|span| Some(usize::try_from(span.start_char).ok()?..usize::try_from(span.end_char).ok()?));
    let named = cited.from.zip(cited.to).filter(|(from, to)| from < to);
    let marked = passage.map(|passage| named.map_or(passage, |(from, to)| from..to));
    let original = (document.media_type == PDF).then(|| format!("/sources/{space}/{id}/original"));
    let page = Page {
        title: if document.title.is_empty() {
            &document.name
        } else {
            &document.title
        },
        text: &text.text,
        markdown: text.markdown,
        marked,
        origin: document.source_url.as_deref().or(original.as_deref()),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(source_page::html(&page)))
}

/// Open the original of a cited document.
///
/// A PDF opens in the browser; anything else is saved, for what a business uploads must not run as a
/// page of ours.
#[utoipa::path(
    get, path = "/sources/{space}/{document}/original", operation_id = "open_cited_original", tag = "visitor",
    params(("space" = String, Path, description = "Slug or public key of a published space"), ("document" = uuid::Uuid, Path, description = "The document")),
    responses(
        (status = 200, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "application/octet-stream"))),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub async fn original(
    path: web::Path<(String, DocumentId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (space, id) = path.into_inner();
    let found = services.spaces.resolve(&space).await.map_err(Problem::internal)?;
    let space = found.ok_or_else(Problem::not_found)?;
    let (document, file) = services
        .db
        .tenant(space.tenant)
        .read(async |conn| {
            let (document, file) = documents::with_file(conn, id).await?;
            if document.space_id != space.space {
                return Err(StoreError::NotFound);
            }
            Ok((document, file))
        })
        .await
        .map_err(absent)?;
    let pdf = document.media_type == PDF;
    let (kind, disposition) = if pdf {
        (PDF, "inline")
    } else {
        ("application/octet-stream", "attachment")
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_SECURITY_POLICY, PDF_POLICY))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("{disposition}; filename=\"{}\"", plain(&document.name)),
        ))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(file))
}

async fn read(
    services: &Services,
    name: &str,
    id: DocumentId,
    passage: Option<PassageId>,
) -> Result<(Document, DocumentText, Option<PassageSpan>, String), Problem> {
    let found = services.spaces.resolve(name).await.map_err(Problem::internal)?;
    let space = found.ok_or_else(Problem::not_found)?;
    let (document, text, span) = services
        .db
        .tenant(space.tenant)
        .read(async |conn| {
            let document = documents::get(conn, id).await?;
            if document.space_id != space.space {
                return Err(StoreError::NotFound);
            }
            let text = documents::live_text(conn, id).await?;
            let span = match passage {
                Some(passage) => documents::passage_span(conn, id, passage).await?,
                None => None,
            };
            Ok((document, text, span))
        })
        .await
        .map_err(absent)?;
    Ok((document, text, span, space.slug.clone()))
}

fn absent(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Problem::not_found(),
        other => Problem::internal(other),
    }
}

/// A file name that needs no escaping in a header.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._- ".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}
