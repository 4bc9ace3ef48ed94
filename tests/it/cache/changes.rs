//! A change of what is known, or of how it is told, and time: then the model is asked again.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use parlance_store::queries::spaces::{self, SpaceChange};
use reqwest::Method;
use serde_json::{Value, json};

use super::{QUESTION, asks, calls, chat, is_cached, keeping};
use crate::support::{MODEL, eventually};

#[tokio::test]
async fn what_is_known_now_is_said() {
    let (app, acme, visitor) = chat().await;
    assert!(!is_cached(&asks(&visitor, QUESTION).await));
    for months in [36, 60] {
        let text = format!("# Help\n\nThe warranty of every robot lasts {months} months from delivery.\n");
        acme.now_says(&app, &text).await;
        for cached in [false, true] {
            let answer = asks(&visitor, QUESTION).await;
            assert_eq!(is_cached(&answer), cached, "{answer}");
            assert!(
                answer["text"]
                    .as_str()
                    .unwrap()
                    .contains(&format!("{months} months")),
                "{answer}"
            );
        }
    }
    assert_eq!(calls(&app), 3);
}

#[tokio::test]
async fn a_document_that_is_added_read_anew_or_removed_is_a_change() {
    let (app, acme, visitor) = chat().await;
    let token = app.log_in(&acme.email).await;
    let does = async |method, path: &str, body: Value| {
        let request = app.http.request(method, app.url(path)).bearer_auth(&token);
        let answer = request.json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        let accepted: Value = answer.json().await.unwrap_or_default();
        let Some(job) = accepted["job"]["id"].as_str().map(str::to_owned) else {
            return;
        };
        eventually(async || {
            let job = app
                .http
                .get(app.url(&format!("/api/jobs/{job}")))
                .bearer_auth(&token);
            let job: Value = job.send().await.unwrap().json().await.unwrap();
            (job["state"] == "done").then_some(())
        })
        .await;
    };
    asks(&visitor, QUESTION).await;
    assert!(is_cached(&asks(&visitor, QUESTION).await));

    let text = json!({ "title": "Pets", "text": "Pets may ride on a robot." });
    does(
        Method::POST,
        &format!("/api/chat-spaces/{}/documents/text", acme.space),
        text,
    )
    .await;
    assert!(!is_cached(&asks(&visitor, QUESTION).await));
    assert!(is_cached(&asks(&visitor, QUESTION).await));

    let document = format!("/api/documents/{}", acme.document);
    does(Method::POST, &format!("{document}/reprocess"), json!({})).await;
    assert!(!is_cached(&asks(&visitor, QUESTION).await));
    assert!(is_cached(&asks(&visitor, QUESTION).await));

    does(Method::DELETE, &document, json!({})).await;
    let answer = asks(&visitor, QUESTION).await;
    assert!(
        !is_cached(&answer) && answer["citations"] == json!([]),
        "{answer}"
    );
}

#[tokio::test]
async fn settings_that_shape_answers_are_a_change() {
    let (app, acme, visitor) = chat().await;
    asks(&visitor, QUESTION).await;
    assert!(is_cached(&asks(&visitor, QUESTION).await));
    let change = SpaceChange {
        slug: acme.slug.clone(),
        name: acme.slug.clone(),
        public_key: acme.public_key.clone(),
        settings: json!({ "ai": { "models": [format!("anthropic/{MODEL}")], "tone": "concise" } }),
        published: true,
        allowed_origins: Vec::new(),
        at: app.services.clock.now(),
    };
    let db = app.services.db.tenant(acme.tenant);
    db.transaction(async |conn| spaces::update(conn, acme.space, change).await)
        .await
        .unwrap();
    // A change of settings may take two seconds to be seen.
    eventually(async || (!is_cached(&asks(&visitor, QUESTION).await)).then_some(())).await;
    assert_eq!(calls(&app), 2);
    assert!(is_cached(&asks(&visitor, QUESTION).await));
}

#[tokio::test]
async fn an_answer_grows_old() {
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let setup = keeping().clock(clock.clone()).set("ANSWER_CACHE_HOURS", "1");
    let (app, acme, visitor) = setup.chat().await;
    asks(&visitor, QUESTION).await;
    clock.advance(TimeDelta::minutes(50));
    assert!(is_cached(&asks(&visitor, QUESTION).await));
    clock.advance(TimeDelta::minutes(20));
    let later = app.visitor(&acme).await;
    assert!(!is_cached(&asks(&later, QUESTION).await));
    assert_eq!(calls(&app), 2);
}
