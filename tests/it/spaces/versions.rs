//! What a space was set to, and setting it so again.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, named, text};
use crate::support::Setup;

#[tokio::test]
async fn every_change_is_a_version_that_can_be_compared_and_brought_back() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let path = |rest: &str| format!("/api/chat-spaces/{id}/versions{rest}");
    let first = owner.space(&id).await;
    let change = json!({
        "settings": { "greeting": "Ahoy!", "ai": { "top_k": 3 } }, "allowed_origins": ["https://shop.example"],
        "note": " for the sale ",
    });
    assert_eq!(owner.changes(&id, change.clone()).await.1["version"], 2);
    assert_eq!(
        owner.changes(&id, change).await.1["version"],
        2,
        "nothing is different"
    );
    assert_eq!(
        owner.changes(&id, json!({ "name": "Sale" })).await.1["version"],
        3
    );

    let listed = owner.gets(&path("")).await;
    let listed = listed["items"].as_array().unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|version| (&version["n"], &version["present"], &version["note"]))
        .collect();
    let (none, yes, no) = (json!(null), json!(true), json!(false));
    assert_eq!(
        told,
        [
            (&json!(3), &yes, &none),
            (&json!(2), &no, &json!("for the sale")),
            (&json!(1), &no, &none)
        ]
    );
    assert_eq!(text(&listed[0]["by"], "name"), acme.email);
    assert_eq!(listed[2]["by"]["kind"], "system");
    let page = owner.gets(&path("?limit=2")).await;
    let rest = owner
        .gets(&path(&format!("?limit=2&cursor={}", text(&page, "next"))))
        .await;
    assert_eq!((rest["items"][0]["n"].as_i64(), &rest["next"]), (Some(1), &none));

    let diff = owner.gets(&path("/2/diff")).await;
    let fields: Vec<&str> = diff["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(item, "field"))
        .collect();
    assert_eq!(
        fields,
        ["allowed_origins", "settings.ai.top_k", "settings.greeting"]
    );
    assert_eq!(
        diff["items"][1],
        json!({ "field": "settings.ai.top_k", "before": 6, "after": 3 })
    );
    let back = owner.gets(&path("/1/diff?from=3")).await;
    assert_eq!(back["items"].as_array().unwrap().len(), 4);
    assert_eq!(owner.gets(&path("/2")).await["settings"]["greeting"], "Ahoy!");
    for nowhere in ["/0", "/9", "/1/diff", "/9/diff?from=1"] {
        assert_eq!(
            owner.asks(Method::GET, &path(nowhere), Value::Null).await.0,
            404,
            "{nowhere}"
        );
    }

    let (restored, space) = owner.does(&id, "versions/1/restore").await;
    assert_eq!((restored, &space["version"]), (200, &json!(4)));
    for same in ["settings", "name", "allowed_origins", "slug", "public_key"] {
        assert_eq!(space[same], first[same], "{same}");
    }
    assert_eq!(owner.gets(&path("/4")).await["restored_from"], 1);
    assert_eq!(owner.gets(&path("/4/diff?from=1")).await["items"], json!([]));
    assert_eq!(
        owner.record(&id).await,
        ["space.restore", "space.change", "space.change"]
    );
    let config = app
        .http
        .get(app.url("/api/widget/acme/config"))
        .send()
        .await
        .unwrap();
    let config: Value = config.json().await.unwrap();
    assert_eq!(config["greeting"], first["settings"]["greeting"], "seen at once");
}

#[tokio::test]
async fn a_version_is_brought_back_by_todays_rules_and_once() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    for name in ["Two", "Three"] {
        assert_eq!(owner.changes(&id, json!({ "name": name })).await.0, 200);
    }
    let (one, other) = tokio::join!(
        owner.does(&id, "versions/2/restore"),
        owner.does(&id, "versions/1/restore")
    );
    assert_eq!((one.0, other.0), (200, 200));
    let mut versions = [
        one.1["version"].as_i64().unwrap(),
        other.1["version"].as_i64().unwrap(),
    ];
    versions.sort_unstable();
    assert_eq!(versions, [4, 5], "one after the other");
    let (again, space) = owner.does(&id, "versions/4/restore").await;
    assert_eq!((again, &space["version"]), (200, &json!(6)));

    let rules = format!(
        "UPDATE space_versions SET settings = '{{\"color\": \"red\"}}' WHERE n = 1 AND space_id = '{id}'"
    );
    app.db().run(&rules).await.unwrap();
    let (refused, problem) = owner.does(&id, "versions/1/restore").await;
    assert_eq!((refused, named(&problem)), (400, vec!["settings.color"]));
    assert_eq!(owner.space(&id).await, space, "nothing changed");
}
