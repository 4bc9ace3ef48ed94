//! Another key in the place of one that is in use.

use std::sync::Arc;

use chrono::TimeDelta;
use parlance::kernel::clock::{Clock, ManualClock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, named, text, widget};
use crate::support::{Setup, eventually, jwt_of};

#[tokio::test]
async fn both_keys_work_until_the_old_one_ends_and_visitors_notice_nothing() {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let (app, acme, visitor) = Setup::default().clock(clock.clone()).chat().await;
    let owner = Owner::of(&app, &acme).await;
    let path = format!("/api/chat-spaces/{}/rotate-key", acme.space);
    let rotate = async |body: Value| owner.asks(Method::POST, &path, body).await;
    let (conversation, mut socket) = visitor.connects().await;

    let answered = visitor.asks(Some(&conversation), "how long is the warranty?");
    let (answer, (rotated, space)) = tokio::join!(answered, rotate(json!({ "overlap_hours": 2 })));
    assert_eq!((rotated, answer["state"].as_str()), (200, Some("complete")));
    let new = text(&space, "public_key").to_owned();
    assert_ne!(new, acme.public_key);
    assert_eq!(text(&space["old_key"], "key"), acme.public_key);
    for key in [&new, &acme.public_key] {
        assert_eq!(widget(&app, key).await, 200, "{key}");
    }
    socket.send(&crate::support::says("still here?")).await;
    socket.next_of("ack").await;

    clock.advance(TimeDelta::hours(2));
    let over = eventually(async || (widget(&app, &acme.public_key).await == 404).then_some(()));
    over.await;
    assert_eq!(widget(&app, &new).await, 200);
    let owner = Owner::of(&app, &acme).await;
    let rotate = async |body: Value| owner.asks(Method::POST, &path, body).await;
    assert_eq!(owner.space(&acme.space.to_string()).await["old_key"], Value::Null);
    let visitor = visitor.with_token(&app.visitor(&acme).await.token);
    visitor.conversation().await;

    // A third ends the first of them at once, and without an overlap the second as well.
    let (_, space) = rotate(json!({})).await;
    let second = text(&space, "public_key").to_owned();
    let (_, space) = rotate(json!({})).await;
    let third = text(&space, "public_key").to_owned();
    assert_eq!(
        (
            widget(&app, &new).await.as_u16(),
            widget(&app, &second).await.as_u16()
        ),
        (404, 200)
    );
    let (_, space) = rotate(json!({ "overlap_hours": 0 })).await;
    assert_eq!(space["old_key"], Value::Null);
    for gone in [&second, &third] {
        assert_eq!(widget(&app, gone).await, 404, "{gone}");
    }
    assert_eq!(widget(&app, text(&space, "public_key")).await, 200);
    for odd in [json!({ "overlap_hours": 721 }), json!({ "overlap_hours": -1 })] {
        assert_eq!(rotate(odd).await.0, 400);
    }
    assert_eq!(
        named(&rotate(json!({ "overlap_hours": 721 })).await.1),
        ["overlap_hours"]
    );
}

/// The page has the new key by now, the server of the host site still signs for the old one.
#[tokio::test]
async fn what_a_host_signs_for_the_old_key_counts_as_long_as_that() {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let (app, acme) = acme(Setup::default().clock(clock.clone())).await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let proof = || {
        let exp = app.services.clock.now().timestamp() + 300;
        let token = jwt_of(
            &secret,
            &json!({ "sub": "u-1", "aud": acme.public_key, "exp": exp }),
        );
        json!({ "identity": { "token": token } })
    };
    let owner = Owner::of(&app, &acme).await;
    let path = format!("/api/chat-spaces/{}/rotate-key", acme.space);
    let rotated = owner
        .asks(Method::POST, &path, json!({ "overlap_hours": 2 }))
        .await;
    assert_eq!(rotated.0, 200);
    let (status, session) = app.session(&acme, &proof()).await;
    assert_eq!(
        (status.as_u16(), &session["visitor"]["verified"]),
        (200, &json!(true)),
        "{session}"
    );
    clock.advance(TimeDelta::hours(2));
    let (status, refused) = app.session(&acme, &proof()).await;
    assert_eq!(
        (status.as_u16(), &refused["code"]),
        (401, &json!("identity_invalid")),
        "{refused}"
    );
}
