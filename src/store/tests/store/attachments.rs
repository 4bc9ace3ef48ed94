//! Files: bound once to what they are sent with, found by who uploaded them, gone when nobody sent them.

use parlance_store::{
    StoreError, TenantConn, TenantDb,
    ids::{AttachmentId, ClientId, ConversationId, MessageId, NoteId, TenantId},
    queries::{
        attachments::{self, Attachment, NewAttachment, SentWith, Uploaded, Uploader},
        messages::AuthorKind,
        notes::{self, Note},
    },
};
use uuid::Uuid;

use crate::support::{Chat, at, chat, database, refused_by};

const CONTENT: &[u8] = b"%PDF-1.7";

fn visitor_of(chat: &Chat) -> Uploader {
    Uploader {
        kind: AuthorKind::Visitor,
        id: chat.visitor.into(),
    }
}

fn new(chat: &Chat, uploader: Uploader, seconds: i64) -> NewAttachment<'static> {
    NewAttachment {
        id: AttachmentId::new(),
        conversation_id: chat.conversation,
        uploader,
        name: "terms.pdf",
        media_type: "application/pdf",
        sha256: b"a hash",
        size: None,
        content: CONTENT,
        at: at(seconds),
    }
}

async fn put(db: &TenantDb, new: NewAttachment<'_>) -> Result<Attachment, StoreError> {
    db.transaction(async |conn| attachments::put(conn, new).await)
        .await
}

async fn found(
    db: &TenantDb,
    conversation: ConversationId,
    uploader: Uploader,
    ids: &[AttachmentId],
) -> Vec<AttachmentId> {
    let found = db.read(async |conn| attachments::find(conn, conversation, uploader, ids).await);
    let found: Result<Vec<Attachment>, StoreError> = found.await;
    found.unwrap().into_iter().map(|file| file.id).collect()
}

async fn send(db: &TenantDb, ids: &[AttachmentId], with: SentWith) -> Result<usize, StoreError> {
    db.transaction(async |conn| attachments::send(conn, ids, with).await)
        .await
}

async fn uploaded(chat: &Chat, since: i64) -> Uploaded {
    let uploaded = chat
        .db
        .read(async |conn| attachments::uploaded(conn, chat.conversation, at(since)).await);
    let uploaded: Result<Uploaded, StoreError> = uploaded.await;
    uploaded.unwrap()
}

#[tokio::test]
async fn a_file_is_sent_once_in_the_order_of_who_sends_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let visitor = visitor_of(&acme);
    let image = NewAttachment {
        name: "photo.png",
        media_type: "image/png",
        size: Some((640, 480)),
        ..new(&acme, visitor, 1)
    };
    let first = put(&acme.db, new(&acme, visitor, 1)).await.unwrap();
    let second = put(&acme.db, image).await.unwrap();
    let bytes = i64::try_from(2 * CONTENT.len()).unwrap();
    let agent = Uploader {
        kind: AuthorKind::Agent,
        id: Uuid::now_v7(),
    };
    put(&acme.db, new(&acme, agent, 1)).await.unwrap();
    let all = Uploaded {
        unsent: 3,
        bytes: bytes + bytes / 2,
        by_visitors: bytes,
    };
    assert_eq!(uploaded(&acme, 1).await, all);
    assert_eq!(
        (second.width, second.height, second.bytes),
        (Some(640), Some(480), 8)
    );

    let order = [second.id, first.id];
    assert_eq!(found(&acme.db, acme.conversation, visitor, &order).await, order);
    let (message, _) = acme.says("see these").await;
    assert_eq!(
        send(&acme.db, &order, SentWith::Message(message)).await.unwrap(),
        2
    );
    assert_eq!(
        send(&acme.db, &order, SentWith::Message(message)).await.unwrap(),
        0,
        "they are sent"
    );
    let sent = Uploaded { unsent: 1, ..all };
    assert_eq!(uploaded(&acme, 1).await, sent, "what is sent counts too");
    let later = Uploaded {
        by_visitors: 0,
        ..sent
    };
    assert_eq!(uploaded(&acme, 2).await, later);
    assert_eq!(
        found(&acme.db, acme.conversation, visitor, &order).await,
        order,
        "and still known"
    );
    let of = async |conn: &mut TenantConn<'_>| attachments::of_messages(conn, &[message]).await;
    let sent = acme.db.read(of).await.unwrap();
    assert_eq!(sent.iter().map(|file| file.id).collect::<Vec<_>>(), order);
    assert_eq!(sent[0].message_id, Some(message));
}

#[tokio::test]
async fn a_note_has_its_own_and_one_uploader_cannot_send_anothers() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (ada, luis) = (Uuid::now_v7(), Uuid::now_v7());
    let agent = |id| Uploader {
        kind: AuthorKind::Agent,
        id,
    };
    let file = put(&acme.db, new(&acme, agent(ada), 1)).await.unwrap();
    for (conversation, other) in [
        (acme.conversation, agent(luis)),
        (acme.conversation, visitor_of(&acme)),
        (ConversationId::new(), agent(ada)),
    ] {
        assert!(found(&acme.db, conversation, other, &[file.id]).await.is_empty());
    }
    let note = Note {
        id: NoteId::new(),
        conversation_id: acme.conversation,
        after: 0,
        author_id: ada.into(),
        author_name: "Ada".to_owned(),
        client_id: ClientId::new(),
        text: String::new(),
        at: at(2),
    };
    let id = note.id;
    let add = async |conn: &mut TenantConn<'_>| notes::add(conn, note.clone()).await;
    acme.db.transaction(add).await.unwrap();
    assert_eq!(send(&acme.db, &[file.id], SentWith::Note(id)).await.unwrap(), 1);
    let of = async |conn: &mut TenantConn<'_>| attachments::of_notes(conn, &[id]).await;
    assert_eq!(acme.db.read(of).await.unwrap()[0].note_id, Some(id));
}

#[tokio::test]
async fn what_nobody_sends_is_forgotten_and_what_was_sent_is_kept() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let visitor = visitor_of(&acme);
    let mut ids = Vec::new();
    for seconds in [1, 2, 3, 10] {
        ids.push(put(&acme.db, new(&acme, visitor, seconds)).await.unwrap().id);
    }
    let (message, _) = acme.says("this one").await;
    send(&acme.db, &ids[..1], SentWith::Message(message))
        .await
        .unwrap();
    let forget = async |conn: &mut TenantConn<'_>| attachments::forget_unsent(conn, at(10), 1).await;
    assert_eq!(acme.db.transaction(forget).await.unwrap(), 1, "so many at once");
    assert_eq!(acme.db.transaction(forget).await.unwrap(), 1);
    assert_eq!(acme.db.transaction(forget).await.unwrap(), 0);
    let left = found(&acme.db, acme.conversation, visitor, &ids).await;
    assert_eq!(left, [ids[0], ids[3]]);
}

#[tokio::test]
async fn a_foreign_tenant_neither_reads_sends_nor_forgets_a_file() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = test.db().tenant(TenantId::new());
    let visitor = visitor_of(&acme);
    let file = put(&acme.db, new(&acme, visitor, 1)).await.unwrap();
    let (message, _) = acme.says("mine").await;

    assert!(matches!(
        put(&globex, new(&acme, visitor, 1)).await,
        Err(StoreError::NotFound)
    ));
    assert!(
        found(&globex, acme.conversation, visitor, &[file.id])
            .await
            .is_empty()
    );
    assert_eq!(
        send(&globex, &[file.id], SentWith::Message(message))
            .await
            .unwrap(),
        0
    );
    let reads = async |conn: &mut TenantConn<'_>| {
        let uploaded = attachments::uploaded(conn, acme.conversation, at(0)).await;
        assert!(matches!(uploaded, Err(StoreError::NotFound)));
        assert!(attachments::of_messages(conn, &[message]).await?.is_empty());
        assert!(attachments::of_notes(conn, &[NoteId::new()]).await?.is_empty());
        assert_eq!(attachments::content(conn, file.id).await?, None);
        attachments::forget_unsent(conn, at(100), 10).await
    };
    assert_eq!(globex.transaction(reads).await.unwrap(), 0);
    let own = async |conn: &mut TenantConn<'_>| attachments::content(conn, file.id).await;
    let own = acme.db.read(own).await.unwrap().unwrap();
    assert_eq!(
        (own.name.as_str(), own.content.as_slice()),
        ("terms.pdf", CONTENT)
    );
}

#[tokio::test]
async fn a_file_cannot_be_sent_with_what_is_not_there() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let file = put(&acme.db, new(&acme, visitor_of(&acme), 1)).await.unwrap();
    let sent = send(&acme.db, &[file.id], SentWith::Message(MessageId::new())).await;
    assert!(refused_by(sent, "attachments_tenant_id_message_id_fkey"));
    assert_eq!(uploaded(&acme, 0).await.unsent, 1, "it can be sent yet");
}
