//! What a person said before they were known becomes theirs, on every device, and nobody else's.

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::join;

use crate::support::{Sse, TestApp, TestVisitor, paced, says};

/// Says something, and is answered, so that nothing of it is yet to come.
async fn has_said(visitor: &TestVisitor, text: &str) -> String {
    let conversation = visitor.conversation().await;
    visitor.asks(Some(&conversation), text).await;
    conversation
}

#[tokio::test]
async fn one_history_on_every_device() {
    let (app, acme, phone) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let on_phone = has_said(&phone, "where is my order?").await;
    let (phone, session) = app.identifies(&acme, &secret, "u-1", Some(&phone)).await;
    assert_eq!(
        (&session["conversation"], &session["visitor"]["id"]),
        (&json!(on_phone), &json!(phone.id))
    );

    let desk = app.visitor(&acme).await;
    let on_desk = has_said(&desk, "and what does it cost?").await;
    assert_eq!(desk.reads(&on_phone).await, 404);
    let (desk, session) = app.identifies(&acme, &secret, "u-1", Some(&desk)).await;
    assert_eq!(
        session["conversation"],
        json!(on_desk),
        "it goes on with what it talks about"
    );
    for device in [&phone, &desk] {
        assert_eq!(device.past().await, [on_desk.clone(), on_phone.clone()]);
        assert_eq!(
            (device.reads(&on_phone).await, device.reads(&on_desk).await),
            (200, 200)
        );
    }
    let list: Value = desk
        .get("/conversations")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&list["items"][1]["status"], &list["items"][1]["author"]),
        (&json!("bot"), &json!("assistant"))
    );

    phone.frame(&on_desk, &says("here I am")).await;
    let (_, fresh) = app.identifies(&acme, &secret, "u-1", None).await;
    assert_eq!(
        fresh["conversation"],
        json!(on_desk),
        "a new device goes on with the newest"
    );
    let contacts = app.db().rows("SELECT id FROM contacts").await.unwrap();
    assert_eq!(contacts.len(), 1);
}

/// The answer in flight, the listeners, and the log go on; only who listened as nobody must show the
/// newer token.
#[tokio::test]
async fn a_live_conversation_goes_on_without_a_gap() {
    let (app, acme, visitor) = TestApp::chat_with(paced(5.0)).await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut stream = Sse::open(visitor.get(&format!("/conversation/{conversation}/events"))).await;
    assert_eq!(stream.next().await.unwrap().kind, "ready");
    socket.send(&says("How long does the warranty last?")).await;
    let question = socket.next_of("ack").await;
    socket.next_of("answer.delta").await;
    let (known, session) = app.identifies(&acme, &secret, "u-1", Some(&visitor)).await;
    assert_eq!(session["conversation"], json!(conversation));
    assert_eq!(
        socket.ends().await,
        Some(4009),
        "who listens is asked to come again"
    );
    let (ready, mut socket) = known
        .resumes(&conversation, question["seq"].as_u64().unwrap())
        .await;
    assert_eq!(ready["conversation"]["status"], "bot");
    socket.next_of("answer.snapshot").await;
    socket.send(&json!({ "type": "stop" })).await;
    let frames = socket.until_answer().await;
    let answer = frames.last().unwrap();
    assert_eq!(
        (&answer["seq"], &answer["state"]),
        (&json!(2), &json!("interrupted"))
    );
    assert_eq!(known.log(&conversation).await.len(), 2);
    loop {
        let event = stream.next().await.unwrap();
        if event.kind == "moved" {
            break;
        }
        assert_ne!(
            event.id,
            Some(2),
            "and the stream of nobody in particular ended before"
        );
    }
}

#[tokio::test]
async fn the_token_of_before_opens_nothing_of_a_known_persons() {
    let (app, acme, nobody) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let own = has_said(&nobody, "hello").await;
    let (ann, _) = app.identifies(&acme, &secret, "u-1", None).await;
    let earlier = has_said(&ann, "my order is number 5511").await;
    let (ann, _) = app.identifies(&acme, &secret, "u-1", Some(&nobody)).await;
    assert_eq!((ann.reads(&own).await, ann.reads(&earlier).await), (200, 200));

    assert_eq!(
        (nobody.reads(&earlier).await, nobody.reads(&own).await),
        (404, 401)
    );
    assert_eq!(nobody.post("/conversation").send().await.unwrap().status(), 401);
    assert_eq!(nobody.get("/conversations").send().await.unwrap().status(), 401);
    assert_eq!(nobody.frame(&own, &says("more")).await.0, 401);
    let mut socket = nobody.socket().await;
    socket
        .send(&json!({ "type": "hello", "token": nobody.token, "conversation": own, "after": 0 }))
        .await;
    assert_eq!(socket.ends().await, Some(4001));
    // Nor by exchanging it.
    let (anew, session) = app.comes(&acme, &json!({ "token": nobody.token })).await;
    assert_eq!(
        (&session["visitor"]["verified"], &session["conversation"]),
        (&json!(false), &Value::Null)
    );
    assert_ne!(anew.id, nobody.id);
    assert_eq!((anew.reads(&own).await, anew.reads(&earlier).await), (404, 404));
    // After the conversation was loaded anew as well.
    app.services.registry.sweep();
    let mut app = app;
    app.restart().await;
    assert_eq!(
        (nobody.at(&app).reads(&own).await, ann.at(&app).reads(&own).await),
        (401, 200)
    );
}

#[tokio::test]
async fn nothing_is_merged_across_people() {
    let (app, acme, browser) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let anns = has_said(&browser, "I am Ann").await;
    let (ann, _) = app.identifies(&acme, &secret, "ann", Some(&browser)).await;
    // The next person at the same browser, with Ann's token, or with the one of before her.
    for before in [&ann, &browser] {
        let (bob, session) = app.identifies(&acme, &secret, "bob", Some(before)).await;
        assert_ne!(bob.id, ann.id);
        assert_eq!((bob.reads(&anns).await, bob.past().await.len()), (404, 0));
        assert_eq!(session["conversation"], Value::Null);
    }
    assert_eq!((ann.reads(&anns).await, ann.past().await.len()), (200, 1));
    // And nobody else of the space.
    let neighbour = app.visitor(&acme).await;
    assert_eq!(
        (neighbour.reads(&anns).await, neighbour.past().await.len()),
        (404, 0)
    );
}

#[tokio::test]
async fn two_tabs_at_once_come_to_one_person() {
    let (app, acme, browser) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let said = has_said(&browser, "hello").await;
    let other = app.visitor(&acme).await;
    let other_said = has_said(&other, "hello from elsewhere").await;
    let tab = || app.identifies(&acme, &secret, "u-1", Some(&browser));
    let (one, two, three, four) = join!(
        tab(),
        tab(),
        app.identifies(&acme, &secret, "u-1", Some(&other)),
        tab()
    );
    for (visitor, session) in [&one, &two, &four] {
        assert_eq!(
            (&visitor.id, &session["conversation"]["id"]),
            (&browser.id, &Value::Null)
        );
    }
    let both: HashSet<_> = [said, other_said].into();
    for (visitor, _) in [one, two, three, four] {
        assert_eq!(visitor.past().await.into_iter().collect::<HashSet<_>>(), both);
    }
    assert_eq!(app.db().rows("SELECT id FROM contacts").await.unwrap().len(), 1);
    // Two who would be different people at one browser: one gets it, the other one of their own.
    let shared = app.visitor(&acme).await;
    has_said(&shared, "who am I?").await;
    let (ann, bob) = join!(
        app.identifies(&acme, &secret, "ann", Some(&shared)),
        app.identifies(&acme, &secret, "bob", Some(&shared))
    );
    assert_ne!(ann.0.id, bob.0.id);
    assert_eq!(ann.0.past().await.len() + bob.0.past().await.len(), 1);
}
