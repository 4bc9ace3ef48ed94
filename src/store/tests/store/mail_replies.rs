//! Conversations that go on by mail: what is unseen, what was mailed, and nothing of another tenant.

use parlance_store::{
    StoreError,
    ids::{ContactId, MessageId, TenantId},
    queries::{
        contacts::{self, Proven},
        mail_replies,
        mail_threads::{self, NewThread, Sender},
        messages::{self, AuthorKind, NewMessage, Said},
        visitors::{self, Visit},
    },
};
use serde_json::json;

use crate::support::{Chat, admin, at, chat, database};

/// An agent writes; the message, and its place.
async fn writes(chat: &Chat, text: &str) -> (MessageId, i64) {
    sends(chat, text, Vec::new()).await
}

/// The same, with files of these names.
async fn sends(chat: &Chat, text: &str, attachments: Vec<String>) -> (MessageId, i64) {
    let id = MessageId::new();
    let new = NewMessage {
        id,
        conversation_id: chat.conversation,
        author_kind: AuthorKind::Agent,
        author_id: None,
        author_name: Some("Ada".to_owned()),
        client_id: None,
        text: text.to_owned(),
        attachments,
        in_reply_to: None,
        event_body: json!({ "type": "message" }),
        at: at(2),
    };
    let said = chat
        .db
        .transaction(async |conn| messages::append_message(conn, new).await);
    match said.await.unwrap() {
        Said::New { seq, .. } => (id, seq),
        Said::Duplicate { .. } => panic!("it is new"),
    }
}

async fn unseen(chat: &Chat) -> Vec<String> {
    let read = chat
        .db
        .read(async |conn| mail_replies::unseen(conn, chat.conversation).await);
    read.await
        .unwrap()
        .into_iter()
        .map(|message| message.text)
        .collect()
}

async fn read(chat: &Chat, seq: i64) -> bool {
    let noted = chat
        .db
        .transaction(async |conn| mail_replies::note_read(conn, chat.conversation, seq).await);
    noted.await.unwrap()
}

#[tokio::test]
async fn what_was_neither_read_nor_mailed_is_unseen() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    acme.says("where is it?").await;
    assert!(!read(&acme, 1).await, "no agent wrote it");
    let (first, seq) = writes(&acme, "one").await;
    writes(&acme, "two").await;
    assert_eq!(unseen(&acme).await, ["one", "two"], "a visitor's own are not");
    assert!(read(&acme, seq).await);
    assert!(
        !read(&acme, seq).await && !read(&acme, 1).await,
        "it is noted once, and goes back never"
    );
    assert_eq!(unseen(&acme).await, ["two"]);
    let (third, _) = writes(&acme, "three").await;
    let mailed = acme.db.transaction(async |conn| {
        // Noted again, it stays as it was.
        mail_replies::note_mailed(conn, acme.conversation, &[third], "a@b.example", at(5)).await?;
        mail_replies::note_mailed(conn, acme.conversation, &[first, third], "A@b.example", at(9)).await?;
        mail_replies::mailed(conn, acme.conversation).await
    });
    let mailed: Result<_, StoreError> = mailed.await;
    let mailed: Vec<_> = mailed
        .unwrap()
        .into_iter()
        .map(|mail| (mail.message_id, mail.at))
        .collect();
    assert_eq!(mailed, [(third, at(5)), (first, at(9))]);
    assert_eq!(unseen(&acme).await, ["two"]);
    sends(&acme, "", vec!["scan.pdf".to_owned()]).await;
    let found = acme
        .db
        .read(async |conn| mail_replies::unseen(conn, acme.conversation).await);
    let found = found.await.unwrap().pop().unwrap();
    assert_eq!(
        (found.text.as_str(), found.attachments),
        ("", vec!["scan.pdf".to_owned()])
    );
}

#[tokio::test]
async fn somebody_is_written_to_where_the_site_vouches_or_else_where_was_said() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let thread = async || {
        let read = acme
            .db
            .read(async |conn| mail_replies::thread(conn, acme.conversation).await);
        read.await.unwrap().unwrap()
    };
    let nobody = thread().await;
    assert_eq!(
        (nobody.email, nobody.stopped, nobody.mailed_at),
        (None, false, None)
    );
    assert_eq!(nobody.page.as_deref(), Some("https://shop.example/returns"));
    assert_eq!(nobody.allowed_origins, ["https://shop.example"]);
    let visit = |contact_id| Visit {
        id: acme.visitor,
        space_id: acme.space,
        attributes: json!({ "email": "asked@a.example", "page": "https://shop.example/cart" }),
        said: json!({ "name": "Mara" }),
        contact_id,
        locale: None,
        at: at(3),
    };
    let visits = async |contact| {
        let upsert = acme
            .db
            .transaction(async |conn| visitors::upsert(conn, visit(contact)).await);
        upsert.await.unwrap();
    };
    visits(None).await;
    assert_eq!(
        thread().await.email.as_deref(),
        Some("asked@a.example"),
        "before the chat"
    );
    let gives = acme
        .db
        .transaction(async |conn| mail_replies::give_email(conn, acme.visitor, "given@a.example").await);
    gives.await.unwrap();
    let given = thread().await;
    assert_eq!(given.email.as_deref(), Some("given@a.example"));
    assert_eq!(
        (given.name, given.page.as_deref()),
        (None, Some("https://shop.example/cart"))
    );
    let proven = Proven {
        id: ContactId::new(),
        external_id: "7".to_owned(),
        name: Some("Mara K".to_owned()),
        email: Some("vouched@a.example".to_owned()),
        avatar: None,
        at: at(4),
    };
    let contact = acme
        .db
        .transaction(async |conn| contacts::prove(conn, proven).await);
    visits(Some(contact.await.unwrap().id)).await;
    let vouched = thread().await;
    assert_eq!(vouched.email.as_deref(), Some("vouched@a.example"));
    assert_eq!(vouched.name.as_deref(), Some("Mara K"));
    let stops = acme.db.transaction(async |conn| {
        let stopped = mail_replies::stop(conn, acme.conversation, at(6)).await?;
        Ok::<_, StoreError>((stopped, mail_replies::has_stopped(conn, acme.visitor).await?))
    });
    assert_eq!(stops.await.unwrap(), (true, true));
    assert!(thread().await.stopped);
    let gives = acme
        .db
        .transaction(async |conn| mail_replies::give_email(conn, acme.visitor, "again@a.example").await);
    gives.await.unwrap();
    assert!(
        !thread().await.stopped,
        "who gives an address wants to be written to"
    );
}

#[tokio::test]
async fn a_stop_holds_through_a_merge_and_is_lifted_by_no_stranger() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (known, kept) = (ContactId::new(), ContactId::new());
    let proven = Proven {
        id: known,
        external_id: "7".to_owned(),
        name: None,
        email: None,
        avatar: None,
        at: at(1),
    };
    let merged = acme.db.transaction(async |conn| {
        contacts::prove(conn, proven).await?;
        contacts::keep(conn, kept, None, None, at(1)).await?;
        visitors::attribute(conn, acme.visitor, kept).await?;
        mail_replies::stop(conn, acme.conversation, at(2)).await?;
        contacts::merge(conn, kept, known).await
    });
    merged.await.unwrap();
    let gives = async || {
        let given = acme.db.transaction(async |conn| {
            mail_replies::give_email(conn, acme.visitor, "a@b.example").await?;
            mail_replies::has_stopped(conn, acme.visitor).await
        });
        let stopped: Result<_, StoreError> = given.await;
        stopped.unwrap()
    };
    assert!(gives().await, "the person stopped it, and this may be anybody");
    let visit = Visit {
        id: acme.visitor,
        space_id: acme.space,
        attributes: json!({}),
        said: json!({}),
        contact_id: Some(known),
        locale: None,
        at: at(3),
    };
    let proves = acme
        .db
        .transaction(async |conn| visitors::upsert(conn, visit).await);
    proves.await.unwrap();
    assert!(!gives().await);
}

fn began(chat: &Chat, subject: &str) -> NewThread {
    NewThread {
        conversation_id: chat.conversation,
        email: "Mara@shop.example".to_owned(),
        subject: subject.to_owned(),
        message_id: None,
    }
}

#[tokio::test]
async fn a_conversation_that_began_with_a_mail_goes_on_below_the_newest() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let known = acme.db.transaction(async |conn| {
        mail_threads::begin(conn, began(&acme, "It hums")).await?;
        mail_threads::go_on(conn, acme.conversation, "2@mail.example").await?;
        let thread = mail_replies::thread(conn, acme.conversation).await?.unwrap();
        assert_eq!(thread.subject.as_deref(), Some("It hums"));
        assert_eq!(thread.in_reply_to.as_deref(), Some("2@mail.example"));
        mail_replies::was_mailed_to(conn, acme.conversation, "mara@shop.example").await
    });
    let known: Result<bool, StoreError> = known.await;
    assert!(known.unwrap(), "who began it is no stranger");
    let block = format!(
        "INSERT INTO contacts (tenant_id, id, edited_email, blocked_at, blocked_reason, created_at, last_seen_at) \
         VALUES ('{}', gen_random_uuid(), 'Eve@shop.example', now(), 'spam', now(), now())",
        acme.db.tenant_id()
    );
    admin(&test).await.batch_execute(&block).await.unwrap();
    for (db, blocked) in [(&acme.db, true), (&globex.db, false)] {
        let sender = db.read(async |conn| mail_threads::sender(conn, "eve@shop.example", at(0)).await);
        let sender: Result<_, StoreError> = sender.await;
        assert_eq!(sender.unwrap(), Sender { blocked, lately: 0 });
    }
}

#[tokio::test]
async fn a_foreign_tenant_reads_and_changes_nothing() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (message, seq) = writes(&acme, "one").await;
    let foreign = test.db().tenant(TenantId::new());
    let tried = foreign.transaction(async |conn| {
        let conversation = acme.conversation;
        assert_eq!(mail_replies::thread(conn, conversation).await?, None);
        assert_eq!(mail_replies::unseen(conn, conversation).await?, []);
        mail_replies::note_mailed(conn, conversation, &[message], "eve@evil.example", at(5)).await?;
        assert_eq!(mail_replies::mailed(conn, conversation).await?, []);
        assert!(!mail_replies::note_read(conn, conversation, seq).await?);
        assert!(!mail_replies::stop(conn, conversation, at(5)).await?);
        assert!(!mail_replies::has_stopped(conn, acme.visitor).await?);
        let given = mail_replies::give_email(conn, acme.visitor, "eve@evil.example").await;
        assert!(matches!(given, Err(StoreError::NotFound)));
        mail_threads::begin(conn, began(&acme, "theirs")).await?;
        mail_threads::go_on(conn, conversation, "theirs@evil.example").await?;
        Ok::<_, StoreError>(())
    });
    tried.await.unwrap();
    let seen = acme.db.read(async |conn| {
        let conversation = acme.conversation;
        let mailed = mail_replies::was_mailed_to(conn, conversation, "eve@evil.example").await?;
        let thread = mail_replies::thread(conn, conversation).await?.unwrap();
        Ok::<_, StoreError>((mailed, thread.email, thread.stopped))
    });
    assert_eq!(seen.await.unwrap(), (false, None, false));
    assert_eq!(unseen(&acme).await, ["one"]);
}
