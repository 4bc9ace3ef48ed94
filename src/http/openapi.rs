//! `/api/openapi.json`: the document of the API, made from the handlers.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{
    audit, auth, console, documents, golden, identity_keys, invitations, jobs, keys, operations, places,
    query, session, spaces, team, visitors, widget,
};

/// The document as JSON text, made once.
#[derive(Clone, Debug)]
pub struct ApiDocument(pub String);

#[derive(OpenApi)]
#[openapi(
    info(title = "Parlance", description = "Customer-support chat that answers from a business's own documents."),
    paths(
        invitations::list, invitations::invite, invitations::uninvite, invitations::look, invitations::accept,
        widget::config, session::session,
        team::list, team::change, team::remove, team::leave, team::transfer, team::teams, team::create_team,
        team::change_team, team::remove_team, audit::list, audit::export, keys::list, keys::create, keys::revoke,
        auth::links::signup, auth::login::login, auth::login::refresh, auth::login::logout, auth::login::switch,
        auth::links::forgot, auth::links::reset, auth::links::verify, auth::links::resend,
        auth::account::me, auth::account::rename, auth::account::change_password, auth::account::change_email,
        auth::sessions::list, auth::sessions::end, auth::sessions::end_others,
        auth::second_factor::status, auth::second_factor::propose, auth::second_factor::enable,
        auth::second_factor::disable, auth::second_factor::renew_codes,
        console::spaces, console::conversations, console::conversation, console::messages, visitors::visitor,
        documents::list, documents::upload, documents::text, documents::faq, documents::document, documents::content,
        documents::remove, documents::reprocess, places::know, places::list,
        places::source, places::pages, places::read, places::remove, jobs::list, jobs::job, jobs::cancel, query::query,
        identity_keys::list, identity_keys::add, identity_keys::retire, identity_keys::remove,
        spaces::create, spaces::space, spaces::change, spaces::remove, spaces::life::checks, spaces::life::publish,
        spaces::life::unpublish, spaces::life::archive, spaces::life::unarchive, spaces::life::rotate_key,
        spaces::embed::code, spaces::embed::preview, spaces::versions::list, spaces::versions::version,
        spaces::versions::differences, spaces::versions::restore,
        golden::list, golden::add, golden::change, golden::remove, golden::ask, golden::runs, golden::run,
        operations::health, operations::ready, operations::metrics,
    ),
    modifiers(&Bearers),
    tags(
        (name = "visitor", description = "What the widget calls"),
        (name = "accounts", description = "Signing up, logging in, and one's own account"),
        (name = "spaces", description = "Spaces, what they are set to and what becomes of them"),
        (name = "conversations", description = "Reading what was said"),
        (name = "knowledge", description = "Documents, the jobs that read them, and searching them"),
        (name = "operations", description = "For those who run it"),
    ),
)]
struct Calls;

struct Bearers;

impl Modify for Bearers {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        for name in ["visitor", "user", "key"] {
            let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
            components.add_security_scheme(name, bearer);
        }
    }
}

/// The whole document: these calls and those of `transports`.
#[must_use]
pub fn document(transports: impl IntoIterator<Item = Document>) -> ApiDocument {
    let mut all = Calls::openapi();
    for calls in transports {
        all.merge(calls);
    }
    ApiDocument(all.to_json().unwrap_or_default())
}
