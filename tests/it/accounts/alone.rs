//! Who has no workspace any more comes in again, to one of their own.

use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, log_in, mails};
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn who_left_their_only_workspace_founds_one_by_logging_in() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let agent = Person {
        app: &app,
        email: "agent@acme.example".to_owned(),
        token: app.colleague(&acme, Role::Agent).await,
        cookie: String::new(),
    };
    let left = agent.asks(Method::POST, "/api/team/leave", Value::Null).await;
    assert_eq!(left.status, 204);
    let wrong = log_in(&app, &agent.email, "wrong").await;
    assert_eq!(wrong.code(), (401, "invalid_credentials"));
    // At once from two devices: one founds it.
    let (one, other) = tokio::join!(
        log_in(&app, &agent.email, PASSWORD),
        log_in(&app, &agent.email, PASSWORD)
    );
    let (one, other) = (Person::of(&app, &one), Person::of(&app, &other));
    let me = one.gets("/api/auth/me").await;
    assert_eq!(me["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&me["tenant"]["role"], &me["memberships"][0]["name"]),
        (&json!("owner"), &json!("Workspace of Cole League"))
    );
    assert_eq!(other.gets("/api/auth/me").await["tenant"], me["tenant"]);
    let spaces = one.gets("/api/chat-spaces").await;
    assert_eq!(spaces["items"].as_array().unwrap().len(), 1);
    assert_ne!(spaces["items"][0]["id"], json!(acme.space));
    assert!(mails(&app).await.is_empty(), "the address is known");
}

#[tokio::test]
async fn who_belongs_to_a_workspace_that_is_not_active_is_told_so() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    app.db()
        .run("UPDATE tenants SET status = 'suspended'")
        .await
        .unwrap();
    let refused = log_in(&app, &acme.email, PASSWORD).await;
    assert_eq!(refused.code(), (403, "forbidden"), "{}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("not active"));
    let wrong = log_in(&app, &acme.email, "wrong").await;
    assert_eq!(wrong.code(), (401, "invalid_credentials"));
}
