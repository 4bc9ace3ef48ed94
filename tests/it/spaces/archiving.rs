//! Putting a space away, and bringing it back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, text, widget};
use crate::support::{Setup, eventually};

#[tokio::test]
async fn a_space_that_is_away_is_out_of_sight_and_cannot_be_changed() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let (_, pasted) = owner.pastes(&id).await;
    let question = json!({ "question": "Warranty?", "facts": ["24 months"] });
    let questions = format!("/api/chat-spaces/{id}/golden-questions");
    let (_, asked) = owner.asks(Method::POST, &questions, question.clone()).await;
    let (archived, space) = owner.does(&id, "archive").await;
    assert_eq!((archived, &space["published"]), (200, &json!(false)));
    assert!(space["archived_at"].is_string());
    assert_eq!(owner.does(&id, "archive").await.0, 200, "twice is once");
    assert_eq!(widget(&app, "acme").await, 404);
    assert_eq!(owner.gets("/api/chat-spaces").await["items"], json!([]));
    assert_eq!(
        owner.gets("/api/chat-spaces?archived=true").await["items"][0]["id"],
        json!(id)
    );

    let document = format!("/api/documents/{}", text(&pasted["document"], "id"));
    let golden = format!("/api/golden-questions/{}", text(&asked, "id"));
    let page = json!({ "url": "https://shop.example/" });
    let title = json!({ "title": "T", "text": "t" });
    let pairs = json!({ "title": "T", "pairs": [{ "question": "q", "answer": "a" }] });
    for (method, path, body) in [
        (
            Method::PATCH,
            format!("/api/chat-spaces/{id}"),
            json!({ "name": "X" }),
        ),
        (
            Method::POST,
            format!("/api/chat-spaces/{id}/publish"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/api/chat-spaces/{id}/rotate-key"),
            json!({}),
        ),
        (
            Method::POST,
            format!("/api/chat-spaces/{id}/versions/1/restore"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/api/chat-spaces/{id}/documents/text"),
            title,
        ),
        (
            Method::POST,
            format!("/api/chat-spaces/{id}/documents/faq"),
            pairs,
        ),
        (Method::POST, format!("/api/chat-spaces/{id}/documents/url"), page),
        (Method::POST, format!("{document}/reprocess"), Value::Null),
        (Method::DELETE, document.clone(), Value::Null),
        (Method::POST, questions, question.clone()),
        (Method::PUT, golden.clone(), question),
        (Method::DELETE, golden, Value::Null),
        (
            Method::POST,
            format!("/api/chat-spaces/{id}/golden-runs"),
            json!({}),
        ),
    ] {
        let (status, problem) = owner.asks(method.clone(), &path, body).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (409, Some("space_archived")),
            "{method} {path}"
        );
    }
    owner.gets(&document).await;

    let (back, space) = owner.does(&id, "unarchive").await;
    assert_eq!(
        (back, &space["archived_at"], &space["published"]),
        (200, &Value::Null, &json!(false))
    );
    assert_eq!(owner.changes(&id, json!({ "name": "X" })).await.0, 200);
    assert_eq!(owner.does(&id, "publish").await.0, 200);
    assert_eq!(widget(&app, "acme").await, 200);
    let record = owner.record(&id).await;
    assert_eq!(
        record,
        [
            "space.publish",
            "space.change",
            "space.unarchive",
            "space.archive"
        ]
    );
}

#[tokio::test]
async fn the_web_is_not_read_for_a_space_that_is_away() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let path = format!("/api/chat-spaces/{id}/documents/url");
    // Nothing is there, so that the reading ends and is put in line for the next day.
    let page = json!({ "url": "http://127.0.0.1:1/", "every_hours": 24 });
    let (known, made) = owner.asks(Method::POST, &path, page).await;
    assert_eq!(known, 202, "{made}");
    let readings = async |states: &[&str]| {
        let jobs = owner.gets("/api/jobs").await;
        let jobs = jobs["items"].as_array().unwrap().iter();
        let readings = jobs.filter(|job| job["kind"] == "read_source");
        readings
            .filter(|job| states.contains(&text(job, "state")))
            .count()
    };
    let next = async || (readings(&["dead"]).await == 1 && readings(&["queued"]).await == 1).then_some(());
    eventually(next).await;
    assert_eq!(owner.does(&id, "archive").await.0, 200);
    assert_eq!(readings(&["queued", "running"]).await, 0);
    assert_eq!(owner.does(&id, "unarchive").await.0, 200);
    assert_eq!(readings(&["queued"]).await, 1, "in line again");
}
