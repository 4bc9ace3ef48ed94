//! The widget's files, embedded in the binary (read from disk in a debug build).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETAG},
    web,
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::kernel::problem::Problem;

#[derive(RustEmbed)]
#[folder = "widget/dist"]
struct Widget;

/// A file under its hash never changes; under its bare name it may with the next release.
const FOREVER: &str = "public, max-age=31536000, immutable";
const SHORT: &str = "public, max-age=300";

/// `GET /widget.js`: the loader.
///
/// # Errors
/// `NotFound` when the widget was not built.
pub async fn loader(request: HttpRequest) -> Result<HttpResponse, Problem> {
    serve(&request, "loader.js")
}

/// `GET /widget/{file}`: script, style and strings of the frame.
///
/// # Errors
/// `NotFound`.
pub async fn widget(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    serve(&request, &path)
}

/// `GET /sources.css`: the style of documents' pages.
pub async fn source_style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, SHORT))
        .body(super::source_page::STYLE)
}

/// The frame's page under its content policy.
///
/// # Errors
/// `NotFound` when the widget was not built.
pub fn frame(policy: &str) -> Result<HttpResponse, Problem> {
    let file = Widget::get("frame.html").ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(file.data.into_owned()))
}

fn serve(request: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let file: EmbeddedFile = Widget::get(name).ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let cache = if request.query_string().starts_with("v=") {
        FOREVER
    } else {
        SHORT
    };
    let seen = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if seen == Some(tag.as_str()) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    Ok(HttpResponse::Ok()
        .content_type(kind.as_ref())
        .insert_header((ETAG, tag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(file.data.into_owned()))
}
