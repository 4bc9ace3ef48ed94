//! The inbox: what comes first, whose it is, and since when somebody waits; and notes.

use parlance_store::{
    StoreError,
    ids::{ClientId, ConversationId, MessageId, NoteId, UserId},
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        inbox::{self, Place, Wanted, Whose},
        messages::{self, AuthorKind, NewMessage},
        notes::{self, Note},
    },
    testing::TestDb,
};
use serde_json::json;

use crate::support::{Chat, at, chat, database, new_conversation};

/// A conversation in which something was said at this second.
async fn begun(chat: &Chat, second: i64) -> ConversationId {
    let id = ConversationId::new();
    let mut new = new_conversation(chat, id);
    new.at = at(second);
    let mut said = chat.question(ClientId::new(), "hello");
    (said.conversation_id, said.at, said.reservation) = (id, at(second), None);
    let made = chat.db.transaction(async |conn| {
        conversations::create(conn, new).await?;
        messages::say(conn, said).await
    });
    made.await.unwrap();
    id
}

async fn goes(
    chat: &Chat,
    id: ConversationId,
    status: ConversationStatus,
    agent: Option<UserId>,
    second: i64,
) {
    let change = StatusChange {
        conversation_id: id,
        status,
        assignee: agent.map(|agent| (agent, "Ben".to_owned())),
        snoozed_until: (status == ConversationStatus::Snoozed).then(|| at(second + 100)),
        event_body: json!({ "type": "status" }),
        at: at(second),
    };
    let gone = chat
        .db
        .transaction(async |conn| conversations::set_status(conn, change).await);
    gone.await.unwrap();
}

async fn agent_says(chat: &Chat, id: ConversationId, agent: UserId, second: i64) {
    let new = NewMessage {
        id: MessageId::new(),
        conversation_id: id,
        author_kind: AuthorKind::Agent,
        author_id: Some(agent.into()),
        author_name: Some("Ben".to_owned()),
        client_id: None,
        text: "I will look.".to_owned(),
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

async fn waiting_since(chat: &Chat, id: ConversationId) -> Option<chrono::DateTime<chrono::Utc>> {
    let found = chat
        .db
        .read(async |conn| conversations::load(conn, id).await)
        .await;
    let found: Result<_, StoreError> = found;
    found.unwrap().unwrap().waiting_since
}

/// A visitor waits from when they ask for a person, or write to one, until one writes.
#[tokio::test]
async fn a_visitor_waits_until_a_person_writes() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (id, ben) = (begun(&acme, 1).await, UserId::new());
    assert_eq!(waiting_since(&acme, id).await, None, "the bot answers");
    goes(&acme, id, ConversationStatus::Waiting, None, 2).await;
    goes(&acme, id, ConversationStatus::Human, Some(ben), 3).await;
    assert_eq!(
        waiting_since(&acme, id).await,
        Some(at(2)),
        "nobody has written yet"
    );
    agent_says(&acme, id, ben, 4).await;
    assert_eq!(waiting_since(&acme, id).await, None);
    for second in [5, 6] {
        let mut again = acme.question(ClientId::new(), "and?");
        (again.conversation_id, again.at, again.reservation) = (id, at(second), None);
        let said = acme.db.transaction(async |conn| messages::say(conn, again).await);
        said.await.unwrap();
        assert_eq!(waiting_since(&acme, id).await, Some(at(5)), "since the first");
    }
    goes(&acme, id, ConversationStatus::Snoozed, Some(ben), 7).await;
    assert_eq!(waiting_since(&acme, id).await, None, "it is put off");
}

async fn pages(chat: &Chat, wanted: &Wanted, urgent: bool) -> Vec<ConversationId> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = chat.db.read(async |conn| match urgent {
            true => inbox::urgent(conn, wanted, 2, after).await,
            false => inbox::recent(conn, wanted, true, 2, after).await,
        });
        let page: Result<_, StoreError> = page.await;
        let page = page.unwrap();
        let Some(last) = page.last() else {
            return seen;
        };
        let sorted_by = if urgent {
            last.answer_by
        } else {
            Some(last.updated_at)
        };
        after = Some(Place {
            at: sorted_by.unwrap(),
            id: last.id,
        });
        seen.extend(page.iter().map(|conversation| conversation.id));
    }
}

#[tokio::test]
async fn the_list_pages_without_losing_one() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let mut made = Vec::new();
    for n in 0..6 {
        // Pairs of the same moment.
        made.push(begun(&acme, 1 + n / 2).await);
    }
    let ben = UserId::new();
    for (nth, id) in made.iter().enumerate().take(4) {
        goes(
            &acme,
            *id,
            ConversationStatus::Waiting,
            None,
            10 + i64::try_from(nth).unwrap() / 2,
        )
        .await;
    }
    goes(&acme, made[5], ConversationStatus::Human, Some(ben), 20).await;
    let any = Wanted::default();
    let mut waiting = pages(&acme, &any, true).await;
    waiting[..2].sort();
    waiting[2..].sort();
    assert_eq!(waiting, made[..4], "the longest first, and nobody else");
    let all = pages(&acme, &any, false).await;
    assert_eq!(all[0], made[5], "the last change first");
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!(sorted, made, "one in which nothing was said is not shown");
    let of_ben = Wanted {
        assignee: Some(Whose::Agent(ben)),
        ..Wanted::default()
    };
    assert_eq!(pages(&acme, &of_ben, false).await, [made[5]]);
    let nobodys = Wanted {
        contact: None,
        statuses: vec![ConversationStatus::Waiting, ConversationStatus::Human],
        assignee: Some(Whose::Nobody),
        language: None,
        space: Some(acme.space),
    };
    assert_eq!(pages(&acme, &nobodys, false).await.len(), 4);
    let held = acme.db.read(async |conn| inbox::held_by(conn, ben).await).await;
    let held: Result<_, StoreError> = held;
    assert_eq!(held.unwrap(), [made[5]]);
}

#[tokio::test]
async fn a_glimpse_shows_who_it_is_and_what_was_said_last() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (id, ben) = (begun(&acme, 1).await, UserId::new());
    agent_says(&acme, id, ben, 2).await;
    let seen = acme
        .db
        .read(async |conn| inbox::glimpses(conn, vec![id, acme.conversation]).await);
    let seen: Result<_, StoreError> = seen.await;
    let seen = seen.unwrap();
    let of = |id| seen.iter().find(|glimpse| glimpse.id == id).unwrap();
    assert_eq!(of(id).author_kind, Some(AuthorKind::Agent));
    assert_eq!(of(id).text.as_deref(), Some("I will look."));
    assert_eq!(of(acme.conversation).text, None);
    assert_eq!(of(id).reason, None);

    // Parlance's own words are not shown; why it waits is.
    let change = StatusChange {
        conversation_id: id,
        status: ConversationStatus::Waiting,
        assignee: None,
        snoozed_until: None,
        event_body: json!({ "type": "status", "reason": "abstained" }),
        at: at(3),
    };
    let told = NewMessage {
        id: MessageId::new(),
        conversation_id: id,
        author_kind: AuthorKind::System,
        author_id: None,
        author_name: None,
        client_id: None,
        text: "A person will join you.".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(3),
    };
    let seen = acme
        .db
        .transaction(async |conn| {
            conversations::set_status(conn, change).await?;
            messages::append_message(conn, told).await?;
            inbox::glimpses(conn, vec![id]).await
        })
        .await;
    let seen: Result<_, StoreError> = seen;
    let seen = seen.unwrap().remove(0);
    assert_eq!(seen.reason.as_deref(), Some("abstained"));
    assert_eq!(seen.text.as_deref(), Some("I will look."));
}

#[tokio::test]
async fn the_server_finds_whose_snooze_is_over_and_which_members_have_something() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let ada = acme
        .db
        .read(async |conn| parlance_store::control::members::list(conn).await)
        .await;
    let ada: Result<Vec<_>, StoreError> = ada;
    let ada = ada.unwrap()[0].user_id;
    let control = test.db().control();
    let (snoozed, had, of_a_program) = (
        begun(&acme, 1).await,
        begun(&acme, 1).await,
        begun(&acme, 1).await,
    );
    goes(&acme, snoozed, ConversationStatus::Snoozed, Some(ada), 2).await;
    goes(
        &acme,
        of_a_program,
        ConversationStatus::Human,
        Some(UserId::new()),
        2,
    )
    .await;
    assert!(control.agents_with_conversations().await.unwrap().is_empty());
    goes(&acme, had, ConversationStatus::Human, Some(ada), 2).await;
    let tenant = acme.db.tenant_id();
    assert_eq!(
        control.agents_with_conversations().await.unwrap(),
        [(tenant, ada)]
    );
    assert!(
        control
            .conversations_to_wake(at(101), 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        control.conversations_to_wake(at(102), 9).await.unwrap(),
        [(tenant, snoozed)]
    );
}

fn note(conversation_id: ConversationId, client_id: ClientId, second: i64) -> Note {
    Note {
        id: NoteId::new(),
        conversation_id,
        after: 0,
        author_id: UserId::new(),
        author_name: "Ben".to_owned(),
        client_id,
        text: "Asked the warehouse.".to_owned(),
        at: at(second),
    }
}

#[tokio::test]
async fn notes_stand_behind_an_event_and_are_written_once() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (id, client_id) = (begun(&acme, 1).await, ClientId::new());
    let first = note(id, client_id, 2);
    let add = async |chat: &Chat, note: Note| {
        let added = chat.db.transaction(async |conn| notes::add(conn, note).await);
        added.await
    };
    let added = add(&acme, first.clone()).await.unwrap();
    assert_eq!(
        added,
        Note {
            after: 1,
            ..first.clone()
        }
    );
    assert_eq!(
        add(&acme, note(id, client_id, 3)).await.unwrap(),
        added,
        "the same again"
    );
    agent_says(&acme, id, UserId::new(), 4).await;
    let second = add(&acme, note(id, ClientId::new(), 5)).await.unwrap();
    assert_eq!(second.after, 2);
    let read = async |chat: &Chat, limit| {
        let read = chat.db.read(async |conn| notes::list(conn, id, limit).await);
        let read: Result<_, StoreError> = read.await;
        read.unwrap()
    };
    assert_eq!(read(&acme, 9).await, [added, second.clone()]);
    assert_eq!(read(&acme, 1).await, [second], "the newest");
    assert_eq!(read(&globex, 9).await, []);
    let foreign = add(&globex, note(id, ClientId::new(), 6)).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn the_inbox_of_another_tenant_is_empty() {
    let test: TestDb = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (id, ben) = (begun(&acme, 1).await, UserId::new());
    goes(&acme, id, ConversationStatus::Waiting, None, 2).await;
    goes(
        &acme,
        begun(&acme, 1).await,
        ConversationStatus::Human,
        Some(ben),
        2,
    )
    .await;
    let of_acme = Wanted {
        space: Some(acme.space),
        ..Wanted::default()
    };
    for wanted in [Wanted::default(), of_acme] {
        assert!(pages(&globex, &wanted, true).await.is_empty());
        assert!(pages(&globex, &wanted, false).await.is_empty());
    }
    let looked = globex.db.transaction(async |conn| {
        assert!(inbox::glimpses(conn, vec![id]).await?.is_empty());
        assert!(inbox::held_by(conn, ben).await?.is_empty());
        messages::another_agent_wrote(conn, id, ben, 0).await
    });
    assert!(matches!(looked.await, Err(StoreError::NotFound)));
}
