//! Workspaces of organisations: whose they are, and who is what in them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{call, me, rows, somebody};
use crate::support::{
    TestApp, eventually,
    provider::{Key, Provider, signed},
};

async fn started() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    for person in ["ada", "bob", "cleo"] {
        provider.knows(person, true);
        provider.belongs(person, &["org_1"]);
    }
    provider.knows_organisation("org_1", "Shop & Sons");
    provider.knows_organisation("org_2", "Another");
    (provider, app)
}

fn role(known: &Value) -> &str {
    known["tenant"]["role"].as_str().unwrap()
}

#[tokio::test]
async fn an_admin_of_the_organisation_founds_its_workspace_and_others_join() {
    let (provider, app) = started().await;
    let (status, body) = me(&app, &provider.member(&app, "bob", "org_1", "member")).await;
    assert_eq!((status, &body["code"]), (403, &json!("forbidden")), "{body}");
    assert_eq!(rows(&app, "tenants").await, 0);

    let ada = somebody(&app, &provider.member(&app, "ada", "org_1", "admin")).await;
    assert_eq!(role(&ada), "owner");
    assert_eq!(ada["memberships"][0]["name"], "Shop & Sons");
    // A token of version 1 says the same in other words.
    let mut claims = provider.claims(&app, "bob");
    (claims["org_id"], claims["org_role"]) = (json!("org_1"), json!("org:member"));
    let bob = somebody(&app, &signed(Key::Rsa1, "one", &claims)).await;
    assert_eq!(
        (role(&bob), &bob["tenant"]["id"]),
        ("agent", &ada["tenant"]["id"])
    );
    let cleo = somebody(&app, &provider.member(&app, "cleo", "org_1", "billing")).await;
    assert_eq!(
        (role(&cleo), &cleo["tenant"]["id"]),
        ("viewer", &ada["tenant"]["id"])
    );
    assert_eq!(rows(&app, "tenants").await, 1);
}

/// What somebody is in one organisation says nothing of another, nor of their own workspace.
#[tokio::test]
async fn a_token_opens_the_workspace_of_its_organisation_alone() {
    let (provider, app) = started().await;
    let ours = somebody(&app, &provider.member(&app, "ada", "org_1", "admin")).await;
    let theirs = somebody(&app, &provider.member(&app, "bob", "org_2", "admin")).await;
    assert_ne!(ours["tenant"]["id"], theirs["tenant"]["id"]);
    let own = somebody(&app, &provider.token(&app, "ada")).await;
    assert_ne!(own["tenant"]["id"], ours["tenant"]["id"]);

    let token = provider.member(&app, "bob", "org_2", "admin");
    let (_, spaces) = call(
        &app,
        &provider.member(&app, "ada", "org_1", "admin"),
        Method::GET,
        "/api/chat-spaces",
        json!({}),
    )
    .await;
    let space = format!("/api/chat-spaces/{}", spaces["items"][0]["id"].as_str().unwrap());
    assert_eq!(call(&app, &token, Method::GET, &space, json!({})).await.0, 404);
    // Not even where somebody, out of the organisation by now, still is in the list of its workspace.
    let choose = json!({ "tenant": ours["tenant"]["id"] });
    let (status, body) = call(
        &app,
        &provider.token(&app, "ada"),
        Method::PUT,
        "/api/auth/workspace",
        choose,
    )
    .await;
    assert_eq!(status, 404, "{body}");
}

#[tokio::test]
async fn another_role_at_the_provider_is_another_role_here() {
    let (provider, app) = started().await;
    let ada = provider.member(&app, "ada", "org_1", "admin");
    somebody(&app, &ada).await;
    let bob = somebody(&app, &provider.member(&app, "bob", "org_1", "member")).await;
    let promoted = somebody(&app, &provider.member(&app, "bob", "org_1", "admin")).await;
    assert_eq!((role(&bob), role(&promoted)), ("agent", "admin"));

    // A role that is changed here holds, until the provider says something new.
    let member = format!("/api/team/members/{}", bob["user"]["id"].as_str().unwrap());
    let (status, body) = call(&app, &ada, Method::PATCH, &member, json!({ "role": "viewer" })).await;
    assert_eq!(status, 200, "{body}");
    let changed = somebody(&app, &provider.member(&app, "bob", "org_1", "admin")).await;
    assert_eq!(role(&changed), "viewer");
    let said = somebody(&app, &provider.member(&app, "bob", "org_1", "member")).await;
    assert_eq!(role(&said), "agent");

    let (_, audit) = call(
        &app,
        &ada,
        Method::GET,
        "/api/audit?action=member.change_role",
        json!({}),
    )
    .await;
    let changes = audit["items"].as_array().unwrap();
    assert_eq!(changes.len(), 3, "{audit}");
    assert_eq!(changes[0]["after"]["said_by"], "clerk", "{audit}");
    assert_eq!(changes[0]["actor"]["kind"], "system", "{audit}");
}

#[tokio::test]
async fn a_workspace_whose_owner_is_no_admin_any_more_gets_another() {
    let (provider, app) = started().await;
    somebody(&app, &provider.member(&app, "ada", "org_1", "admin")).await;
    let bob = somebody(&app, &provider.member(&app, "bob", "org_1", "admin")).await;
    assert_eq!(role(&bob), "admin");
    let ada = somebody(&app, &provider.member(&app, "ada", "org_1", "member")).await;
    assert_eq!(role(&ada), "agent");
    let bob = provider.member(&app, "bob", "org_1", "admin");
    eventually(async || (role(&somebody(&app, &bob).await) == "owner").then_some(())).await;
    // And stays the only one.
    let cleo = somebody(&app, &provider.member(&app, "cleo", "org_1", "admin")).await;
    assert_eq!(role(&cleo), "admin");
}

#[tokio::test]
async fn a_workspace_that_is_not_active_lets_nobody_in() {
    let (provider, app) = started().await;
    let admin = provider.member(&app, "ada", "org_1", "admin");
    somebody(&app, &admin).await;
    somebody(&app, &provider.token(&app, "bob")).await;
    app.db()
        .run("UPDATE tenants SET status = 'suspended'")
        .await
        .unwrap();
    app.services.accounts.forget();
    for token in [admin, provider.token(&app, "bob")] {
        let (status, body) = me(&app, &token).await;
        assert_eq!((status, &body["code"]), (403, &json!("forbidden")), "{body}");
    }
    assert_eq!(rows(&app, "tenants").await, 2);
}
