//! What happened in a channel is told apart from what happened in the other, and in neither.

use parlance_store::{
    ids::{ConversationId, ReservationId},
    queries::{
        conversations,
        ledger::{self, CallKind, NewReservation},
        mail_threads::{self, NewThread},
        messages::{self, NewRating, RatedVia},
        rollups::{Channel, Scope},
    },
};

use super::{counted, counted_of, differences, fold, repair, words};
use crate::support::{Chat, at, chat, database, new_conversation, settlement};

/// Another conversation of the same visitor, which began with a mail.
pub async fn by_mail(of: &Chat) -> Chat {
    let conversation = ConversationId::new();
    let thread = NewThread {
        conversation_id: conversation,
        email: "ada@example.com".to_owned(),
        subject: "It hums".to_owned(),
        message_id: None,
    };
    let new = new_conversation(of, conversation);
    of.db
        .transaction(async |conn| {
            conversations::create(conn, new).await?;
            mail_threads::begin(conn, thread).await
        })
        .await
        .unwrap();
    Chat {
        db: of.db.clone(),
        conversation,
        ..*of
    }
}

fn of(channel: Channel) -> Scope {
    Scope {
        channel: Some(channel),
        ..Scope::default()
    }
}

#[tokio::test]
async fn each_conversation_is_of_the_channel_that_it_began_in() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let mail = by_mail(&acme).await;
    acme.says("Where is my order?").await;
    let (question, reservation) = mail.says("It hums.").await;
    let answer = mail.answer(question, reservation);
    let rating = NewRating {
        conversation_id: mail.conversation,
        visitor_id: mail.visitor,
        score: 4,
        comment: None,
        via: RatedVia::Mail,
        at: at(9),
    };
    // A document is read: of no conversation.
    let reading = NewReservation {
        id: ReservationId::new(),
        conversation_id: None,
        kind: CallKind::Embedding,
        ..acme.reservation()
    };
    let read = settlement(reading.id, 500);
    acme.db
        .transaction(async |conn| {
            messages::finish_answer(conn, answer).await?;
            messages::rate(conn, rating).await?;
            ledger::reserve(conn, reading).await?;
            ledger::settle(conn, &read).await?;
            ledger::record_settled(conn, 10, at(10)).await
        })
        .await
        .unwrap();

    let widget = words(&[
        ("conversations", 1),
        ("messages.visitor", 1),
        ("sentiment.neutral", 1),
        ("visitors", 1),
    ]);
    for _ in 0..2 {
        assert_eq!(counted_of(&acme.db, of(Channel::Widget)).await, widget);
        let by_mail = counted_of(&acme.db, of(Channel::Mail)).await;
        for (metric, n) in [
            ("conversations", 1),
            ("messages.visitor", 1),
            ("messages.assistant", 1),
            ("sentiment.neutral", 1),
            ("csat.4", 1),
            ("usage.cost", 1_000_000),
            ("visitors", 1),
        ] {
            assert_eq!(by_mail.get(metric), Some(&n), "{metric}: {by_mail:?}");
        }
        let all = counted(&acme.db).await;
        assert_eq!(
            (all["conversations"], all["usage.cost"], all["visitors"]),
            (2, 1_000_500, 1),
            "who came by both is one"
        );
        assert_eq!(differences(&acme.db).await, []);
        while fold(&acme.db, 2).await > 0 {}
    }

    // As it was before channels were told apart.
    test.run("UPDATE rollups SET channel = 'widget' WHERE metric = 'csat.4'")
        .await
        .unwrap();
    let found = differences(&acme.db).await;
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.metric.as_str(), one.channel.as_str(), one.counted, one.there))
        .collect();
    assert_eq!(found, [("csat.4", "mail", 0, 1), ("csat.4", "widget", 1, 0)]);
    assert_eq!(repair(&acme.db).await, 2);
    assert_eq!(differences(&acme.db).await, []);
    assert_eq!(counted_of(&acme.db, of(Channel::Widget)).await, widget);
}
