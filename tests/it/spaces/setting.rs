//! Setting a space: its sites, its slug, and two who do it at once.

use parlance_store::{StoreError, control::plans};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, named, text, widget};
use crate::support::Setup;

#[tokio::test]
async fn sites_are_stored_as_browsers_write_them_and_hold_at_once() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let sites = json!({ "allowed_origins": ["https://Shop.Example/", "https://*.shop.example", "https://shop.example"] });
    let (changed, space) = owner.changes(&id, sites).await;
    assert_eq!(changed, 200);
    assert_eq!(
        space["allowed_origins"],
        json!(["https://shop.example", "https://*.shop.example"])
    );
    let url = app.url("/api/widget/acme/session");
    for (origin, status) in [
        ("https://shop.example", 200),
        ("https://eu.shop.example", 200),
        ("https://eushop.example", 403),
        ("https://shop.example.evil.example", 403),
        ("http://eu.shop.example", 403),
    ] {
        let request = app.http.post(&url).header("origin", origin).json(&json!({}));
        assert_eq!(
            request.send().await.unwrap().status().as_u16(),
            status,
            "{origin}"
        );
    }
    let frame = app.http.get(app.url("/widget/acme/frame")).send().await.unwrap();
    if let Some(policy) = frame.headers().get("content-security-policy")
        && frame.status() == 200
    {
        let policy = policy.to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'self' https://shop.example https://*.shop.example"));
    }
    let (refused, problem) = owner
        .changes(
            &id,
            json!({ "allowed_origins": ["https://x.example; script-src *"] }),
        )
        .await;
    assert_eq!((refused, named(&problem)), (400, vec!["allowed_origins.0"]));
}

#[tokio::test]
async fn the_widget_names_us_unless_the_plan_and_the_space_say_otherwise() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let (_, mut open) = app.visitor(&acme).await.connects().await;
    let branded = async || {
        app.services.live_settings.changed(acme.tenant, acme.space).await;
        let config = app.http.get(app.url("/api/widget/acme/config")).send().await;
        let config: Value = config.unwrap().json().await.unwrap();
        let path = format!("/api/chat-spaces/{id}/preview");
        let preview = owner
            .asks(Method::POST, &path, json!({ "settings": { "color": "#0a7f5a" } }))
            .await;
        assert_eq!(
            preview.1["config"]["branding"], config["branding"],
            "as the preview has it"
        );
        config["branding"].as_bool()
    };
    let plan = async |plan: &str| {
        let db = app.services.db.tenant(acme.tenant);
        let moved = db.transaction(async |conn| plans::change(conn, plan).await);
        let moved: Result<(), StoreError> = moved.await;
        moved.unwrap();
    };
    plan("enterprise").await;
    assert_eq!(branded().await, Some(true), "nobody wanted it away");
    let (changed, space) = owner
        .changes(&id, json!({ "settings": { "branding": false } }))
        .await;
    assert_eq!(
        (changed, &space["settings"]["branding"]),
        (200, &Value::Bool(false))
    );
    let mut told = async || open.next_of("settings").await["config"]["branding"].as_bool();
    assert_eq!((branded().await, told().await), (Some(false), Some(false)));
    plan("pro").await;
    assert_eq!(
        told().await,
        Some(true),
        "open chats follow the plan by themselves"
    );
    assert_eq!(branded().await, Some(true), "the plan has to have it");
    plan("enterprise").await;
    assert_eq!(
        (told().await, branded().await),
        (Some(false), Some(false)),
        "what was set stays"
    );
}

#[tokio::test]
async fn another_slug_leads_to_the_space_and_the_one_before_is_free() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    assert_eq!(widget(&app, "robots").await, 404);
    let (changed, space) = owner.changes(&id, json!({ "slug": "robots" })).await;
    assert_eq!((changed, text(&space, "slug")), (200, "robots"));
    assert_eq!(space["version"], 1, "an address is no setting");
    assert_eq!(widget(&app, "robots").await, 200);
    assert_eq!(widget(&app, "acme").await, 404);
    assert_eq!(owner.makes(json!({ "name": "New", "slug": "acme" })).await.0, 201);
    let (refused, problem) = owner.changes(&id, json!({ "slug": "acme" })).await;
    assert_eq!((refused, named(&problem)), (409, vec!["slug"]));
    // A word of earlier rules that stays is no fault of the change.
    assert_eq!(
        owner
            .changes(&id, json!({ "slug": "robots", "name": "Robots" }))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn who_changes_what_has_changed_meanwhile_is_told() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let path = format!("/api/chat-spaces/{}", acme.space);
    let seen = app
        .http
        .get(app.url(&path))
        .bearer_auth(&owner.token)
        .send()
        .await
        .unwrap();
    let tag = seen.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, "\"1\"");
    let change = async |name: &str| {
        let body = json!({ "name": name });
        owner.asks_if(Method::PATCH, &path, body, Some(&tag)).await
    };
    let (one, other) = tokio::join!(change("Robots"), change("Androids"));
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let refused = if one.0 == 412 { one.1 } else { other.1 };
    assert_eq!(text(&refused, "code"), "version_changed");
    let id = acme.space.to_string();
    assert_eq!(
        owner.changes(&id, json!({ "name": "X", "version": 1 })).await.0,
        412
    );
    assert_eq!(
        owner.changes(&id, json!({ "name": "X", "version": 2 })).await.0,
        200
    );
    let any = owner
        .asks_if(Method::PATCH, &path, json!({ "name": "Y" }), Some("*"))
        .await;
    assert_eq!((any.0, &any.1["version"]), (200, &json!(4)));
    let odd = owner
        .asks_if(Method::PATCH, &path, json!({ "name": "Z" }), Some("abc"))
        .await;
    assert_eq!(odd.0, 400);
}

#[tokio::test]
async fn hours_are_checked_compared_and_shown_before_they_are_saved() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let day = json!([{ "from": "00:00", "to": "24:00" }]);
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let week: serde_json::Map<_, _> = days
        .iter()
        .map(|name| ((*name).to_owned(), day.clone()))
        .collect();
    let hours = json!({ "time_zone": "Asia/Kolkata", "week": week });
    let never = json!({ "settings": { "hours": { "time_zone": "Asia/Kolkata" } } });
    let (seen, shown) = owner
        .asks(Method::POST, &format!("/api/chat-spaces/{id}/preview"), never)
        .await;
    assert_eq!(
        (seen, &shown["config"]["availability"]["open"]),
        (200, &json!(false))
    );
    assert_eq!(owner.space(&id).await["settings"]["hours"], json!(null));

    let broken = json!({ "time_zone": "Asia/Kolkata", "week": { "friday": [{ "from": "09:00", "to": "09:00" }] }, "holidays": [{ "date": "2027-01-26" }, { "date": "2027-01-26" }] });
    let (refused, problem) = owner
        .changes(&id, json!({ "settings": { "hours": broken } }))
        .await;
    assert_eq!(
        (refused, named(&problem)),
        (
            400,
            vec![
                "settings.hours.week.friday.0.to",
                "settings.hours.holidays.1.date"
            ]
        )
    );
    assert_eq!(
        owner
            .changes(&id, json!({ "settings": { "hours": hours } }))
            .await
            .0,
        200
    );
    let other = json!({ "hours": { "week": { "sunday": null } } });
    let (changed, space) = owner.changes(&id, json!({ "settings": other })).await;
    assert_eq!(
        (changed, &space["settings"]["hours"]["week"]["sunday"]),
        (200, &json!([]))
    );
    let diff = owner
        .gets(&format!("/api/chat-spaces/{id}/versions/3/diff?from=2"))
        .await;
    let fields: Vec<_> = diff["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(item, "field"))
        .collect();
    assert_eq!(fields, ["settings.hours.week.sunday"]);
}
