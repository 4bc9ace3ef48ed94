//! The whole table: path, method, handler. What a route permits stands in its handler's
//! parameters (`Member`, a visitor's token in `realtime`, or nothing for what is public).

use actix_web::{HttpRequest, HttpResponse, web};

use super::{assets, auth, console, demo, operations, sources, widget};
use crate::kernel::{code::Code, problem::Problem};

/// Bytes of a JSON body at most.
const MAX_JSON: usize = 256 * 1024;

/// Registers every route; `transports` registers the visitor's under `/api/widget/{space}`.
pub fn configure(config: &mut web::ServiceConfig, transports: fn(&mut web::ServiceConfig)) {
    config
        .app_data(
            web::JsonConfig::default()
                .limit(MAX_JSON)
                .error_handler(|error, _| bad_json(&error).into()),
        )
        .app_data(web::QueryConfig::default().error_handler(|error, _| invalid(error.to_string()).into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
        .route("/healthz", web::get().to(operations::health))
        .route("/readyz", web::get().to(operations::ready))
        .route("/metrics", web::get().to(operations::metrics))
        .route("/api/openapi.json", web::get().to(operations::openapi))
        .route("/", web::get().to(assets::to_console))
        .route("/console", web::get().to(assets::to_console))
        .route("/console/{path:.*}", web::get().to(assets::console))
        .route("/widget.js", web::get().to(assets::loader))
        .route("/widget/{space}/frame", web::get().to(widget::frame))
        .route("/widget/{file:.*}", web::get().to(assets::widget))
        .route("/sources.css", web::get().to(assets::source_style))
        .route("/sources/{space}/{document}", web::get().to(sources::document))
        .route(
            "/sources/{space}/{document}/original",
            web::get().to(sources::original),
        )
        .route("/demo/{tenant}", web::get().to(demo::page))
        .route("/demo/{tenant}/{file}", web::get().to(demo::file))
        .service(
            web::scope("/api/widget/{space}")
                .route("/config", web::get().to(widget::config))
                .route("/session", web::post().to(widget::session))
                .configure(transports),
        )
        .service(
            web::scope("/api/auth")
                .route("/login", web::post().to(auth::login))
                .route("/refresh", web::post().to(auth::refresh))
                .route("/logout", web::post().to(auth::logout))
                .route("/me", web::get().to(auth::me)),
        )
        .route("/api/chat-spaces", web::get().to(console::spaces))
        .route(
            "/api/chat-spaces/{id}/conversations",
            web::get().to(console::conversations),
        )
        .route("/api/conversations/{id}", web::get().to(console::conversation))
        .route(
            "/api/conversations/{id}/messages",
            web::get().to(console::messages),
        )
        .default_service(web::to(nothing_here));
}

async fn nothing_here(_: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

fn invalid(detail: String) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}

fn bad_json(error: &actix_web::error::JsonPayloadError) -> Problem {
    use actix_web::error::JsonPayloadError::{ContentType, Overflow, OverflowKnownLength};
    match error {
        Overflow { .. } | OverflowKnownLength { .. } => Problem::new(
            Code::PayloadTooLarge,
            format!("a JSON body has at most {MAX_JSON} bytes"),
        ),
        ContentType => Problem::new(Code::UnsupportedMediaType, "send application/json"),
        other => invalid(other.to_string()),
    }
}
