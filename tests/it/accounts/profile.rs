//! What somebody changes of their own account.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::{Person, STRONG, STRONGER, log_in, mail_to, mails, post, recorded, still, token_of};
use crate::support::TestApp;

#[tokio::test]
async fn a_name_changes() {
    let app = TestApp::start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    let renamed = ada
        .asks(Method::PATCH, "/api/auth/me", json!({ "name": "  Ada K. " }))
        .await;
    assert_eq!((renamed.status, &renamed.body["name"]), (200, &json!("Ada K.")));
    assert_eq!(ada.gets("/api/auth/me").await["user"]["name"], "Ada K.");
    // The same again is no change, and nothing to remember.
    let again = ada
        .asks(Method::PATCH, "/api/auth/me", json!({ "name": "Ada K." }))
        .await;
    assert_eq!(again.status, 200);
    for name in ["", "a\nb", &"x".repeat(81)] {
        let refused = ada
            .asks(Method::PATCH, "/api/auth/me", json!({ "name": name }))
            .await;
        assert_eq!(refused.code(), (400, "invalid_request"), "{name}");
    }
    assert_eq!(recorded(&app).await, ["account.sign_up", "user.rename"]);
}

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_not_this_one() {
    let app = TestApp::start().await;
    let here = Person::signed_up(&app, "ada@keller.example").await;
    let there = Person::of(&app, &log_in(&app, &here.email, STRONG).await);
    let change = async |before: &str, after: &str| {
        let body = json!({ "password": before, "new_password": after });
        here.posts("/api/auth/change-password", body).await
    };
    assert_eq!(
        change("wrong", STRONGER).await.code(),
        (401, "invalid_credentials")
    );
    assert_eq!(change(STRONG, "qwertyuiop").await.code(), (422, "weak_password"));
    assert_eq!(change(STRONG, STRONGER).await.status, 204);
    assert_eq!(
        there.asks(Method::GET, "/api/auth/me", json!(null)).await.status,
        401
    );
    assert!(here.goes_on().await && !there.goes_on().await);
    assert_eq!(log_in(&app, &here.email, STRONG).await.status, 401);
    assert_eq!(log_in(&app, &here.email, STRONGER).await.status, 200);
    mail_to(&app, &here.email, "was changed").await;
    assert_eq!(recorded(&app).await, ["account.sign_up", "password.change"]);
}

#[tokio::test]
async fn another_address_is_confirmed_there_and_told_here() {
    let (app, clock) = still().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    let ask = async |password: &str, email: &str| {
        let body = json!({ "password": password, "email": email });
        ada.posts("/api/auth/change-email", body).await
    };
    assert_eq!(
        ask("wrong", "new@keller.example").await.code(),
        (401, "invalid_credentials")
    );
    assert_eq!(ask(STRONG, "new").await.code(), (400, "invalid_request"));
    assert_eq!(
        ask(STRONG, "ada@keller.example").await.code(),
        (400, "invalid_request")
    );
    assert_eq!(ask(STRONG, "new@keller.example").await.status, 202);
    let link = mail_to(&app, "new@keller.example", "Confirm your new").await;
    let notice = mail_to(&app, "ada@keller.example", "Another address").await;
    assert!(notice["text"].as_str().unwrap().contains("new@keller.example"));
    assert!(!notice["text"].as_str().unwrap().contains("token="));
    assert_eq!(
        ada.gets("/api/auth/me").await["user"]["email"],
        "ada@keller.example",
        "not yet"
    );
    let done = post(
        &app,
        "/api/auth/verify-email",
        &json!({ "token": token_of(&link) }),
    )
    .await;
    assert_eq!(
        (done.status, &done.body["email"]),
        (200, &json!("new@keller.example"))
    );
    let told = mail_to(&app, "ada@keller.example", "was changed").await;
    assert!(told["text"].as_str().unwrap().contains("new@keller.example"));
    let me = ada.gets("/api/auth/me").await;
    assert_eq!(me["user"]["email"], "new@keller.example");
    assert_eq!(me["user"]["email_verified"], true);
    assert_eq!(log_in(&app, "ada@keller.example", STRONG).await.status, 401);
    assert_eq!(log_in(&app, "new@keller.example", STRONG).await.status, 200);
    let noted = app.db().rows(
        "SELECT before::text AS before, after::text AS after FROM audit_events WHERE action = 'email.change'",
    );
    let noted = noted.await.unwrap();
    assert!(
        noted[0]["before"]
            .as_str()
            .unwrap()
            .contains("ada@keller.example"),
        "{noted:?}"
    );
    assert!(
        noted[0]["after"].as_str().unwrap().contains("new@keller.example"),
        "{noted:?}"
    );

    assert_eq!(ask(STRONG, "late@keller.example").await.status, 202);
    let link = mail_to(&app, "late@keller.example", "Confirm your new").await;
    clock.advance(TimeDelta::hours(24));
    let late = post(
        &app,
        "/api/auth/verify-email",
        &json!({ "token": token_of(&link) }),
    )
    .await;
    assert_eq!(late.code(), (410, "link_over"));
}

#[tokio::test]
async fn an_address_that_somebody_else_has_is_told_to_whoever_reads_its_mail() {
    let app = TestApp::start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    Person::signed_up(&app, "bob@keller.example").await;
    let body = json!({ "password": STRONG, "email": "Bob@keller.example" });
    assert_eq!(
        ada.posts("/api/auth/change-email", body).await.status,
        202,
        "as for any other"
    );
    let link = mail_to(&app, "Bob@keller.example", "Confirm your new").await;
    let taken = post(
        &app,
        "/api/auth/verify-email",
        &json!({ "token": token_of(&link) }),
    )
    .await;
    assert_eq!(taken.code(), (409, "email_taken"));
    assert_eq!(
        ada.gets("/api/auth/me").await["user"]["email"],
        "ada@keller.example"
    );
}

/// As the notice says: whoever knows the password no longer has the account.
#[tokio::test]
async fn another_password_calls_the_change_of_address_off() {
    let app = TestApp::start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    let body = json!({ "password": STRONG, "email": "eve@evil.example" });
    assert_eq!(ada.posts("/api/auth/change-email", body).await.status, 202);
    let link = mail_to(&app, "eve@evil.example", "Confirm your new").await;
    post(&app, "/api/auth/forgot-password", &json!({ "email": ada.email })).await;
    let token = token_of(&mail_to(&app, &ada.email, "another password").await);
    let reset = json!({ "token": token, "password": STRONGER });
    assert_eq!(post(&app, "/api/auth/reset-password", &reset).await.status, 204);
    let late = post(
        &app,
        "/api/auth/verify-email",
        &json!({ "token": token_of(&link) }),
    )
    .await;
    assert_eq!(late.code(), (410, "link_over"));
}

#[tokio::test]
async fn the_team_does_not_see_what_is_mailed_to_one_of_them() {
    let app = TestApp::start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    mail_to(&app, "ada@keller.example", "Confirm").await;
    assert!(
        ada.gets("/api/jobs").await["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let jobs = app
        .db()
        .rows("SELECT id FROM jobs WHERE kind = 'send_mail'")
        .await
        .unwrap();
    let path = format!("/api/jobs/{}", jobs[0]["id"].as_str().unwrap());
    assert_eq!(ada.asks(Method::GET, &path, json!(null)).await.status, 404);
    assert_eq!(
        ada.posts(&format!("{path}/cancel"), json!(null)).await.status,
        404
    );
    assert_eq!(mails(&app).await.len(), 1);
}
