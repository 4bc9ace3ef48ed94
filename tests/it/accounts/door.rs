//! The door of an account: what tells nothing, how often somebody may try, and pages of other sites.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
use parlance::kernel::clock::ManualClock;
use serde_json::{Value, json};

use super::{Person, log_in, post, recorded, sign_up, start_of_time};
use crate::support::{PASSWORD, Setup, TestApp};

/// Behind a proxy of ours that says for whom it asks.
async fn attempt(app: &TestApp, email: &str, password: &str, from: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    let request = app
        .http
        .post(app.url("/api/auth/login"))
        .header("x-forwarded-for", from);
    request.json(&body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_refusal_costs_one_hash_whoever_it_is() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let long = "x".repeat(10_000);
    for (email, password) in [
        (acme.email.as_str(), "wrong"),
        ("nobody@acme.example", PASSWORD),
        ("", ""),
        (&long, &long),
        ("a\u{0}b", "x"),
    ] {
        let before = app.services.accounts.hashes_computed();
        let refused = log_in(&app, email, password).await;
        assert_eq!(refused.code(), (401, "invalid_credentials"));
        assert_eq!(app.services.accounts.hashes_computed() - before, 1, "{email}");
    }
}

#[tokio::test]
async fn a_guesser_elsewhere_does_not_lock_the_owner_out() {
    let clock = Arc::new(ManualClock::at(start_of_time()));
    let setup = Setup::default().clock(clock.clone()).set("BEHIND_PROXY", "on");
    let app = setup.set("LOGIN_RATE", "2/1").start().await;
    let acme = app.workspace("acme").await;
    assert_eq!(attempt(&app, &acme.email, PASSWORD, "203.0.113.1").await, 200);
    let mut statuses = Vec::new();
    for n in 0..60 {
        statuses.push(attempt(&app, &acme.email, "guess", &format!("198.51.100.{}", n / 2)).await);
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 401).count(),
        49,
        "{statuses:?}"
    );
    assert_eq!(
        attempt(&app, &acme.email, PASSWORD, "203.0.113.2").await,
        429,
        "never there before"
    );
    assert_eq!(
        attempt(&app, &acme.email, PASSWORD, "203.0.113.1").await,
        200,
        "known there"
    );
    assert_eq!(
        attempt(&app, &acme.email, PASSWORD, "203.0.113.1").await,
        429,
        "its own rate holds"
    );
    clock.advance(chrono::TimeDelta::seconds(3));
    assert_eq!(
        attempt(&app, &acme.email, PASSWORD, "203.0.113.2").await,
        200,
        "in a moment"
    );
}

#[tokio::test]
async fn a_hash_of_other_parameters_is_made_anew_at_login() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let weak = Params::new(8 * 1024, 1, 1, None).unwrap();
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
    let old = argon.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    app.db()
        .run(&format!("UPDATE users SET password_hash = '{old}'"))
        .await
        .unwrap();
    assert_eq!(log_in(&app, &acme.email, "guess").await.status, 401);
    let hash = async || {
        let rows = app.db().rows("SELECT password_hash FROM users").await.unwrap();
        rows[0]["password_hash"].as_str().unwrap().to_owned()
    };
    assert_eq!(hash().await, old);
    assert_eq!(log_in(&app, &acme.email, PASSWORD).await.status, 200);
    let renewed = hash().await;
    assert!(renewed.contains("m=19456,t=2,p=1"), "{renewed}");
    assert_eq!(log_in(&app, &acme.email, PASSWORD).await.status, 200);
    assert_eq!(hash().await, renewed, "once");
}

#[tokio::test]
async fn pages_of_other_sites_neither_renew_nor_end_a_session() {
    let app = Setup::default()
        .set("PUBLIC_URL", "http://chat.example")
        .start()
        .await;
    let ada = Person::of(&app, &sign_up(&app, "ada@keller.example").await);
    for path in ["/api/auth/refresh", "/api/auth/logout"] {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let request = app
                .http
                .post(app.url(path))
                .header("cookie", &ada.cookie)
                .header(name, value);
            let refused: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(refused["code"], "origin_not_allowed", "{path} {name}");
        }
    }
    let own = app
        .http
        .post(app.url("/api/auth/refresh"))
        .header("cookie", &ada.cookie);
    let own = own
        .header("origin", "http://chat.example")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(own.send().await.unwrap().status(), 200, "it was not used up");
}

#[tokio::test]
async fn a_token_used_twice_is_on_record() {
    let app = TestApp::start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    assert!(ada.goes_on().await);
    assert_eq!(
        super::refresh(&app, &ada.cookie).await.code(),
        (401, "refresh_reused")
    );
    assert_eq!(recorded(&app).await, ["account.sign_up", "session.reuse"]);
    let noted = app
        .db()
        .rows("SELECT target_kind, after::text AS after FROM audit_events WHERE action = 'session.reuse'");
    let noted = noted.await.unwrap();
    assert_eq!(noted[0]["target_kind"], "session");
    assert!(
        !noted[0]["after"].as_str().unwrap().contains("keller"),
        "{noted:?}"
    );
}

#[tokio::test]
async fn bodies_that_are_too_long_are_refused() {
    let app = TestApp::start().await;
    let long = "x".repeat(300 * 1024);
    for path in [
        "login",
        "signup",
        "forgot-password",
        "reset-password",
        "verify-email",
    ] {
        let body = json!({ "email": long, "password": "", "name": "", "workspace": "", "token": "" });
        let refused = post(&app, &format!("/api/auth/{path}"), &body).await;
        assert_eq!(refused.code(), (413, "payload_too_large"), "{path}");
    }
}
