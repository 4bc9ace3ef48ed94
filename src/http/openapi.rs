//! `/api/openapi.json`: the document of the API, made from the handlers. [`inlined`] mends what `utoipa` says
//! of their fields, and [`refusals`] adds what they refuse.

mod inlined;
mod patch;
mod refusals;

use actix_web::http::StatusCode;
pub use patch::SettingsPatch;
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{
    analytics, attachments, audit, auth, billing, budget, canned, contacts, conversations, documents, gaps,
    golden, identity_keys, invitations, jobs, keys, ledger, mail, operations, operator, outbox, passages,
    payments, places, query, questions, ratings, routing_rules, session, sla, sources, spaces, team,
    ticket_categories, tickets, visitors, widget, workspace,
};

/// The document as JSON text, made once.
#[derive(Clone, Debug)]
pub struct ApiDocument(pub String);

const ABOUT: &str = "\
Customer-support chat that answers from a business's own documents.

People call with the access token that `log_in` answers with, programs with a key of `create_key`, \
visitors' browsers with the token of `begin_visitor_session`; each as `Authorization: Bearer …`.

Every refusal is a problem document (RFC 9457) whose `code` is stable. After 429 and 503 the same \
request may succeed, once the seconds of `Retry-After` are over.

Lists give `next` while there is more: pass it as `cursor`.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Parlance", version = env!("CARGO_PKG_VERSION"), description = ABOUT),
    servers((url = "/", description = "This server")),
    paths(
        invitations::list, invitations::invite, invitations::uninvite, invitations::look, invitations::accept,
        widget::config, session::session,
        team::list, team::change, team::remove, team::leave, team::transfer, workspace::read, workspace::change, team::teams, team::create_team,
        team::change_team, team::remove_team, audit::list, audit::export, keys::list, keys::create, keys::revoke,
        billing::plan, billing::usage, ledger::report, ledger::events, ledger::of_conversation, budget::read, budget::set, payments::read, payments::invoices, payments::checkout, payments::portal,
        payments::change, payments::cancel, payments::resume, payments::receive,
        auth::links::signup, auth::login::login, auth::login::refresh, auth::login::logout, auth::login::switch,
        auth::links::forgot, auth::links::reset, auth::links::verify, auth::links::resend,
        auth::account::me, auth::account::rename, auth::account::change_password, auth::account::change_email,
        auth::outside::provider, auth::outside::choose, auth::notifications::read, auth::notifications::change, auth::sessions::list, auth::sessions::end, auth::sessions::end_others,
        auth::second_factor::status, auth::second_factor::propose, auth::second_factor::enable,
        auth::second_factor::disable, auth::second_factor::renew_codes,
        spaces::list, conversations::all, conversations::list, conversations::search::search, conversations::conversation, conversations::read::messages,
        conversations::read::events, conversations::read::notes, conversations::act::say, conversations::act::note,
        attachments::attach, attachments::read, conversations::act::draft, conversations::act::take, conversations::act::release, conversations::act::transfer,
        conversations::act::resolve, conversations::act::snooze, conversations::act::reopen, visitors::visitor,
        canned::list, canned::create, canned::change, canned::remove,
        ticket_categories::list, ticket_categories::create, ticket_categories::change, ticket_categories::remove,
        ticket_categories::examples, ticket_categories::add_examples, ticket_categories::remove_example,
        ticket_categories::import_examples, ticket_categories::attempt,
        routing_rules::list, routing_rules::create, routing_rules::change, routing_rules::order,
        routing_rules::remove, routing_rules::attempt,
        contacts::list, contacts::contact, contacts::change, contacts::conversations, contacts::of_visitor,
        contacts::block, contacts::unblock, contacts::merge,
        contacts::notes::list, contacts::notes::write, contacts::notes::remove,
        tickets::list::list, tickets::create, tickets::ticket, tickets::change, tickets::acts::list,
        tickets::acts::note, tickets::acts::merge, tickets::relations::link, tickets::relations::unlink,
        tickets::relations::watch, tickets::relations::unwatch,
        documents::list, documents::upload, documents::text, documents::faq, documents::document, documents::content,
        documents::remove, documents::reprocess, passages::list, places::know, places::list,
        places::source, places::pages, places::read, places::remove, jobs::list, jobs::job, jobs::cancel, query::query,
        identity_keys::list, identity_keys::add, identity_keys::retire, identity_keys::remove,
        spaces::create, spaces::space, spaces::change, spaces::remove, spaces::life::checks, spaces::life::publish,
        spaces::life::unpublish, spaces::life::archive, spaces::life::unarchive, spaces::life::rotate_key,
        spaces::embed::code, spaces::embed::preview, spaces::versions::list, spaces::versions::version,
        spaces::versions::differences, spaces::versions::restore,
        spaces::experiments::start, spaces::experiments::list, spaces::experiments::experiment,
        spaces::experiments::end,
        analytics::overview, analytics::of_space,
        sla::list, sla::create, sla::change, sla::order, sla::remove, sla::report::get,
        gaps::list, gaps::gap, gaps::dismiss, gaps::reopen, gaps::draft, gaps::preview, gaps::answer,
        questions::report, ratings::report, ratings::comments,
        golden::list, golden::add, golden::change, golden::remove, golden::ask, golden::runs, golden::run,
        sources::document, sources::original,
        operations::health, operations::ready, operations::metrics, operations::openapi, outbox::read,
        mail::inbound::postmark, mail::inbound::sendgrid, mail::inbound::raw,
    ),
    modifiers(&Bearers),
    tags(
        (name = "visitor", description = "What the widget calls"),
        (name = "accounts", description = "Signing up, logging in, and one's own account"),
        (name = "spaces", description = "Spaces, what they are set to and what becomes of them"),
        (name = "conversations", description = "Reading what was said, and answering"),
        (name = "contacts", description = "Whom conversations are with"),
        (name = "tickets", description = "What is followed until it is done"),
        (name = "knowledge", description = "Documents, the jobs that read them, and searching them"),
        (name = "golden questions", description = "What must be found or said, asked again after each change"),
        (name = "gaps", description = "What visitors ask and the bot does not answer well"),
        (name = "analytics", description = "What happened, by day and by space"),
        (name = "team", description = "Members, their roles and teams, and who is invited"),
        (name = "keys", description = "The keys of programs"),
        (name = "billing", description = "The plan, how much of it is used, what is paid for it, and what models cost"),
        (name = "audit", description = "Who did what"),
        (name = "operator", description = "All workspaces, for those who run the installation"),
        (name = "operations", description = "For those who run it"),
    ),
)]
struct Calls;

struct Bearers;

impl Modify for Bearers {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        for (name, about) in [
            (
                "visitor",
                "The token of a visitor's session; the scopes of an operation do not apply",
            ),
            (
                "user",
                "The access token of a person who is logged in, of a role that may do it",
            ),
            ("key", "The key of a program, with the scope that is named"),
        ] {
            let mut bearer = Http::new(HttpAuthScheme::Bearer);
            bearer.description = Some(about.to_owned());
            components.add_security_scheme(name, SecurityScheme::Http(bearer));
        }
        let mut entry = ApiKeyValue::new("parlance_operator");
        entry.description = Some("The cookie of an operator's entry".to_owned());
        components.add_security_scheme("operator", SecurityScheme::ApiKey(ApiKey::Cookie(entry)));
        let mut basic = Http::new(HttpAuthScheme::Basic);
        basic.description = Some("MAIL_INBOUND_SECRET as the password, or as a bearer".to_owned());
        components.add_security_scheme("mail", SecurityScheme::Http(basic));
    }
}

/// The whole document: these calls and those of `transports`.
#[must_use]
pub fn document(transports: impl IntoIterator<Item = Document>) -> ApiDocument {
    let mut all = Calls::openapi();
    all.merge(operator::Calls::openapi());
    for calls in transports {
        all.merge(calls);
    }
    let mut all = serde_json::to_value(all).unwrap_or_default();
    inlined::fold(&mut all);
    refusals::tell(&mut all);
    finished(&mut all);
    ApiDocument(all.to_string())
}

/// What may be left out is not null, but not there.
fn left_out(schema: &mut Value) {
    let variants = schema.get("oneOf").and_then(Value::as_array);
    let given = variants.and_then(|variants| variants.iter().find(|variant| variant["type"] != "null"));
    if let Some(given) = given.cloned() {
        *schema = given;
    }
}

/// Summaries are headings on a page: the first sentence of a comment, without its full stop. And an
/// answer that nobody has described is at least named.
fn finished(document: &mut Value) {
    if let Some(info) = document["info"].as_object_mut() {
        // Made of the package's, which has none.
        info.remove("license");
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths.into_iter().flat_map(|paths| paths.values_mut());
    let operations = operations.filter_map(Value::as_object_mut);
    for operation in operations.flat_map(|item| item.values_mut()) {
        if let Some(Value::String(summary)) = operation.get_mut("summary")
            && summary.ends_with('.')
        {
            summary.pop();
        }
        if let Some(body) = operation.get_mut("requestBody")
            && body["required"] != true
        {
            left_out(&mut body["content"]["application/json"]["schema"]);
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            let known = status
                .parse()
                .ok()
                .and_then(|status| StatusCode::from_u16(status).ok());
            if let Some(response) = response
                .as_object_mut()
                .filter(|response| !response.contains_key("$ref"))
            {
                let name = known
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default();
                response.entry("description").or_insert_with(|| name.into());
            }
        }
    }
}
