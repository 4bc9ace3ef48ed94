//! How long visitors waited, and who was held until hours begin: of one space, and of one tenant.

use parlance_store::{
    StoreError,
    ids::{ConversationId, JobId, MessageId},
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        jobs::{self, NewJob},
        messages::{self, AuthorKind, NewMessage},
        waiting_mail,
        waits::{self, Wait},
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database, new_conversation};

async fn waits_from(chat: &Chat, second: i64) -> ConversationId {
    let id = ConversationId::new();
    let new = new_conversation(chat, id);
    let change = StatusChange {
        conversation_id: id,
        status: ConversationStatus::Waiting,
        assignee: None,
        snoozed_until: None,
        event_body: json!({ "type": "status", "status": "waiting" }),
        at: at(second),
    };
    let made = chat.db.transaction(async |conn| {
        conversations::create(conn, new).await?;
        conversations::set_status(conn, change).await
    });
    made.await.unwrap();
    id
}

async fn says(chat: &Chat, conversation: ConversationId, author_kind: AuthorKind, second: i64) {
    let new = NewMessage {
        id: MessageId::new(),
        conversation_id: conversation,
        author_kind,
        author_id: None,
        author_name: None,
        client_id: None,
        text: "Hello".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(second),
    };
    let said = chat
        .db
        .transaction(async |conn| messages::append_message(conn, new).await);
    said.await.unwrap();
}

async fn ended(chat: &Chat, of: &Chat, after: i64, limit: i64) -> Vec<Wait> {
    let (space, after) = (of.space, at(after));
    chat.db
        .read(async |conn| waits::ended(conn, space, after, limit).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_wait_ends_with_the_next_message_of_an_agent() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let wait = |since, until| Wait {
        since: at(since),
        until: at(until),
    };
    let first = waits_from(&acme, 10).await;
    says(&acme, first, AuthorKind::System, 11).await;
    says(&acme, first, AuthorKind::Visitor, 20).await;
    assert_eq!(ended(&acme, &acme, 0, 9).await, [], "nobody has answered");
    says(&acme, first, AuthorKind::Agent, 40).await;
    says(&acme, first, AuthorKind::Agent, 50).await;
    let second = waits_from(&acme, 60).await;
    says(&acme, second, AuthorKind::Agent, 65).await;
    assert_eq!(ended(&acme, &acme, 0, 9).await, [wait(60, 65), wait(10, 40)]);
    assert_eq!(ended(&acme, &acme, 0, 1).await, [wait(60, 65)]);
    assert_eq!(ended(&acme, &acme, 55, 9).await, [wait(60, 65)]);
    assert_eq!(ended(&globex, &acme, 0, 9).await, []);
    assert_eq!(ended(&acme, &globex, 0, 9).await, []);
}

#[tokio::test]
async fn a_job_has_held_those_that_wait_since_it_was_asked_for() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let _before = waits_from(&acme, 5).await;
    let (space, id) = (acme.space, JobId::new());
    let held = async |chat: &Chat| {
        let found = chat
            .db
            .read(async |conn| waiting_mail::held(conn, space, id).await);
        found.await.map(|held| (held.since, held.conversation))
    };
    let job = |second| NewJob {
        id,
        space_id: Some(space),
        kind: "tell_waiting",
        key: "waiting",
        payload: json!({}),
        priority: 0,
        due_at: at(100),
        at: at(second),
    };
    let put = async |second| {
        let put = acme
            .db
            .transaction(async |conn| jobs::enqueue(conn, job(second)).await);
        put.await.unwrap();
    };
    put(10).await;
    assert_eq!(held(&acme).await.unwrap(), (at(10), None));
    let first = waits_from(&acme, 20).await;
    let _second = waits_from(&acme, 30).await;
    put(30).await;
    assert_eq!(held(&acme).await.unwrap(), (at(10), Some(first)));
    assert!(matches!(held(&globex).await, Err(StoreError::NotFound)));
    // Nobody sees it among the jobs, or can call it off.
    let seen = acme.db.read(async |conn| jobs::get(conn, id).await).await;
    assert!(matches!(seen, Err(StoreError::NotFound)));
    let called_off = acme
        .db
        .transaction(async |conn| jobs::cancel(conn, id, at(40)).await);
    assert!(matches!(called_off.await, Err(StoreError::NotFound)));
}
