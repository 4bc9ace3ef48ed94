//! Making a space.

use serde_json::{Value, json};

use super::{Owner, acme, named, text, widget};
use crate::support::{Setup, TestApp};

#[tokio::test]
async fn a_space_is_made_of_a_name_and_is_nobodys_to_use_yet() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    assert_eq!(widget(&app, "cafe-zurich").await, 404);
    let (made, space) = owner.makes(json!({ "name": " Café Zürich " })).await;
    assert_eq!(made, 201);
    assert_eq!(
        (text(&space, "name"), text(&space, "slug")),
        ("Café Zürich", "cafe-zurich")
    );
    assert_eq!(
        (&space["published"], &space["version"]),
        (&json!(false), &json!(1))
    );
    assert!(text(&space, "public_key").starts_with("pk_"));
    assert_eq!(space["settings"]["bot_name"], "Assistant", "the defaults");
    let id = text(&space, "id");
    assert_eq!(space, owner.space(id).await);
    assert_eq!(widget(&app, "cafe-zurich").await, 404);
    assert_eq!(owner.record(id).await, ["space.create"]);

    // The same name again is another space, and somebody else's gets another word, too.
    let (_, again) = owner.makes(json!({ "name": "Cafe Zurich" })).await;
    assert_eq!(text(&again, "slug"), "cafe-zurich-2");
    let globex = app.workspace("globex").await;
    let stranger = Owner::of(&app, &globex).await;
    let (_, theirs) = stranger.makes(json!({ "name": "Acme" })).await;
    assert_eq!(text(&theirs, "slug"), "acme-2");
    let (refused, problem) = stranger.makes(json!({ "name": "Mine", "slug": "acme" })).await;
    assert_eq!((refused, text(&problem, "code")), (409, "conflict"));
    assert_eq!(named(&problem), ["slug"]);
    assert_eq!(
        stranger.gets("/api/chat-spaces").await["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn everything_that_cannot_be_taken_is_named_at_once() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let wanted = json!({
        "name": "", "slug": "admin", "settings": { "color": "red", "ai": { "top_k": 99 }, "colour": 1 },
        "allowed_origins": ["https://shop.example", "http://shop.example", "https://shop.example/path"],
    });
    let (refused, problem) = owner.makes(wanted).await;
    assert_eq!((refused, text(&problem, "code")), (400, "invalid_request"));
    assert_eq!(
        named(&problem),
        [
            "name",
            "slug",
            "settings.color",
            "settings.ai.top_k",
            "settings.colour",
            "allowed_origins.1",
            "allowed_origins.2"
        ]
    );
    for field in named(&problem) {
        assert!(text(&problem, "detail").contains(field), "{field}");
    }
    let sites: Vec<String> = (0..51).map(|n| format!("https://s{n}.example")).collect();
    let (_, problem) = owner
        .makes(json!({ "name": "Shop", "allowed_origins": sites }))
        .await;
    assert_eq!(named(&problem), ["allowed_origins"]);
    assert_eq!(
        owner.gets("/api/chat-spaces").await["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_workspace_has_so_many_spaces_and_no_more_however_they_come() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let makes = (0..49).map(|_| owner.makes(json!({ "name": "Shop" })));
    let made = futures_util::future::join_all(makes).await;
    assert!(made.iter().all(|(status, _)| *status == 201));
    let mut slugs: Vec<&str> = made.iter().map(|(_, space)| text(space, "slug")).collect();
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), 49, "each has a word of its own");
    let (refused, problem) = owner.makes(json!({ "name": "Shop" })).await;
    assert_eq!((refused, text(&problem, "code")), (409, "limit_reached"));
    // One that is archived still is one; one that is removed is none.
    let id = text(&made[0].1, "id");
    assert_eq!(owner.does(id, "archive").await.0, 200);
    assert_eq!(owner.makes(json!({ "name": "Shop" })).await.0, 409);
    let path = format!("/api/chat-spaces/{id}");
    assert_eq!(
        owner.asks(reqwest::Method::DELETE, &path, Value::Null).await.0,
        204
    );
    assert_eq!(owner.makes(json!({ "name": "Shop" })).await.0, 201);
}

#[tokio::test]
async fn the_same_word_asked_for_at_once_is_given_once() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let (one, other) = (Owner::of(&app, &acme).await, Owner::of(&app, &globex).await);
    let wanted = json!({ "name": "Shop", "slug": "the-shop" });
    let (one, other) = tokio::join!(one.makes(wanted.clone()), other.makes(wanted));
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}
