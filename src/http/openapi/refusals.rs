//! What operations refuse, in the document: what follows from what they take, and what each refuses
//! besides. Handlers only say what they answer with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::kernel::code::{Code, TABLE};

/// Why a file is not taken that is to be sent.
const FILE: &[Code] = &[
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
    Code::FileInfected,
    Code::LimitReached,
];
/// The same of a visitor, where the space takes none.
const FILE_OF_VISITOR: &[Code] = &[
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
    Code::FileInfected,
    Code::LimitReached,
    Code::Forbidden,
];

/// What an operation refuses besides what [`by_shape`] finds.
const BESIDES: &[(&str, &[Code])] = &[
    ("sign_up", &[Code::EmailTaken, Code::WeakPassword]),
    (
        "log_in",
        &[
            Code::InvalidCredentials,
            Code::CodeRequired,
            Code::InvalidCode,
            Code::Forbidden,
        ],
    ),
    (
        "refresh_session",
        &[Code::Unauthenticated, Code::RefreshReused, Code::OriginNotAllowed],
    ),
    ("log_out", &[Code::OriginNotAllowed]),
    ("switch_workspace", &[Code::NotFound]),
    ("choose_workspace", &[Code::NotFound]),
    ("reset_password", &[Code::LinkOver, Code::WeakPassword]),
    ("verify_email", &[Code::LinkOver, Code::EmailTaken]),
    ("change_password", &[Code::InvalidCredentials, Code::WeakPassword]),
    ("change_email", &[Code::InvalidCredentials, Code::EmailTaken]),
    ("propose_second_factor", &[Code::EmailUnconfirmed]),
    (
        "enable_second_factor",
        &[
            Code::InvalidCredentials,
            Code::InvalidCode,
            Code::EmailUnconfirmed,
        ],
    ),
    (
        "disable_second_factor",
        &[Code::InvalidCredentials, Code::InvalidCode],
    ),
    (
        "renew_recovery_codes",
        &[Code::InvalidCredentials, Code::InvalidCode],
    ),
    ("get_invitation", &[Code::LinkOver]),
    (
        "accept_invitation",
        &[
            Code::Unauthenticated,
            Code::Forbidden,
            Code::EmailUnconfirmed,
            Code::LinkOver,
            Code::EmailTaken,
            Code::WeakPassword,
        ],
    ),
    (
        "invite_member",
        &[Code::EmailUnconfirmed, Code::Conflict, Code::RateLimited],
    ),
    ("change_member", &[Code::LastOwner]),
    ("remove_member", &[Code::LastOwner, Code::Conflict]),
    ("open_checkout", &[Code::Conflict, Code::Busy]),
    ("open_billing_portal", &[Code::Conflict, Code::Busy]),
    ("change_subscription", &[Code::Conflict, Code::Busy]),
    ("cancel_subscription", &[Code::Conflict, Code::Busy]),
    ("resume_subscription", &[Code::Conflict, Code::Busy]),
    ("list_invoices", &[Code::Busy]),
    (
        "receive_billing_event",
        &[Code::InvalidRequest, Code::PayloadTooLarge],
    ),
    ("leave_workspace", &[Code::LastOwner, Code::Conflict]),
    ("transfer_ownership", &[Code::NotFound]),
    ("create_team", &[Code::Conflict, Code::LimitReached]),
    ("change_team", &[Code::Conflict]),
    ("create_key", &[Code::EmailUnconfirmed, Code::Conflict]),
    (
        "create_space",
        &[Code::Conflict, Code::LimitReached, Code::PlanLimit],
    ),
    (
        "change_space",
        &[Code::Conflict, Code::SpaceArchived, Code::VersionChanged],
    ),
    (
        "restore_space_version",
        &[Code::Conflict, Code::SpaceArchived, Code::VersionChanged],
    ),
    (
        "publish_space",
        &[Code::EmailUnconfirmed, Code::SpaceArchived, Code::NotReady],
    ),
    ("unpublish_space", &[Code::SpaceArchived]),
    ("rotate_space_key", &[Code::SpaceArchived]),
    ("start_experiment", &[Code::Conflict, Code::SpaceArchived]),
    ("end_experiment", &[Code::Conflict, Code::SpaceArchived]),
    ("add_identity_key", &[Code::Conflict, Code::SpaceArchived]),
    ("retire_identity_key", &[Code::SpaceArchived]),
    ("delete_identity_key", &[Code::SpaceArchived]),
    (
        "upload_document",
        &[
            Code::SpaceArchived,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::PlanLimit,
        ],
    ),
    ("paste_text", &[Code::SpaceArchived, Code::PlanLimit]),
    ("write_questions", &[Code::SpaceArchived, Code::PlanLimit]),
    ("delete_document", &[Code::SpaceArchived]),
    ("reprocess_document", &[Code::SpaceArchived]),
    ("add_source", &[Code::SpaceArchived, Code::PlanLimit]),
    ("read_source", &[Code::SpaceArchived]),
    ("delete_source", &[Code::SpaceArchived]),
    ("query", &[Code::NotFound, Code::PlanLimit]),
    ("add_golden_question", &[Code::Conflict, Code::SpaceArchived]),
    ("change_golden_question", &[Code::Conflict, Code::SpaceArchived]),
    ("delete_golden_question", &[Code::SpaceArchived]),
    ("ask_golden_questions", &[Code::SpaceArchived]),
    ("dismiss_gap", &[Code::SpaceArchived]),
    ("reopen_gap", &[Code::SpaceArchived]),
    ("get_questions", &[Code::NotFound]),
    ("preview_gap_answer", &[Code::PlanLimit]),
    ("draft_gap_answer", &[Code::Conflict, Code::PlanLimit]),
    ("answer_gap", &[Code::SpaceArchived, Code::PlanLimit]),
    (
        "create_canned_reply",
        &[Code::Conflict, Code::LimitReached, Code::SpaceArchived],
    ),
    ("create_ticket_category", &[Code::Conflict, Code::LimitReached]),
    ("change_ticket_category", &[Code::Conflict]),
    ("delete_ticket_category", &[Code::Conflict]),
    ("add_category_examples", &[Code::LimitReached]),
    ("import_category_examples", &[Code::LimitReached]),
    ("create_routing_rule", &[Code::LimitReached]),
    ("order_routing_rules", &[Code::Conflict]),
    ("change_canned_reply", &[Code::Conflict, Code::SpaceArchived]),
    ("create_sla_policy", &[Code::Conflict, Code::LimitReached]),
    ("change_sla_policy", &[Code::Conflict]),
    ("order_sla_policies", &[Code::Conflict]),
    (
        "say_message",
        &[
            Code::Held,
            Code::Stale,
            Code::TextTooLong,
            Code::AttachmentUnknown,
        ],
    ),
    ("write_note", &[Code::TextTooLong, Code::AttachmentUnknown]),
    ("attach_file", FILE),
    ("attach_own_file", FILE_OF_VISITOR),
    ("read_attachment", &[Code::LinkOver]),
    (
        "draft_text",
        &[
            Code::ModelNeeded,
            Code::TextTooLong,
            Code::RateLimited,
            Code::PlanLimit,
        ],
    ),
    ("take_conversation", &[Code::Held]),
    (
        "begin_visitor_session",
        &[
            Code::IdentityInvalid,
            Code::IdentityExpired,
            Code::IdentityRequired,
            Code::Blocked,
        ],
    ),
    ("open_conversation", &[Code::Blocked]),
    ("read_conversation", &[Code::Blocked]),
    ("follow_conversation", &[Code::TooManyListeners, Code::Blocked]),
    (
        "send_frame",
        &[
            Code::InvalidFrame,
            Code::TextTooLong,
            Code::AttachmentUnknown,
            Code::Blocked,
        ],
    ),
    (
        "chat",
        &[Code::NotFound, Code::TextTooLong, Code::Timeout, Code::Blocked],
    ),
    ("change_contact", &[Code::Conflict]),
    ("merge_contact", &[Code::Conflict]),
    (
        "create_ticket",
        &[Code::Conflict, Code::NotFound, Code::SpaceArchived],
    ),
    ("change_ticket", &[Code::Conflict, Code::VersionChanged]),
    ("merge_ticket", &[Code::Conflict]),
    ("open_socket", &[Code::InvalidRequest]),
    ("receive_postmark", &[Code::NotFound, Code::Timeout]),
    (
        "receive_sendgrid",
        &[
            Code::NotFound,
            Code::Timeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
        ],
    ),
    (
        "receive_raw_mail",
        &[
            Code::NotFound,
            Code::Timeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
        ],
    ),
    ("open_console_socket", &[Code::InvalidRequest]),
    (
        "enter_as_operator",
        &[
            Code::InvalidCredentials,
            Code::CodeRequired,
            Code::InvalidCode,
            Code::Forbidden,
            Code::Conflict,
            Code::RateLimited,
            Code::OriginNotAllowed,
        ],
    ),
];

/// Says of every operation of `document` what it refuses.
pub fn tell(document: &mut Value) {
    let mut refusals = Map::new();
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    for (path, item) in paths {
        let Value::Object(item) = item else { continue };
        for operation in item.values_mut().filter_map(Value::as_object_mut) {
            let id = operation
                .get("operationId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let besides = BESIDES
                .iter()
                .filter(|(name, _)| *name == id)
                .flat_map(|(_, codes)| *codes);
            let mut codes: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
            for code in by_shape(path, operation).iter().chain(besides) {
                let row = code.row();
                codes.entry(row.status).or_default().insert(row.name);
            }
            let Some(Value::Object(responses)) = operation.get_mut("responses") else {
                continue;
            };
            responses.remove("default");
            for (status, names) in codes {
                let name = Vec::from_iter(names.iter().copied()).join(".");
                let reference = json!({ "$ref": format!("#/components/responses/{name}") });
                responses.entry(status.to_string()).or_insert(reference);
                refusals.entry(name).or_insert_with(|| refusal(&names));
            }
        }
    }
    document["components"]["responses"] = Value::Object(refusals);
}

/// What whoever takes this refuses.
fn by_shape(path: &str, operation: &Map<String, Value>) -> Vec<Code> {
    let list = |name: &str| {
        operation
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (parameters, security) = (list("parameters"), list("security"));
    let within = |place: &str| parameters.iter().any(|parameter| parameter["in"] == place);
    let scoped = security
        .iter()
        .filter_map(Value::as_object)
        .flat_map(Map::values)
        .any(|scopes| scopes.as_array().is_some_and(|scopes| !scopes.is_empty()));
    let body = operation.get("requestBody").map(|body| &body["content"]);
    let json = body.is_some_and(|content| content.get("application/json").is_some());
    let visitor = path.starts_with("/api/widget/");
    let rules = [
        (
            body.is_some() || within("query") || within("header"),
            &[Code::InvalidRequest][..],
        ),
        (!security.is_empty(), &[Code::Unauthenticated]),
        (scoped, &[Code::Forbidden]),
        // A cookie speaks for them.
        (
            path.starts_with("/api/operator/") && !security.is_empty(),
            &[Code::OriginNotAllowed],
        ),
        (visitor && !path.ends_with("/config"), &[Code::OriginNotAllowed]),
        (within("path"), &[Code::NotFound]),
        (json, &[Code::PayloadTooLarge, Code::UnsupportedMediaType]),
        (
            visitor || !security.is_empty() || path.starts_with("/api/auth/"),
            &[Code::RateLimited],
        ),
        // Where an identity provider keeps the accounts, it is done there.
        (
            path.starts_with("/api/auth/") && !path.ends_with("/provider"),
            &[Code::Conflict],
        ),
        (
            path.starts_with("/api/") || within("path"),
            &[Code::Internal, Code::Busy, Code::Draining],
        ),
    ];
    let hold = rules.into_iter().filter(|(holds, _)| *holds);
    hold.flat_map(|(_, codes)| codes.iter().copied()).collect()
}

fn refusal(names: &BTreeSet<&str>) -> Value {
    let told: Vec<String> = TABLE
        .iter()
        .filter(|row| names.contains(row.name))
        .map(|row| format!("`{}`: {}.", row.name, row.title))
        .collect();
    let retryable = TABLE.iter().any(|row| row.retryable && names.contains(row.name));
    let mut refusal = json!({
        "description": told.join(" "),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" } } },
    });
    if retryable {
        refusal["headers"] = json!({
            "Retry-After": { "description": "Seconds after which it may work", "schema": { "type": "integer", "minimum": 1 } },
        });
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_follows_from_what_is_taken() {
        let mut document = json!({ "paths": {
            "/api/things/{id}": { "post": {
                "operationId": "create_team",
                "parameters": [{ "in": "path", "name": "id" }],
                "security": [{ "key": ["things:write"] }],
                "requestBody": { "content": { "application/json": {} } },
                "responses": { "201": {}, "default": {} },
            } },
            "/healthz": { "get": { "operationId": "get_health", "responses": { "200": {} } } },
        } });
        tell(&mut document);
        let statuses = |pointer: &str| {
            let found = document.pointer(pointer).unwrap().as_object().unwrap();
            found.keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            statuses("/paths/~1api~1things~1{id}/post/responses"),
            "201 400 401 403 404 409 413 415 429 500 503"
        );
        assert_eq!(statuses("/paths/~1healthz/get/responses"), "200");
        let limited = &document["components"]["responses"]["rate_limited"];
        assert_eq!(limited["description"], "`rate_limited`: Too many requests.");
        assert!(limited["headers"].get("Retry-After").is_some());
        let refused = &document["paths"]["/api/things/{id}"]["post"]["responses"]["429"]["$ref"];
        assert_eq!(refused, "#/components/responses/rate_limited");
    }
}
