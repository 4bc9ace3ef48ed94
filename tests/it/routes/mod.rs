//! Every route under a stranger's token, and what every refusal looks like.

mod accounts;
mod complete;
mod document;
mod isolation;
mod operations;
mod problems;
mod rates;
mod reading;
mod roles;
mod schemas;
pub mod table;
mod upgrade;

use reqwest::{
    Method, RequestBuilder, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;

/// A request that any route may be sent: its body is one that it takes.
pub fn sound(app: &TestApp, method: &Method, url: &str, conversation: &str) -> RequestBuilder {
    let request = app.http.request(method.clone(), url);
    if url.ends_with("/upload") || url.ends_with("/attachments") {
        let file = Part::text("hi").file_name("hi.txt");
        return request.multipart(Form::new().part("file", file));
    }
    request.json(&if url.contains("/team/members/") {
        json!({ "role": "agent" })
    } else if url.ends_with("/api/keys") {
        json!({ "name": "Sync", "scopes": ["knowledge:read"] })
    } else if url.ends_with("/api/chat-spaces") {
        json!({ "name": "Mine" })
    } else if url.ends_with("/api/query") {
        json!({ "space": "acme", "text": "hi" })
    } else if url.ends_with("/billing/checkout") || url.ends_with("/billing/subscription") {
        json!({ "plan": "pro" })
    } else if url.ends_with("/billing/budget") {
        json!({ "monthly_nanos": 20_000_000_000_i64 })
    } else if url.contains("/team/invitations") {
        json!({ "email": "bob@shop.example", "role": "viewer" })
    } else if url.contains("/team/teams") {
        json!({ "name": "Sales" })
    } else if url.contains("/canned-replies") {
        json!({ "shortcut": "mine", "title": "Mine", "text": "Hi {{visitor.name|there}}" })
    } else if url.ends_with("/sla-policies/order") {
        json!({ "ids": [] })
    } else if url.contains("/sla-policies") {
        json!({ "name": "Mine", "targets": { "high": { "first_response": 60 } } })
    } else if url.ends_with("/transfer-ownership") {
        json!({ "member": Uuid::now_v7() })
    } else if url.ends_with("/notifications") {
        json!({ "waiting_mail": false })
    } else if url.ends_with("/examples") {
        json!({ "texts": ["Where is my parcel?"] })
    } else if url.ends_with("/import") {
        json!({ "examples": [{ "text": "Where is my parcel?", "category": "Parcels" }] })
    } else if url.ends_with("/try") {
        json!({ "text": "Where is my parcel?" })
    } else if url.ends_with("/routing-rules/order") {
        json!({ "rules": [] })
    } else if url.contains("/ticket-categories") || url.contains("/routing-rules") {
        json!({ "name": "Mine" })
    } else if url.contains("/api/tickets") {
        match url.rsplit('/').next() {
            Some("merge") => json!({ "into": 2 }),
            Some("links") => json!({ "ticket": 2 }),
            Some("notes") => json!({ "text": "hi" }),
            _ => json!({ "subject": "Mine" }),
        }
    } else if method == Method::PATCH {
        // A change names only what is to change.
        json!({ "name": "Mine" })
    } else if url.ends_with("/experiments") {
        json!({ "version": 1 })
    } else if url.ends_with("/end")
        || url.contains("/golden-runs")
        || url.contains("/identity-keys")
        || url.ends_with("/rotate-key")
    {
        json!({})
    } else if url.ends_with("/block") {
        json!({ "reason": "spam" })
    } else if url.ends_with("/merge") {
        json!({ "into": Uuid::now_v7() })
    } else if url.contains("/api/contacts/") && url.ends_with("/notes") {
        json!({ "text": "hi" })
    } else if url.ends_with("/transfer") {
        json!({ "to": Uuid::now_v7() })
    } else if url.ends_with("/snooze") {
        json!({ "until": app.services.clock.now() + chrono::TimeDelta::hours(1) })
    } else if url.contains("/gaps/") {
        json!({ "question": "Mine?", "answer": "Yes." })
    } else if url.ends_with("/draft") {
        json!({ "kind": "summary" })
    } else if url.contains("/api/conversations/") {
        json!({ "client_id": Uuid::new_v4(), "text": "hi" })
    } else if url.ends_with("/preview") {
        json!({ "settings": {} })
    } else if url.contains("/golden-questions") {
        json!({ "question": "Mine?", "facts": ["yes"] })
    } else {
        json!({
            "conversation": conversation, "client_id": Uuid::new_v4(), "text": "hi", "type": "ping",
            "title": "t", "pairs": [{ "question": "q", "answer": "a" }], "url": "https://shop.example/",
        })
    })
}

/// Insists that it is a problem document of this status, and gives its code.
async fn problem(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let kind = answer
        .headers()
        .get("content-type")
        .map(|kind| kind.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    assert_eq!(
        kind.as_deref(),
        Some("application/problem+json"),
        "{status} {text}"
    );
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["status"], status);
    for field in ["type", "title", "detail", "code"] {
        assert!(
            !body[field].as_str().unwrap_or_default().is_empty(),
            "{field} in {body}"
        );
    }
    (status, body["code"].as_str().unwrap().to_owned())
}
