//! The document of the API is complete, and says the numbers that the code goes by.

use std::collections::BTreeSet;

use parlance::{
    domain::conversations::text::MAX_TEXT,
    domain::{
        accounts::{email, password, settings::SpaceSettings, signup, team},
        contacts, golden,
        knowledge::{extract::ExtractLimits, written},
        retrieval::MAX_QUESTION_CHARS,
        spaces,
    },
    kernel::code::TABLE,
    realtime::protocol::MAX_COMMENT,
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{problem, table::ROUTES};
use crate::support::TestApp;

/// Pages for browsers; their scripts, styles and pictures.
const PAGES: &[&str] = &[
    "/",
    "/pricing",
    "/site/{file}",
    "/operator",
    "/operator/{path:.*}",
    "/app",
    "/app/{path:.*}",
    "/docs",
    "/docs/{file}",
    "/widget.js",
    "/widget/{file:.*}",
    "/widget/{space}/frame",
    "/sources.css",
    "/demo/{tenant}",
    "/demo/{tenant}/{file}",
    "/mail/rating/{token}",
    "/mail/unsubscribe/{token}",
    "/billing/mock/{kind}/{address}",
];
const JSON: &str = "application/json";

pub(super) async fn document(app: &TestApp) -> Value {
    let answer = app.http.get(app.url("/api/openapi.json")).send().await.unwrap();
    answer.json().await.unwrap()
}

/// Method, path and operation, of all there are.
fn operations(document: &Value) -> Vec<(Method, &str, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase().parse().unwrap(), path.as_str(), operation));
        }
    }
    all
}

#[tokio::test]
async fn every_route_is_an_operation_with_all_that_a_reader_needs() {
    let document = document(&TestApp::start().await).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["servers"][0]["url"], "/");
    let mut tags = BTreeSet::new();
    for tag in document["tags"].as_array().unwrap() {
        assert!(tag["description"].is_string(), "{tag}");
        tags.insert(tag["name"].as_str().unwrap());
    }
    for (method, path, _) in ROUTES.iter().filter(|route| !PAGES.contains(&route.1)) {
        let operation = &document["paths"][path][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not in the document");
    }
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let text = |field: &str| operation[field].as_str().unwrap_or_default();
        let id = text("operationId");
        let named = id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(
            named && id.len() > 3 && ids.insert(id.to_owned()),
            "{what}: operationId {id:?}"
        );
        let summary = text("summary");
        assert!((3..=60).contains(&summary.len()), "{what}: summary {summary:?}");
        assert!(
            !summary.contains('`') && !summary.ends_with('.'),
            "{what}: summary {summary:?}"
        );
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        assert!(tags.contains(tag), "{what}: tag {tag:?} is not described");
        for name in path.split(['{', '}']).skip(1).step_by(2) {
            let parameters = operation["parameters"].as_array().unwrap();
            let named = parameters
                .iter()
                .find(|parameter| parameter["name"] == name && parameter["in"] == "path");
            assert!(
                named.is_some_and(|named| named["description"].is_string()),
                "{what}: {name}"
            );
        }
        if let Some(content) = operation.pointer("/requestBody/content") {
            let (kind, media) = content.as_object().unwrap().iter().next().unwrap();
            assert!(
                media["schema"].get("$ref").is_some(),
                "{what}: its body has no schema"
            );
            assert!(
                kind != JSON || media["example"].is_object(),
                "{what}: its body has no example"
            );
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let told = response.get("$ref").or(response.get("description"));
            assert!(
                told.is_some_and(|told| told != ""),
                "{what}: {status} is not described"
            );
            for (kind, media) in response["content"].as_object().into_iter().flatten() {
                assert!(
                    media["schema"].is_object(),
                    "{what}: {status} {kind} has no schema"
                );
            }
            let silent = ["101", "202", "204"].contains(&status.as_str());
            let body = response.get("$ref").or(response.get("content"));
            assert!(silent || body.is_some(), "{what}: {status} has no body");
        }
    }
    let codes: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(document["components"]["schemas"]["Code"]["enum"], json!(codes));
}

#[tokio::test]
async fn bounds_are_those_of_the_code() {
    let document = document(&TestApp::start().await).await;
    let schemas = &document["components"]["schemas"];
    let say = |name: &str| {
        let frames = schemas["ClientFrame"]["oneOf"].as_array().unwrap();
        let frame = frames
            .iter()
            .find(|frame| frame["properties"]["type"]["enum"][0] == name);
        &frame.unwrap()["properties"]
    };
    let fields = |name: &str| &schemas[name]["properties"];
    let upload = fields("Upload")["file"]["description"].as_str().unwrap();
    assert!(upload.contains(&format!("{} MiB", ExtractLimits::default().bytes >> 20)));
    for (bound, is) in [
        (&fields("SignupBody")["name"]["maxLength"], signup::NAME_MAX),
        (&fields("SignupBody")["workspace"]["maxLength"], signup::NAME_MAX),
        (&fields("SignupBody")["email"]["maxLength"], email::LONGEST),
        (&fields("SignupBody")["password"]["minLength"], password::SHORTEST),
        (&fields("SignupBody")["password"]["maxLength"], password::LONGEST),
        (&fields("ResetBody")["password"]["maxLength"], password::LONGEST),
        (&fields("TeamBody")["name"]["maxLength"], team::NAME_MAX),
        (&fields("TeamBody")["members"]["maxItems"], team::MEMBERS_MAX),
        (&fields("NewSpaceBody")["name"]["maxLength"], spaces::NAME_MAX),
        (&fields("NewSpaceBody")["slug"]["minLength"], spaces::slug::MIN),
        (&fields("NewSpaceBody")["slug"]["maxLength"], spaces::slug::MAX),
        (
            &fields("NewSpaceBody")["allowed_origins"]["maxItems"],
            spaces::origins::MOST,
        ),
        (&fields("SpaceChangeBody")["note"]["maxLength"], spaces::NOTE_MAX),
        (
            &fields("Rotation")["overlap_hours"]["maximum"],
            spaces::keys::OVERLAP_MAX.into(),
        ),
        (&fields("Identity")["id"]["maxLength"], contacts::identity::ID_MAX),
        (&fields("Pasted")["title"]["maxLength"], written::MAX_TITLE),
        (&fields("Pasted")["text"]["maxLength"], written::MAX_TEXT),
        (&fields("Questions")["pairs"]["maxItems"], written::MAX_PAIRS),
        (&fields("Pair")["question"]["maxLength"], written::MAX_QUESTION),
        (&fields("Query")["text"]["maxLength"], MAX_QUESTION_CHARS),
        (
            &fields("GoldenWords")["question"]["maxLength"],
            MAX_QUESTION_CHARS,
        ),
        (&fields("GoldenWords")["facts"]["maxItems"], golden::FACTS_MAX),
        (&fields("ChatBody")["text"]["maxLength"], MAX_TEXT),
        (&say("say")["text"]["maxLength"], MAX_TEXT),
        (&say("rate")["comment"]["maxLength"], MAX_COMMENT),
        (&say("feedback")["comment"]["maxLength"], MAX_COMMENT),
        (&say("email")["address"]["maxLength"], email::LONGEST),
    ] {
        assert_eq!(bound, is);
    }
    // Whatever stands in the schema as a default is what the code has.
    let known = serde_json::to_value(SpaceSettings::default()).unwrap();
    for (name, value) in known.as_object().unwrap() {
        let default = &fields("SpaceSettings")[name]["default"];
        assert!(
            default.is_null() || default == value,
            "{name}: {default} and {value}"
        );
    }
}

/// Reviewed: what an example names that no test can have, and how that is refused.
const UNKNOWN: &[(&str, &[u16])] = &[
    // The token of a link, a password, a code.
    ("get_invitation", &[410]),
    ("accept_invitation", &[410]),
    ("reset_password", &[410]),
    ("verify_email", &[410]),
    ("log_in", &[401]),
    ("enter_as_operator", &[403]),
    // An operator's cookie.
    ("act_as_workspace", &[401]),
    ("change_password", &[401]),
    ("change_email", &[401]),
    ("enable_second_factor", &[401, 409]),
    ("disable_second_factor", &[401, 409]),
    ("renew_recovery_codes", &[401, 409]),
    // Somebody, or another workspace of theirs, by an id.
    ("switch_workspace", &[404]),
    ("choose_workspace", &[409]),
    ("transfer_ownership", &[404]),
    ("change_member", &[404]),
    ("change_contact", &[404]),
    ("block_contact", &[404]),
    ("merge_contact", &[404]),
    ("write_contact_note", &[404]),
    // A space, and tickets by their numbers.
    ("create_ticket", &[400]),
    ("change_ticket", &[404]),
    ("write_ticket_note", &[404]),
    ("change_ticket_category", &[404]),
    ("add_category_examples", &[404]),
    ("change_routing_rule", &[404]),
    ("order_routing_rules", &[409]),
    ("merge_ticket", &[404]),
    ("link_ticket", &[404]),
    // Another version than the present one, and a test that runs.
    ("start_experiment", &[400]),
    ("end_experiment", &[404]),
    ("change_sla_policy", &[404]),
    ("order_sla_policies", &[409]),
    ("transfer_conversation", &[400]),
    ("snooze_conversation", &[400]),
    // A gap that nobody has asked.
    ("preview_gap_answer", &[404]),
    ("answer_gap", &[404]),
    // Replies do not come in where nobody set that up.
    ("receive_postmark", &[404]),
    // Nobody has paid, or signed.
    ("change_subscription", &[409]),
    ("receive_billing_event", &[400, 404]),
];

#[tokio::test]
async fn every_example_is_taken() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, owner) = (visitor.conversation().await, app.log_in(&acme.email).await);
    let (kid, _) = app.identity_key(&acme, json!({})).await;
    let document = document(&app).await;
    let question = json!({ "question": "Is it?", "facts": ["it is"] });
    let questions = app.url(&format!("/api/chat-spaces/{}/golden-questions", acme.space));
    let made = app
        .http
        .post(&questions)
        .bearer_auth(&owner)
        .json(&question)
        .send()
        .await
        .unwrap();
    let made: Value = made.json().await.unwrap();
    let team = app.http.post(app.url("/api/team/teams")).bearer_auth(&owner);
    let team: Value = team
        .json(&json!({ "name": "Other" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let replies = app.http.post(app.url("/api/canned-replies")).bearer_auth(&owner);
    let reply: Value = replies
        .json(&json!({ "shortcut": "other", "title": "Other", "text": "Hi" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let mut tried = 0;
    for (method, path, operation) in operations(&document) {
        let Some(example) = operation.pointer("/requestBody/content/application~1json/example") else {
            continue;
        };
        let id = if path.starts_with("/api/widget/") {
            conversation.clone()
        } else if path.starts_with("/api/golden-questions/") {
            made["id"].as_str().unwrap().to_owned()
        } else if path.starts_with("/api/canned-replies/") {
            reply["id"].as_str().unwrap().to_owned()
        } else if path.starts_with("/api/team/teams/") {
            team["id"].as_str().unwrap().to_owned()
        } else if path.starts_with("/api/conversations/") {
            conversation.clone()
        } else if path.starts_with("/api/chat-spaces/") {
            acme.space.to_string()
        } else {
            Uuid::now_v7().to_string()
        };
        let url = path
            .replace("{space}", "acme")
            .replace("{id}", &id)
            .replace("{kid}", &kid)
            .replace("{number}", "1")
            .replace("{experiment}", &Uuid::now_v7().to_string())
            .replace("{gap}", &Uuid::now_v7().to_string());
        let token = if path.starts_with("/api/widget/") {
            &visitor.token
        } else {
            &owner
        };
        let call = app
            .http
            .request(method, app.url(&url))
            .bearer_auth(token)
            .json(example);
        let answer = call.send().await.unwrap();
        let (status, id) = (
            answer.status().as_u16(),
            operation["operationId"].as_str().unwrap(),
        );
        let known = UNKNOWN
            .iter()
            .find(|(name, _)| *name == id)
            .map_or(&[][..], |(_, statuses)| statuses);
        let said = answer.text().await.unwrap();
        assert!(
            (200..300).contains(&status) || known.contains(&status),
            "{id}: {status} {said}"
        );
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

#[tokio::test]
async fn what_no_client_of_ours_sends_is_refused_with_a_reason() {
    let (app, acme, _) = TestApp::chat().await;
    let owner = app.log_in(&acme.email).await;
    let space = format!("/api/chat-spaces/{}", acme.space);
    let get = async |path: &str| {
        let asked = app.http.get(app.url(path)).bearer_auth(&owner);
        problem(asked.send().await.unwrap()).await
    };
    let invalid = (400, "invalid_request".to_owned());
    for path in [
        // NUL, which the database cannot hold.
        "/api/audit?action=space%00",
        &format!("{space}/documents?cursor=a%00b"),
        &format!("{space}/conversations?cursor=%00"),
        // Moments before its first day, given and in a cursor.
        "/api/audit?from=-200000-01-01T00:00:00Z",
        "/api/audit?cursor=LTgyMTA4NjY1NjAwMDAwMDAwMC8wMTkyZjdhMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE",
        // Pages that are empty or endless.
        "/api/audit?limit=0",
        &format!("{space}/documents?limit=-1"),
        &format!("{space}/versions?limit=99999999999999999999"),
    ] {
        assert_eq!(get(path).await, invalid, "{path}");
    }
    // A list of a struct's fields is not the struct.
    for body in ["[\"Ada\"]", "null", "\"Ada\"", " [{}]"] {
        let renamed = app.http.patch(app.url("/api/auth/me")).bearer_auth(&owner);
        let renamed = renamed
            .header("content-type", JSON)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(problem(renamed).await, invalid, "{body}");
    }
}

#[tokio::test]
async fn a_form_that_is_none_is_refused_and_a_part_without_a_name_passed_over() {
    let (app, acme, _) = TestApp::chat().await;
    let owner = app.log_in(&acme.email).await;
    let upload = app.url(&format!("/api/chat-spaces/{}/documents/upload", acme.space));
    let unsupported = (415, "unsupported_media_type".to_owned());
    for kind in [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
    ] {
        let sent = app
            .http
            .post(&upload)
            .bearer_auth(&owner)
            .header("content-type", kind)
            .body("x");
        assert_eq!(problem(sent.send().await.unwrap()).await, unsupported, "{kind:?}");
    }
    let file = Part::text("We are open.").file_name("hours.txt");
    let form = Form::new().text("", "nameless").part("file", file);
    let sent = app
        .http
        .post(&upload)
        .bearer_auth(&owner)
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status().as_u16(), 202);
}

#[tokio::test]
async fn a_method_that_is_not_there_is_told_which_are() {
    let app = TestApp::start().await;
    for (method, path, allow) in [
        ("DELETE", "/api/auth/me", "GET, HEAD, PATCH"),
        ("GET", "/api/auth/login", "POST"),
        ("PUT", "/api/widget/acme/conversation/x/events", "GET"),
        ("TRACE", "/api/chat-spaces", "GET, HEAD, POST"),
    ] {
        let asked = app.http.request(method.parse().unwrap(), app.url(path));
        let refused = asked.send().await.unwrap();
        assert_eq!(refused.headers()["allow"], allow, "{method} {path}");
        assert_eq!(problem(refused).await.0, 405);
    }
}
