//! `/demo/acme` and `/demo/globex`: pages of the demo tenants' own sites with the widget on them,
//! under a strict content policy as a careful host would set.

use actix_web::{HttpResponse, http::header, web};
use rust_embed::RustEmbed;

use crate::kernel::problem::Problem;

#[derive(RustEmbed)]
#[folder = "demo"]
#[include = "*/site/*"]
struct Sites;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; frame-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// `GET /demo/{tenant}`.
///
/// # Errors
/// `NotFound`.
pub async fn page(path: web::Path<String>) -> Result<HttpResponse, Problem> {
    serve(&path, "index.html")
}

/// `GET /demo/{tenant}/{file}`.
///
/// # Errors
/// `NotFound`.
pub async fn file(path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    serve(&path.0, &path.1)
}

fn serve(tenant: &str, name: &str) -> Result<HttpResponse, Problem> {
    let file = Sites::get(&format!("{tenant}/site/{name}")).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(mime_guess::from_path(name).first_or_octet_stream().as_ref())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(file.data.into_owned()))
}
