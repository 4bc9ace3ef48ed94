//! How the documents of a space are cut is its own to say.

use parlance_store::{control::Role, queries::passages};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::rest::Admin;
use crate::support::eventually;

impl Admin {
    async fn changes(&self, change: Value) -> Response {
        let request = self.request(Method::PATCH, "/api/chat-spaces/{space}");
        request.json(&change).send().await.unwrap()
    }

    async fn passages(&self) -> i64 {
        let db = self.app.services.db.tenant(self.acme.tenant);
        let space = self.acme.space;
        db.read(async |conn| passages::count_live(conn, space).await)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn another_size_of_passages_cuts_what_is_known_anew() {
    let admin = Admin::start().await;
    let long = (1..=60)
        .map(|n| format!("Step {n} of the assembly needs bolt {n} and a calm hand."))
        .collect::<Vec<_>>()
        .join(" ");
    let (document, _) = admin.settled(admin.pastes("Assembly", &long).await).await;
    let before = admin.passages().await;

    let change =
        json!({ "name": "Acme", "settings": { "knowledge": { "passage_tokens": 80, "overlap_tokens": 0 } } });
    let changed = admin.changes(change.clone()).await;
    assert_eq!(changed.status(), 200);
    let space: Value = changed.json().await.unwrap();
    assert_eq!(
        (&space["name"], &space["settings"]["knowledge"]["passage_tokens"]),
        (&json!("Acme"), &json!(80))
    );
    assert_eq!(space, admin.get("/api/chat-spaces/{space}").await);
    assert_eq!(
        admin.finds("Which bolt does step 7 need?").await["passages"][0]["document"],
        document["id"],
        "found all the time"
    );
    let path = format!("/api/documents/{}", document["id"].as_str().unwrap());
    let cut = eventually(async || {
        let document = admin.get(&path).await;
        let after = admin.passages().await;
        (document["status"] == "ready" && after > before).then_some(after)
    });
    let after = cut.await;
    assert!(after * 2 >= before * 3, "{before} {after}");

    // The same once more is no work.
    assert_eq!(admin.changes(change).await.status(), 200);
    assert_eq!(admin.get(&path).await["status"], "ready");
}

#[tokio::test]
async fn what_is_no_setting_is_named_and_nothing_changes() {
    let mut admin = Admin::start().await;
    let before = admin.get("/api/chat-spaces/{space}").await;
    for (change, named) in [
        (
            json!({ "settings": { "knowledge": { "passage_tokens": 5_000 } } }),
            "settings.knowledge.passage_tokens",
        ),
        (
            json!({ "settings": { "knowledge": { "overlap_tokens": "some" } } }),
            "settings.knowledge.overlap_tokens",
        ),
        (
            json!({ "settings": { "greetings": "hi", "bot_name": "B" } }),
            "settings.greetings",
        ),
        (json!({ "settings": [] }), "settings.*"),
        (json!({ "name": " " }), "name"),
        (json!({ "slug": "Other" }), "slug"),
        (json!({ "public_key": "pk_mine_12345678" }), "public_key"),
    ] {
        let refused = admin.changes(change).await;
        assert_eq!(refused.status(), 400);
        let problem: Value = refused.json().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
    }
    assert_eq!(admin.get("/api/chat-spaces/{space}").await, before);
    admin.token = admin.app.colleague(&admin.acme, Role::Agent).await;
    assert_eq!(admin.changes(json!({ "name": "Mine" })).await.status(), 403);
}
