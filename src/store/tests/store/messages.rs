//! The log has no gaps, nothing is said twice, no turn is answered twice.

use futures_util::future::join_all;
use parlance_store::{
    StoreError,
    ids::{ClientId, ConversationId, MessageId, VisitorId},
    queries::{
        conversations::{self, Appended, ConversationStatus, StatusChange},
        log,
        messages::{self, AuthorKind, NewMessage, Said},
    },
    tenant::TenantConn,
};
use serde_json::json;

use crate::support::{Chat, assert_gapless, at, chat, database};

fn status(chat: &Chat, status: ConversationStatus) -> StatusChange {
    StatusChange {
        conversation_id: chat.conversation,
        status,
        assignee: None,
        snoozed_until: None,
        event_body: json!({"type": "status", "status": status}),
        at: at(5),
    }
}

fn system(chat: &Chat, text: &str, client_id: Option<ClientId>) -> NewMessage {
    NewMessage {
        id: MessageId::new(),
        conversation_id: chat.conversation,
        author_kind: AuthorKind::System,
        author_id: None,
        author_name: None,
        client_id,
        text: text.into(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({"type": "message", "text": text}),
        at: at(4),
    }
}

/// How an answer ended, or that the status changed.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Found,
    Nothing,
    Failed,
    Status,
}

#[tokio::test]
async fn answers_that_found_nothing_are_counted_since_the_last_that_did_or_the_last_change() {
    use Ends::{Failed, Found, Nothing, Status};
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let counted = async |of: &Chat| {
        let count = of
            .db
            .read(async |conn| log::abstentions(conn, acme.conversation).await);
        count.await.unwrap()
    };
    assert_eq!(counted(&acme).await, 0);
    for (ends, count) in [
        (Nothing, 1),
        (Failed, 1),
        (Nothing, 2),
        (Found, 0),
        (Nothing, 1),
        (Status, 0),
        (Failed, 0),
        (Nothing, 1),
        (Nothing, 2),
        (Nothing, 3),
    ] {
        let happens = async |conn: &mut TenantConn<'_>| {
            if let Status = ends {
                let change = status(&acme, ConversationStatus::Bot);
                return conversations::set_status(conn, change).await.map(drop);
            }
            let question = acme.question(ClientId::new(), "why?");
            let reservation = question.reservation.as_ref().unwrap().id;
            let mut answer = acme.answer(question.id, reservation);
            let author = json!({ "kind": "assistant" });
            answer.event_body = match ends {
                Nothing => json!({ "author": author, "state": "complete", "abstained": true }),
                Failed => json!({ "author": author, "state": "failed" }),
                Found | Status => json!({ "author": author, "state": "complete" }),
            };
            messages::say(conn, question).await?;
            messages::finish_answer(conn, answer).await?;
            // What neither the bot nor a status says changes nothing.
            messages::append_message(conn, system(&acme, "By the way.", None))
                .await
                .map(drop)
        };
        let happened: Result<(), StoreError> = acme.db.transaction(happens).await;
        happened.unwrap();
        assert_eq!(counted(&acme).await, count, "{ends:?}");
    }
    assert_eq!(counted(&globex).await, 0, "of another tenant nothing is seen");
}

#[tokio::test]
async fn a_repeated_client_id_changes_nothing_even_under_a_race() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let client_id = ClientId::new();
    let attempts = join_all((0..24).map(|_| async {
        let question = acme.question(client_id, "where is my order?");
        let id = question.id;
        (
            id,
            acme.db
                .transaction(async |conn| messages::say(conn, question).await)
                .await
                .unwrap()
                .said,
        )
    }))
    .await;

    let new: Vec<_> = attempts
        .iter()
        .filter(|(_, said)| *said == Said::New { seq: 1, epoch: 0 })
        .collect();
    assert_eq!(new.len(), 1);
    let kept = new[0].0;
    for (_, said) in attempts.iter().filter(|(id, _)| *id != kept) {
        assert_eq!(
            *said,
            Said::Duplicate {
                message_id: kept,
                seq: 1
            }
        );
    }
    assert_gapless(&acme.log().await, 1);
    let open = acme
        .db
        .read(async |conn| messages::unanswered(conn, acme.conversation).await)
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
}

#[tokio::test]
async fn writers_of_every_kind_leave_no_gap_between_them() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let client_ids: Vec<ClientId> = (0..10).map(|_| ClientId::new()).collect();
    let says = client_ids.iter().chain(&client_ids).map(|client_id| async {
        let question = acme.question(*client_id, "hello?");
        acme.db
            .transaction(async |conn| messages::say(conn, question).await)
            .await
            .map(|_| ())
    });
    let notes = (0..10).map(|_| async {
        let note = system(&acme, "note", None);
        acme.db
            .transaction(async |conn| messages::append_message(conn, note).await)
            .await
            .map(|_| ())
    });
    let changes = (0..10).map(|_| async {
        let change = status(&acme, ConversationStatus::Waiting);
        acme.db
            .transaction(async |conn| conversations::set_status(conn, change).await)
            .await
            .map(|_| ())
    });
    // Some give up after their write: what they took is given back.
    let aborted = (0..10).map(|_| async {
        let note = system(&acme, "never", None);
        let gone: Result<(), StoreError> = acme
            .db
            .transaction(async |conn| {
                messages::append_message(conn, note).await?;
                Err(StoreError::NotFound)
            })
            .await;
        assert!(gone.is_err());
        Ok(())
    });
    let (a, b, c, d) = futures_util::join!(
        join_all(says),
        join_all(notes),
        join_all(changes),
        join_all(aborted)
    );
    for done in a.into_iter().chain(b).chain(c).chain(d) {
        done.unwrap();
    }
    assert_gapless(&acme.log().await, 30);
    let head = acme
        .db
        .read(async |conn| conversations::load(conn, acme.conversation).await)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((head.head_seq, head.status), (30, ConversationStatus::Waiting));
}

#[tokio::test]
async fn only_the_visitor_of_the_conversation_speaks_in_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    for wrong in ["visitor", "space", "conversation"] {
        let mut question = acme.question(ClientId::new(), "let me in");
        match wrong {
            "visitor" => question.visitor_id = VisitorId::new(),
            "space" => question.space_id = parlance_store::ids::SpaceId::new(),
            _ => question.conversation_id = ConversationId::new(),
        }
        let refused = acme
            .db
            .transaction(async |conn| messages::say(conn, question).await)
            .await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{wrong}");
    }
}

#[tokio::test]
async fn reopening_begins_an_epoch_and_the_model_sees_only_that() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    acme.says("old question").await;
    let change = async |to| {
        let change = status(&acme, to);
        acme.db
            .transaction(async |conn| conversations::set_status(conn, change).await)
            .await
            .unwrap()
    };
    assert_eq!(
        change(ConversationStatus::Resolved).await,
        Appended { seq: 2, epoch: 0 }
    );
    assert_eq!(
        change(ConversationStatus::Resolved).await,
        Appended { seq: 3, epoch: 0 }
    );
    assert_eq!(
        change(ConversationStatus::Bot).await,
        Appended { seq: 4, epoch: 1 }
    );
    for text in ["one", "two", "three"] {
        acme.says(text).await;
    }
    let seen = acme
        .db
        .read(async |conn| messages::history(conn, acme.conversation, 1, None, 2).await)
        .await
        .unwrap();
    assert_eq!(
        seen.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(),
        ["two", "three"]
    );
    let all = acme
        .db
        .read(async |conn| messages::list(conn, acme.conversation, 1, 2).await)
        .await
        .unwrap();
    assert_eq!(all.iter().map(|m| m.seq).collect::<Vec<_>>(), [5, 6]);
}

/// However many wait behind it, a question is seen with what was said before it and answered since.
#[tokio::test]
async fn a_question_is_seen_with_what_came_before_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let mut asked = Vec::new();
    for text in ["one", "two", "three", "four", "five"] {
        asked.push(acme.says(text).await);
    }
    for (question, reservation) in &asked[..3] {
        let answer = acme.answer(*question, *reservation);
        acme.db
            .transaction(async |conn| messages::finish_answer(conn, answer).await)
            .await
            .unwrap();
    }
    let seen = async |question: MessageId, limit| {
        let read = acme
            .db
            .read(async |conn| messages::history(conn, acme.conversation, 0, Some(question), limit).await);
        let said = read.await.unwrap();
        said.iter().map(|message| message.seq).collect::<Vec<_>>()
    };
    assert_eq!(
        seen(asked[2].0, 2).await,
        [2, 3, 7, 8],
        "three with two, and their answers"
    );
    assert_eq!(seen(asked[3].0, 2).await, [3, 4, 8]);
    assert_eq!(seen(asked[0].0, 10).await, [1, 6]);
    assert!(seen(MessageId::new(), 10).await.is_empty());
}

#[tokio::test]
async fn an_agents_message_is_said_once_too() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let client_id = Some(ClientId::new());
    let (first, again) = (system(&acme, "hi", client_id), system(&acme, "hi", client_id));
    let first_id = first.id;
    let said = acme
        .db
        .transaction(async |conn| messages::append_message(conn, first).await)
        .await
        .unwrap();
    assert_eq!(said, Said::New { seq: 1, epoch: 0 });
    let said = acme
        .db
        .transaction(async |conn| messages::append_message(conn, again).await)
        .await
        .unwrap();
    assert_eq!(
        said,
        Said::Duplicate {
            message_id: first_id,
            seq: 1
        }
    );
}
