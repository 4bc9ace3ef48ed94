//! The link by which a visitor wants no more mail of conversations. Opening it asks, for programs that look
//! at mail open every link; a POST stops it, from the page or from the mail program (RFC 8058).

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use parlance_store::{StoreError, queries::mail_replies};

use super::super::source_page::escaped;
use crate::{
    actors::services::Services,
    domain::mail_replies::words::{self, Words},
    kernel::problem::Problem,
};

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Asks.
///
/// # Errors
/// `NotFound` where the link is none of ours.
pub async fn ask(
    request: HttpRequest,
    token: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    services
        .mail_addresses
        .stopped(&token)
        .ok_or_else(Problem::not_found)?;
    let words = words_for(&request);
    let stop = escaped(words.stop);
    let form = format!("<form method=\"post\"><button>{stop}</button></form>");
    Ok(page(words, words.ask, &form))
}

/// Stops it, for good; the same again changes nothing.
///
/// # Errors
/// `NotFound` where the link is none of ours, or its conversation is gone.
pub async fn stop(
    request: HttpRequest,
    token: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let named = services
        .mail_addresses
        .stopped(&token)
        .ok_or_else(Problem::not_found)?;
    let (db, at) = (services.db.tenant(named.tenant), services.clock.now());
    let stopped = db.transaction(async |conn| mail_replies::stop(conn, named.conversation, at).await);
    let stopped: Result<bool, StoreError> = stopped.await;
    if !stopped.map_err(Problem::internal)? {
        return Err(Problem::not_found());
    }
    let words = words_for(&request);
    Ok(page(words, words.stopped, ""))
}

/// In the first language that the browser wants.
fn words_for(request: &HttpRequest) -> &'static Words {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE);
    let wanted = wanted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    words::of(wanted.split([',', ';']).next().unwrap_or_default().trim())
}

fn page(words: &Words, said: &str, more: &str) -> HttpResponse {
    let (lang, said) = (words.lang, escaped(said));
    let dir = if lang == "ar" { " dir=\"rtl\"" } else { "" };
    let html = format!(
        "<!doctype html>\n<html lang=\"{lang}\"{dir}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{said}</title>\n\
         <link rel=\"stylesheet\" href=\"/sources.css\">\n</head>\n<body>\n<main>\n<p>{said}</p>\n{more}\n</main>\n</body>\n</html>\n"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(html)
}
