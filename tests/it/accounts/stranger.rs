//! From nothing to a visitor's answer, by the calls that anybody has.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Person, mail_to, post, sign_up, token_of};
use crate::support::{TestApp, eventually};

const EMAIL: &str = "ada@keller.example";
const SITE: &str = "https://shop.keller.example";

#[tokio::test]
async fn a_stranger_signs_up_loads_a_document_publishes_and_chats() {
    let app = TestApp::start().await;
    let ada = Person::of(&app, &sign_up(&app, EMAIL).await);
    let spaces = ada.gets("/api/chat-spaces").await;
    let (id, slug) = (&spaces["items"][0]["id"], &spaces["items"][0]["slug"]);
    let (space, slug) = (
        format!("/api/chat-spaces/{}", id.as_str().unwrap()),
        slug.as_str().unwrap(),
    );
    let session = format!("/api/widget/{slug}/session");

    let early = ada.posts(&format!("{space}/publish"), json!({})).await;
    assert_eq!(early.code(), (422, "not_ready"));
    let missing = early.body["errors"].to_string();
    assert!(
        missing.contains("documents") && missing.contains("email"),
        "{missing}"
    );
    assert_eq!(
        post(&app, &session, &json!({})).await.status,
        404,
        "nobody sees it yet"
    );

    let token = token_of(&mail_to(&app, EMAIL, "Confirm").await);
    let verified = post(&app, "/api/auth/verify-email", &json!({ "token": token })).await;
    assert_eq!(verified.status, 200);
    let text = "# Shipping\n\nParcels reach you within three working days. Shipping is free above 40 euros.";
    let given = json!({ "title": "Shipping", "text": text });
    let given = ada.posts(&format!("{space}/documents/text"), given).await;
    assert_eq!(given.status, 202, "{}", given.body);
    let document = format!(
        "/api/documents/{}",
        given.body["document"]["id"].as_str().unwrap()
    );
    let ready = async || {
        let read = ada.gets(&document).await;
        (read["status"] == "ready").then_some(())
    };
    eventually(ready).await;
    let sites = json!({ "allowed_origins": [SITE] });
    assert_eq!(ada.asks(Method::PATCH, &space, sites).await.status, 200);
    let published = ada.posts(&format!("{space}/publish"), json!({})).await;
    assert_eq!(
        (published.status, &published.body["published"]),
        (200, &json!(true))
    );
    let embed = ada.gets(&format!("{space}/widget")).await;
    assert!(embed.to_string().contains("data-space"), "{embed}");

    let from = |path: &str, site: &str| app.http.post(app.url(path)).header("origin", site);
    let elsewhere = from(&session, "https://elsewhere.example").json(&json!({}));
    assert_eq!(elsewhere.send().await.unwrap().status(), 403);
    let visit = from(&session, SITE).json(&json!({})).send().await.unwrap();
    let visit: Value = visit.json().await.unwrap();
    let question = json!({ "client_id": Uuid::new_v4(), "text": "Is shipping free above 40 euros?" });
    let answer = from(&format!("/api/widget/{slug}/chat"), SITE)
        .bearer_auth(visit["token"].as_str().unwrap())
        .header("accept", "application/json")
        .json(&question);
    let answer: Value = answer.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["citations"][0]["title"], "Shipping", "{answer}");
    let conversations = ada.gets(&format!("{space}/conversations")).await;
    assert_eq!(conversations["items"].as_array().unwrap().len(), 1);
}
