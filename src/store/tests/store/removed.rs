//! What is removed while somebody works on it: no deadlock, no constraint's name, nothing lost that
//! was paid for.

use std::time::Duration;

use futures_util::future::join;
use parlance_store::{
    StoreError,
    ids::{DocumentId, DocumentVersionId, PassageId, SourceId},
    queries::{
        documents::{self, NewDocument},
        ledger,
        passages::{self, NewPassage, NewVersion},
        sources::{self, NewSource},
    },
};

use tokio::time::timeout;

use crate::support::{Chat, admin, at, chat, database, settlement};

const MODEL: &str = "test";

/// A document of forty passages, of which another version is about to be published.
async fn built(acme: &Chat, name: &str) -> (DocumentId, DocumentVersionId, Vec<PassageId>) {
    let put = acme.db.transaction(async |conn| {
        let new = NewDocument {
            id: DocumentId::new(),
            space_id: acme.space,
            name,
            source_url: None,
            content_hash: b"v",
            content: b"v",
            at: at(1),
        };
        Ok::<_, StoreError>(documents::put(conn, new).await?.0)
    });
    let document = put.await.unwrap();
    version(acme, document, b"v1", true).await;
    let (version, passages) = version(acme, document, b"v2", false).await;
    (document, version, passages)
}

async fn version(
    acme: &Chat,
    document: DocumentId,
    hash: &[u8],
    publish: bool,
) -> (DocumentVersionId, Vec<PassageId>) {
    let build = acme.db.transaction(async |conn| {
        let version = passages::begin_version(conn, new_version(document, hash)).await?;
        let rows: Vec<NewPassage<'_>> = (0..40).map(row).collect();
        passages::add(conn, version, document, acme.space, "", &rows).await?;
        if publish {
            passages::publish(conn, version, document, acme.space, "", "text/plain", at(2)).await?;
        }
        Ok::<_, StoreError>((version, rows.iter().map(|row| row.id).collect()))
    });
    build.await.unwrap()
}

fn new_version(document: DocumentId, hash: &[u8]) -> NewVersion<'_> {
    NewVersion {
        id: DocumentVersionId::new(),
        document_id: document,
        content_hash: hash,
        recipe: "r",
        text: "text",
        markdown: false,
        at: at(1),
    }
}

fn row<'a>(ordinal: i32) -> NewPassage<'a> {
    NewPassage {
        id: PassageId::new(),
        ordinal,
        kind: "paragraph",
        heading: &[],
        page: None,
        start_char: 0,
        end_char: 4,
        context_start: 0,
        context: "text",
        text: "text",
        tokens: 1,
        embed_hash: b"h",
    }
}

/// Who removes a document has its row first. Were one who works below it to take another row before that
/// one, the two would wait for each other.
#[tokio::test]
async fn a_document_that_is_removed_while_it_is_worked_on_is_gone_and_nobody_is_in_the_others_way() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let admin = admin(&test).await;
    for way in 0..5 {
        let (document, version, ids) = built(&acme, &format!("{way}.md")).await;
        let vectors: Vec<_> = ids.iter().map(|id| (*id, vec![1.0])).collect();
        let work = acme.db.transaction(async |conn| {
            let space = acme.space;
            match way {
                0 => passages::publish(conn, version, document, space, "", "text/plain", at(3))
                    .await
                    .map(drop),
                1 => passages::add_vectors(conn, document, space, MODEL, &vectors).await,
                2 => {
                    let rows: Vec<NewPassage<'_>> = (40..80).map(row).collect();
                    passages::add(conn, version, document, space, "", &rows).await
                }
                3 => passages::begin_version(conn, new_version(document, b"v3"))
                    .await
                    .map(drop),
                _ => passages::reuse_vectors(conn, document, version, MODEL)
                    .await
                    .map(drop),
            }
        });
        let begin = format!("BEGIN; SELECT FROM documents WHERE id = '{document}' FOR UPDATE");
        admin.batch_execute(&begin).await.unwrap();
        let remove = async {
            let waits = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                         WHERE NOT l.granted AND a.datname = current_database())";
            while !admin.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
                tokio::task::yield_now().await;
            }
            let removed = format!("DELETE FROM documents WHERE id = '{document}'; COMMIT");
            admin.batch_execute(&removed).await
        };
        let both = join(remove, work);
        let (removed, worked) = timeout(Duration::from_secs(20), both)
            .await
            .unwrap_or_else(|_| panic!("{way} does not wait for the document"));
        removed.unwrap();
        match way {
            1 => worked.unwrap(),
            _ => assert!(matches!(worked, Err(StoreError::NotFound)), "{way}: {worked:?}"),
        }
    }
}

#[tokio::test]
async fn what_was_paid_for_vectors_stays_though_their_document_is_gone() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (_, reservation) = acme.says("hello").await;
    let (document, _, ids) = built(&acme, "a.md").await;
    let settled = acme
        .db
        .transaction(async |conn| {
            documents::remove(conn, document).await?;
            let settled = ledger::settle(conn, &settlement(reservation, 9)).await?;
            passages::add_vectors(conn, document, acme.space, MODEL, &[(ids[0], vec![1.0])]).await?;
            Ok::<_, StoreError>(settled)
        })
        .await
        .unwrap();
    assert!(settled);
    let (document, _, ids) = built(&acme, "b.md").await;
    let gone = PassageId::new();
    acme.db
        .transaction(async |conn| {
            let vectors = [(gone, vec![1.0]), (ids[0], vec![1.0])];
            passages::add_vectors(conn, document, acme.space, MODEL, &vectors).await
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_source_that_is_removed_while_it_is_read_is_gone_with_what_was_read_of_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    for round in 0..8 {
        let source = acme
            .db
            .transaction(async |conn| {
                let new = NewSource {
                    id: SourceId::new(),
                    space_id: acme.space,
                    url: "https://shop.example/",
                    scope: "site",
                    max_pages: 9,
                    max_depth: 9,
                    below: None,
                    every_hours: None,
                    at: at(1),
                };
                sources::put(conn, new).await
            })
            .await
            .unwrap();
        let name = format!("https://shop.example/{round}");
        let remove = acme
            .db
            .transaction(async |conn| sources::remove(conn, source.id).await);
        let met = acme.db.transaction(async |conn| {
            sources::hold(conn, source.id).await?;
            let id = documents::expect(conn, acme.space, &name, &name, at(2)).await?;
            sources::claim_document(conn, id, source.id, None, None).await
        });
        let (removed, met) = join(remove, met).await;
        removed.unwrap();
        assert!(matches!(met, Ok(()) | Err(StoreError::NotFound)), "{met:?}");
        let left = acme
            .db
            .read(async |conn| documents::list(conn, acme.space, "", 9).await)
            .await;
        assert!(left.unwrap().is_empty());
    }
}
