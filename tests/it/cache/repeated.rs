//! The same question again: the same answer, at no cost.

use serde_json::json;

use super::{AGAIN, QUESTION, asks, calls, chat, is_cached};
use crate::support::{answer_of, deltas_of, says};

#[tokio::test]
async fn the_second_visitor_gets_the_same_answer_and_nobody_is_billed() {
    let (app, acme, first) = chat().await;
    let answer = asks(&first, QUESTION).await;
    assert!(!is_cached(&answer) && answer["text"].as_str().unwrap().contains("24 months"));

    let second = app.visitor(&acme).await;
    let (conversation, mut socket) = second.connects().await;
    socket
        .send(&says(" how LONG does the warranty of a robot last"))
        .await;
    let frames = socket.until_answer().await;
    let again = answer_of(&frames);
    assert!(is_cached(again), "{again}");
    for field in ["text", "citations", "claims", "grounding", "model", "state"] {
        assert_eq!(again[field], answer[field], "{field}");
    }
    assert_eq!(again["text"], json!(deltas_of(&frames)));
    let claims = frames
        .iter()
        .filter(|frame| frame["type"] == "answer.claim")
        .count();
    assert_eq!(claims, again["claims"].as_array().unwrap().len());
    assert_eq!(second.log(&conversation).await.last(), Some(again));

    assert_eq!(calls(&app), 1);
    app.services.ledger.flush().await;
    let rows = async |what: &str| app.db().rows(what).await.unwrap();
    assert_eq!(
        rows("SELECT state, count(*) AS n FROM reservations GROUP BY state ORDER BY state").await,
        [
            json!({ "state": "released", "n": 1 }),
            json!({ "state": "settled", "n": 1 })
        ]
    );
    assert_eq!(
        rows("SELECT count(*) AS n FROM usage_events").await,
        [json!({ "n": 1 })]
    );
    assert_eq!(
        rows("SELECT cached FROM messages WHERE author_kind = 'assistant' ORDER BY created_at").await,
        [json!({ "cached": false }), json!({ "cached": true })]
    );
    let source = app
        .http
        .get(app.url(again["citations"][0]["url"].as_str().unwrap()));
    assert!(
        source
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("<mark id=\"cited\">")
    );
}

#[tokio::test]
async fn agents_see_that_it_was_said_before() {
    let (app, acme, visitor) = chat().await;
    let first = asks(&visitor, QUESTION).await;
    let conversation = visitor.conversation().await;
    let again = visitor.asks(Some(&conversation), QUESTION).await;
    assert!(is_cached(&again), "{first} {again}");
    let token = app.log_in(&acme.email).await;
    let path = format!("/api/conversations/{conversation}/messages");
    let messages = app
        .http
        .get(app.url(&path))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let messages: serde_json::Value = messages.json().await.unwrap();
    let cached: Vec<_> = messages["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["cached"])
        .collect();
    assert_eq!(cached, [&json!(false), &json!(true)]);
}

#[tokio::test]
async fn in_other_words_too_where_it_is_the_same_question() {
    let (app, _, visitor) = chat().await;
    let answer = asks(&visitor, QUESTION).await;
    let again = asks(&visitor, AGAIN).await;
    assert!(is_cached(&again), "{again}");
    assert_eq!(again["citations"], answer["citations"]);
    assert_eq!(calls(&app), 1);
    for other in [
        "How long does the warranty of a robot not last?",
        "How long does the warranty of a battery last?",
        "When does the warranty of a robot start?",
        "How much does the warranty of a robot cost?",
        "How long does the warranty of a robot 3 last?",
    ] {
        let answer = asks(&visitor, other).await;
        assert!(!is_cached(&answer), "{other}: {answer}");
    }
}

#[tokio::test]
async fn a_follow_up_is_answered_for_itself() {
    let (app, _, visitor) = chat().await;
    let answer = asks(&visitor, QUESTION).await;
    let conversation = answer["conversation"].as_str().unwrap();
    for _ in 0..2 {
        assert!(!is_cached(&visitor.asks(Some(conversation), QUESTION).await));
    }
    assert_eq!(calls(&app), 3);
    let refunds = "Within how many working days are refunds paid?";
    visitor.asks(Some(conversation), refunds).await;
    assert!(
        !is_cached(&asks(&visitor, refunds).await),
        "it was asked behind others"
    );
    assert!(is_cached(&asks(&visitor, refunds).await));
}
