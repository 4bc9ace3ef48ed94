//! The widget's and the console's files, embedded in the binary (read from disk in a debug build).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETAG, HeaderValue},
    web,
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::kernel::problem::Problem;

#[derive(RustEmbed)]
#[folder = "widget/dist"]
#[allow_missing = true]
struct Widget;

#[derive(RustEmbed)]
#[folder = "admin/dist"]
#[exclude = ".*"]
#[allow_missing = true]
struct Console;

const CONSOLE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                              font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
                              frame-ancestors 'none'";

/// A file under its hash never changes; under its bare name it may with the next release.
const FOREVER: &str = "public, max-age=31536000, immutable";
const SHORT: &str = "public, max-age=300";

/// `GET /widget.js`: the loader.
///
/// # Errors
/// `NotFound` when the widget was not built.
pub async fn loader(request: HttpRequest) -> Result<HttpResponse, Problem> {
    widget_file(&request, "loader.js")
}

/// `GET /widget/{file}`: script, style and strings of the frame.
///
/// # Errors
/// `NotFound`.
pub async fn widget(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    widget_file(&request, &path)
}

fn widget_file(request: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let (file, coding) = compressed(request, name).ok_or_else(Problem::not_found)?;
    let forever = request.query_string().starts_with("v=");
    let mut response = serve(request, name, file, forever);
    say_coding(&mut response, coding);
    Ok(response)
}

/// A file of the widget as its build compressed it, which is smaller than what can be done for each
/// request.
fn compressed(request: &HttpRequest, name: &str) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let header = request.headers().get(header::ACCEPT_ENCODING);
    let taken = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        let takes = taken.split(',').any(|item| item.trim() == coding);
        if let Some(file) = takes.then(|| Widget::get(&format!("{name}.{ending}"))).flatten() {
            return Some((file, Some(coding)));
        }
    }
    Some((Widget::get(name)?, None))
}

fn say_coding(response: &mut HttpResponse, coding: Option<&'static str>) {
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
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
pub fn frame(request: &HttpRequest, policy: &str) -> Result<HttpResponse, Problem> {
    let (file, coding) = compressed(request, "frame.html").ok_or_else(Problem::not_found)?;
    let mut response = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(file.data.into_owned());
    say_coding(&mut response, coding);
    Ok(response)
}

/// `GET /console/{path}`: a file of the console, or its page, which finds its way from the path.
///
/// # Errors
/// `NotFound` when the console was not built, or for a file that is not there.
pub async fn console(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    if let Some(file) = Console::get(&path) {
        return Ok(serve(&request, &path, file, path.starts_with("assets/")));
    }
    if path.starts_with("assets/") {
        return Err(Problem::not_found());
    }
    let page = Console::get("index.html").ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, CONSOLE_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(page.data.into_owned()))
}

/// `GET /` and `GET /console`.
pub async fn to_console() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/console/"))
        .finish()
}

fn serve(request: &HttpRequest, name: &str, file: EmbeddedFile, forever: bool) -> HttpResponse {
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let cache = if forever { FOREVER } else { SHORT };
    let seen = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if seen == Some(tag.as_str()) {
        return HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
    }
    HttpResponse::Ok()
        .content_type(mime_guess::from_path(name).first_or_octet_stream().as_ref())
        .insert_header((ETAG, tag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(file.data.into_owned())
}
