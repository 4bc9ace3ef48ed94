//! Publishing a space, what it takes, and closing it again.

use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, named, text, widget};
use crate::support::{Setup, TestApp, eventually, says};

async fn checks(owner: &Owner<'_>, space: &str) -> (Value, Vec<(String, bool)>) {
    let checks = owner.gets(&format!("/api/chat-spaces/{space}/checks")).await;
    let failed = checks["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["passed"] == false);
    let failed = failed.map(|check| {
        assert!(!text(check, "advice").is_empty());
        (text(check, "code").to_owned(), check["blocks"].as_bool().unwrap())
    });
    (checks["ready"].clone(), failed.collect())
}

#[tokio::test]
async fn a_space_is_published_when_it_knows_something() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let (_, space) = owner.makes(json!({ "name": "Outlet" })).await;
    let id = text(&space, "id");
    let missing = [
        ("documents".to_owned(), true),
        ("allowed_origins".to_owned(), false),
    ];
    assert_eq!(checks(&owner, id).await, (json!(false), missing.to_vec()));
    let (refused, problem) = owner.does(id, "publish").await;
    assert_eq!((refused, text(&problem, "code")), (422, "not_ready"));
    assert_eq!(
        named(&problem),
        ["documents"],
        "a warning does not stand against it"
    );

    let (_, pasted) = owner.pastes(id).await;
    let document = format!("/api/documents/{}", text(&pasted["document"], "id"));
    eventually(async || (owner.gets(&document).await["status"] == "ready").then_some(())).await;
    assert_eq!(checks(&owner, id).await.0, json!(true));
    // Twice at once is once.
    let (one, other) = tokio::join!(owner.does(id, "publish"), owner.does(id, "publish"));
    assert_eq!((one.0, other.0), (200, 200));
    assert_eq!(one.1["published"], true);
    assert_eq!(widget(&app, "outlet").await, 200, "at once");
    assert_eq!(owner.record(id).await, ["space.publish", "space.create"]);

    // What it knew is gone; it stays published, and the checks say so.
    assert_eq!(owner.asks(Method::DELETE, &document, Value::Null).await.0, 204);
    assert_eq!(checks(&owner, id).await, (json!(false), missing.to_vec()));
    assert_eq!(owner.does(id, "publish").await.0, 200);
    assert_eq!(widget(&app, "outlet").await, 200);
}

#[tokio::test]
async fn a_space_that_is_closed_is_closed_to_those_who_are_in_it() {
    let (app, acme, visitor) = TestApp::chat().await;
    let owner = Owner::of(&app, &acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    let id = acme.space.to_string();
    let (closed, space) = owner.does(&id, "unpublish").await;
    assert_eq!((closed, &space["published"]), (200, &json!(false)));
    for name in [&acme.slug, &acme.public_key] {
        assert_eq!(widget(&app, name).await, 404, "{name}");
    }
    let path = format!("/conversation/{conversation}/frames");
    let refused = visitor.post(&path).json(&says("hello?")).send().await.unwrap();
    assert_eq!(refused.status(), 404);
    socket.send(&says("hello?")).await;
    assert_eq!(socket.next_of("error").await["code"], "not_found");
    assert_eq!(owner.does(&id, "unpublish").await.0, 200);
    assert_eq!(owner.does(&id, "publish").await.0, 200);
    socket.send(&says("hello again")).await;
    socket.next_of("ack").await;
    assert_eq!(owner.record(&id).await, ["space.publish", "space.unpublish"]);
}

#[tokio::test]
async fn who_may_not_change_spaces_sees_their_checks_and_publishes_none() {
    let (app, acme) = acme(Setup::default()).await;
    let token = app.colleague(&acme, Role::Viewer).await;
    let viewer = Owner { app: &app, token };
    let id = acme.space.to_string();
    assert_eq!(checks(&viewer, &id).await.0, json!(true));
    for what in [
        "publish",
        "unpublish",
        "archive",
        "unarchive",
        "versions/1/restore",
    ] {
        assert_eq!(viewer.does(&id, what).await.0, 403, "{what}");
    }
}

#[tokio::test]
async fn the_embed_code_names_the_space_and_what_a_strict_site_lets_through() {
    let (app, acme) = acme(Setup::default().set("PUBLIC_URL", "https://chat.example")).await;
    let owner = Owner::of(&app, &acme).await;
    let embed = owner
        .gets(&format!("/api/chat-spaces/{}/widget", acme.space))
        .await;
    let key = &acme.public_key;
    assert_eq!(
        text(&embed, "snippet"),
        format!(r#"<script src="https://chat.example/widget.js" data-space="{key}" async></script>"#)
    );
    let csp = embed["csp"].as_array().unwrap().iter();
    let csp: Vec<_> = csp
        .map(|source| (text(source, "directive"), text(source, "source")))
        .collect();
    let from = "https://chat.example";
    assert_eq!(
        csp,
        [("script-src", from), ("frame-src", from), ("connect-src", from)]
    );
    let page = text(&embed, "page").replace(from, "");
    let frame = app.http.get(app.url(&page)).send().await.unwrap();
    assert!(
        frame.status().is_success() || frame.status() == 404,
        "where the widget was built"
    );
}

#[tokio::test]
async fn a_preview_shows_what_is_not_saved() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let path = format!("/api/chat-spaces/{}/preview", acme.space);
    let patch = json!({ "settings": { "bot_name": "Robi", "color": "#112233" } });
    let (status, shown) = owner.asks(Method::POST, &path, patch).await;
    assert_eq!(status, 200);
    assert_eq!(shown["config"]["bot"]["name"], "Robi");
    assert_eq!(shown["config"]["theme"]["color"], "#112233");
    assert_eq!(shown["settings"]["color"], "#112233");
    let live = app
        .http
        .get(app.url("/api/widget/acme/config"))
        .send()
        .await
        .unwrap();
    let mut live: Value = live.json().await.unwrap();
    assert_ne!(live, shown["config"]);
    (live["bot"]["name"], live["theme"]["color"]) = (json!("Robi"), json!("#112233"));
    assert_eq!(live, shown["config"], "the same otherwise");
    let (refused, problem) = owner
        .asks(Method::POST, &path, json!({ "settings": { "mode": "dim" } }))
        .await;
    assert_eq!((refused, named(&problem)), (400, vec!["settings.mode"]));
}
