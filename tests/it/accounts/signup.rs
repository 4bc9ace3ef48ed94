//! Signing up: what is made, what is refused, and what nobody learns.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, STRONG, log_in, mail_to, mails, post, recorded, sign_up, still, token_of};
use crate::support::{PASSWORD, Setup, TestApp};

#[tokio::test]
async fn somebody_new_has_a_workspace_with_a_space_that_nobody_sees_yet() {
    let app = TestApp::start().await;
    let answer = sign_up(&app, "Ada@Keller.example").await;
    assert_eq!(answer.body["expires_in"], 900);
    assert_eq!(answer.body["tenant"]["role"], "owner");
    let ada = Person::of(&app, &answer);
    let me = ada.gets("/api/auth/me").await;
    assert_eq!(me["user"]["email"], "Ada@Keller.example");
    assert_eq!(
        (&me["user"]["email_verified"], &me["user"]["second_factor"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(me["memberships"][0]["name"], "Keller Tools");
    let spaces = ada.gets("/api/chat-spaces").await;
    let space = &spaces["items"][0];
    assert_eq!(
        (&space["slug"], &space["published"]),
        (&json!("keller-tools"), &json!(false))
    );
    let public = app
        .http
        .get(app.url("/api/widget/keller-tools/config"))
        .send()
        .await
        .unwrap();
    assert_eq!(public.status(), 404);
    assert!(ada.goes_on().await);
    assert_eq!(
        log_in(&app, "ada@keller.example", STRONG).await.status,
        200,
        "in any case"
    );
    assert_eq!(recorded(&app).await, ["account.sign_up"]);
}

#[tokio::test]
async fn another_workspace_of_the_same_name_has_a_slug_of_its_own() {
    let app = TestApp::start().await;
    let mut slugs = Vec::new();
    for n in 0..3 {
        let person = Person::signed_up(&app, &format!("ada{n}@keller.example")).await;
        let spaces = person.gets("/api/chat-spaces").await;
        assert_eq!(spaces["items"].as_array().unwrap().len(), 1);
        slugs.push(spaces["items"][0]["slug"].as_str().unwrap().to_owned());
    }
    assert_eq!(slugs[0], "keller-tools");
    assert!(
        slugs[1].starts_with("keller-tools-") && slugs[2].starts_with("keller-tools-"),
        "{slugs:?}"
    );
    assert_ne!(slugs[1], slugs[2]);
}

#[tokio::test]
async fn a_taken_address_is_a_conflict_and_leaves_nothing_behind() {
    let app = TestApp::start().await;
    assert_eq!(sign_up(&app, "ada@keller.example").await.status, 200);
    let again = sign_up(&app, "ADA@keller.example").await;
    assert_eq!(again.code(), (409, "email_taken"));
    assert!(again.cookie.is_none());
    let made = app
        .db()
        .rows("SELECT (SELECT count(*) FROM tenants) AS tenants, (SELECT count(*) FROM spaces) AS spaces");
    assert_eq!(made.await.unwrap(), [json!({ "tenants": 1, "spaces": 1 })]);
}

#[tokio::test]
async fn what_is_no_account_is_refused_with_what_to_give() {
    let app = TestApp::start().await;
    let sound =
        json!({ "email": "ada@keller.example", "password": STRONG, "name": "Ada", "workspace": "Keller" });
    for (field, value, code) in [
        ("email", "ada", (400, "invalid_request")),
        (
            "email",
            "ada@keller.example\r\nBcc: eve@evil.example",
            (400, "invalid_request"),
        ),
        ("name", " ", (400, "invalid_request")),
        ("name", "Ada\nKeller", (400, "invalid_request")),
        ("workspace", &"x".repeat(81), (400, "invalid_request")),
        ("password", "short", (422, "weak_password")),
        ("password", "password1234", (422, "weak_password")),
        ("password", "ada@keller.example", (422, "weak_password")),
        ("password", &"a b ".repeat(40), (422, "weak_password")),
    ] {
        let mut body = sound.clone();
        body[field] = json!(value);
        let refused = post(&app, "/api/auth/signup", &body).await;
        assert_eq!(refused.code(), code, "{field}: {}", refused.body);
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.starts_with(field), "{detail}");
    }
    assert_eq!(
        app.db().rows("SELECT id FROM users").await.unwrap(),
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn the_address_is_confirmed_by_the_link_once() {
    let (app, clock) = still().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    let mail = mail_to(&app, "ada@keller.example", "Confirm").await;
    assert!(
        mail["text"].as_str().unwrap().starts_with("Hello Ada Keller,"),
        "{mail}"
    );
    let link = mail["links"][0].as_str().unwrap();
    assert!(link.contains("/app/verify-email#token="), "{link}");
    let verify = async |token: &str| post(&app, "/api/auth/verify-email", &json!({ "token": token })).await;
    assert_eq!(verify("no-token").await.code(), (410, "link_over"));
    let done = verify(&token_of(&mail)).await;
    assert_eq!(
        (done.status, &done.body["email"]),
        (200, &json!("ada@keller.example"))
    );
    assert_eq!(verify(&token_of(&mail)).await.code(), (410, "link_over"));
    assert_eq!(ada.gets("/api/auth/me").await["user"]["email_verified"], true);

    // Confirmed: there is nothing to send.
    assert_eq!(
        ada.posts("/api/auth/verify-email/resend", Value::Null)
            .await
            .status,
        202
    );
    let bob = Person::signed_up(&app, "bob@keller.example").await;
    let first = mail_to(&app, "bob@keller.example", "Confirm").await;
    assert_eq!(
        bob.posts("/api/auth/verify-email/resend", Value::Null)
            .await
            .status,
        202
    );
    let both = async || {
        let all = mails(&app).await;
        let his: Vec<Value> = all
            .into_iter()
            .filter(|mail| mail["to"] == "bob@keller.example")
            .collect();
        (his.len() == 2).then_some(his)
    };
    let his = crate::support::eventually(both).await;
    assert_eq!(
        verify(&token_of(&first)).await.code(),
        (410, "link_over"),
        "a new link ends the old"
    );
    clock.advance(chrono::TimeDelta::hours(48));
    assert_eq!(
        verify(&token_of(&his[0])).await.code(),
        (410, "link_over"),
        "too late"
    );
    let mine = mails(&app).await;
    assert_eq!(
        mine.iter()
            .filter(|mail| mail["to"] == "ada@keller.example")
            .count(),
        1
    );
}

#[tokio::test]
async fn sign_ups_of_one_address_are_limited() {
    let clock = std::sync::Arc::new(parlance::kernel::clock::ManualClock::at(super::start_of_time()));
    let app = Setup::default()
        .clock(clock.clone())
        .set("SIGNUP_RATE", "2/1")
        .start()
        .await;
    let mut answers = Vec::new();
    for n in 0..3 {
        answers.push(sign_up(&app, &format!("ada{n}@keller.example")).await);
    }
    assert_eq!(answers[2].code(), (429, "rate_limited"));
    assert_eq!(answers[2].retry_after.as_deref(), Some("60"));
    clock.advance(chrono::TimeDelta::seconds(60));
    assert_eq!(sign_up(&app, "ada2@keller.example").await.status, 200);
}

#[tokio::test]
async fn a_route_of_ones_own_account_takes_a_token() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let visitor = app.visitor(&acme).await;
    let mut person = Person::owner(&app, &acme.email).await;
    let proof = json!({ "password": PASSWORD, "code": "123456" });
    for (method, path, body) in [
        (Method::GET, "me", Value::Null),
        (Method::PATCH, "me", json!({ "name": "Eve" })),
        (
            Method::POST,
            "change-password",
            json!({ "password": PASSWORD, "new_password": STRONG }),
        ),
        (
            Method::POST,
            "change-email",
            json!({ "password": PASSWORD, "email": "eve@evil.example" }),
        ),
        (Method::POST, "verify-email/resend", Value::Null),
        (Method::POST, "switch", json!({ "tenant": acme.tenant })),
        (Method::GET, "sessions", Value::Null),
        (Method::DELETE, "sessions", Value::Null),
        (
            Method::DELETE,
            "sessions/0199f7a0-0000-7000-8000-000000000000",
            Value::Null,
        ),
        (Method::GET, "second-factor", Value::Null),
        (Method::POST, "second-factor", Value::Null),
        (Method::POST, "second-factor/enable", proof.clone()),
        (Method::POST, "second-factor/disable", proof.clone()),
        (Method::POST, "second-factor/recovery-codes", proof.clone()),
    ] {
        for token in ["", "x", &visitor.token] {
            person.token = token.to_owned();
            let refused = person
                .asks(method.clone(), &format!("/api/auth/{path}"), body.clone())
                .await;
            assert_eq!(refused.code(), (401, "unauthenticated"), "{method} {path}");
        }
    }
}
