//! Who puts the chat on a site sees that it is there.

use serde_json::{Value, json};

use crate::{
    spaces::Owner,
    support::{Setup, TestApp, Workspace, eventually},
};

async fn opens(app: &TestApp, origin: Option<&str>, body: Value) {
    let mut request = app.http.post(app.url("/api/widget/acme/session")).json(&body);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    assert_eq!(request.send().await.unwrap().status(), 200);
}

async fn seen(app: &TestApp, acme: &Workspace) -> Vec<String> {
    let owner = Owner::of(app, acme).await;
    let embed = owner
        .gets(&format!("/api/chat-spaces/{}/widget", acme.space))
        .await;
    let sites = embed["seen"].as_array().unwrap().iter();
    let mut sites: Vec<String> = sites
        .map(|site| site["origin"].as_str().unwrap().to_owned())
        .collect();
    sites.sort();
    sites
}

#[tokio::test]
async fn a_site_is_seen_once_somebody_opens_the_chat_there() {
    let app = Setup::default().start().await;
    let acme = app.workspace("acme").await;
    assert_eq!(seen(&app, &acme).await, Vec::<String>::new());
    // Its frame is a page of ours, and tells on which page it is.
    let frame = json!({ "page": "https://shop.example/robots?utm=1" });
    opens(&app, Some(&app.base), frame.clone()).await;
    opens(&app, Some(&app.base), frame).await;
    opens(&app, Some("https://app.example"), json!({})).await;
    // The chat alone, and what is no site.
    opens(
        &app,
        Some(&app.base),
        json!({ "page": app.url("/widget/acme/frame") }),
    )
    .await;
    opens(&app, None, json!({ "page": "file:///home/ada/shop.html" })).await;
    let sites = eventually(async || Some(seen(&app, &acme).await).filter(|sites| sites.len() >= 2)).await;
    assert_eq!(sites, ["https://app.example", "https://shop.example"]);
    let rows = app.db().rows("SELECT * FROM space_sightings").await.unwrap();
    assert_eq!(rows.len(), 2, "nothing else is kept");
}

#[tokio::test]
async fn a_site_that_is_not_the_spaces_is_not_noted() {
    let app = Setup::default().start().await;
    let acme = app.workspace("acme").await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let sites = json!({ "allowed_origins": ["https://*.shop.example"] });
    assert_eq!(owner.changes(&id, sites).await.0, 200);
    for page in ["https://evil.example/", "https://eu.shop.example/"] {
        opens(&app, Some(&app.base), json!({ "page": page })).await;
    }
    let sites = eventually(async || Some(seen(&app, &acme).await).filter(|sites| !sites.is_empty())).await;
    assert_eq!(sites, ["https://eu.shop.example"]);
}
