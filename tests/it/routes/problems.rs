//! Every refusal is a problem document with a code of the one table.

use std::path::Path;

use parlance::kernel::code::TABLE;
use reqwest::Method;
use serde_json::json;

use super::problem;
use crate::support::TestApp;

fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if !path.ends_with("kernel/code.rs") {
            all.push_str(&std::fs::read_to_string(path).unwrap_or_default());
        }
    }
}

#[test]
fn every_code_of_the_table_is_raised_somewhere() {
    let mut all = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    for row in TABLE {
        let raised = [
            format!("Problem::new(Code::{:?}", row.code),
            format!("Self::new(Code::{:?}", row.code),
            format!("Problem::of_fields(Code::{:?}", row.code),
        ];
        let flat: String = all.split_whitespace().collect::<Vec<_>>().join("");
        let raised = raised.map(|call| call.replace(' ', ""));
        assert!(
            raised.iter().any(|call| flat.contains(call)),
            "{:?} is never raised",
            row.code
        );
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_meant_so_is_a_problem() {
    let (app, _, visitor) = TestApp::chat().await;
    let conversation = visitor.conversation().await;
    let frames = format!("/api/widget/acme/conversation/{conversation}/frames");
    let big = json!({ "client_id": uuid::Uuid::new_v4(), "text": "x".repeat(300_000) }).to_string();
    let (json, text) = ("application/json", "text/plain");
    for (method, path, kind, body, expected) in [
        ("GET", "/api/nothing", json, "", (404, "not_found")),
        ("GET", "/nothing", json, "", (404, "not_found")),
        ("GET", "/api/widget/acme/nothing", json, "", (404, "not_found")),
        ("DELETE", "/healthz", json, "", (405, "method_not_allowed")),
        ("PUT", "/api/auth/login", json, "", (405, "method_not_allowed")),
        (
            "DELETE",
            "/api/widget/acme/chat",
            json,
            "",
            (405, "method_not_allowed"),
        ),
        (
            "GET",
            "/api/widget/acme/conversation",
            json,
            "",
            (405, "method_not_allowed"),
        ),
        (
            "POST",
            "/api/widget/acme/chat",
            json,
            "{",
            (400, "invalid_request"),
        ),
        (
            "POST",
            "/api/widget/acme/chat",
            json,
            "{}",
            (400, "invalid_request"),
        ),
        (
            "POST",
            "/api/widget/acme/chat",
            json,
            "",
            (400, "invalid_request"),
        ),
        (
            "POST",
            "/api/widget/acme/chat",
            text,
            "{}",
            (415, "unsupported_media_type"),
        ),
        (
            "POST",
            "/api/widget/acme/chat",
            json,
            &big,
            (413, "payload_too_large"),
        ),
        (
            "POST",
            "/api/widget/acme/session",
            json,
            "{\"token\":",
            (400, "invalid_request"),
        ),
        (
            "POST",
            "/api/widget/acme/session",
            json,
            &big,
            (413, "payload_too_large"),
        ),
        ("POST", "/api/auth/login", json, "[]", (400, "invalid_request")),
        (
            "POST",
            &frames,
            json,
            "{\"type\":\"fly\"}",
            (400, "invalid_request"),
        ),
        (
            "GET",
            "/api/widget/acme/conversation/x",
            json,
            "",
            (404, "not_found"),
        ),
        (
            "GET",
            "/api/widget/acme/socket",
            json,
            "",
            (400, "invalid_request"),
        ),
    ] {
        let request = app
            .http
            .request(method.parse::<Method>().unwrap(), app.url(path))
            .bearer_auth(&visitor.token)
            .header("content-type", kind)
            .body(body.to_owned());
        let (status, code) = problem(request.send().await.unwrap()).await;
        let short: String = body.chars().take(20).collect();
        assert_eq!((status, code.as_str()), expected, "{method} {path} {short}");
    }
    let query = format!("/conversation/{conversation}?after=-1");
    let wrong = visitor.get(&query).send().await.unwrap();
    assert_eq!(problem(wrong).await, (400, "invalid_request".to_owned()));
}

/// A body without a session's fields, or none at all, is a new visitor's.
#[tokio::test]
async fn a_session_needs_no_body() {
    let (app, _, _) = TestApp::chat().await;
    let url = app.url("/api/widget/acme/session");
    assert!(app.http.post(&url).send().await.unwrap().status().is_success());
    assert!(
        app.http
            .post(&url)
            .json(&json!({}))
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
}
