//! Versions of a space, its keys, and its end: nobody else's to touch, and the books are kept.

use parlance_store::{
    StoreError,
    ids::{AttachmentId, DocumentId, JobId, SourceId},
    queries::{
        attachments::{self, NewAttachment, Uploader},
        audit::ActorKind,
        conversations, documents,
        jobs::{self, JobState, NewJob},
        ledger, mail_replies,
        messages::AuthorKind,
        sources::{self, NewSource},
        space_life,
        space_versions::{self, Author, Reason},
        spaces,
    },
    testing::TestDb,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Chat, admin, at, chat, database};

fn ada() -> Author {
    Author {
        kind: ActorKind::User,
        id: Some(Uuid::now_v7()),
        name: "ada@acme.example".into(),
    }
}

/// Rows of a tenant in a table.
async fn rows(test: &TestDb, chat: &Chat, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table} WHERE tenant_id::text = $1");
    let tenant = chat.db.tenant_id().to_string();
    let row = admin(test).await.query_one(&count, &[&tenant]).await;
    row.unwrap().get(0)
}

/// Everything of a space in the table of a tenant that has one: two turns of which one is paid for, a
/// document, a source, a job, a file that was sent, and a message that was mailed.
async fn filled(chat: &Chat) -> (DocumentId, SourceId) {
    let (question, reservation) = chat.says("may I return it?").await;
    let answer = chat.answer(question, reservation);
    chat.says("and how?").await;
    let (document, source) = (DocumentId::new(), SourceId::new());
    let new = NewSource {
        id: source,
        space_id: chat.space,
        url: "https://shop.example/",
        scope: "site",
        max_pages: 5,
        max_depth: 1,
        below: None,
        every_hours: Some(24),
        at: at(1),
    };
    let fill = chat.db.transaction(async |conn| {
        parlance_store::queries::messages::finish_answer(conn, answer).await?;
        ledger::record_settled(conn, 10, at(4)).await?;
        sources::put(conn, new).await?;
        let new = documents::NewDocument {
            id: document,
            space_id: chat.space,
            name: "help.md",
            source_url: None,
            content_hash: b"h",
            content: b"c",
            at: at(1),
        };
        documents::put(conn, new).await?;
        sources::claim_document(conn, document, source, None, None).await?;
        let file = NewAttachment {
            id: AttachmentId::new(),
            conversation_id: chat.conversation,
            uploader: Uploader {
                kind: AuthorKind::Visitor,
                id: chat.visitor.into(),
            },
            name: "receipt.pdf",
            media_type: "application/pdf",
            sha256: b"h",
            size: None,
            content: b"c",
            at: at(3),
        };
        attachments::put(conn, file).await?;
        mail_replies::note_mailed(conn, chat.conversation, &[question], "mara@shop.example", at(4)).await?;
        jobs::enqueue(conn, job(chat, "read_source", "source:1")).await
    });
    fill.await.unwrap();
    (document, source)
}

fn job<'a>(chat: &Chat, kind: &'a str, key: &'a str) -> NewJob<'a> {
    NewJob {
        id: JobId::new(),
        space_id: Some(chat.space),
        kind,
        key,
        payload: json!({ "kind": kind }),
        priority: 0,
        due_at: at(5),
        at: at(5),
    }
}

async fn emptied(chat: &Chat) {
    let mut steps = 0;
    while chat
        .db
        .transaction(async |conn| space_life::empty(conn, chat.space, 50).await)
        .await
        .unwrap()
        > 0
    {
        steps += 1;
        assert!(steps < 100, "it comes to an end");
    }
}

#[tokio::test]
async fn versions_have_no_gaps_and_the_oldest_are_forgotten() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (space, by, more) = (acme.space, ada(), 205);
    let written = acme.db.transaction(async |conn| {
        for n in 0..more {
            let reason = Reason {
                note: Some("again"),
                restored_from: (n == 4).then_some(1),
            };
            let version = space_versions::write(conn, space, &by, reason, at(n)).await?;
            assert_eq!(version, n + 2);
        }
        let all = space_versions::list(conn, space, i64::MAX, 1_000).await?;
        let numbers: Vec<i64> = all.iter().map(|version| version.n).collect();
        let newest = more + 1;
        let kept = (newest - space_versions::KEPT + 1..=newest).rev();
        assert_eq!(numbers, kept.collect::<Vec<_>>());
        assert_eq!(
            (all[0].actor_name.as_str(), all[0].actor_id),
            (by.name.as_str(), by.id)
        );
        assert!(space_versions::get(conn, space, 1).await?.is_none());
        let page = space_versions::list(conn, space, newest, 1).await?;
        assert_eq!(page[0].n, newest - 1);
        Ok::<_, StoreError>(spaces::load(conn, space).await?.unwrap().version)
    });
    assert_eq!(written.await.unwrap(), more + 1);
}

#[tokio::test]
async fn versions_that_are_written_at_once_have_numbers_of_their_own() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let write = async |_| {
        let written = acme.db.transaction(async |conn| {
            space_versions::write(conn, acme.space, &ada(), Reason::default(), at(1)).await
        });
        written.await.unwrap()
    };
    let mut numbers = futures_util::future::join_all((0..8).map(write)).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (2..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_key_that_was_rotated_works_until_its_end() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let find = async |key: &str, now: i64| {
        let control = test.db().control();
        let found = control.space_by_slug_or_key(key, at(now)).await.unwrap();
        found.map(|space| space.space_id)
    };
    let rotate = async |key: &str, until: Option<i64>| {
        let rotated = acme.db.transaction(async |conn| {
            space_life::rotate_key(conn, acme.space, key, until.map(at), at(0)).await
        });
        rotated.await.unwrap();
    };
    rotate("pk_second_12345678", Some(10)).await;
    for (key, now, there) in [
        ("pk_acme_12345678", 9, true),
        ("pk_acme_12345678", 10, false),
        ("pk_second_12345678", 0, true),
        ("pk_second_12345678", 1_000, true),
    ] {
        assert_eq!(find(key, now).await.is_some(), there, "{key} at {now}");
    }
    rotate("pk_third_12345678", Some(10)).await;
    assert_eq!(find("pk_acme_12345678", 1).await, None, "the one before is over");
    assert_eq!(find("pk_second_12345678", 1).await, Some(acme.space));
    rotate("pk_fourth_12345678", None).await;
    assert_eq!(find("pk_third_12345678", 0).await, None, "no overlap");
}

#[tokio::test]
async fn a_removed_space_is_gone_at_once_and_leaves_the_books() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (document, source) = filled(&acme).await;
    filled(&globex).await;
    let kept = async |chat: &Chat| {
        let mut kept = Vec::new();
        for table in ["reservations", "usage_events", "usage_daily"] {
            kept.push(rows(&test, chat, table).await);
        }
        kept
    };
    let (books, theirs) = (kept(&acme).await, kept(&globex).await);
    assert_eq!(books, [2, 1, 1]);

    // Before it is removed nothing can be taken.
    emptied(&acme).await;
    assert_eq!(rows(&test, &acme, "documents").await, 1);

    let removed = acme.db.transaction(async |conn| {
        let called_off = jobs::call_off(conn, acme.space, &["read_source"], at(6)).await?;
        assert_eq!(called_off.len(), 1);
        assert_eq!(called_off[0].state, JobState::Cancelled);
        space_life::remove(conn, acme.space, at(6)).await
    });
    removed.await.unwrap();
    let control = test.db().control();
    for word in ["acme", "pk_acme_12345678"] {
        assert!(control.space_by_slug_or_key(word, at(6)).await.unwrap().is_none());
    }
    acme.db
        .transaction(async |conn| {
            assert!(spaces::load(conn, acme.space).await?.is_none());
            assert!(spaces::list(conn).await?.is_empty());
            assert!(conversations::load(conn, acme.conversation).await?.is_none());
            for gone in [
                documents::get(conn, document).await.err(),
                documents::with_file(conn, document).await.err(),
                sources::get(conn, source).await.err(),
                spaces::lock(conn, acme.space).await.err(),
                space_life::hold(conn, acme.space).await.err(),
                space_life::set_published(conn, acme.space, true, at(7))
                    .await
                    .err(),
                space_life::remove(conn, acme.space, at(7)).await.err(),
            ] {
                assert!(matches!(gone, Some(StoreError::NotFound)), "{gone:?}");
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();

    emptied(&acme).await;
    for table in [
        "conversations",
        "conversation_events",
        "messages",
        "citations",
        "attachments",
        "mailed_messages",
        "visitors",
        "documents",
        "document_files",
        "sources",
        "jobs",
        "space_versions",
        "space_index",
    ] {
        assert_eq!(rows(&test, &acme, table).await, 0, "{table}");
        assert!(rows(&test, &globex, table).await > 0, "{table} of the other");
    }
    assert_eq!((kept(&acme).await, kept(&globex).await), (books, theirs));
    assert_eq!(rows(&test, &acme, "spaces").await, 1, "what the books refer to");
    let again = chat(test.db(), "acme-elsewhere").await;
    let mut taken = crate::support::new_space(parlance_store::ids::SpaceId::new(), "acme");
    taken.public_key = "pk_acme_12345678".into();
    let taken = again
        .db
        .transaction(async |conn| spaces::create(conn, taken).await);
    taken.await.unwrap();
}

#[tokio::test]
async fn a_foreign_tenant_touches_neither_a_space_nor_what_it_left() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    filled(&acme).await;
    let space = acme.space;
    /// Runs one write in a transaction of its own, which finds nothing to write.
    macro_rules! nothing {
        ($write:expr) => {
            let refused = globex.db.transaction($write).await.err();
            assert!(matches!(refused, Some(StoreError::NotFound)), "{refused:?}");
        };
    }
    nothing!(async |conn| space_life::hold(conn, space).await);
    nothing!(async |conn| space_life::lock_out(conn, space).await.map(drop));
    nothing!(async |conn| space_life::set_published(conn, space, false, at(9)).await);
    nothing!(async |conn| space_life::set_archived(conn, space, Some(at(9)), at(9)).await);
    nothing!(async |conn| space_life::rotate_key(conn, space, "pk_stolen_12345678", None, at(9)).await);
    nothing!(async |conn| space_life::remove(conn, space, at(9)).await);
    nothing!(async |conn| space_versions::write(conn, space, &ada(), Reason::default(), at(9)).await);
    let looked = globex.db.transaction(async |conn| {
        assert!(space_versions::get(conn, space, 1).await?.is_none());
        assert!(space_versions::list(conn, space, 100, 100).await?.is_empty());
        assert_eq!(space_life::count_to_add(conn).await?, 1);
        assert!(!space_life::knows(conn, space).await?.more_to_come);
        assert!(
            jobs::call_off(conn, space, &["read_source"], at(9))
                .await?
                .is_empty()
        );
        assert_eq!(jobs::others_running(conn, space, JobId::new()).await?, 0);
        // What is taken anywhere is not free, and that is all that is said of it.
        let slugs = ["acme".to_owned(), "acme-2".to_owned()];
        assert_eq!(
            space_life::free_slug(conn, &slugs).await?.as_deref(),
            Some("acme-2")
        );
        space_life::empty(conn, space, 50).await
    });
    assert_eq!(looked.await.unwrap(), 0);

    let remove = acme
        .db
        .transaction(async |conn| space_life::remove(conn, space, at(9)).await);
    remove.await.unwrap();
    let empty = globex
        .db
        .transaction(async |conn| space_life::empty(conn, space, 50).await);
    assert_eq!(empty.await.unwrap(), 0, "not theirs");
    assert_eq!(rows(&test, &acme, "conversations").await, 1);
}

#[tokio::test]
async fn who_gives_a_space_something_and_who_puts_it_away_wait_for_one_another() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (held, giving) = tokio::sync::oneshot::channel();
    let (told, waiting) = tokio::sync::oneshot::channel();
    let give = acme.db.transaction(async |conn| {
        space_life::hold(conn, acme.space).await?;
        held.send(()).unwrap();
        waiting.await.unwrap();
        // Goes on although somebody waits: no deadlock.
        spaces::bump_knowledge(conn, acme.space).await
    });
    let archive = async {
        giving.await.unwrap();
        told.send(()).unwrap();
        let archived = acme.db.transaction(async |conn| {
            let seen = space_life::lock_out(conn, acme.space).await?;
            space_life::set_archived(conn, acme.space, Some(at(1)), at(1)).await?;
            Ok::<_, StoreError>(seen.knowledge_version)
        });
        archived.await
    };
    let (given, archived) = tokio::join!(give, archive);
    assert_eq!((given.unwrap(), archived.unwrap()), (1, 1), "one after the other");
    let late = acme
        .db
        .transaction(async |conn| space_life::hold(conn, acme.space).await);
    assert!(matches!(late.await, Err(StoreError::Archived)));
}
