//! Admins read conversations over REST.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::problem;
use crate::support::{TestApp, says};

async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    let answer = app
        .http
        .get(app.url(path))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{path}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_list_pages_by_cursor_and_shows_each_once() {
    let (app, acme, visitor) = TestApp::chat().await;
    let mut opened = BTreeSet::new();
    for _ in 0..7 {
        let conversation = visitor.conversation().await;
        visitor.frame(&conversation, &json!({ "type": "human" })).await;
        opened.insert(conversation);
    }
    let token = app.log_in(&acme.email).await;
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/api/chat-spaces/{}/conversations?limit=3{cursor}", acme.space);
        let page = get(&app, &token, &path).await;
        pages += 1;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((pages, seen.len()), (3, 7));
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), opened);
    let path = format!("/api/chat-spaces/{}/conversations?cursor=zzz", acme.space);
    let refused = app
        .http
        .get(app.url(&path))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(problem(refused).await, (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn the_one_that_changed_last_comes_first_with_all_that_was_said() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (early, _late) = (visitor.conversation().await, visitor.conversation().await);
    visitor.frame(&early, &says("What is this?")).await;
    let answer = visitor
        .asks(Some(&early), "How long does the warranty last?")
        .await;
    let token = app.log_in(&acme.email).await;
    let spaces = get(&app, &token, "/api/chat-spaces").await;
    assert_eq!(spaces["items"][0]["slug"], "acme");
    let list = get(
        &app,
        &token,
        &format!("/api/chat-spaces/{}/conversations", acme.space),
    )
    .await;
    assert_eq!(list["items"][0]["id"], early.as_str());
    assert_eq!(
        get(&app, &token, &format!("/api/conversations/{early}")).await["seq"],
        4
    );
    let path = format!("/api/conversations/{early}/messages");
    let all = get(&app, &token, &path).await;
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    let last = items.iter().find(|item| item["id"] == answer["id"]).unwrap();
    for field in ["text", "state", "in_reply_to", "model", "claims"] {
        assert_eq!(last[field], answer[field], "{field}");
    }
    let page = get(&app, &token, &format!("{path}?limit=2")).await;
    let rest = get(
        &app,
        &token,
        &format!("{path}?limit=2&cursor={}", page["next"].as_str().unwrap()),
    )
    .await;
    let both: Vec<&Value> = [&page, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .collect();
    assert_eq!(both, items.iter().collect::<Vec<_>>());
}
