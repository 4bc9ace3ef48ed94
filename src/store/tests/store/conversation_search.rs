//! Conversations by what was said in them.

use parlance_store::{
    StoreError,
    ids::{ClientId, ConversationId, MessageId, UserId},
    queries::{
        conversation_search::{self, Found},
        conversations::{self, ConversationStatus, StatusChange},
        inbox::{Wanted, Whose},
        messages::{self, AuthorKind, NewMessage},
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database, new_conversation};

/// A conversation in which all this was said, one message after the other.
async fn about(chat: &Chat, texts: &[(AuthorKind, &str)]) -> ConversationId {
    let id = ConversationId::new();
    let made = chat
        .db
        .transaction(async |conn| conversations::create(conn, new_conversation(chat, id)).await);
    made.await.unwrap();
    for text in texts {
        said(chat, id, *text).await;
    }
    id
}

async fn said(chat: &Chat, id: ConversationId, (author_kind, text): (AuthorKind, &str)) {
    let new = NewMessage {
        id: MessageId::new(),
        conversation_id: id,
        author_kind,
        author_id: None,
        author_name: None,
        client_id: Some(ClientId::new()),
        text: text.to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(1),
    };
    let said = chat
        .db
        .transaction(async |conn| messages::append_message(conn, new).await);
    said.await.unwrap();
}

async fn search(chat: &Chat, words: &[&str], wanted: &Wanted, after: Option<MessageId>) -> Vec<Found> {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let found = chat
        .db
        .read(async |conn| conversation_search::by_words(conn, &words, wanted, 2, after).await);
    let found: Result<_, StoreError> = found.await;
    found.unwrap()
}

fn which(found: &[Found]) -> Vec<ConversationId> {
    found.iter().map(|found| found.conversation_id).collect()
}

const VISITOR: AuthorKind = AuthorKind::Visitor;

#[tokio::test]
async fn one_message_has_the_beginnings_of_all_words() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let refund = about(
        &acme,
        &[
            (VISITOR, "I want a Refund for order 1042, it's broken"),
            (AuthorKind::Assistant, "Refunds take five days."),
        ],
    )
    .await;
    let other = about(
        &acme,
        &[(VISITOR, "Where is order 1042?"), (VISITOR, "no refund yet")],
    )
    .await;
    let any = Wanted::default();
    let finds = async |words: &[&str]| which(&search(&acme, words, &any, None).await);
    assert_eq!(
        finds(&["refund"]).await,
        [other, refund],
        "the newest message first, each once"
    );
    assert_eq!(finds(&["REFUNDS"]).await, [refund]);
    assert_eq!(finds(&["ord", "refu"]).await, [refund], "in one message");
    assert_eq!(finds(&["order 1042"]).await, [other, refund]);
    assert_eq!(finds(&["1042 order"]).await, [], "a phrase");
    for word in ["it's", "'", "& | ! ( ) :* <->", r"\", "'a' | 'b'"] {
        finds(&[word]).await;
    }
    let odd = about(
        &acme,
        &[(VISITOR, "Ref. ORDER-77/b, 12.50 €, café at mia@shop.example")],
    )
    .await;
    for words in [
        &["order-77"][..],
        &["77"],
        &["12.50"],
        &["50"],
        &["cafe"],
        &["CAFÉ"],
        &["shop", "mia@shop.example"],
    ] {
        assert_eq!(finds(words).await, [odd], "{words:?}");
    }
    for nothing in ["½", "€", "-"] {
        assert_eq!(finds(&[nothing]).await, [], "{nothing}");
    }
    let found = search(&acme, &["five"], &any, None).await;
    assert_eq!(found[0].excerpt, "Refunds take five days.");
    assert_eq!((found[0].seq, found[0].author_kind), (2, AuthorKind::Assistant));
}

#[tokio::test]
async fn what_the_system_says_is_not_searched() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    about(&acme, &[(AuthorKind::System, "A person will join you here.")]).await;
    assert_eq!(search(&acme, &["person"], &Wanted::default(), None).await, []);
}

#[tokio::test]
async fn pages_do_not_overlap() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(about(&acme, &[(VISITOR, "hello"), (VISITOR, "hello again")]).await);
    }
    // What is said in one that was shown brings it to the top, not onto the next page.
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = search(&acme, &["hello"], &Wanted::default(), after).await;
        let Some(last) = page.last() else { break };
        after = Some(last.message_id);
        seen.extend(which(&page));
        said(&acme, seen[0], (VISITOR, "hello once more")).await;
    }
    made.reverse();
    assert_eq!(seen, made);
}

#[tokio::test]
async fn only_what_is_wanted_is_found() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let ben = UserId::new();
    let of_bot = about(&acme, &[(VISITOR, "hello")]).await;
    let of_ben = about(&acme, &[(VISITOR, "hello")]).await;
    let change = StatusChange {
        conversation_id: of_ben,
        status: ConversationStatus::Human,
        assignee: Some((ben, "Ben".to_owned())),
        snoozed_until: None,
        event_body: json!({ "type": "status" }),
        at: at(2),
    };
    let gone = acme
        .db
        .transaction(async |conn| conversations::set_status(conn, change).await);
    gone.await.unwrap();
    let finds = async |wanted: Wanted| which(&search(&acme, &["hello"], &wanted, None).await);
    let any = Wanted::default;
    let statuses = |status| Wanted {
        statuses: vec![status],
        ..any()
    };
    let whose = |whose| Wanted {
        assignee: Some(whose),
        ..any()
    };
    let space = |space| Wanted {
        space: Some(space),
        ..any()
    };
    assert_eq!(finds(any()).await, [of_ben, of_bot]);
    assert_eq!(finds(statuses(ConversationStatus::Human)).await, [of_ben]);
    assert_eq!(finds(whose(Whose::Agent(ben))).await, [of_ben]);
    assert_eq!(finds(whose(Whose::Nobody)).await, [of_bot]);
    assert_eq!(finds(space(acme.space)).await, [of_ben, of_bot]);
    assert_eq!(finds(space(parlance_store::ids::SpaceId::new())).await, []);
}

#[tokio::test]
async fn another_tenants_words_are_not_found() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let secret = format!("hello {}", globex.db.tenant_id());
    about(&acme, &[(VISITOR, &secret)]).await;
    assert_eq!(search(&acme, &["hello"], &Wanted::default(), None).await.len(), 1);
    assert_eq!(search(&globex, &["hello"], &Wanted::default(), None).await, []);
}
