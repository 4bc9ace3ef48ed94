//! Documents, passages and search: built in steps, swapped at once, seen by their tenant alone.

use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, DocumentVersionId, PassageId, SpaceId},
    queries::{
        documents::{self, DocumentStatus, NewDocument},
        index::{self, Extent, SearchedPassage},
        passages::{self, NewPassage, NewVersion},
        search::{self, Search},
        spaces,
    },
};

use crate::support::{Chat, at, chat, database};

const MODEL: &str = "test";

/// One passage per text; its vector is the count of its letters a to d.
fn vector(text: &str) -> Vec<f32> {
    let counts = ['a', 'b', 'c', 'd'].map(|letter| text.matches(letter).count() as f32 + 0.1);
    let length = counts.iter().map(|x| x * x).sum::<f32>().sqrt();
    counts.map(|x| x / length).to_vec()
}

async fn put(chat: &Chat, name: &str, content: &[u8]) -> (DocumentId, bool) {
    let new = NewDocument {
        id: DocumentId::new(),
        space_id: chat.space,
        name,
        source_url: None,
        content_hash: content,
        content,
        at: at(1),
    };
    chat.db
        .transaction(async |conn| documents::put(conn, new).await)
        .await
        .unwrap()
}

/// Builds a version without publishing it.
async fn build(chat: &Chat, document: DocumentId, hash: &[u8], texts: &[&str]) -> DocumentVersionId {
    chat.db
        .transaction(async |conn| {
            let version = NewVersion {
                id: DocumentVersionId::new(),
                document_id: document,
                content_hash: hash,
                recipe: "r",
                text: &texts.join("\n"),
                markdown: false,
                at: at(2),
            };
            let version = passages::begin_version(conn, version).await?;
            let rows: Vec<NewPassage<'_>> = (0..)
                .zip(texts)
                .map(|(ordinal, text)| passage(ordinal, text))
                .collect();
            passages::add(conn, version, document, chat.space, "Title", &rows).await?;
            passages::reuse_vectors(conn, document, version, MODEL).await?;
            Ok::<_, StoreError>(version)
        })
        .await
        .unwrap()
}

fn passage<'a>(ordinal: i32, text: &'a str) -> NewPassage<'a> {
    NewPassage {
        id: PassageId::new(),
        ordinal,
        kind: "paragraph",
        heading: &[],
        page: None,
        start_char: 0,
        end_char: i32::try_from(text.len()).unwrap(),
        context_start: 0,
        context: text,
        text,
        tokens: 1,
        embed_hash: text.as_bytes(),
    }
}

async fn embed_missing(
    chat: &Chat,
    document: DocumentId,
    version: DocumentVersionId,
    texts: &[&str],
) -> usize {
    chat.db
        .transaction(async |conn| {
            let missing = passages::without_vector(conn, version).await?;
            let vectors: Vec<_> = missing
                .iter()
                .map(|(at, id)| (*id, vector(texts[usize::try_from(*at).unwrap()])))
                .collect();
            passages::add_vectors(conn, document, chat.space, MODEL, &vectors).await?;
            Ok::<_, StoreError>(missing.len())
        })
        .await
        .unwrap()
}

async fn publish(chat: &Chat, version: DocumentVersionId, document: DocumentId) -> i64 {
    let work = async |conn: &mut parlance_store::TenantConn<'_>| {
        passages::publish(conn, version, document, chat.space, "Title", "text/plain", at(3)).await
    };
    chat.db.transaction(work).await.unwrap()
}

async fn ready(chat: &Chat, name: &str, texts: &[&str]) -> DocumentId {
    let (document, _) = put(chat, name, b"v1").await;
    let version = build(chat, document, b"v1", texts).await;
    embed_missing(chat, document, version, texts).await;
    publish(chat, version, document).await;
    document
}

async fn find(db: &TenantDb, space: SpaceId, near: &str, words: &[&str]) -> Vec<search::Candidate> {
    let terms: Vec<_> = words.iter().map(|word| ((*word).to_owned(), 1.0)).collect();
    let vector = vector(near);
    let search = Search {
        space,
        vector: &vector,
        model: MODEL,
        terms: &terms,
        leg: 10,
        pool: 10,
    };
    db.search(async |conn| search::hybrid(conn, &search).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn both_legs_find_in_one_statement() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    ready(
        &acme,
        "a.txt",
        &[
            "aaaa refunds",
            "bbbb shipping",
            "cccc warranty's end",
            r"dddd back\slash",
        ],
    )
    .await;
    let found = find(&acme.db, acme.space, "aaaa", &["ship"]).await;
    let nearest = found.iter().max_by(|a, b| a.cosine.total_cmp(&b.cosine)).unwrap();
    assert_eq!(nearest.passage.context, "aaaa refunds");
    let shipping = &found[0];
    assert!(
        shipping.passage.context.contains("shipping"),
        "found by both legs"
    );
    assert!(shipping.matches[0] && !nearest.matches[0]);
    assert!(found.iter().all(|found| (-1.0..=1.001).contains(&found.cosine)));
    // No words, or words that are not lexemes at all, are no error.
    assert_eq!(find(&acme.db, acme.space, "aaaa", &[]).await.len(), 4);
    assert_eq!(
        find(&acme.db, acme.space, "aaaa", &[r"o'cl\ock' | 'x", "&!:*("])
            .await
            .len(),
        4
    );
}

#[tokio::test]
async fn the_vector_leg_is_exact_whatever_other_tenants_hold() {
    let test = database().await;
    let texts: Vec<String> = (0..60)
        .map(|n| "abcd"[..1 + n % 4].repeat(1 + n / 4) + &"c".repeat(n % 7))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    ready(&globex, "g.txt", &["aabb"; 50]).await;
    ready(&acme, "a.txt", &texts).await;
    let found = find(&acme.db, acme.space, "aabb", &[]).await;
    let cosine = |text: &&str| {
        vector(text)
            .iter()
            .zip(vector("aabb"))
            .map(|(a, b)| f64::from(a * b))
            .sum::<f64>()
    };
    let mut expected: Vec<f64> = texts.iter().map(cosine).collect();
    expected.sort_by(|a, b| b.total_cmp(a));
    assert_eq!(found.len(), 10);
    for (found, expected) in found.iter().zip(&expected) {
        assert!(
            (found.cosine - expected).abs() < 0.002,
            "{} {expected}",
            found.cosine
        );
    }
}

/// What an index in memory is made from.
async fn everything(db: &TenantDb, space: SpaceId) -> (Option<Extent>, Vec<SearchedPassage>) {
    db.read(async |conn| {
        let extent = index::extent(conn, space).await?;
        Ok::<_, StoreError>((extent, index::passages(conn, space, MODEL).await?))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_index_is_made_from_what_is_searched_and_from_nothing_else() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    ready(&globex, "g.txt", &["aaaa"]).await;
    let document = ready(&acme, "a.txt", &["aaaa refunds, refund it", "bbbb"]).await;
    // Without a vector of this model, and not published yet.
    let (other, _) = put(&acme, "b.txt", b"v1").await;
    build(&acme, other, b"v1", &["cccc"]).await;

    let (extent, passages) = everything(&acme.db, acme.space).await;
    let extent = extent.unwrap();
    assert_eq!(extent.passages, 2);
    let found = find(&acme.db, acme.space, "aaaa", &["refund"]).await;
    assert!(passages.is_sorted_by_key(|passage| passage.passage.passage_id));
    for found in &found {
        let passage = passages
            .iter()
            .find(|passage| passage.passage == found.passage)
            .unwrap();
        assert_eq!(passage.passage.document_id, document);
        let stored = passage.vector.as_ref().unwrap();
        for (stored, made) in stored.iter().zip(vector(&found.passage.context)) {
            assert!((stored - made).abs() < 1e-3, "{stored} {made}");
        }
    }
    let refunds = passages.iter().find(|passage| passage.lexemes.len() > 2).unwrap();
    assert!(refunds.lexemes.contains(&("refund".to_owned(), 2)), "{refunds:?}");

    let version = build(&acme, other, b"v1", &["cccc"]).await;
    assert_eq!(publish(&acme, version, other).await, extent.knowledge_version + 1);
    let (newer, passages) = everything(&acme.db, acme.space).await;
    assert_eq!(newer.unwrap().knowledge_version, extent.knowledge_version + 1);
    let unembedded: Vec<_> = passages
        .iter()
        .filter(|passage| passage.vector.is_none())
        .collect();
    assert_eq!((passages.len(), unembedded.len()), (3, 1));
}

#[tokio::test]
async fn terms_count_the_passages_of_their_space() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    ready(
        &acme,
        "a.txt",
        &["the refund is paid", "refunds and returns", "nothing"],
    )
    .await;
    let terms = acme
        .db
        .read(async |conn| search::terms(conn, acme.space, "What about my refund \\ 'zebra'?").await)
        .await
        .unwrap();
    let counts: Vec<_> = terms
        .iter()
        .map(|term| (term.lexeme.as_str(), term.passages, term.of))
        .collect();
    assert_eq!(counts, [("refund", 2, 3), ("zebra", 0, 3)]);
}

#[tokio::test]
async fn a_new_version_is_unseen_until_it_replaces_the_old_one() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let document = ready(&acme, "a.txt", &["aaaa old", "bbbb same"]).await;
    assert_eq!(
        put(&acme, "a.txt", b"v1").await,
        (document, false),
        "the same bytes again are no work"
    );
    assert_eq!(put(&acme, "a.txt", b"v2").await, (document, true));

    let texts = ["aaaa new", "bbbb same"];
    let version = build(&acme, document, b"v2", &texts).await;
    assert_eq!(
        build(&acme, document, b"v2", &texts).await,
        version,
        "taken up after a crash"
    );
    let contexts = |found: Vec<search::Candidate>| {
        let mut contexts: Vec<_> = found.into_iter().map(|found| found.passage.context).collect();
        contexts.sort();
        contexts
    };
    assert_eq!(
        contexts(find(&acme.db, acme.space, "a", &["new"]).await),
        ["aaaa old", "bbbb same"]
    );

    assert_eq!(
        embed_missing(&acme, document, version, &texts).await,
        1,
        "what is unchanged is not embedded again"
    );
    let before = acme
        .db
        .read(async |conn| spaces::load(conn, acme.space).await)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        publish(&acme, version, document).await,
        before.knowledge_version + 1
    );
    assert_eq!(
        contexts(find(&acme.db, acme.space, "a", &["new"]).await),
        ["aaaa new", "bbbb same"]
    );
    let (live, unfinished) = acme
        .db
        .read(async |conn| {
            Ok::<_, StoreError>((
                documents::live_text(conn, document).await?,
                documents::unfinished(conn).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(live.text, "aaaa new\nbbbb same");
    assert!(unfinished.is_empty());
}

#[tokio::test]
async fn a_file_uploaded_during_a_run_stays_queued() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (document, _) = put(&acme, "a.txt", b"v1").await;
    let version = build(&acme, document, b"v1", &["aaaa"]).await;
    put(&acme, "a.txt", b"v2").await;
    publish(&acme, version, document).await;
    let (status, waiting) = acme
        .db
        .read(async |conn| {
            let status = documents::get(conn, document).await?.status;
            Ok::<_, StoreError>((status, documents::unfinished(conn).await?))
        })
        .await
        .unwrap();
    assert_eq!((status, waiting), (DocumentStatus::Queued, vec![document]));
}

#[tokio::test]
async fn a_foreign_tenant_finds_and_changes_nothing() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let document = ready(&acme, "a.txt", &["aaaa secret"]).await;
    let passage = find(&acme.db, acme.space, "a", &["secret"])
        .await
        .remove(0)
        .passage
        .passage_id;
    let (waiting, _) = put(&acme, "b.txt", b"v1").await;
    let version = build(&acme, waiting, b"v1", &["aaaa draft"]).await;
    let before = everything(&acme.db, acme.space).await;

    assert!(find(&globex.db, acme.space, "a", &["secret"]).await.is_empty());
    assert_eq!(everything(&globex.db, acme.space).await, (None, Vec::new()));
    globex
        .db
        .transaction(async |conn| {
            assert!(matches!(
                documents::get(conn, document).await,
                Err(StoreError::NotFound)
            ));
            assert!(matches!(
                documents::with_file(conn, document).await,
                Err(StoreError::NotFound)
            ));
            assert!(matches!(
                documents::live_text(conn, document).await,
                Err(StoreError::NotFound)
            ));
            assert!(matches!(
                documents::remove(conn, document).await,
                Err(StoreError::NotFound)
            ));
            assert!(documents::list(conn, acme.space, "", 100).await?.is_empty());
            assert!(documents::unfinished(conn).await?.is_empty());
            assert!(documents::queue_space(conn, acme.space).await?.is_empty());
            assert_eq!(documents::queue_stale(conn, acme.space, "another").await?, 0);
            assert!(documents::passage_span(conn, document, passage).await?.is_none());
            assert!(passages::without_vector(conn, version).await?.is_empty());
            assert!(matches!(
                passages::reuse_vectors(conn, document, version, MODEL).await,
                Err(StoreError::NotFound)
            ));
            assert_eq!(passages::count_live(conn, acme.space).await?, 0);
            let terms = search::terms(conn, acme.space, "secret").await?;
            assert_eq!((terms[0].passages, terms[0].of), (0, 0));
            documents::set_status(conn, document, DocumentStatus::Failed, Some("x"), at(9)).await?;
            let published =
                passages::publish(conn, version, waiting, acme.space, "Stolen", "text/plain", at(9)).await;
            assert!(matches!(published, Err(StoreError::NotFound)));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let refused = globex
        .db
        .transaction(async |conn| {
            passages::add(conn, version, waiting, acme.space, "T", &[passage_row()]).await
        })
        .await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let own = ready(&globex, "own.md", &["own"]).await;
    for document in [document, own] {
        globex
            .db
            .transaction(async |conn| {
                passages::add_vectors(conn, document, acme.space, MODEL, &[(passage, vector("b"))]).await
            })
            .await
            .unwrap();
    }
    let kept = everything(&acme.db, acme.space).await;
    assert_eq!(kept, before, "a foreign vector is none");
    let status = acme
        .db
        .read(async |conn| documents::get(conn, document).await)
        .await
        .unwrap()
        .status;
    assert_eq!(status, DocumentStatus::Ready);
}

fn passage_row() -> NewPassage<'static> {
    passage(7, "aaaa planted")
}
