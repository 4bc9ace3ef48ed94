//! The link by which a visitor wants no more mail of conversations. Opening it asks, for programs that look
//! at mail open every link; a POST stops it, from the page or from the mail program (RFC 8058).

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use parlance_store::{StoreError, queries::mail_replies};

use super::{
    super::source_page::escaped,
    page::{language, page},
};
use crate::{actors::services::Services, domain::mail_replies::words, kernel::problem::Problem};

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
    let words = words::of(language(&request));
    let stop = escaped(words.stop);
    let form = format!("<form method=\"post\"><button>{stop}</button></form>");
    Ok(page(StatusCode::OK, words.lang, words.ask, &form))
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
    let words = words::of(language(&request));
    Ok(page(StatusCode::OK, words.lang, words.stopped, ""))
}
