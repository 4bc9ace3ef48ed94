//! Whoever changes the knowledge of a workspace is on record, with what and how.

use reqwest::Method;
use serde_json::{Value, json};

use super::Person;
use crate::support::TestApp;

#[tokio::test]
async fn what_is_done_to_the_knowledge_is_on_record() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme).await;
    let space = format!("/api/chat-spaces/{}", acme.space);
    let done = async |method: Method, path: &str, body: Value| {
        let (status, answer) = owner.asks(method, path, body).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    };
    let id = |answer: &Value, of: &str| answer[of]["id"].as_str().unwrap().to_owned();
    let text = json!({ "title": "Returns", "text": "Thirty days." });
    let document = done(Method::POST, &format!("{space}/documents/text"), text).await;
    let document = id(&document, "document");
    done(
        Method::POST,
        &format!("/api/documents/{document}/reprocess"),
        Value::Null,
    )
    .await;
    done(Method::DELETE, &format!("/api/documents/{document}"), Value::Null).await;
    let address = json!({ "url": "https://shop.example/", "scope": "site" });
    let source = done(Method::POST, &format!("{space}/documents/url"), address).await;
    let source = id(&source, "source");
    let read = done(Method::POST, &format!("/api/sources/{source}/read"), Value::Null).await;
    done(
        Method::POST,
        &format!("/api/jobs/{}/cancel", id(&read, "job")),
        Value::Null,
    )
    .await;
    done(Method::DELETE, &format!("/api/sources/{source}"), Value::Null).await;
    let golden = json!({ "question": "How long?", "facts": ["thirty"] });
    let question = done(Method::POST, &format!("{space}/golden-questions"), golden).await;
    let question = format!("/api/golden-questions/{}", question["id"].as_str().unwrap());
    let golden = json!({ "question": "How long?", "facts": ["30"] });
    done(Method::PUT, &question, golden).await;
    done(Method::POST, &format!("{space}/golden-runs"), json!({})).await;
    done(Method::DELETE, &question, Value::Null).await;

    let record = owner.record("").await;
    let actions: Vec<_> = record
        .iter()
        .rev()
        .map(|act| act["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "document.put",
            "document.reprocess",
            "document.remove",
            "source.put",
            "source.read",
            "job.cancel",
            "source.remove",
            "golden_question.add",
            "golden_question.change",
            "golden_run.ask",
            "golden_question.remove",
        ]
    );
    assert!(record.iter().all(|act| act["actor"]["id"] == owner.id.as_str()));
    let changed = &owner.record("?action=golden_question.change").await[0];
    assert_eq!(
        (&changed["before"], &changed["after"]),
        (&json!({ "facts": ["thirty"] }), &json!({ "facts": ["30"] }))
    );
}
