//! Moods: what was read of messages, by when that has a conversation answered, and how the inbox finds it.

use chrono::TimeDelta;
use parlance_store::{
    StoreError,
    ids::{ClientId, ConversationId, MessageId},
    queries::{
        conversations::{self, Conversation, ConversationStatus, StatusChange},
        inbox::{self, Glimpse, Wanted},
        messages::{self, AuthorKind, NewMessage},
        moods::{self, Reading, Reread, Weight},
    },
};
use serde_json::json;

use crate::support::{Chat, admin, at, chat, database};

fn angry() -> Reading {
    Reading {
        valence: -0.8,
        anger: 0.9,
        urgency: Some("safety".to_owned()),
        words: json!([{ "text": "smoke" }]),
    }
}

const ALARMED: Weight = Weight {
    alarmed: true,
    credit: 1440,
};

async fn says(chat: &Chat, reading: Reading, weight: Weight, second: i64) -> MessageId {
    let mut said = chat.question(ClientId::new(), "well?");
    (said.reading, said.weight, said.at, said.reservation) = (reading, weight, at(second), None);
    let id = said.id;
    let done = chat.db.transaction(async |conn| messages::say(conn, said).await);
    done.await.unwrap();
    id
}

async fn goes(chat: &Chat, status: ConversationStatus, second: i64) {
    let change = StatusChange {
        conversation_id: chat.conversation,
        status,
        assignee: None,
        snoozed_until: None,
        event_body: json!({ "type": "status", "status": status.as_str() }),
        at: at(second),
    };
    let done = chat
        .db
        .transaction(async |conn| conversations::set_status(conn, change).await);
    done.await.unwrap();
}

async fn found(chat: &Chat, id: ConversationId) -> Option<(Conversation, Glimpse)> {
    let read = chat.db.read(async |conn| {
        let row = conversations::load(conn, id).await?;
        Ok(row.zip(inbox::glimpses(conn, vec![id]).await?.pop()))
    });
    let read: Result<_, StoreError> = read.await;
    read.unwrap()
}

async fn row(chat: &Chat) -> Conversation {
    found(chat, chat.conversation).await.unwrap().0
}

/// With the bot a conversation is to be answered while its visitor alarms, then while they wait.
#[tokio::test]
async fn it_is_to_be_answered_within_the_hour_less_its_credit() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let hour = TimeDelta::hours(1);
    says(&acme, Reading::default(), Weight::default(), 1).await;
    assert_eq!(row(&acme).await.answer_by, None);
    says(&acme, angry(), ALARMED, 2).await;
    let early = TimeDelta::minutes(1440);
    assert_eq!(row(&acme).await.answer_by, Some(at(2) + hour - early));
    says(&acme, Reading::default(), ALARMED, 3).await;
    assert_eq!(
        row(&acme).await.answer_by,
        Some(at(2) + hour - early),
        "since it began"
    );

    goes(&acme, ConversationStatus::Waiting, 5).await;
    assert_eq!(row(&acme).await.answer_by, Some(at(5) + hour - early));
    admin(&test)
        .await
        .execute(&format!("UPDATE conversations SET deadline = '{}'", at(60)), &[])
        .await
        .unwrap();
    assert_eq!(
        row(&acme).await.answer_by,
        Some(at(60) - early),
        "sooner than the hour"
    );

    let told = NewMessage {
        id: MessageId::new(),
        conversation_id: acme.conversation,
        author_kind: AuthorKind::Agent,
        author_id: None,
        author_name: Some("Ben".to_owned()),
        client_id: None,
        text: "I am on it.".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(7),
    };
    let said = acme
        .db
        .transaction(async |conn| messages::append_message(conn, told).await);
    said.await.unwrap();
    assert_eq!(row(&acme).await.answer_by, None, "nothing is to be answered");
    goes(&acme, ConversationStatus::Bot, 8).await;
    assert_eq!(row(&acme).await.answer_by, None, "it was handed back");
}

#[tokio::test]
async fn the_newest_readings_of_the_epoch_are_seen_and_may_be_read_again() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    says(&acme, angry(), ALARMED, 1).await;
    goes(&acme, ConversationStatus::Resolved, 2).await;
    goes(&acme, ConversationStatus::Bot, 3).await;
    let mut last = MessageId::new();
    for second in 4..14 {
        last = says(&acme, Reading::default(), Weight::default(), second).await;
    }
    let again = Reread {
        conversation_id: acme.conversation,
        message_id: last,
        reading: angry(),
        weight: ALARMED,
        said_at: at(13),
    };
    let read_again = async |chat: &Chat| {
        let done = chat
            .db
            .transaction(async |conn| moods::read_again(conn, again.clone()).await);
        done.await.unwrap();
    };
    read_again(&globex).await;
    let (_, glimpse) = found(&acme, acme.conversation).await.unwrap();
    let read = glimpse.moods.as_array().unwrap();
    assert_eq!((read.len(), &read[7]["anger"]), (8, &json!(0)));
    assert_eq!((glimpse.status_seq, glimpse.credit), (3, 0));
    assert!(found(&globex, acme.conversation).await.is_none());

    read_again(&acme).await;
    let (row, glimpse) = found(&acme, acme.conversation).await.unwrap();
    assert_eq!(glimpse.moods[7]["urgency"], "safety");
    assert_eq!(glimpse.moods[7]["message"], json!(last));
    assert_eq!(glimpse.moods[7]["words"], json!([{ "text": "smoke" }]));
    assert_eq!((glimpse.credit, glimpse.alarmed_at), (1440, Some(at(13))));
    assert!(row.answer_by.is_some());

    let less = async |chat: &Chat| {
        let id = acme.conversation;
        let done = chat.db.transaction(async |conn| moods::weigh(conn, id, 60).await);
        done.await.unwrap();
    };
    less(&globex).await;
    assert_eq!(found(&acme, acme.conversation).await.unwrap().1.credit, 1440);
    less(&acme).await;
    assert_eq!(found(&acme, acme.conversation).await.unwrap().1.credit, 60);
}

#[tokio::test]
async fn what_was_read_of_a_message_goes_with_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    says(&acme, angry(), ALARMED, 1).await;
    let admin = admin(&test).await;
    let count = "SELECT count(*) FROM message_moods";
    assert_eq!(admin.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 1);
    admin.execute("DELETE FROM conversations", &[]).await.unwrap();
    assert_eq!(admin.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 0);
}

/// Of 100,000 conversations, the most urgent are found without reading the others.
#[tokio::test]
async fn the_inbox_of_many_reads_as_much_as_it_shows() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    let (tenant, space, visitor) = (acme.db.tenant_id(), acme.space, acme.visitor);
    let many = format!(
        "INSERT INTO conversations (tenant_id, id, space_id, visitor_id, status, head_seq, created_at, updated_at, \
                                    waiting_since, credit) \
         SELECT '{tenant}', gen_random_uuid(), '{space}', '{visitor}', CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'bot' END, \
                1, to_timestamp(n), to_timestamp(n), CASE WHEN n % 100 = 0 THEN to_timestamp(n) END, n % 7 * 60 \
         FROM generate_series(1, 100000) n"
    );
    admin.batch_execute(&many).await.unwrap();
    admin.batch_execute("ANALYZE conversations").await.unwrap();
    // What `inbox::urgent` and `inbox::recent` send, as their tenant.
    for (clause, index) in [
        (
            "answer_by IS NOT NULL ORDER BY answer_by, id",
            "conversations_urgent",
        ),
        (
            "answer_by IS NULL ORDER BY updated_at DESC, id DESC",
            "conversations_recent",
        ),
    ] {
        let explained = admin
            .batch_execute(&format!(
                "BEGIN; SET LOCAL ROLE parlance_app; SET LOCAL app.tenant_id = '{tenant}'"
            ))
            .await;
        explained.unwrap();
        let plan = admin
            .query(
                &format!(
                    "EXPLAIN ANALYZE SELECT * FROM conversations WHERE head_seq > 0 AND {clause} LIMIT 50"
                ),
                &[],
            )
            .await
            .unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(
            plan.contains(index) && !plan.contains("Seq Scan") && !plan.contains("Sort"),
            "{plan}"
        );
        admin.batch_execute("ROLLBACK").await.unwrap();
    }
    let read = async |after| {
        let read = acme
            .db
            .read(async |conn| inbox::urgent(conn, &Wanted::default(), 50, after).await);
        let read: Result<Vec<Conversation>, StoreError> = read.await;
        read.unwrap()
    };
    let first = read(None).await;
    let (one, last) = (first[0].answer_by, first[49].answer_by);
    assert!(first.is_sorted_by_key(|one| one.answer_by) && one < last);
}
