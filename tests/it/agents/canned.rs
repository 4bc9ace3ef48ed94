//! Canned replies: what is kept of them, what is refused, and that both are on record.

use parlance_store::control::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::TestApp;

const REPLIES: &str = "/api/canned-replies";

#[tokio::test]
async fn an_agent_keeps_replies_and_is_told_what_is_wrong_with_one() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let agent = app.colleague(&acme, Role::Agent).await;
    let asks = async |method: Method, path: &str, body: &Value| {
        let request = app.http.request(method, app.url(path)).bearer_auth(&agent);
        let answer = request.json(body).send().await.unwrap();
        let status = answer.status();
        (status, answer.json::<Value>().await.unwrap_or(Value::Null))
    };
    let sound = json!({
        "shortcut": "refund", "title": " Refund ", "text": "Hello {{visitor.name|there}}", "act": "snooze",
        "snooze_minutes": 60, "space": acme.space,
    });
    let (status, made) = asks(Method::POST, REPLIES, &sound).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["title"], "Refund");
    assert!(made["created_by"].is_string());
    for (change, said) in [
        (json!({ "shortcut": "Re fund" }), "shortcut"),
        (json!({ "shortcut": "refund-" }), "shortcut"),
        (json!({ "shortcut": "x".repeat(41) }), "shortcut"),
        (json!({ "title": " " }), "title"),
        (json!({ "text": "x".repeat(4_001) }), "text"),
        (json!({ "text": "Hi {{visitor.nam}}" }), "\"visitor.nam\""),
        (json!({ "snooze_minutes": null }), "snooze_minutes"),
        (json!({ "snooze_minutes": 0 }), "snooze_minutes"),
        (json!({ "act": "resolve" }), "snooze_minutes"),
        (json!({ "space": uuid::Uuid::now_v7() }), "no such space"),
    ] {
        let mut wrong = sound.clone();
        wrong["shortcut"] = json!("other");
        for (field, value) in change.as_object().unwrap() {
            wrong[field] = value.clone();
        }
        let (status, refused) = asks(Method::POST, REPLIES, &wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{change}");
        assert!(
            refused["detail"].as_str().unwrap().contains(said),
            "{change}: {refused}"
        );
    }
    let (status, twice) = asks(Method::POST, REPLIES, &sound).await;
    assert_eq!(
        (status, &twice["code"]),
        (StatusCode::CONFLICT, &json!("conflict"))
    );

    let path = format!("{REPLIES}/{}", made["id"].as_str().unwrap());
    let plain = json!({ "shortcut": "refund", "title": "Refund", "text": "Bye" });
    let (_, changed) = asks(Method::PUT, &path, &plain).await;
    assert_eq!(
        (&changed["act"], &changed["space"], &changed["created_by"]),
        (&Value::Null, &Value::Null, &made["created_by"])
    );
    let (_, listed) = asks(Method::GET, REPLIES, &Value::Null).await;
    assert_eq!(listed["items"], json!([changed]));
    assert_eq!(
        asks(Method::DELETE, &path, &Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(asks(Method::PUT, &path, &plain).await.0, StatusCode::NOT_FOUND);

    let owner = app.log_in(&acme.email).await;
    let record = app
        .http
        .get(app.url("/api/audit?action=canned_reply."))
        .bearer_auth(owner);
    let record: Value = record.send().await.unwrap().json().await.unwrap();
    let acts = record["items"].as_array().unwrap().iter();
    let acts: Vec<_> = acts.map(|act| act["action"].as_str().unwrap()).collect();
    assert_eq!(
        acts,
        [
            "canned_reply.remove",
            "canned_reply.change",
            "canned_reply.create"
        ]
    );
}
