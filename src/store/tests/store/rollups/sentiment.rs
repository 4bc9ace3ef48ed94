//! How visitors feel is counted as it is read, and again where it is read anew.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    ids::{ClientId, MessageId},
    queries::{
        messages,
        moods::{self, Reading, Reread, Weight},
        space_life,
    },
};

use super::{counted, differences, fold, words};
use crate::support::{Chat, at, chat, database};

pub fn reading(valence: f32, anger: f32) -> Reading {
    Reading {
        valence,
        anger,
        ..Reading::default()
    }
}

async fn says(chat: &Chat, reading: Reading, at: DateTime<Utc>) -> MessageId {
    let mut said = chat.question(ClientId::new(), "well?");
    (said.reading, said.at, said.reservation) = (reading, at, None);
    let id = said.id;
    let done = chat.db.transaction(async |conn| messages::say(conn, said).await);
    done.await.unwrap();
    id
}

/// As by its vector, or by a model that is asked, some time after it was said.
async fn read_again(chat: &Chat, message_id: MessageId, reading: Reading) {
    let again = Reread {
        conversation_id: chat.conversation,
        message_id,
        reading,
        weight: Weight::default(),
        said_at: at(1),
    };
    let done = chat
        .db
        .transaction(async |conn| moods::read_again(conn, again).await);
    done.await.unwrap();
}

#[tokio::test]
async fn what_is_read_of_messages_is_counted_and_corrected() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    // To both thresholds, and just beside them.
    for (valence, anger) in [(-0.3, 0.5), (-0.2995, 0.499), (0.2995, 0.0), (0.3, 0.0)] {
        says(&acme, reading(valence, anger), at(1)).await;
    }
    let late = says(&acme, reading(0.0, 0.0), at(2)).await;
    let of_mood = async || {
        let mut counted = counted(&acme.db).await;
        counted.retain(|metric, _| metric.starts_with("sentiment."));
        counted
    };
    let counted = words(&[
        ("sentiment.angry", 1),
        ("sentiment.happy", 1),
        ("sentiment.neutral", 3),
        ("sentiment.unhappy", 1),
    ]);
    assert_eq!(of_mood().await, counted, "the sum is nought");
    assert_eq!(differences(&acme.db).await, []);
    while fold(&acme.db, 2).await > 0 {}

    // Read once more an hour later, twice, and once the same as before.
    for (valence, anger) in [(0.8, 0.0), (-0.9, 0.7), (-0.9, 0.7)] {
        read_again(&acme, late, reading(valence, anger)).await;
        assert_eq!(differences(&acme.db).await, []);
    }
    let corrected = words(&[
        ("sentiment.angry", 2),
        ("sentiment.happy", 1),
        ("sentiment.neutral", 2),
        ("sentiment.sum", -900),
        ("sentiment.unhappy", 2),
    ]);
    assert_eq!(of_mood().await, corrected);
    let waiting = "SELECT id FROM rollup_deltas";
    assert_eq!(test.rows(waiting).await.unwrap().len(), 2, "nothing for the same");
    while fold(&acme.db, 1).await > 0 {
        assert_eq!(of_mood().await, corrected);
    }
    let quarters = "SELECT DISTINCT at FROM rollups WHERE metric LIKE 'sentiment.%'";
    assert_eq!(
        test.rows(quarters).await.unwrap().len(),
        1,
        "all of when it was said"
    );

    // What is rolled back was never read.
    let gone = acme.db.transaction(async |conn| {
        let mut said = acme.question(ClientId::new(), "well?");
        (said.reading, said.reservation) = (reading(1.0, 1.0), None);
        messages::say(conn, said).await?;
        Err::<(), _>(parlance_store::StoreError::NotFound)
    });
    assert!(gone.await.is_err());
    assert_eq!(of_mood().await, corrected);

    // Of a space that is removed the figures stay, when its messages are gone, too.
    acme.db
        .transaction(async |conn| space_life::remove(conn, acme.space, at(9)).await)
        .await
        .unwrap();
    loop {
        let emptied = acme
            .db
            .transaction(async |conn| space_life::empty(conn, acme.space, 100).await);
        if emptied.await.unwrap() == 0 {
            break;
        }
    }
    assert_eq!(test.rows("SELECT seq FROM message_moods").await.unwrap().len(), 0);
    assert_eq!(of_mood().await, corrected);
    assert_eq!(differences(&acme.db).await, []);
}

#[tokio::test]
async fn a_message_counts_in_the_quarter_in_which_it_was_said() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let said = at(0) + TimeDelta::minutes(20);
    let message = says(&acme, reading(0.0, 0.0), said).await;
    says(&acme, reading(0.5, 0.0), said + TimeDelta::hours(3)).await;
    read_again(&acme, message, reading(-0.5, 0.0)).await;
    while fold(&acme.db, 10).await > 0 {}
    let found = test
        .rows(
            "SELECT metric, extract(epoch FROM at - (SELECT min(at) FROM rollups))::int AS after, n FROM rollups \
             WHERE metric LIKE 'sentiment.%' AND n <> 0 ORDER BY at, metric",
        )
        .await
        .unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|row| {
            (
                row["metric"].as_str().unwrap(),
                row["after"].as_i64().unwrap(),
                row["n"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("sentiment.sum", 0, -500),
            ("sentiment.unhappy", 0, 1),
            ("sentiment.happy", 10_800, 1),
            ("sentiment.sum", 10_800, 500)
        ]
    );
}
