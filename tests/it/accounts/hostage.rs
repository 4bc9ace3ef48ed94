//! Somebody signs up with an address that is another's: its owner takes the account back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, STRONG, STRONGER, log_in, mail_to, post, recorded, token_of};
use crate::support::TestApp;

const BOB: &str = "bob@shop.example";

async fn key(person: &Person<'_>) -> super::Answer {
    let body = json!({ "name": "Sync", "scopes": ["knowledge:read"] });
    person.posts("/api/keys", body).await
}

#[tokio::test]
async fn nobody_makes_a_key_before_the_address_is_proven() {
    let app = TestApp::start().await;
    let squatter = Person::signed_up(&app, BOB).await;
    assert_eq!(key(&squatter).await.code(), (403, "email_unconfirmed"));
    let mail = mail_to(&app, BOB, "Confirm").await;
    let verified = post(
        &app,
        "/api/auth/verify-email",
        &json!({ "token": token_of(&mail) }),
    )
    .await;
    assert_eq!(verified.status, 200);
    assert_eq!(key(&squatter).await.status, 201);
}

#[tokio::test]
async fn nobody_turns_a_second_factor_on_before_the_address_is_proven() {
    let app = TestApp::start().await;
    let squatter = Person::signed_up(&app, BOB).await;
    let proposed = squatter.posts("/api/auth/second-factor", Value::Null).await;
    assert_eq!(proposed.code(), (403, "email_unconfirmed"));
    let proof = json!({ "password": STRONG, "code": "000000" });
    let enabled = squatter.posts("/api/auth/second-factor/enable", proof).await;
    assert_eq!(enabled.code(), (403, "email_unconfirmed"));
}

#[tokio::test]
async fn the_first_proof_of_an_address_takes_the_account_back() {
    let app = TestApp::start().await;
    let squatter = Person::confirmed(&app, BOB).await;
    let key = key(&squatter).await;
    assert_eq!(key.status, 201, "{}", key.body);
    // As it was before the address had to be proven for these.
    let hostage = "INSERT INTO second_factors (user_id, secret, created_at, enabled_at) \
                   SELECT id, 'x', created_at, created_at FROM users; \
                   INSERT INTO recovery_codes (user_id, hash) SELECT id, 'y' FROM users; \
                   UPDATE users SET email_verified_at = NULL";
    app.db().run(hostage).await.unwrap();
    assert_eq!(
        log_in(&app, BOB, STRONG).await.code(),
        (401, "code_required"),
        "nobody else comes in"
    );
    post(&app, "/api/auth/forgot-password", &json!({ "email": BOB })).await;
    let token = token_of(&mail_to(&app, BOB, "another password").await);
    let reset = json!({ "token": token, "password": STRONGER });
    assert_eq!(post(&app, "/api/auth/reset-password", &reset).await.status, 204);
    let owner = Person::of(&app, &log_in(&app, BOB, STRONGER).await);
    assert!(!squatter.goes_on().await);
    let left = owner.gets("/api/auth/second-factor").await;
    assert_eq!(left, json!({ "enabled": false, "recovery_codes": 0 }));
    let program = Person {
        token: key.body["key"].as_str().unwrap().to_owned(),
        ..owner.clone()
    };
    let opened = program.asks(Method::GET, "/api/chat-spaces", Value::Null).await;
    assert_eq!(opened.status, 401);
    let actions = recorded(&app).await;
    for action in ["api_key.revoke", "second_factor.disable", "password.reset"] {
        assert!(actions.contains(&action.to_owned()), "{action}: {actions:?}");
    }
}

/// Whose address was proven before keeps what they have: the one who reads the mail may not be them.
#[tokio::test]
async fn a_later_reset_leaves_the_second_factor_and_the_keys() {
    let app = TestApp::start().await;
    let ada = Person::confirmed(&app, BOB).await;
    assert_eq!(key(&ada).await.status, 201);
    let on = "INSERT INTO second_factors (user_id, secret, created_at, enabled_at) \
              SELECT id, 'x', created_at, created_at FROM users";
    app.db().run(on).await.unwrap();
    post(&app, "/api/auth/forgot-password", &json!({ "email": BOB })).await;
    let token = token_of(&mail_to(&app, BOB, "another password").await);
    let reset = json!({ "token": token, "password": STRONGER });
    assert_eq!(post(&app, "/api/auth/reset-password", &reset).await.status, 204);
    assert_eq!(log_in(&app, BOB, STRONGER).await.code(), (401, "code_required"));
    assert!(!recorded(&app).await.contains(&"api_key.revoke".to_owned()));
}
