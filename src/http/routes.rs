//! The whole table: path, method, what it takes, handler. What it takes is in the handler's parameters
//! as well, and the compiler compares the two. `Anyone` is for what is public, and for handlers that
//! find out themselves who calls: a person about their own account, a visitor in `realtime`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, header},
    web,
};

use super::{
    analytics, assets, attachments, audit, auth, billing, budget, canned,
    contacts::{self, notes},
    conversations::{self, act, read, search},
    demo, documents, gaps, golden, identity_keys, invitations, jobs, keys, ledger, mail, mock_billing,
    operations, operator, outbox, passages, payments,
    permit::{
        AnalyticsRead, Anyone, AuditRead, BillingBudget, BillingRead, BillingWrite, ContactsMerge,
        ConversationsRead, ConversationsWrite, GapsRead, GapsWrite, KeysRead, KeysWrite, KnowledgeRead,
        KnowledgeWrite, QuestionsRead, RatingCommentsRead, SpaceCredentials, SpacesRead, SpacesWrite,
        TeamRead, TeamWrite, WorkspaceWrite, delete, get, patch, post, put,
    },
    places, query, questions, ratings, session, site, sla, sources,
    spaces::{self, embed, experiments, life, versions},
    team, tickets, visitors, widget, workspace,
};
use crate::{
    actors::services::Services,
    domain::{
        attachments::MAX_BYTES,
        knowledge::{extract::ExtractLimits, written},
    },
    kernel::{code::Code, problem::Problem, route::at, upload},
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

/// Registers every route; those of accounts by whether they are kept here.
pub fn configure(config: &mut web::ServiceConfig, transports: Transports, kept_here: bool) {
    config
        .app_data(
            web::JsonConfig::default()
                .limit(MAX_JSON)
                .error_handler(|error, _| bad_json(&error, MAX_JSON).into()),
        )
        .app_data(upload::limited(ExtractLimits::default().bytes))
        .app_data(web::QueryConfig::default().error_handler(|error, _| invalid(error.to_string()).into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
        .service(at("/healthz").route(get(Anyone, operations::health)))
        .service(at("/readyz").route(get(Anyone, operations::ready)))
        .service(at("/metrics").route(get(Anyone, operations::metrics)))
        .service(at("/api/openapi.json").route(get(Anyone, operations::openapi)))
        .service(at("/docs").route(get(Anyone, assets::docs)))
        .service(at("/docs/{file}").route(get(Anyone, assets::docs_file)))
        .service(at("/").route(get(Anyone, site::landing)))
        .service(at("/pricing").route(get(Anyone, site::pricing)))
        .service(at("/site/{file}").route(get(Anyone, site::file)))
        .service(at("/operator").route(get(Anyone, assets::operator)))
        .service(at("/operator/{path:.*}").route(get(Anyone, assets::operator)))
        .service(at("/app").route(get(Anyone, assets::to_console)))
        .service(at("/app/{path:.*}").route(get(Anyone, assets::console)))
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
                .service(at("/session").route(post(Anyone, session::session)))
                .configure(transports.visitor),
        )
        .service(web::scope("/api/console").configure(transports.console))
        .service(at("/api/team/members").route(get(TeamRead, team::list)))
        .service(
            at("/api/team/members/{id}")
                .route(patch(TeamWrite, team::change))
                .route(delete(TeamWrite, team::remove)),
        )
        .service(
            at("/api/team/invitations")
                .route(get(TeamRead, invitations::list))
                .route(post(TeamWrite, invitations::invite)),
        )
        .service(at("/api/team/invitations/{id}").route(delete(TeamWrite, invitations::uninvite)))
        .service(at("/api/auth/invitation").route(post(Anyone, invitations::look)))
        .service(at("/api/auth/accept-invitation").route(post(Anyone, invitations::accept)))
        .service(at("/api/team/leave").route(post(Anyone, team::leave)))
        .service(at("/api/team/transfer-ownership").route(post(WorkspaceWrite, team::transfer)))
        .service(
            at("/api/workspace")
                .route(get(TeamRead, workspace::read))
                .route(patch(WorkspaceWrite, workspace::change)),
        )
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
        .service(
            at("/api/keys")
                .route(get(KeysRead, keys::list))
                .route(post(KeysWrite, keys::create)),
        )
        .service(at("/api/keys/{id}").route(delete(KeysWrite, keys::revoke)))
        .service(at("/api/billing/plan").route(get(BillingRead, billing::plan)))
        .service(at("/api/billing/usage").route(get(BillingRead, billing::usage)))
        .service(at("/api/billing/ledger").route(get(BillingRead, ledger::report)))
        .service(at("/api/billing/ledger/events").route(get(BillingRead, ledger::events)))
        .service(at("/api/conversations/{id}/cost").route(get(BillingRead, ledger::of_conversation)))
        .service(
            at("/api/billing/budget")
                .route(get(BillingRead, budget::read))
                .route(put(BillingBudget, budget::set)),
        )
        .service(
            at("/api/billing/subscription")
                .route(get(BillingRead, payments::read))
                .route(post(BillingWrite, payments::change)),
        )
        .service(at("/api/billing/subscription/cancel").route(post(BillingWrite, payments::cancel)))
        .service(at("/api/billing/subscription/resume").route(post(BillingWrite, payments::resume)))
        .service(at("/api/billing/checkout").route(post(BillingWrite, payments::checkout)))
        .service(at("/api/billing/portal").route(post(BillingWrite, payments::portal)))
        .service(at("/api/billing/invoices").route(get(BillingRead, payments::invoices)))
        .service(at("/api/billing/webhooks/{provider}").route(post(Anyone, payments::receive)))
        .service(
            at("/billing/mock/{kind}/{address}")
                .route(get(Anyone, mock_billing::page))
                .route(post(Anyone, mock_billing::act)),
        )
        .service(at("/api/audit").route(get(AuditRead, audit::list)))
        .service(at("/api/audit/export").route(get(AuditRead, audit::export)))
        .service(at("/api/mail/inbound/postmark").route(post(Anyone, mail::inbound::postmark)))
        .service(at("/api/mail/inbound/sendgrid").route(post(Anyone, mail::inbound::sendgrid)))
        .service(at("/api/mail/inbound/raw").route(post(Anyone, mail::inbound::raw)))
        .service(
            at("/mail/rating/{token}")
                .app_data(
                    web::FormConfig::default()
                        .limit(mail::rating::MAX_FORM)
                        .error_handler(|error, _| invalid(error.to_string()).into()),
                )
                .route(get(Anyone, mail::rating::show))
                .route(post(Anyone, mail::rating::keep)),
        )
        .service(
            at("/mail/unsubscribe/{token}")
                .route(get(Anyone, mail::unsubscribe::ask))
                .route(post(Anyone, mail::unsubscribe::stop)),
        )
        .service(at("/dev/outbox").route(get(Anyone, outbox::read)))
        .service(at("/api/auth/workspace").route(put(Anyone, auth::outside::choose)))
        .service(at("/api/auth/provider").route(get(Anyone, auth::outside::provider)))
        .service(
            at("/api/auth/notifications")
                .route(get(Anyone, auth::notifications::read))
                .route(patch(Anyone, auth::notifications::change)),
        )
        .service(at("/api/auth/verify-email").route(post(Anyone, auth::links::verify)))
        .service(at("/api/auth/verify-email/resend").route(post(Anyone, auth::links::resend)))
        .configure(if kept_here {
            kept_accounts
        } else {
            accounts_elsewhere
        })
        .service(
            at("/api/chat-spaces")
                .route(get(SpacesRead, spaces::list))
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
        .service(at("/api/chat-spaces/{id}/rotate-key").route(post(SpaceCredentials, life::rotate_key)))
        .service(at("/api/chat-spaces/{id}/widget").route(get(SpacesRead, embed::code)))
        .service(at("/api/chat-spaces/{id}/preview").route(post(SpacesRead, embed::preview)))
        .service(at("/api/chat-spaces/{id}/versions").route(get(SpacesRead, versions::list)))
        .service(at("/api/chat-spaces/{id}/versions/{n}").route(get(SpacesRead, versions::version)))
        .service(at("/api/chat-spaces/{id}/versions/{n}/diff").route(get(SpacesRead, versions::differences)))
        .service(at("/api/chat-spaces/{id}/versions/{n}/restore").route(post(SpacesWrite, versions::restore)))
        .service(
            at("/api/chat-spaces/{id}/experiments")
                .route(get(SpacesRead, experiments::list))
                .route(post(SpacesWrite, experiments::start)),
        )
        .service(
            at("/api/chat-spaces/{id}/experiments/{experiment}")
                .route(get(SpacesRead, experiments::experiment)),
        )
        .service(
            at("/api/chat-spaces/{id}/experiments/{experiment}/end")
                .route(post(SpacesWrite, experiments::end)),
        )
        .service(
            at("/api/chat-spaces/{id}/identity-keys")
                .route(get(SpaceCredentials, identity_keys::list))
                .route(post(SpaceCredentials, identity_keys::add)),
        )
        .service(
            at("/api/chat-spaces/{id}/identity-keys/{kid}")
                .route(delete(SpaceCredentials, identity_keys::remove)),
        )
        .service(
            at("/api/chat-spaces/{id}/identity-keys/{kid}/retire")
                .route(post(SpaceCredentials, identity_keys::retire)),
        )
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
        .service(at("/api/documents/{id}/passages").route(get(KnowledgeRead, passages::list)))
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
        .configure(operator::routes::configure)
        .configure(of_gaps)
        .service(at("/api/analytics/overview").route(get(AnalyticsRead, analytics::overview)))
        .service(at("/api/chat-spaces/{id}/analytics").route(get(AnalyticsRead, analytics::of_space)))
        .service(at("/api/analytics/sla").route(get(AnalyticsRead, sla::report::get)))
        .service(at("/api/jobs").route(get(KnowledgeRead, jobs::list)))
        .service(at("/api/jobs/{id}").route(get(KnowledgeRead, jobs::job)))
        .service(at("/api/jobs/{id}/cancel").route(post(KnowledgeWrite, jobs::cancel)))
        .service(at("/api/chat-spaces/{id}/conversations").route(get(ConversationsRead, conversations::list)))
        .configure(of_conversations)
        .configure(of_contacts)
        .configure(tickets::routes::configure)
        .default_service(web::to(nothing_here));
}

/// What is asked, and not answered well.
fn of_gaps(config: &mut web::ServiceConfig) {
    config
        .service(at("/api/analytics/ratings").route(get(AnalyticsRead, ratings::report)))
        .service(at("/api/analytics/ratings/comments").route(get(RatingCommentsRead, ratings::comments)))
        .service(at("/api/analytics/questions").route(get(QuestionsRead, questions::report)))
        .service(at("/api/chat-spaces/{id}/gaps").route(get(GapsRead, gaps::list)))
        .service(at("/api/chat-spaces/{id}/gaps/{gap}").route(get(GapsRead, gaps::gap)))
        .service(at("/api/chat-spaces/{id}/gaps/{gap}/dismiss").route(post(GapsWrite, gaps::dismiss)))
        .service(at("/api/chat-spaces/{id}/gaps/{gap}/reopen").route(post(GapsWrite, gaps::reopen)))
        .service(at("/api/chat-spaces/{id}/gaps/{gap}/draft").route(post(GapsWrite, gaps::draft)))
        .service(
            at("/api/chat-spaces/{id}/gaps/{gap}/preview")
                .app_data(pasted())
                .route(post(GapsWrite, gaps::preview)),
        )
        .service(
            at("/api/chat-spaces/{id}/gaps/{gap}/answer")
                .app_data(pasted())
                .route(post(GapsWrite, gaps::answer)),
        );
}

/// Whom conversations are with.
fn of_contacts(config: &mut web::ServiceConfig) {
    config
        .service(at("/api/visitors/{id}").route(get(ConversationsRead, visitors::visitor)))
        .service(at("/api/visitors/{id}/contact").route(post(ConversationsWrite, contacts::of_visitor)))
        .service(at("/api/contacts").route(get(ConversationsRead, contacts::list)))
        .service(
            at("/api/contacts/{id}")
                .route(get(ConversationsRead, contacts::contact))
                .route(patch(ConversationsWrite, contacts::change)),
        )
        .service(
            at("/api/contacts/{id}/conversations").route(get(ConversationsRead, contacts::conversations)),
        )
        .service(
            at("/api/contacts/{id}/notes")
                .route(get(ConversationsRead, notes::list))
                .route(post(ConversationsWrite, notes::write)),
        )
        .service(at("/api/contacts/{id}/notes/{note}").route(delete(ConversationsWrite, notes::remove)))
        .service(at("/api/contacts/{id}/block").route(post(ConversationsWrite, contacts::block)))
        .service(at("/api/contacts/{id}/unblock").route(post(ConversationsWrite, contacts::unblock)))
        .service(at("/api/contacts/{id}/merge").route(post(ContactsMerge, contacts::merge)));
}

/// Conversations, read and had.
fn of_conversations(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/api/canned-replies")
                .route(get(ConversationsRead, canned::list))
                .route(post(ConversationsWrite, canned::create)),
        )
        .service(
            at("/api/canned-replies/{id}")
                .route(put(ConversationsWrite, canned::change))
                .route(delete(ConversationsWrite, canned::remove)),
        )
        .service(at("/api/conversations").route(get(ConversationsRead, conversations::all)))
        .service(at("/api/conversations/search").route(get(ConversationsRead, search::search)))
        .service(at("/api/conversations/{id}").route(get(ConversationsRead, conversations::conversation)))
        .service(
            at("/api/conversations/{id}/messages")
                .route(get(ConversationsRead, read::messages))
                .route(post(ConversationsWrite, act::say)),
        )
        .service(at("/api/conversations/{id}/events").route(get(ConversationsRead, read::events)))
        .service(
            at("/api/conversations/{id}/notes")
                .route(get(ConversationsRead, read::notes))
                .route(post(ConversationsWrite, act::note)),
        )
        .service(
            at("/api/conversations/{id}/attachments")
                .app_data(upload::limited(MAX_BYTES))
                .route(post(ConversationsWrite, attachments::attach)),
        )
        .service(at("/api/attachments/{id}").route(get(Anyone, attachments::read)))
        .service(at("/api/conversations/{id}/draft").route(post(ConversationsWrite, act::draft)))
        .service(at("/api/conversations/{id}/take").route(post(ConversationsWrite, act::take)))
        .service(at("/api/conversations/{id}/release").route(post(ConversationsWrite, act::release)))
        .service(at("/api/conversations/{id}/transfer").route(post(ConversationsWrite, act::transfer)))
        .service(at("/api/conversations/{id}/resolve").route(post(ConversationsWrite, act::resolve)))
        .service(at("/api/conversations/{id}/snooze").route(post(ConversationsWrite, act::snooze)))
        .service(at("/api/conversations/{id}/reopen").route(post(ConversationsWrite, act::reopen)));
}

/// Accounts that are kept here.
fn kept_accounts(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/api/auth/me")
                .route(get(Anyone, auth::account::me))
                .route(patch(Anyone, auth::account::rename)),
        )
        .service(at("/api/auth/signup").route(post(Anyone, auth::links::signup)))
        .service(at("/api/auth/login").route(post(Anyone, auth::login::login)))
        .service(at("/api/auth/refresh").route(post(Anyone, auth::login::refresh)))
        .service(at("/api/auth/logout").route(post(Anyone, auth::login::logout)))
        .service(at("/api/auth/switch").route(post(Anyone, auth::login::switch)))
        .service(at("/api/auth/forgot-password").route(post(Anyone, auth::links::forgot)))
        .service(at("/api/auth/reset-password").route(post(Anyone, auth::links::reset)))
        .service(at("/api/auth/change-password").route(post(Anyone, auth::account::change_password)))
        .service(at("/api/auth/change-email").route(post(Anyone, auth::account::change_email)))
        .service(
            at("/api/auth/sessions")
                .route(get(Anyone, auth::sessions::list))
                .route(delete(Anyone, auth::sessions::end_others)),
        )
        .service(at("/api/auth/sessions/{id}").route(delete(Anyone, auth::sessions::end)))
        .service(
            at("/api/auth/second-factor")
                .route(get(Anyone, auth::second_factor::status))
                .route(post(Anyone, auth::second_factor::propose)),
        )
        .service(at("/api/auth/second-factor/enable").route(post(Anyone, auth::second_factor::enable)))
        .service(at("/api/auth/second-factor/disable").route(post(Anyone, auth::second_factor::disable)))
        .service(
            at("/api/auth/second-factor/recovery-codes")
                .route(post(Anyone, auth::second_factor::renew_codes)),
        );
}

/// What is done at the provider.
const DONE_ELSEWHERE: [&str; 13] = [
    "/api/auth/signup",
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/auth/switch",
    "/api/auth/forgot-password",
    "/api/auth/reset-password",
    "/api/auth/change-password",
    "/api/auth/change-email",
    "/api/auth/sessions",
    "/api/auth/sessions/{id}",
    "/api/auth/second-factor",
    "/api/auth/second-factor/{path}",
];

/// Accounts that an identity provider keeps.
fn accounts_elsewhere(config: &mut web::ServiceConfig) {
    config
        .service(at("/api/auth/me").route(get(Anyone, auth::account::me)))
        .service(web::resource(DONE_ELSEWHERE).to(auth::outside::elsewhere));
}

/// What is typed in may be longer than other requests.
fn pasted() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(MAX_PASTED)
        .error_handler(|error, _| bad_json(&error, MAX_PASTED).into())
}

/// Says that there is nothing at an address: by a page where pages are read.
pub(super) async fn nothing_here(
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let accepts = request.headers().get(header::ACCEPT);
    let reads_pages =
        accepts.is_some_and(|kinds| kinds.to_str().is_ok_and(|kinds| kinds.contains("text/html")));
    if reads_pages && request.method() == Method::GET && !request.path().starts_with("/api/") {
        return site::missing(&request, &services).await;
    }
    Err(Problem::not_found())
}

fn invalid(detail: String) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}

fn bad_json(error: &actix_web::error::JsonPayloadError, limit: usize) -> Problem {
    use actix_web::error::{
        JsonPayloadError::{ContentType, Overflow, OverflowKnownLength, Payload},
        PayloadError,
    };
    match error {
        Overflow { .. } | OverflowKnownLength { .. } => Problem::new(
            Code::PayloadTooLarge,
            format!("a JSON body has at most {limit} bytes here"),
        ),
        ContentType => Problem::new(Code::UnsupportedMediaType, "send application/json"),
        Payload(PayloadError::Io(unsound)) => invalid(unsound.to_string()),
        other => invalid(other.to_string()),
    }
}
