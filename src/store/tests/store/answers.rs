//! A turn is answered once, and the last word about the answer counts.

use futures_util::future::join_all;
use parlance_store::{
    StoreError,
    ids::{MessageId, VisitorId},
    queries::{
        conversations,
        messages::{self, FeedbackValue, Finished, NewFeedback, NewRating, RatedVia},
    },
};

use crate::support::{assert_gapless, at, chat, database, refused_by};

#[tokio::test]
async fn a_turn_is_answered_once() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (question, reservation) = acme.says("may I return it?").await;
    let open = async || {
        acme.db
            .read(async |conn| messages::unanswered(conn, acme.conversation).await)
            .await
            .unwrap()
    };
    assert_eq!(open().await.iter().map(|m| m.id).collect::<Vec<_>>(), [question]);

    let answers = join_all((0..8).map(|_| async {
        let answer = acme.answer(question, reservation);
        let id = answer.id;
        (
            id,
            acme.db
                .transaction(async |conn| messages::finish_answer(conn, answer).await)
                .await
                .unwrap(),
        )
    }))
    .await;
    let new: Vec<_> = answers
        .iter()
        .filter(|(_, f)| *f == Finished::New { seq: 2, epoch: 0 })
        .collect();
    assert_eq!(new.len(), 1);
    let kept = new[0].0;
    for (_, finished) in answers.iter().filter(|(id, _)| *id != kept) {
        assert_eq!(
            *finished,
            Finished::AlreadyAnswered {
                message_id: kept,
                seq: 2
            }
        );
    }
    assert!(open().await.is_empty());
    assert_gapless(&acme.log().await, 2);

    let (message, sources) = acme
        .db
        .read(async |conn| {
            Ok::<_, StoreError>((
                messages::message(conn, kept).await?,
                messages::citations(conn, kept).await?,
            ))
        })
        .await
        .unwrap();
    let message = message.unwrap();
    assert_eq!(
        (message.in_reply_to, message.grounding),
        (Some(question), Some(0.5))
    );
    assert_eq!(message.claims.unwrap()[0]["end"], 15);
    assert_eq!(
        sources.iter().map(|c| (c.n, c.page)).collect::<Vec<_>>(),
        [(1, Some(1)), (2, Some(2))]
    );
}

#[tokio::test]
async fn an_answer_that_called_no_model_closes_its_turn() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (question, reservation) = acme.says("what is the meaning of life?").await;
    let mut repeated = acme.answer(question, reservation);
    repeated.settlement = None;
    repeated.cached = true;
    let id = repeated.id;
    acme.db
        .transaction(async |conn| messages::finish_answer(conn, repeated).await)
        .await
        .unwrap();
    let kept = acme.db.read(async |conn| messages::message(conn, id).await);
    assert!(kept.await.unwrap().unwrap().cached);
    let left = acme
        .db
        .read(async |conn| conversations::with_open_turns(conn, None, 10).await)
        .await
        .unwrap();
    assert!(left.is_empty());
}

#[tokio::test]
async fn an_answer_to_nothing_is_refused() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (_, reservation) = acme.says("hello?").await;
    let answer = acme.answer(MessageId::new(), reservation);
    let refused = acme
        .db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await;
    assert!(refused_by(refused, "messages_tenant_id_in_reply_to_fkey"));
    assert_gapless(&acme.log().await, 1);
}

#[tokio::test]
async fn the_last_thumb_and_the_last_rating_count() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (question, reservation) = acme.says("may I return it?").await;
    let answer = acme.answer(question, reservation);
    let answer_id = answer.id;
    acme.db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await
        .unwrap();
    let thumb = async |message_id, visitor_id, value| {
        let new = NewFeedback {
            message_id,
            visitor_id,
            value,
            comment: None,
            at: at(6),
        };
        acme.db
            .transaction(async |conn| messages::feedback(conn, new).await)
            .await
    };
    thumb(answer_id, acme.visitor, FeedbackValue::Up).await.unwrap();
    thumb(answer_id, acme.visitor, FeedbackValue::Down).await.unwrap();
    for (message, visitor) in [(question, acme.visitor), (answer_id, VisitorId::new())] {
        let refused = thumb(message, visitor, FeedbackValue::Up).await;
        assert!(matches!(refused, Err(StoreError::NotFound)));
    }
    let stars = async |score| {
        let (conversation_id, visitor_id) = (acme.conversation, acme.visitor);
        let new = NewRating {
            conversation_id,
            visitor_id,
            score,
            comment: Some("ok".into()),
            via: RatedVia::Widget,
            at: at(7),
        };
        acme.db
            .transaction(async |conn| messages::rate(conn, new).await)
            .await
    };
    stars(2).await.unwrap();
    stars(5).await.unwrap();
    assert!(refused_by(stars(6).await, "ratings_score_range"));
}
