//! How long a proof counts, and what ends it sooner.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::{
    domain::accounts::token::{PROVEN_FOR, VISITOR_TTL},
    kernel::clock::ManualClock,
};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Setup, TestApp};

#[tokio::test]
async fn a_proof_is_renewed_for_a_day_and_then_made_anew() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let (app, acme, _) = Setup::default().clock(clock.clone()).chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (ann, session) = app.identifies(&acme, &secret, "u-1", None).await;
    assert_eq!(session["expires_in"], VISITOR_TTL.num_seconds());
    let conversation = ann.conversation().await;
    let mut token = ann.token.clone();
    let hours = PROVEN_FOR.num_hours();
    for _ in 1..hours {
        clock.advance(TimeDelta::hours(1));
        let (renewed, session) = app.comes(&acme, &json!({ "token": token })).await;
        assert_eq!(
            (&renewed.id, &session["visitor"]["verified"]),
            (&ann.id, &json!(true))
        );
        token = renewed.token;
    }
    assert_eq!(ann.with_token(&token).reads(&conversation).await, 200);
    clock.advance(TimeDelta::hours(1));
    assert_eq!(ann.with_token(&token).reads(&conversation).await, 401);
    for stale in [&token, &ann.token] {
        let (status, refused) = app.session(&acme, &json!({ "token": stale })).await;
        assert_eq!(
            (status, &refused["code"]),
            (StatusCode::UNAUTHORIZED, &json!("identity_expired"))
        );
    }
    let (again, session) = app.identifies(&acme, &secret, "u-1", Some(&ann)).await;
    assert_eq!(
        (&again.id, &session["conversation"]),
        (&ann.id, &json!(conversation))
    );
}

#[tokio::test]
async fn the_last_token_ends_with_its_proof() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let (app, acme, _) = Setup::default().clock(clock.clone()).chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (ann, _) = app.identifies(&acme, &secret, "u-1", None).await;
    clock.advance(PROVEN_FOR - TimeDelta::minutes(5));
    let (_, session) = app.comes(&acme, &json!({ "token": ann.token })).await;
    assert_eq!(session["expires_in"], 300);
}

#[tokio::test]
async fn what_a_key_has_proven_ends_with_the_key() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let (app, acme, _) = Setup::default().clock(clock.clone()).chat().await;
    let (retired, old) = app.identity_key(&acme, json!({})).await;
    let (removed, known) = app.identity_key(&acme, json!({})).await;
    let (_, new) = app.identity_key(&acme, json!({})).await;
    let (ann, _) = app.identifies(&acme, &old, "ann", None).await;
    let (bob, _) = app.identifies(&acme, &known, "bob", None).await;
    let owner = app.log_in(&acme.email).await;
    let keys = app.url(&format!("/api/chat-spaces/{}/identity-keys", acme.space));
    let retire = app
        .http
        .post(format!("{keys}/{retired}/retire"))
        .bearer_auth(&owner);
    let retire = retire.json(&json!({ "overlap_hours": 2 })).send().await.unwrap();
    assert_eq!(retire.status(), StatusCode::NO_CONTENT);
    let remove = app.http.delete(format!("{keys}/{removed}")).bearer_auth(&owner);
    assert_eq!(remove.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    // Both are taken while they overlap; one that became known is out at once.
    app.identifies(&acme, &old, "cy", None).await;
    app.identifies(&acme, &new, "cy", None).await;
    let code = async |token: &str| app.session(&acme, &json!({ "token": token })).await.1["code"].clone();
    assert_eq!(code(&ann.token).await, json!(null));
    assert_eq!(code(&bob.token).await, "identity_expired");
    clock.advance(TimeDelta::hours(2));
    assert_eq!(code(&ann.token).await, "identity_expired");
    let late = json!({ "identity": { "token": crate::support::jwt(&app, &old, "ann") } });
    assert_eq!(app.session(&acme, &late).await.1["code"], "identity_invalid");
    app.identifies(&acme, &new, "ann", Some(&ann)).await;
}

/// An installation that lost its secret has lost its keys, and everything else goes on.
#[tokio::test]
async fn a_key_that_cannot_be_opened_proves_nothing() {
    let (app, acme, _) = TestApp::chat().await;
    let (_, lost) = app.identity_key(&acme, json!({})).await;
    app.db()
        .run("UPDATE identity_keys SET secret = '\\x0102'")
        .await
        .unwrap();
    let (_, good) = app.identity_key(&acme, json!({})).await;
    let proof = json!({ "identity": { "token": crate::support::jwt(&app, &lost, "ann") } });
    assert_eq!(app.session(&acme, &proof).await.1["code"], "identity_invalid");
    app.identifies(&acme, &good, "ann", None).await;
}
