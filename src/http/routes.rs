//! The whole table: path, method, what it takes, handler. What it takes is in the handler's parameters
//! as well, and the compiler compares the two. `Anyone` is for what is public, and for handlers that
//! find out themselves who calls: a person about their own account, a visitor in `realtime`.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    assets, audit, auth, console, demo, documents, golden, jobs, operations,
    permit::{
        Anyone, AuditRead, ConversationsRead, KnowledgeRead, KnowledgeWrite, SpacesRead, SpacesWrite,
        TeamRead, TeamWrite, WorkspaceWrite, delete, get, patch, post, put,
    },
    places, query, sources,
    spaces::{self, embed, life, versions},
    team, widget,
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
        .service(at("/healthz").route(get(Anyone, operations::health)))
        .service(at("/readyz").route(get(Anyone, operations::ready)))
        .service(at("/metrics").route(get(Anyone, operations::metrics)))
        .service(at("/api/openapi.json").route(get(Anyone, operations::openapi)))
        .service(at("/").route(get(Anyone, assets::to_console)))
        .service(at("/console").route(get(Anyone, assets::to_console)))
        .service(at("/console/{path:.*}").route(get(Anyone, assets::console)))
        .service(at("/widget.js").route(get(Anyone, assets::loader)))
        .service(at("/widget/{space}/frame").route(get(Anyone, widget::frame)))
        .service(at("/widget/{file:.*}").route(get(Anyone, assets::widget)))
        .service(at("/sources.css").route(get(Anyone, assets::source_style)))
        .service(at("/sources/{space}/{document}").route(get(Anyone, sources::document)))
        .service(at("/sources/{space}/{document}/original").route(get(Anyone, sources::original)))
        .service(at("/demo/{tenant}").route(get(Anyone, demo::page)))
        .service(at("/demo/{tenant}/{file}").route(get(Anyone, demo::file)))
        .service(
            web::scope("/api/widget/{space}")
                .service(at("/config").route(get(Anyone, widget::config)))
                .service(at("/session").route(post(Anyone, widget::session)))
                .configure(transports.visitor),
        )
        .service(web::scope("/api/console").configure(transports.console))
        .service(at("/api/auth/login").route(post(Anyone, auth::login)))
        .service(at("/api/auth/refresh").route(post(Anyone, auth::refresh)))
        .service(at("/api/auth/logout").route(post(Anyone, auth::logout)))
        .service(at("/api/auth/me").route(get(Anyone, auth::me)))
        .service(at("/api/team/members").route(get(TeamRead, team::list)))
        .service(
            at("/api/team/members/{id}")
                .route(patch(TeamWrite, team::change))
                .route(delete(TeamWrite, team::remove)),
        )
        .service(at("/api/team/leave").route(post(Anyone, team::leave)))
        .service(at("/api/team/transfer-ownership").route(post(WorkspaceWrite, team::transfer)))
        .service(
            at("/api/team/teams")
                .route(get(TeamRead, team::teams))
                .route(post(TeamWrite, team::create_team)),
        )
        .service(
            at("/api/team/teams/{id}")
                .route(put(TeamWrite, team::change_team))
                .route(delete(TeamWrite, team::remove_team)),
        )
        .service(at("/api/audit").route(get(AuditRead, audit::list)))
        .service(at("/api/audit/export").route(get(AuditRead, audit::export)))
        .service(
            at("/api/chat-spaces")
                .route(get(SpacesRead, console::spaces))
                .route(post(SpacesWrite, spaces::create)),
        )
        .service(
            at("/api/chat-spaces/{id}")
                .route(get(SpacesRead, spaces::space))
                .route(patch(SpacesWrite, spaces::change))
                .route(delete(SpacesWrite, spaces::remove)),
        )
        .service(at("/api/chat-spaces/{id}/checks").route(get(SpacesRead, life::checks)))
        .service(at("/api/chat-spaces/{id}/publish").route(post(SpacesWrite, life::publish)))
        .service(at("/api/chat-spaces/{id}/unpublish").route(post(SpacesWrite, life::unpublish)))
        .service(at("/api/chat-spaces/{id}/archive").route(post(SpacesWrite, life::archive)))
        .service(at("/api/chat-spaces/{id}/unarchive").route(post(SpacesWrite, life::unarchive)))
        .service(at("/api/chat-spaces/{id}/rotate-key").route(post(SpacesWrite, life::rotate_key)))
        .service(at("/api/chat-spaces/{id}/widget").route(get(SpacesRead, embed::code)))
        .service(at("/api/chat-spaces/{id}/preview").route(post(SpacesRead, embed::preview)))
        .service(at("/api/chat-spaces/{id}/versions").route(get(SpacesRead, versions::list)))
        .service(at("/api/chat-spaces/{id}/versions/{n}").route(get(SpacesRead, versions::version)))
        .service(at("/api/chat-spaces/{id}/versions/{n}/diff").route(get(SpacesRead, versions::differences)))
        .service(at("/api/chat-spaces/{id}/versions/{n}/restore").route(post(SpacesWrite, versions::restore)))
        .service(
            at("/api/chat-spaces/{id}/documents/upload")
                .app_data(web::PayloadConfig::new(
                    ExtractLimits::default().bytes + (64 << 10),
                ))
                .route(post(KnowledgeWrite, documents::upload)),
        )
        .service(
            at("/api/chat-spaces/{id}/documents/text")
                .app_data(pasted())
                .route(post(KnowledgeWrite, documents::text)),
        )
        .service(
            at("/api/chat-spaces/{id}/documents/faq")
                .app_data(pasted())
                .route(post(KnowledgeWrite, documents::faq)),
        )
        .service(at("/api/chat-spaces/{id}/documents/url").route(post(KnowledgeWrite, places::know)))
        .service(at("/api/chat-spaces/{id}/sources").route(get(KnowledgeRead, places::list)))
        .service(
            at("/api/sources/{id}")
                .route(get(KnowledgeRead, places::source))
                .route(delete(KnowledgeWrite, places::remove)),
        )
        .service(at("/api/sources/{id}/pages").route(get(KnowledgeRead, places::pages)))
        .service(at("/api/sources/{id}/read").route(post(KnowledgeWrite, places::read)))
        .service(at("/api/chat-spaces/{id}/documents").route(get(KnowledgeRead, documents::list)))
        .service(
            at("/api/documents/{id}")
                .route(get(KnowledgeRead, documents::document))
                .route(delete(KnowledgeWrite, documents::remove)),
        )
        .service(at("/api/documents/{id}/content").route(get(KnowledgeRead, documents::content)))
        .service(at("/api/documents/{id}/reprocess").route(post(KnowledgeWrite, documents::reprocess)))
        .service(at("/api/query").route(post(KnowledgeRead, query::query)))
        .service(
            at("/api/chat-spaces/{id}/golden-questions")
                .route(get(KnowledgeRead, golden::list))
                .route(post(KnowledgeWrite, golden::add)),
        )
        .service(
            at("/api/golden-questions/{id}")
                .route(put(KnowledgeWrite, golden::change))
                .route(delete(KnowledgeWrite, golden::remove)),
        )
        .service(
            at("/api/chat-spaces/{id}/golden-runs")
                .route(get(KnowledgeRead, golden::runs))
                .route(post(KnowledgeWrite, golden::ask)),
        )
        .service(at("/api/golden-runs/{id}").route(get(KnowledgeRead, golden::run)))
        .service(at("/api/jobs").route(get(KnowledgeRead, jobs::list)))
        .service(at("/api/jobs/{id}").route(get(KnowledgeRead, jobs::job)))
        .service(at("/api/jobs/{id}/cancel").route(post(KnowledgeWrite, jobs::cancel)))
        .service(
            at("/api/chat-spaces/{id}/conversations").route(get(ConversationsRead, console::conversations)),
        )
        .service(at("/api/conversations/{id}").route(get(ConversationsRead, console::conversation)))
        .service(at("/api/conversations/{id}/messages").route(get(ConversationsRead, console::messages)))
        .default_service(web::to(nothing_here));
}

/// What is typed in may be longer than other requests.
fn pasted() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(MAX_PASTED)
        .error_handler(|error, _| bad_json(&error, MAX_PASTED).into())
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
