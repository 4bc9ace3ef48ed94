//! Removing a space with all that it has.

use parlance::domain::{jobs::Work, knowledge::intake};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, named, text, widget};
use crate::support::{Setup, TestApp, eventually, says};

#[tokio::test]
async fn a_removed_space_is_gone_at_once_and_its_content_soon() {
    let (app, acme, visitor) = TestApp::chat().await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    let path = format!("/api/chat-spaces/{id}");
    let conversation = visitor.conversation().await;
    visitor
        .asks(Some(&conversation), "how long is the warranty?")
        .await;
    let (_, mut socket) = visitor.resumes(&conversation, 0).await;
    let (_, pasted) = owner.pastes(&id).await;
    assert_eq!(owner.changes(&id, json!({ "name": "Robots" })).await.0, 200);

    for confirm in ["", "?confirm=", "?confirm=globex"] {
        let (refused, problem) = owner
            .asks(Method::DELETE, &format!("{path}{confirm}"), Value::Null)
            .await;
        assert_eq!((refused, named(&problem)), (400, vec!["confirm"]), "{confirm}");
    }
    let removed = owner
        .asks(Method::DELETE, &format!("{path}?confirm=acme"), Value::Null)
        .await;
    assert_eq!(removed.0, 204);
    assert_eq!(widget(&app, "acme").await, 404);
    let document = format!("/api/documents/{}", text(&pasted["document"], "id"));
    for gone in [
        path.clone(),
        format!("{path}/documents"),
        format!("{path}/versions"),
        format!("{path}/conversations"),
        document,
        format!("/api/documents/{}", acme.document),
        format!("/api/conversations/{conversation}"),
        format!("/api/conversations/{conversation}/messages"),
    ] {
        assert_eq!(owner.asks(Method::GET, &gone, Value::Null).await.0, 404, "{gone}");
    }
    assert_eq!(
        owner.gets("/api/chat-spaces?archived=true").await["items"],
        json!([])
    );
    socket.send(&says("hello?")).await;
    assert_eq!(socket.next_of("error").await["code"], "not_found");
    assert_eq!(owner.record(&id).await, ["space.remove", "space.change"]);

    let tables = [
        "documents",
        "passages",
        "passage_vectors",
        "conversations",
        "conversation_events",
        "visitors",
        "space_versions",
    ];
    let left = tables
        .map(|table| format!("(SELECT count(*) FROM {table})"))
        .join(" + ");
    let count = async |query: String| {
        let rows = app.db().rows(&query).await.unwrap();
        rows[0]["n"].as_i64().unwrap()
    };
    eventually(async || (count(format!("SELECT {left} AS n")).await == 0).then_some(())).await;
    let books = "SELECT count(*) AS n FROM reservations WHERE conversation_id IS NULL";
    assert!(
        count(books.to_owned()).await > 0,
        "what was paid for is on the books"
    );
    let (again, space) = owner.makes(json!({ "name": "Acme" })).await;
    assert_eq!((again, text(&space, "slug")), (201, "acme"), "its word is free");
}

#[tokio::test]
async fn an_archived_space_needs_no_word_and_its_end_cannot_be_called_off() {
    let (app, acme) = acme(Setup::default()).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    assert_eq!(owner.does(&id, "archive").await.0, 200);
    let path = format!("/api/chat-spaces/{id}");
    assert_eq!(owner.asks(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(owner.asks(Method::DELETE, &path, Value::Null).await.0, 404);

    let removals = async |state: &str| {
        let jobs = owner.gets("/api/jobs").await;
        let jobs = jobs["items"].as_array().unwrap().iter();
        jobs.filter(|job| job["kind"] == "remove_space" && job["state"] == state)
            .count()
    };
    eventually(async || (removals("done").await == 1).then_some(())).await;
    let (db, now) = (app.services.db.tenant(acme.tenant), app.services.clock.now());
    let work = Work::RemoveSpace { space: acme.space };
    db.transaction(async |conn| intake::given_up(conn, &work, intake::CALLED_OFF, now).await)
        .await
        .unwrap();
    assert_eq!(removals("queued").await, 1, "in line again for later");
}
