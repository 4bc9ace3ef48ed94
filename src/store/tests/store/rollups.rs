//! What is counted is what there is: step by step, whatever happens in whichever order, and again once
//! it was not.

mod chance;
mod channels;
mod sentiment;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ClientId, MessageId},
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        ledger,
        messages::{self, AuthorKind, FeedbackValue, NewFeedback, NewMessage, NewRating, RatedVia},
        rollups::{self, Scope, Window},
        sightings,
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database};

/// All that was counted, visitors among it, in one slot.
pub async fn counted(db: &TenantDb) -> BTreeMap<String, i64> {
    counted_of(db, Scope::default()).await
}

pub async fn counted_of(db: &TenantDb, scope: Scope) -> BTreeMap<String, i64> {
    let edges = [at(-86_400 * 30), at(86_400 * 30)].map(quarter);
    let (sums, visitors) = db
        .read(async |conn| {
            let sums = rollups::sums(conn, scope, &edges).await?;
            Ok::<_, StoreError>((sums, rollups::visitors(conn, scope, &edges).await?))
        })
        .await
        .unwrap();
    let visitors = visitors
        .into_iter()
        .filter(|row| row.all && row.n > 0)
        .map(|row| ("visitors".to_owned(), row.n));
    let sums = sums.into_iter().filter(|sum| sum.slot == Some(0) && sum.n != 0);
    sums.map(|sum| (sum.metric, sum.n)).chain(visitors).collect()
}

fn quarter(at: DateTime<Utc>) -> DateTime<Utc> {
    at - TimeDelta::seconds(at.timestamp().rem_euclid(900))
}

pub async fn fold(db: &TenantDb, most: i64) -> i64 {
    let folded = db.transaction(async |conn| {
        assert!(rollups::begin_folding(conn).await?);
        rollups::fold(conn, most).await
    });
    folded.await.unwrap()
}

pub async fn differences(db: &TenantDb) -> Vec<rollups::Difference> {
    let all = Window::default();
    let found = db.read(async |conn| rollups::check(conn, all, 1_000).await);
    found.await.unwrap()
}

pub fn status(chat: &Chat, status: ConversationStatus, reason: &str, seconds: i64) -> StatusChange {
    StatusChange {
        conversation_id: chat.conversation,
        status,
        assignee: None,
        snoozed_until: (status == ConversationStatus::Snoozed).then(|| at(seconds + 3_600)),
        event_body: json!({ "type": "status", "status": status, "reason": reason }),
        at: at(seconds),
    }
}

pub fn agent_says(chat: &Chat, seconds: i64) -> NewMessage {
    NewMessage {
        id: MessageId::new(),
        conversation_id: chat.conversation,
        author_kind: AuthorKind::Agent,
        author_id: None,
        author_name: Some("Ada".into()),
        client_id: Some(ClientId::new()),
        text: "Let me look.".into(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(seconds),
    }
}

fn system_says(chat: &Chat, seconds: i64) -> NewMessage {
    NewMessage {
        author_kind: AuthorKind::System,
        author_name: None,
        ..agent_says(chat, seconds)
    }
}

/// The words and figures of a story, in the order of their words.
pub fn words(figures: &[(&str, i64)]) -> BTreeMap<String, i64> {
    figures.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect()
}

#[tokio::test]
async fn a_story_is_counted_as_it_happens() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    assert_eq!(
        counted(&acme.db).await,
        words(&[]),
        "an empty conversation is none"
    );

    // Asked at 1 s, answered at 3 s.
    let (question, reservation) = acme.says("Where is my order?").await;
    let answer = acme.answer(question, reservation);
    let answered = answer.id;
    acme.db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await
        .unwrap();
    let mut expected = words(&[
        ("answers.given", 1),
        ("conversations", 1),
        ("first_response.87", 1), // 2^(87/8) = 1,878 up to 2,048 ms
        ("first_response.sum", 2_000),
        ("grounding.count", 1),
        ("grounding.sum", 500),
        ("messages.assistant", 1),
        ("messages.visitor", 1),
        ("sentiment.neutral", 1),
        ("visitors", 1),
    ]);
    assert_eq!(counted(&acme.db).await, expected);

    // Asks again, and nothing is known; then for a person, who comes a minute later.
    let (question, reservation) = acme.says("And my refund?").await;
    let mut answer = acme.answer(question, reservation);
    answer.event_body = json!({ "type": "message", "abstained": true });
    (answer.grounding, answer.cached) = (None, true);
    acme.db
        .transaction(async |conn| {
            messages::finish_answer(conn, answer).await?;
            let asked = status(&acme, ConversationStatus::Waiting, "visitor_asked", 10);
            conversations::set_status(conn, asked).await?;
            messages::append_message(conn, system_says(&acme, 10)).await?;
            let taken = status(&acme, ConversationStatus::Human, "agent", 65);
            conversations::set_status(conn, taken).await?;
            messages::append_message(conn, agent_says(&acme, 70)).await?;
            messages::append_message(conn, agent_says(&acme, 80)).await?;
            let resolved = status(&acme, ConversationStatus::Resolved, "agent", 101);
            conversations::set_status(conn, resolved).await
        })
        .await
        .unwrap();
    expected.extend(words(&[
        ("answers.abstained", 1),
        ("answers.cached", 1),
        ("handoffs.visitor_asked", 1),
        ("human_response.126", 1), // 2^(126/8) = 55,109 up to 60,096 ms
        ("human_response.sum", 60_000),
        ("messages.agent", 2),
        ("messages.assistant", 2),
        ("messages.system", 1), // which is no answer
        ("messages.visitor", 2),
        ("sentiment.neutral", 2),
        ("resolution.132", 1), // 2^(132/8) = 92,682 up to 101,070 ms
        ("resolution.sum", 100_000),
        ("resolved", 1),
    ]));
    assert_eq!(counted(&acme.db).await, expected);

    // Back again, resolved without anybody.
    acme.db
        .transaction(async |conn| {
            let back = status(&acme, ConversationStatus::Bot, "reopened", 200);
            conversations::set_status(conn, back).await?;
            let resolved = status(&acme, ConversationStatus::Resolved, "idle", 201);
            conversations::set_status(conn, resolved).await
        })
        .await
        .unwrap();
    expected.extend(words(&[
        ("resolution.79", 1), // 2^(79/8) = 939 up to 1,024 ms
        ("resolution.sum", 101_000),
        ("resolved", 2),
        ("resolved.alone", 1),
    ]));
    assert_eq!(counted(&acme.db).await, expected);

    // The last word counts.
    for (value, score) in [(FeedbackValue::Down, 2), (FeedbackValue::Up, 5)] {
        let feedback = NewFeedback {
            message_id: answered,
            visitor_id: acme.visitor,
            value,
            comment: None,
            at: at(300 + i64::from(score) * 1_000),
        };
        let rating = NewRating {
            conversation_id: acme.conversation,
            visitor_id: acme.visitor,
            score,
            comment: None,
            via: RatedVia::Widget,
            at: at(300 + i64::from(score) * 1_000),
        };
        acme.db
            .transaction(async |conn| {
                messages::feedback(conn, feedback).await?;
                messages::rate(conn, rating).await
            })
            .await
            .unwrap();
    }
    acme.db
        .transaction(async |conn| ledger::record_settled(conn, 10, at(4)).await)
        .await
        .unwrap();
    expected.extend(words(&[
        ("csat.5", 1),
        ("thumbs.up", 1),
        ("usage.cache_read", 100),
        ("usage.cache_write", 10),
        ("usage.calls", 2),
        ("usage.cost", 2_000_000),
        ("usage.input", 200),
        ("usage.output", 40),
    ]));
    assert_eq!(counted(&acme.db).await, expected);
    assert_eq!(differences(&acme.db).await, []);

    // Folded bit by bit nothing changes.
    while fold(&acme.db, 3).await > 0 {
        assert_eq!(counted(&acme.db).await, expected);
        assert_eq!(differences(&acme.db).await, []);
    }
    assert_eq!(test.rows("SELECT id FROM rollup_deltas").await.unwrap().len(), 0);
}

pub async fn repair(db: &TenantDb) -> i64 {
    let repaired = db.transaction(async |conn| {
        assert!(rollups::begin_folding(conn).await?);
        while rollups::fold(conn, 1_000).await? > 0 {}
        rollups::repair(conn, Window::default()).await
    });
    repaired.await.unwrap()
}

#[tokio::test]
async fn what_was_not_counted_or_counted_wrongly_is_told_and_repaired() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let (question, _) = acme.says("Is this counted?").await;
    globex.says("Is this?").await;
    let theirs = counted(&globex.db).await;

    // As it was before there were counters.
    let off = "ALTER TABLE conversation_events DISABLE TRIGGER rolled_up; \
               ALTER TABLE message_moods DISABLE TRIGGER rolled_up";
    test.run(off).await.unwrap();
    acme.says("And this?").await;
    test.run(&off.replace("DISABLE", "ENABLE")).await.unwrap();
    let told: Vec<_> = differences(&acme.db).await;
    let told: Vec<_> = told
        .iter()
        .map(|one| (one.metric.as_str(), one.counted, one.there))
        .collect();
    assert_eq!(told, [("messages.visitor", 1, 2), ("sentiment.neutral", 1, 2)]);

    // Counted twice, and somebody who never came.
    fold(&acme.db, 1_000).await;
    test.run(
        "UPDATE rollups SET n = n + 1 WHERE metric = 'conversations'; \
              UPDATE rollup_visitors SET visitor_id = gen_random_uuid()",
    )
    .await
    .unwrap();
    let told = differences(&acme.db).await;
    let of = |metric: &str| {
        let found = told.iter().find(|one| one.metric == metric);
        found.map(|one| (one.counted, one.there))
    };
    assert_eq!(
        (told.len(), of("conversations"), of("visitors")),
        (4, Some((2, 1)), Some((1, 1)))
    );

    assert_eq!(repair(&acme.db).await, 5);
    assert_eq!(differences(&acme.db).await, []);
    assert_eq!(repair(&acme.db).await, 0);
    let expected = words(&[
        ("conversations", 1),
        ("messages.visitor", 2),
        ("sentiment.neutral", 2),
        ("visitors", 1),
    ]);
    assert_eq!(counted(&acme.db).await, expected);
    assert!(
        acme.db
            .read(async |conn| messages::message(conn, question).await)
            .await
            .is_ok()
    );

    // The other workspace was neither looked at nor touched.
    assert_eq!(
        counted(&globex.db).await,
        words(&[
            ("conversations", 1),
            ("messages.visitor", 1),
            ("sentiment.neutral", 1),
            ("visitors", 1)
        ])
    );
    assert_eq!(theirs, counted(&globex.db).await);
}

#[tokio::test]
async fn one_folds_at_a_time() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    acme.says("hello").await;
    let other = acme.db.clone();
    acme.db
        .transaction(async |conn| {
            assert!(rollups::begin_folding(conn).await?);
            let second = other.transaction(async |conn| rollups::begin_folding(conn).await);
            assert!(!second.await?);
            rollups::fold(conn, 10).await
        })
        .await
        .unwrap();
    assert_eq!(
        test.db().control().tenants_with_rollup_deltas().await.unwrap(),
        []
    );
    acme.says("and again").await;
    let waiting = test.db().control().tenants_with_rollup_deltas().await.unwrap();
    assert_eq!(waiting, [acme.db.tenant_id()]);
}

#[tokio::test]
async fn a_slot_is_from_one_edge_to_the_next_and_a_visitor_counts_once_in_each() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    // At 1 s, which is in the first quarter; three more an hour later, to the second of its end.
    for seconds in [1, 3_600, 3_601, 4_499, 4_500] {
        let mut question = acme.question(ClientId::new(), "hello");
        question.at = at(seconds);
        let said = acme
            .db
            .transaction(async |conn| messages::say(conn, question).await);
        said.await.unwrap();
    }
    let edges = [0, 900, 3_600, 4_500].map(at);
    let space = Some(acme.space);
    let scope = Scope { space, channel: None };
    let read = async |db: &TenantDb| {
        let read = db.read(async |conn| {
            let sums = rollups::sums(conn, scope, &edges).await?;
            Ok::<_, StoreError>((sums, rollups::visitors(conn, scope, &edges).await?))
        });
        read.await.unwrap()
    };
    for _ in 0..2 {
        let (sums, visitors) = read(&acme.db).await;
        let mut said: Vec<_> = sums
            .iter()
            .filter(|sum| sum.metric == "messages.visitor")
            .map(|sum| (sum.slot, sum.space_id, sum.n))
            .collect();
        said.sort_unstable();
        assert_eq!(said, [(None, space, 4), (Some(0), None, 1), (Some(2), None, 3)]);
        let mut came: Vec<_> = visitors
            .iter()
            .map(|v| (v.slot, v.space_id, v.all, v.n))
            .collect();
        came.sort_unstable();
        assert_eq!(
            came,
            [
                (None, None, true, 1),
                (None, space, false, 1),
                (Some(0), None, false, 1),
                (Some(2), None, false, 1)
            ]
        );
        fold(&acme.db, 100).await;
    }
    // Another tenant asks for the same.
    let globex = chat(test.db(), "globex").await;
    let (sums, visitors) = read(&globex.db).await;
    assert_eq!(sums, []);
    assert!(visitors.iter().all(|row| row.n == 0), "{visitors:?}");
}

#[tokio::test]
async fn checks_are_noted_and_nobody_elses() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let last = async |chat: &Chat| {
        let last = chat.db.read(async |conn| rollups::last_check(conn).await);
        last.await.unwrap()
    };
    assert_eq!(last(&acme).await, None);
    for seconds in [5, 9] {
        let note = acme
            .db
            .transaction(async |conn| rollups::checked(conn, at(seconds), 0).await);
        note.await.unwrap();
    }
    assert_eq!((last(&acme).await, last(&globex).await), (Some(at(9)), None));
}

#[tokio::test]
async fn the_newest_sites_are_kept_and_a_stranger_sees_and_notes_none() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let note = async |chat: &Chat, origin: &str, seconds: i64| {
        let noted = chat
            .db
            .transaction(async |conn| sightings::note(conn, acme.space, origin, at(seconds), 2).await);
        noted.await
    };
    for (origin, seconds) in [
        ("https://a", 1),
        ("https://b", 2),
        ("https://a", 3),
        ("https://c", 4),
        ("https://c", 0),
    ] {
        note(&acme, origin, seconds).await.unwrap();
    }
    let list = async |chat: &Chat| {
        let list = chat
            .db
            .read(async |conn| sightings::list(conn, acme.space, 20).await);
        let list = list.await.unwrap().into_iter();
        list.map(|seen| (seen.origin, seen.at)).collect::<Vec<_>>()
    };
    let newest = [("https://c".to_owned(), at(4)), ("https://a".to_owned(), at(3))];
    assert_eq!(list(&acme).await, newest);
    assert_eq!(list(&globex).await, []);
    assert!(note(&globex, "https://d", 9).await.is_err());
    assert!(note(&acme, &"x".repeat(301), 9).await.is_err());
    assert_eq!(list(&acme).await, newest);
}
