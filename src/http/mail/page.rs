//! The pages that links of mails lead to.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};

use super::super::source_page::escaped;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The first language that the browser wants.
pub(super) fn language(request: &HttpRequest) -> &str {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE);
    let wanted = wanted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    wanted.split([',', ';']).next().unwrap_or_default().trim()
}

/// A page that says this, and below it what `more` is, as HTML.
pub(super) fn page(status: StatusCode, lang: &str, said: &str, more: &str) -> HttpResponse {
    let said = escaped(said);
    let dir = if lang == "ar" { " dir=\"rtl\"" } else { "" };
    let html = format!(
        "<!doctype html>\n<html lang=\"{lang}\"{dir}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{said}</title>\n\
         <link rel=\"stylesheet\" href=\"/sources.css\">\n</head>\n<body>\n<main>\n<p>{said}</p>\n{more}\n</main>\n</body>\n</html>\n"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(html)
}
