//! Coming in, being in one of several workspaces, and going.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{call, me, rows, somebody};
use crate::{
    accounts::{mail_to, token_of},
    support::{TestApp, provider::Provider},
};

async fn invited(app: &TestApp, token: &str, email: &str) -> Value {
    let invite = json!({ "email": email, "role": "agent" });
    let (status, body) = call(app, token, Method::POST, "/api/team/invitations", invite).await;
    assert_eq!(status, 201, "{body}");
    json!({ "token": token_of(&mail_to(app, email, "Shop").await) })
}

#[tokio::test]
async fn an_invitation_is_accepted_by_whoever_has_its_address_there() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    for person in ["ada", "bob", "eve"] {
        provider.knows(person, person != "bob");
    }
    let ada = provider.token(&app, "ada");
    let home = somebody(&app, &ada).await;
    app.db().run("UPDATE tenants SET name = 'Shop'").await.unwrap();
    let link = invited(&app, &ada, "bob@shop.example").await;

    let accept = "/api/auth/accept-invitation";
    assert_eq!(call(&app, "", Method::POST, accept, link.clone()).await.0, 401);
    let eve = provider.token(&app, "eve");
    let (status, body) = call(&app, &eve, Method::POST, accept, link.clone()).await;
    assert_eq!((status, &body["code"]), (403, &json!("forbidden")), "{body}");
    assert_eq!(rows(&app, "users").await, 1);

    // The link came by mail: that is proof of the address.
    let bob = provider.token(&app, "bob");
    let (status, body) = call(&app, &bob, Method::POST, accept, link.clone()).await;
    assert_eq!(
        (status, &body["joined"]),
        (200, &json!("bob@shop.example")),
        "{body}"
    );
    let known = somebody(&app, &bob).await;
    assert_eq!(
        (&known["tenant"]["id"], &known["tenant"]["role"]),
        (&home["tenant"]["id"], &json!("agent"))
    );
    assert_eq!(known["user"]["email_verified"], true);
    assert_eq!(rows(&app, "tenants").await, 1);
    assert_eq!(call(&app, &bob, Method::POST, accept, link).await.0, 410);
}

#[tokio::test]
async fn whoever_belongs_to_several_workspaces_chooses_one() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    for person in ["ada", "bob"] {
        provider.knows(person, true);
    }
    let (ada, bob) = (provider.token(&app, "ada"), provider.token(&app, "bob"));
    let shop = somebody(&app, &ada).await["tenant"]["id"].clone();
    let own = somebody(&app, &bob).await["tenant"]["id"].clone();
    app.db().run("UPDATE tenants SET name = 'Shop'").await.unwrap();
    let link = invited(&app, &ada, "bob@shop.example").await;
    call(&app, &bob, Method::POST, "/api/auth/accept-invitation", link).await;
    assert_eq!(somebody(&app, &bob).await["tenant"]["id"], shop);

    let choose = |tenant: &Value| json!({ "tenant": tenant });
    let (status, _) = call(&app, &bob, Method::PUT, "/api/auth/workspace", choose(&own)).await;
    assert_eq!(status, 204);
    assert_eq!(somebody(&app, &bob).await["tenant"]["id"], own);
    let (status, _) = call(&app, &ada, Method::PUT, "/api/auth/workspace", choose(&own)).await;
    assert_eq!(status, 404);

    // Out of the workspace they are in, they are in the other one.
    call(&app, &bob, Method::PUT, "/api/auth/workspace", choose(&shop)).await;
    let member = format!(
        "/api/team/members/{}",
        somebody(&app, &bob).await["user"]["id"].as_str().unwrap()
    );
    assert_eq!(call(&app, &ada, Method::DELETE, &member, json!({})).await.0, 204);
    assert_eq!(somebody(&app, &bob).await["tenant"]["id"], own);
}

#[tokio::test]
async fn an_organisation_says_who_belongs_to_its_workspace() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    for person in ["ada", "bob"] {
        provider.knows(person, true);
        provider.belongs(person, &["org_0", "org_1"]);
    }
    provider.knows_organisation("org_1", "Shop");
    let ada = provider.member(&app, "ada", "org_1", "admin");
    somebody(&app, &ada).await;
    let bob = provider.member(&app, "bob", "org_1", "member");
    let id = somebody(&app, &bob).await["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let member = format!("/api/team/members/{id}");

    let invite = json!({ "email": "cleo@shop.example", "role": "agent" });
    for (token, method, path) in [
        (&ada, Method::POST, "/api/team/invitations"),
        (&ada, Method::DELETE, member.as_str()),
        (&bob, Method::POST, "/api/team/leave"),
        (&bob, Method::PUT, "/api/auth/workspace"),
    ] {
        let body = if path.ends_with("workspace") {
            json!({ "tenant": uuid::Uuid::nil() })
        } else {
            invite.clone()
        };
        let (status, body) = call(&app, token, method, path, body).await;
        assert_eq!(
            (status, &body["code"]),
            (409, &json!("conflict")),
            "{path}: {body}"
        );
    }
    provider.known().is_down = true;
    let (status, body) = call(&app, &ada, Method::DELETE, &member, json!({})).await;
    assert_eq!((status, &body["code"]), (503, &json!("busy")), "{body}");
    provider.known().is_down = false;

    // Removed there, they can be taken out of the list here.
    provider.belongs("bob", &["org_0"]);
    assert_eq!(call(&app, &ada, Method::DELETE, &member, json!({})).await.0, 204);
    assert_eq!(me(&app, &provider.token(&app, "bob")).await.0, 200);
    assert_eq!(rows(&app, "tenants").await, 2);
}

#[tokio::test]
async fn of_requests_at_once_one_founds_a_workspace() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    provider.knows("ada", true);
    provider.knows_organisation("org_1", "Shop");
    somebody(&app, &provider.member(&app, "ada", "org_1", "admin")).await;
    // Known here, and without a workspace of their own.
    let token = provider.token(&app, "ada");
    let answers = join_all((0..8).map(|_| somebody(&app, &token))).await;
    assert!(
        answers
            .iter()
            .all(|known| known["tenant"] == answers[0]["tenant"])
    );
    assert_eq!(rows(&app, "tenants").await, 2);
}

#[tokio::test]
async fn whoever_accepts_while_their_console_asks_comes_in() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    for person in ["ada", "bob"] {
        provider.knows(person, true);
    }
    let (ada, bob) = (provider.token(&app, "ada"), provider.token(&app, "bob"));
    somebody(&app, &ada).await;
    app.db().run("UPDATE tenants SET name = 'Shop'").await.unwrap();
    let link = invited(&app, &ada, "bob@shop.example").await;
    let asking = join_all((0..4).map(|_| somebody(&app, &bob)));
    let accepting = call(&app, &bob, Method::POST, "/api/auth/accept-invitation", link);
    let ((status, body), _) = tokio::join!(accepting, asking);
    assert_eq!(status, 200, "{body}");
    assert_eq!(rows(&app, "users").await, 2);
}
