//! Thumbs and stars: the last word counts.

use serde_json::json;

use crate::support::{TestApp, answer_of, says};

#[tokio::test]
async fn the_last_thumb_and_the_last_score_count() {
    let (app, _, visitor) = TestApp::chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let early = visitor
        .frame(&conversation, &json!({ "type": "rate", "score": 1 }))
        .await;
    assert_eq!(early.1["code"], "invalid_request", "nothing was said yet");
    socket.send(&says("How long does the warranty last?")).await;
    let answer = answer_of(&socket.until_answer().await)["id"].clone();
    for value in ["up", "down"] {
        let (status, taken) = visitor
            .frame(
                &conversation,
                &json!({ "type": "feedback", "message": answer, "value": value, "comment": value }),
            )
            .await;
        assert_eq!((status.as_u16(), &taken["type"]), (200, &json!("ok")));
    }
    for score in [5, 2] {
        visitor
            .frame(&conversation, &json!({ "type": "rate", "score": score }))
            .await;
    }
    let thumbs = app
        .db()
        .rows("SELECT message_id, value, comment FROM feedback")
        .await
        .unwrap();
    assert_eq!(
        thumbs,
        [json!({ "message_id": answer, "value": "down", "comment": "down" })]
    );
    let scores = app
        .db()
        .rows("SELECT conversation_id, score FROM ratings")
        .await
        .unwrap();
    assert_eq!(scores, [json!({ "conversation_id": conversation, "score": 2 })]);
}

#[tokio::test]
async fn only_an_answer_of_ones_own_can_be_judged() {
    let (app, acme, visitor) = TestApp::chat().await;
    let theirs = visitor.asks(None, "How long does the warranty last?").await;
    let other = app.visitor(&acme).await;
    let conversation = other.conversation().await;
    let own = other.asks(Some(&conversation), "When are refunds paid?").await;
    for message in [&theirs["id"], &own["in_reply_to"], &json!(uuid::Uuid::now_v7())] {
        let frame = json!({ "type": "feedback", "message": message, "value": "up" });
        let (status, problem) = other.frame(&conversation, &frame).await;
        assert_eq!((status.as_u16(), &problem["code"]), (404, &json!("not_found")));
    }
    assert!(app.db().rows("SELECT * FROM feedback").await.unwrap().is_empty());
}
