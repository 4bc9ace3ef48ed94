//! The whole table: path, method, handler. What a route permits stands in its handler's
//! parameters (`Member`, a visitor's token in `realtime`, or nothing for what is public).

use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, Route, guard, web};

use super::{
    assets, auth, console, demo, documents, golden, identity_keys, jobs, operations, places, query, session,
    sources, spaces, visitors, widget,
};
use crate::{
    domain::knowledge::{extract::ExtractLimits, written},
    kernel::{code::Code, problem::Problem, route::at},
};

/// Bytes of a JSON body at most.
const MAX_JSON: usize = 256 * 1024;
/// The same of what is typed in, some of which JSON escapes.
const MAX_PASTED: usize = 2 * written::MAX_TEXT;

/// What registers the transports, which are a room of their own.
#[derive(Clone, Copy, Debug)]
pub struct Transports {
    /// Under `/api/widget/{space}`.
    pub visitor: fn(&mut web::ServiceConfig),
    /// Under `/api/console`.
    pub console: fn(&mut web::ServiceConfig),
}

/// Registers every route.
pub fn configure(config: &mut web::ServiceConfig, transports: Transports) {
    config
        .app_data(
            web::JsonConfig::default()
                .limit(MAX_JSON)
                .error_handler(|error, _| bad_json(&error, MAX_JSON).into()),
        )
        .app_data(documents::uploads())
        .app_data(web::QueryConfig::default().error_handler(|error, _| invalid(error.to_string()).into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
        .service(at("/healthz").route(get(operations::health)))
        .service(at("/readyz").route(get(operations::ready)))
        .service(at("/metrics").route(get(operations::metrics)))
        .service(at("/api/openapi.json").route(get(operations::openapi)))
        .service(at("/").route(get(assets::to_console)))
        .service(at("/console").route(get(assets::to_console)))
        .service(at("/console/{path:.*}").route(get(assets::console)))
        .service(at("/widget.js").route(get(assets::loader)))
        .service(at("/widget/{space}/frame").route(get(widget::frame)))
        .service(at("/widget/{file:.*}").route(get(assets::widget)))
        .service(at("/sources.css").route(get(assets::source_style)))
        .service(at("/sources/{space}/{document}").route(get(sources::document)))
        .service(at("/sources/{space}/{document}/original").route(get(sources::original)))
        .service(at("/demo/{tenant}").route(get(demo::page)))
        .service(at("/demo/{tenant}/{file}").route(get(demo::file)))
        .service(
            web::scope("/api/widget/{space}")
                .service(at("/config").route(get(widget::config)))
                .service(at("/session").route(web::post().to(session::session)))
                .configure(transports.visitor),
        )
        .service(web::scope("/api/console").configure(transports.console))
        .service(at("/api/auth/login").route(web::post().to(auth::login)))
        .service(at("/api/auth/refresh").route(web::post().to(auth::refresh)))
        .service(at("/api/auth/logout").route(web::post().to(auth::logout)))
        .service(at("/api/auth/me").route(get(auth::me)))
        .service(at("/api/chat-spaces").route(get(console::spaces)))
        .service(
            at("/api/chat-spaces/{id}")
                .route(get(spaces::space))
                .route(web::patch().to(spaces::change)),
        )
        .service(
            at("/api/chat-spaces/{id}/identity-keys")
                .route(get(identity_keys::list))
                .route(web::post().to(identity_keys::add)),
        )
        .service(
            at("/api/chat-spaces/{id}/identity-keys/{kid}").route(web::delete().to(identity_keys::remove)),
        )
        .service(
            at("/api/chat-spaces/{id}/identity-keys/{kid}/retire")
                .route(web::post().to(identity_keys::retire)),
        )
        .service(
            at("/api/chat-spaces/{id}/documents/upload")
                .app_data(web::PayloadConfig::new(
                    ExtractLimits::default().bytes + (64 << 10),
                ))
                .route(web::post().to(documents::upload)),
        )
        .service(
            at("/api/chat-spaces/{id}/documents/text")
                .app_data(pasted())
                .route(web::post().to(documents::text)),
        )
        .service(
            at("/api/chat-spaces/{id}/documents/faq")
                .app_data(pasted())
                .route(web::post().to(documents::faq)),
        )
        .service(at("/api/chat-spaces/{id}/documents/url").route(web::post().to(places::know)))
        .service(at("/api/chat-spaces/{id}/sources").route(get(places::list)))
        .service(
            at("/api/sources/{id}")
                .route(get(places::source))
                .route(web::delete().to(places::remove)),
        )
        .service(at("/api/sources/{id}/pages").route(get(places::pages)))
        .service(at("/api/sources/{id}/read").route(web::post().to(places::read)))
        .service(at("/api/chat-spaces/{id}/documents").route(get(documents::list)))
        .service(
            at("/api/documents/{id}")
                .route(get(documents::document))
                .route(web::delete().to(documents::remove)),
        )
        .service(at("/api/documents/{id}/content").route(get(documents::content)))
        .service(at("/api/documents/{id}/reprocess").route(web::post().to(documents::reprocess)))
        .service(at("/api/query").route(web::post().to(query::query)))
        .service(
            at("/api/chat-spaces/{id}/golden-questions")
                .route(get(golden::list))
                .route(web::post().to(golden::add)),
        )
        .service(
            at("/api/golden-questions/{id}")
                .route(web::put().to(golden::change))
                .route(web::delete().to(golden::remove)),
        )
        .service(
            at("/api/chat-spaces/{id}/golden-runs")
                .route(get(golden::runs))
                .route(web::post().to(golden::ask)),
        )
        .service(at("/api/golden-runs/{id}").route(get(golden::run)))
        .service(at("/api/jobs").route(get(jobs::list)))
        .service(at("/api/jobs/{id}").route(get(jobs::job)))
        .service(at("/api/jobs/{id}/cancel").route(web::post().to(jobs::cancel)))
        .service(at("/api/chat-spaces/{id}/conversations").route(get(console::conversations)))
        .service(at("/api/conversations/{id}").route(get(console::conversation)))
        .service(at("/api/conversations/{id}/messages").route(get(console::messages)))
        .service(at("/api/visitors/{id}").route(get(visitors::visitor)))
        .default_service(web::to(nothing_here));
}

/// What is typed in may be longer than other requests.
fn pasted() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(MAX_PASTED)
        .error_handler(|error, _| bad_json(&error, MAX_PASTED).into())
}

/// Reading: GET, and HEAD, which is answered without the body.
fn get<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route()
        .guard(guard::Any(guard::Get()).or(guard::Head()))
        .to(handler)
}

async fn nothing_here(_: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

fn invalid(detail: String) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}

fn bad_json(error: &actix_web::error::JsonPayloadError, limit: usize) -> Problem {
    use actix_web::error::JsonPayloadError::{ContentType, Overflow, OverflowKnownLength};
    match error {
        Overflow { .. } | OverflowKnownLength { .. } => Problem::new(
            Code::PayloadTooLarge,
            format!("a JSON body has at most {limit} bytes here"),
        ),
        ContentType => Problem::new(Code::UnsupportedMediaType, "send application/json"),
        other => invalid(other.to_string()),
    }
}
