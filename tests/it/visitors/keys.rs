//! An admin's keys: shown once, sealed, at most five.

use parlance_store::control::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_sealed() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let (kid, secret) = app.identity_key(&acme, json!({})).await;
    assert_eq!(secret.len(), 64);
    let (other, _) = app.identity_key(&acme, json!({ "algorithm": "HMAC" })).await;
    let owner = app.log_in(&acme.email).await;
    let url = app.url(&format!("/api/chat-spaces/{}/identity-keys", acme.space));
    let list = app
        .http
        .get(&url)
        .bearer_auth(&owner)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!list.contains(&secret));
    let list: Value = serde_json::from_str(&list).unwrap();
    let shown: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (&key["kid"], &key["algorithm"]))
        .collect();
    assert_eq!(
        shown,
        [(&json!(other), &json!("HMAC")), (&json!(kid), &json!("HS256"))]
    );
    let stored = app
        .db()
        .rows("SELECT encode(secret, 'escape') AS text FROM identity_keys")
        .await
        .unwrap();
    assert!(
        stored
            .iter()
            .all(|row| !row["text"].as_str().unwrap().contains(&secret))
    );

    for (wanted, status) in [
        (json!({ "algorithm": "RS256" }), 400),
        (json!({ "algorithm": "none" }), 400),
        (json!({ "algorithm": "HS256", "public_key": "x" }), 400),
        (
            json!({ "public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }),
            400,
        ),
        (
            json!({ "public_key": include_str!("../../../src/domain/contacts/proof_tests_rsa.pem") }),
            400,
        ),
        (json!({ "secret": "mine" }), 400),
        (json!({}), 201),
        (json!({}), 201),
        (json!({}), 201),
        (json!({}), 409),
    ] {
        let answer = app
            .http
            .post(&url)
            .bearer_auth(&owner)
            .json(&wanted)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status, "{wanted}");
    }
    let acts = app
        .db()
        .rows("SELECT action, after::text AS after FROM audit_events WHERE action = 'identity_key.create'")
        .await
        .unwrap();
    assert_eq!(acts.len(), 5);
    assert!(
        acts.iter()
            .all(|act| !act["after"].as_str().unwrap().contains(&secret))
    );
    let longest = app
        .http
        .post(format!("{url}/{kid}/retire"))
        .bearer_auth(&owner)
        .json(&json!({ "overlap_hours": 721 }));
    assert_eq!(longest.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_those_who_may_change_a_space_see_its_keys() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let agent = app.colleague(&acme, Role::Agent).await;
    let url = app.url(&format!("/api/chat-spaces/{}/identity-keys", acme.space));
    let read = app.http.get(&url).bearer_auth(&agent).send().await.unwrap();
    let made = app
        .http
        .post(&url)
        .bearer_auth(&agent)
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (read.status(), made.status()),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
}
