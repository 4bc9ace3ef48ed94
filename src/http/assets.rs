//! The files of the widget, the console and the reference of the API, embedded in the binary (read from disk in a debug build).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETAG, HeaderValue},
    web,
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{actors::services::Services, adapters::identity::Reach, kernel::problem::Problem};

#[derive(RustEmbed)]
#[folder = "widget/dist"]
#[allow_missing = true]
struct Widget;

#[derive(RustEmbed)]
#[folder = "admin/dist"]
#[exclude = ".*"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "docs-page/dist"]
#[exclude = ".*"]
#[allow_missing = true]
struct Docs;

/// Its script writes styles into the page.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
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
    let (file, coding) = compressed::<Widget>(request, name).ok_or_else(Problem::not_found)?;
    let forever = request.query_string().starts_with("v=");
    let mut response = serve(request, name, file, forever);
    say_coding(&mut response, coding);
    Ok(response)
}

/// A file as its build compressed it, which is smaller than what can be done for each request.
fn compressed<Files: RustEmbed>(
    request: &HttpRequest,
    name: &str,
) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let header = request.headers().get(header::ACCEPT_ENCODING);
    let taken = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        let takes = taken.split(',').any(|item| item.trim() == coding);
        if let Some(file) = takes.then(|| Files::get(&format!("{name}.{ending}"))).flatten() {
            return Some((file, Some(coding)));
        }
    }
    Some((Files::get(name)?, None))
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
    let (file, coding) = compressed::<Widget>(request, "frame.html").ok_or_else(Problem::not_found)?;
    let mut response = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(file.data.into_owned());
    say_coding(&mut response, coding);
    Ok(response)
}

/// `GET /app/{path}`: a file of the console, or its page, which finds its way from the path.
///
/// # Errors
/// `NotFound` when the console was not built, or for a file that is not there.
pub async fn console(
    request: HttpRequest,
    path: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    if let Some(file) = Console::get(&path) {
        return Ok(serve(&request, &path, file, path.starts_with("assets/")));
    }
    if path.starts_with("assets/") {
        return Err(Problem::not_found());
    }
    console_page(
        "index.html",
        services.accounts.provider().map(|provider| provider.reach()),
    )
}

/// `GET /operator/{path}`: the page of operators, which finds its way from the path.
///
/// # Errors
/// `NotFound` when the console was not built.
pub async fn operator() -> Result<HttpResponse, Problem> {
    console_page("operator.html", None)
}

fn console_page(name: &str, reach: Option<Reach<'_>>) -> Result<HttpResponse, Problem> {
    let page = Console::get(name).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, console_policy(reach)))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(page.data.into_owned()))
}

/// `GET /docs`: the reference of the API.
///
/// # Errors
/// `NotFound` when it was not built.
pub async fn docs(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (page, coding) = compressed::<Docs>(&request, "index.html").ok_or_else(Problem::not_found)?;
    let mut response = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, DOCS_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(page.data.into_owned());
    say_coding(&mut response, coding);
    Ok(response)
}

/// `GET /docs/{file}`: its script and style, which have their hash in their names.
///
/// # Errors
/// `NotFound`.
pub async fn docs_file(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (file, coding) = compressed::<Docs>(&request, &path).ok_or_else(Problem::not_found)?;
    let mut response = serve(&request, &path, file, true);
    say_coding(&mut response, coding);
    Ok(response)
}

/// What the console's page may load and talk to: this server, and what it needs where an identity provider
/// keeps the accounts.
fn console_policy(reach: Option<Reach<'_>>) -> String {
    let (script, connect, worker) = match reach {
        None => (String::new(), String::new(), ""),
        Some(Reach { origin, runs_script }) => {
            let from = format!(" {origin}");
            match runs_script {
                true => (from.clone(), from, "worker-src blob:; "),
                false => (String::new(), from, ""),
            }
        }
    };
    format!(
        "default-src 'none'; script-src 'self'{script}; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{connect}; {worker}base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// `GET /app`.
pub async fn to_console() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/app/"))
        .finish()
}

pub(super) fn serve(request: &HttpRequest, name: &str, file: EmbeddedFile, forever: bool) -> HttpResponse {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        adapters::identity::{BadSettings, Clerk, ClerkOptions, IdentityProvider, Supabase, SupabaseOptions},
        kernel::clock::SystemClock,
    };

    fn clerk(frontend_api: &str) -> Result<Clerk, BadSettings> {
        let options = ClerkOptions {
            publishable_key: "pk_test_x".to_owned(),
            secret_key: "sk_test_x".to_owned().into(),
            frontend_api: frontend_api.to_owned(),
            api: "https://api.clerk.example".to_owned(),
            authorized_parties: Vec::new(),
        };
        Clerk::new(options, Arc::new(SystemClock))
    }

    fn supabase(url: &str) -> Result<Supabase, BadSettings> {
        let options = SupabaseOptions {
            url: url.to_owned(),
            publishable_key: "sb_publishable_x".to_owned(),
            jwt_secret: None,
        };
        Supabase::new(options, Arc::new(SystemClock))
    }

    #[test]
    fn a_console_with_accounts_of_its_own_reaches_nothing_else() {
        assert_eq!(
            console_policy(None),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
    }

    #[test]
    fn a_console_with_accounts_at_clerk_runs_its_script() {
        let clerk = clerk("https://clerk.shop.example").unwrap();
        assert_eq!(
            console_policy(Some(clerk.reach())),
            "default-src 'none'; script-src 'self' https://clerk.shop.example; style-src 'self'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self' https://clerk.shop.example; \
             worker-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
    }

    #[test]
    fn a_console_with_accounts_at_supabase_talks_to_it() {
        let supabase = supabase("https://project.supabase.co/").unwrap();
        assert_eq!(
            console_policy(Some(supabase.reach())),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self' https://project.supabase.co; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        );
    }

    #[test]
    fn no_address_of_a_provider_opens_the_policy() {
        for address in [
            "https://x;script-src.example",
            "https://*",
            "https://a'unsafe-inline'.example",
            "https://a,b.example",
        ] {
            assert!(matches!(clerk(address), Err(BadSettings::Origin(_))), "{address}");
            assert!(
                matches!(supabase(address), Err(BadSettings::Origin(_))),
                "{address}"
            );
        }
    }
}
