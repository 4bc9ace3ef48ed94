//! Whom agents block is not let in, by any door and at once; and is again when they are.

use parlance_store::control::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::kept::Desk;
use crate::support::{Sse, TestApp, says};

#[tokio::test]
async fn what_is_open_is_closed_and_every_door_says_why() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("hello")).await;
    socket.until_answer().await;
    let mut stream = Sse::open(visitor.get(&format!("/conversation/{conversation}/events"))).await;
    let desk = Desk::of(&app, &acme, Role::Agent).await;
    let contact = desk.keeps(&visitor.id).await;
    let viewer = Desk::of(&app, &acme, Role::Viewer).await;
    let block = format!("{contact}/block");
    let (status, _) = viewer
        .call(Method::POST, &block, json!({ "reason": "spam" }))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    for reason in [json!(" "), json!("x".repeat(501))] {
        let (status, _) = desk.call(Method::POST, &block, json!({ "reason": reason })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let blocked = desk.post(&block, json!({ "reason": "spam" })).await;
    assert_eq!(blocked["blocked_reason"], "spam");
    assert_eq!(socket.ends().await, Some(4009));
    while stream.next().await.is_some_and(|event| event.kind != "moved") {}
    let shown = desk.get(&format!("/api/conversations/{conversation}")).await;
    assert_eq!(shown["blocked"], true);

    let mut again = visitor.socket().await;
    let hello = json!({ "type": "hello", "token": visitor.token, "conversation": conversation, "after": 0 });
    again.send(&hello).await;
    assert_eq!(again.next_of("error").await["code"], "blocked");
    assert_eq!(again.ends().await, Some(4003));
    let refused = (StatusCode::FORBIDDEN, json!("blocked"));
    let of = |(status, body): (StatusCode, Value)| (status, body["code"].clone());
    assert_eq!(of(visitor.frame(&conversation, &says("hello?")).await), refused);
    assert_eq!(
        of(app.session(&acme, &json!({ "token": visitor.token })).await),
        refused
    );
    let question = json!({ "client_id": uuid::Uuid::new_v4(), "text": "hello?" });
    for (path, body) in [("/conversation", json!({})), ("/chat", question)] {
        let answer = visitor.post(path).json(&body).send().await.unwrap();
        assert_eq!(
            of((answer.status(), answer.json().await.unwrap())),
            refused,
            "{path}"
        );
    }
    let listed = desk.get("/api/contacts?filter=blocked").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);

    desk.post(&format!("{contact}/unblock"), json!({})).await;
    let (visitor, session) = app.comes(&acme, &json!({ "token": visitor.token })).await;
    assert_eq!(session["conversation"], json!(conversation));
    visitor.asks(Some(&conversation), "hello again").await;
    let owner = Desk::owner(&app, &acme).await;
    let acts = owner.get("/api/audit?action=contact.").await;
    let said: Vec<_> = acts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| &act["action"])
        .collect();
    assert_eq!(said, ["contact.unblock", "contact.block"]);
    assert!(
        !acts.to_string().contains("spam"),
        "the record is for ever, and says nothing of anybody"
    );
}

#[tokio::test]
async fn a_person_is_blocked_on_every_browser_and_by_every_proof() {
    let (app, acme, stranger) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (phone, _) = app.identifies(&acme, &secret, "u-1", None).await;
    let desk = Desk::owner(&app, &acme).await;
    let contact = desk.keeps(&phone.id).await;
    desk.post(&format!("{contact}/block"), json!({ "reason": "spam" }))
        .await;
    let proof = crate::support::jwt(&app, &secret, "u-1");
    for token in [Value::Null, json!(phone.token), json!(stranger.token)] {
        let body = json!({ "token": token, "identity": { "token": proof } });
        let (status, refused) = app.session(&acme, &body).await;
        assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("blocked")));
    }
    let seen = app.sees(&acme, &stranger.id).await;
    assert_eq!(seen["contact"], Value::Null, "and nothing was changed");
    let (_, other) = app.identifies(&acme, &secret, "u-2", Some(&phone)).await;
    assert_ne!(
        other["visitor"]["id"],
        json!(phone.id),
        "the next person at that browser is another one"
    );
}

/// Without an identity, a block is of the browser: one that forgets who it was comes as somebody new.
#[tokio::test]
async fn a_browser_that_says_who_it_is_proves_its_way_around_nothing() {
    let (app, acme, stranger) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let desk = Desk::owner(&app, &acme).await;
    let contact = desk.keeps(&stranger.id).await;
    desk.post(&format!("{contact}/block"), json!({ "reason": "spam" }))
        .await;
    let proof = crate::support::jwt(&app, &secret, "u-1");
    let body = json!({ "token": stranger.token, "identity": { "token": proof } });
    let (status, refused) = app.session(&acme, &body).await;
    assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("blocked")));
    let (status, _) = app.session(&acme, &json!({})).await;
    assert_eq!(status, StatusCode::OK);
}
