//! Who comes for the first time, and what is known of them later.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use reqwest::Method;
use serde_json::{Value, json};

use super::{answered, call, me, rows, somebody};
use crate::{
    accounts::{mail_to, token_of},
    support::{
        Socket, eventually,
        provider::{Key, Provider, signed},
    },
};

#[tokio::test]
async fn whoever_comes_first_has_a_workspace_with_a_space() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    provider.knows("ada", true);
    let token = provider.token(&app, "ada");
    let known = somebody(&app, &token).await;
    assert_eq!(known["user"]["name"], "Ada ada");
    assert_eq!(known["user"]["email_verified"], true);
    assert_eq!(known["tenant"]["role"], "owner");
    assert_eq!(known["memberships"][0]["name"], "Workspace of Ada ada");

    let (status, spaces) = call(&app, &token, Method::GET, "/api/chat-spaces", json!({})).await;
    assert_eq!(
        (status, spaces["items"].as_array().unwrap().len()),
        (200, 1),
        "{spaces}"
    );
    let (_, audit) = call(&app, &token, Method::GET, "/api/audit", json!({})).await;
    let first = audit["items"].as_array().unwrap().first().unwrap();
    assert_eq!(first["after"]["provider"], "clerk", "{audit}");
    // Nothing is asked of the provider the second time.
    somebody(&app, &token).await;
    assert_eq!(provider.asked("/v1/users/ada"), 1);
    assert_eq!(rows(&app, "tenants").await, 1);
}

#[tokio::test]
async fn an_address_that_is_not_proven_is_nobody_elses_account() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    let acme = app.workspace("acme").await;
    let (ada, name) = ("ada", acme.email.as_str());
    let knows = |verified: bool| {
        provider.knows(ada, verified);
        let mut known = provider.known();
        let user = known.answers.get_mut("/v1/users/ada").unwrap();
        user["email_addresses"][1]["email_address"] = json!(name.to_uppercase());
    };
    knows(false);
    let (status, body) = me(&app, &provider.token(&app, ada)).await;
    assert_eq!((status, &body["code"]), (403, &json!("forbidden")), "{body}");
    assert_eq!(rows(&app, "identities").await, 0);

    knows(true);
    let known = somebody(&app, &provider.token(&app, ada)).await;
    assert_eq!(known["tenant"]["id"], json!(acme.tenant));
    assert_eq!(rows(&app, "users").await, 1);
}

#[tokio::test]
async fn an_account_here_that_proved_nothing_gives_its_address_to_whoever_did() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    let acme = app.workspace("acme").await;
    app.db()
        .run("UPDATE users SET email_verified_at = NULL, email = 'ada@shop.example'")
        .await
        .unwrap();
    provider.knows("ada", false);
    assert_eq!(me(&app, &provider.token(&app, "ada")).await.0, 403);
    provider.knows("ada", true);
    let ada = somebody(&app, &provider.token(&app, "ada")).await;
    assert_ne!(ada["tenant"]["id"], json!(acme.tenant));
    let other = app
        .db()
        .rows("SELECT email FROM users WHERE email LIKE '%@unproven.invalid'")
        .await
        .unwrap();
    assert_eq!((other.len(), rows(&app, "users").await), (1, 2));
}

#[tokio::test]
async fn whoever_has_no_address_or_is_not_known_does_not_come_in() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    assert_eq!(me(&app, &provider.token(&app, "ada")).await.0, 401);
    provider.knows("ada", true);
    provider.known().answers.get_mut("/v1/users/ada").unwrap()["email_addresses"] = json!([]);
    let (status, body) = me(&app, &provider.token(&app, "ada")).await;
    assert_eq!(status, 403, "{body}");
    assert_eq!(rows(&app, "users").await, 0);
}

#[tokio::test]
async fn what_a_provider_knows_is_asked_for_again_after_a_day() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let provider = Provider::start().await;
    let app = provider.clerk().clock(clock.clone()).start().await;
    provider.knows("ada", true);
    let before = somebody(&app, &provider.token(&app, "ada")).await;
    provider.known().answers.get_mut("/v1/users/ada").unwrap()["email_addresses"][1]["email_address"] =
        json!("new@shop.example");
    // An account that has not proven the address does not keep it from whoever has.
    app.db()
        .run(
            "INSERT INTO users (id, email, name, password_hash, created_at) \
             VALUES (gen_random_uuid(), 'NEW@shop.example', 'Eve', '!', now())",
        )
        .await
        .unwrap();
    clock.advance(TimeDelta::hours(25));
    // The session is looked up anew, which a cache of two seconds may put off.
    let after = eventually(async || {
        let known = somebody(&app, &provider.token(&app, "ada")).await;
        (known["user"]["email"] == "new@shop.example").then_some(known)
    })
    .await;
    assert_eq!(after["tenant"], before["tenant"]);
    let token = provider.token(&app, "ada");
    let (_, audit) = call(
        &app,
        &token,
        Method::GET,
        "/api/audit?action=email.change",
        json!({}),
    )
    .await;
    assert_eq!(
        audit["items"][0]["before"]["email"], "ada@shop.example",
        "{audit}"
    );
    assert_eq!(provider.asked("/v1/users/ada"), 2);
}

/// A project that confirms every address by itself proves none.
#[tokio::test]
async fn an_address_that_supabase_did_not_ask_about_is_proven_by_mail() {
    let provider = Provider::start().await;
    let app = provider.supabase().start().await;
    provider.known().answers.insert(
        "/auth/v1/settings".to_owned(),
        json!({ "mailer_autoconfirm": true }),
    );
    provider.knows_person("ada", "ada@shop.example");
    let token = signed(Key::Rsa1, "one", &provider.access(&app, "ada"));
    let known = somebody(&app, &token).await;
    assert_eq!(known["user"]["email_verified"], false);
    assert_eq!(known["user"]["name"], "Ada Keller");
    let invite = json!({ "email": "bob@shop.example", "role": "agent" });
    let (status, body) = call(&app, &token, Method::POST, "/api/team/invitations", invite).await;
    assert_eq!(
        (status, &body["code"]),
        (403, &json!("email_unconfirmed")),
        "{body}"
    );

    let newest = async || token_of(&mail_to(&app, "ada@shop.example", "Confirm").await);
    let first = newest().await;
    let resend = "/api/auth/verify-email/resend";
    let (status, _) = call(&app, &token, Method::POST, resend, json!({})).await;
    assert_eq!(status, 202);
    // The link in it ends the one before.
    let secret = eventually(async || Some(newest().await).filter(|secret| *secret != first)).await;
    let body = json!({ "token": secret });
    let (status, body) = call(&app, "", Method::POST, "/api/auth/verify-email", body).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(somebody(&app, &token).await["user"]["email_verified"], true);
}

#[tokio::test]
async fn what_the_provider_does_is_not_done_here() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    provider.knows("ada", true);
    let token = provider.token(&app, "ada");
    for (method, path) in [
        (Method::POST, "/api/auth/signup"),
        (Method::POST, "/api/auth/login"),
        (Method::POST, "/api/auth/refresh"),
        (Method::POST, "/api/auth/logout"),
        (Method::POST, "/api/auth/forgot-password"),
        (Method::POST, "/api/auth/reset-password"),
        (Method::POST, "/api/auth/change-password"),
        (Method::POST, "/api/auth/change-email"),
        (Method::GET, "/api/auth/sessions"),
        (Method::DELETE, "/api/auth/sessions"),
        (Method::GET, "/api/auth/second-factor"),
        (Method::POST, "/api/auth/second-factor/enable"),
        (Method::POST, "/api/auth/switch"),
    ] {
        let (status, body) = call(&app, &token, method, path, json!({})).await;
        assert_eq!(
            (status, &body["code"]),
            (409, &json!("conflict")),
            "{path}: {body}"
        );
        assert!(body["detail"].as_str().unwrap().contains("clerk"), "{body}");
    }
    let told = app.http.get(app.url("/api/auth/provider")).send().await.unwrap();
    let (_, told) = answered(told).await;
    assert_eq!(
        (&told["provider"], &told["frontend_api"]),
        (&json!("clerk"), &json!(provider.base))
    );
    assert!(!told.to_string().contains("sk_"), "{told}");
}

#[tokio::test]
async fn a_console_listens_with_a_token_of_the_provider() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    provider.knows("ada", true);
    let mut socket = Socket::open(&app.console_url()).await;
    socket
        .send(&json!({ "type": "hello", "token": provider.token(&app, "ada") }))
        .await;
    let ready: Value = socket.next().await.unwrap();
    assert_eq!(
        (&ready["type"], &ready["role"]),
        (&json!("ready"), &json!("owner")),
        "{ready}"
    );
    let mut stranger = Socket::open(&app.console_url()).await;
    let forged = signed(Key::Rsa2, "one", &provider.claims(&app, "ada"));
    stranger.send(&json!({ "type": "hello", "token": forged })).await;
    let refused: Value = stranger.next().await.unwrap();
    assert_eq!(refused["code"], "unauthenticated", "{refused}");
}

/// Also of an address that was known, and was not proven.
#[tokio::test]
async fn what_a_provider_has_proven_by_now_is_proven_here() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let provider = Provider::start().await;
    let app = provider.clerk().clock(clock.clone()).start().await;
    provider.knows("ada", false);
    let before = somebody(&app, &provider.token(&app, "ada")).await;
    assert_eq!(before["user"]["email_verified"], false);
    provider.knows("ada", true);
    clock.advance(TimeDelta::hours(25));
    app.services.accounts.forget();
    let after = somebody(&app, &provider.token(&app, "ada")).await;
    assert_eq!(after["user"]["email_verified"], true);
    let token = provider.token(&app, "ada");
    let (_, audit) = call(
        &app,
        &token,
        Method::GET,
        "/api/audit?action=email.change",
        json!({}),
    )
    .await;
    assert_eq!(audit["items"], json!([]), "it is the same address");
}

#[tokio::test]
async fn a_session_that_is_over_at_supabase_lets_nobody_in() {
    let provider = Provider::start().await;
    let app = provider.supabase().start().await;
    let token = signed(Key::Rsa1, "one", &provider.access(&app, "ada"));
    let (status, body) = me(&app, &token).await;
    assert_eq!(
        (status, &body["code"]),
        (401, &json!("unauthenticated")),
        "{body}"
    );
}
