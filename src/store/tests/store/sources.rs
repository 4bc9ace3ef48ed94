//! Places of the web: known once, read by numbers, never another tenant's.

use parlance_store::{
    StoreError,
    ids::{JobId, SourceId},
    queries::{
        documents::{self, DocumentStatus},
        sources::{self, NewSource, PageOutcome, Source, SourcePage, SourceStatus},
    },
};

use crate::support::{Chat, at, chat, database};

async fn known(chat: &Chat, url: &str) -> Source {
    let new = NewSource {
        id: SourceId::new(),
        space_id: chat.space,
        url,
        scope: "site",
        max_pages: 10,
        max_depth: 2,
        below: None,
        every_hours: None,
        at: at(1),
    };
    chat.db
        .transaction(async |conn| sources::put(conn, new).await)
        .await
        .unwrap()
}

fn page(url: &str, outcome: PageOutcome, crawl: i32) -> SourcePage {
    let read = outcome == PageOutcome::Page;
    SourcePage {
        url: url.to_owned(),
        canonical: url.to_owned(),
        document_id: None,
        outcome,
        note: None,
        etag: read.then(|| "\"1\"".to_owned()),
        last_modified: None,
        crawl,
        checked_at: at(2),
    }
}

#[tokio::test]
async fn a_source_is_known_once_and_its_readings_are_numbered() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let source = known(&acme, "https://shop.example/").await;
    assert_eq!(known(&acme, "https://shop.example/").await.id, source.id);
    let begin = async |job| {
        let begun = acme
            .db
            .transaction(async |conn| sources::begin(conn, source.id, job).await);
        begun.await.unwrap()
    };
    let job = JobId::new();
    assert_eq!(begin(job).await.crawl, 1);
    assert_eq!(begin(job).await.crawl, 1, "the same job goes on with it");
    assert_eq!(
        begin(JobId::new()).await.crawl,
        1,
        "and so does one that takes its place"
    );
    let end = acme
        .db
        .transaction(async |conn| sources::end(conn, source.id, 1, "complete", at(1)).await);
    end.await.unwrap();
    let second = begin(JobId::new()).await;
    assert_eq!((second.crawl, second.status), (2, SourceStatus::Crawling));

    let work = async |page: SourcePage| {
        let put = acme.db.transaction(async |conn| {
            let links: &[String] = match page.outcome {
                PageOutcome::Page => &["/b".to_owned()],
                _ => &[],
            };
            sources::put_page(conn, source.id, &page, links, false).await
        });
        put.await.unwrap();
        let pages = acme.db.read(async |conn| {
            let links = sources::links(conn, source.id, &page.url).await?;
            Ok::<_, StoreError>((sources::pages(conn, source.id, 1, "", 9).await?, links))
        });
        pages.await.unwrap()
    };
    work(page("https://shop.example/", PageOutcome::Page, 1)).await;
    let (pages, links) = work(page("https://shop.example/", PageOutcome::Unchanged, 2)).await;
    assert_eq!(
        (pages.len(), pages[0].crawl, pages[0].outcome),
        (1, 2, PageOutcome::Unchanged)
    );
    assert_eq!(
        (pages[0].etag.as_deref(), links.len()),
        (Some("\"1\""), 1),
        "kept"
    );
}

#[tokio::test]
async fn a_document_that_is_expected_stays_as_it_is_once_it_came() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let source = known(&acme, "https://shop.example/").await;
    let expect = async || {
        let (space, url) = (acme.space, "https://shop.example/");
        let expected = acme
            .db
            .transaction(async |conn| documents::expect(conn, space, url, url, at(1)).await);
        expected.await.unwrap()
    };
    let id = expect().await;
    acme.db
        .transaction(async |conn| {
            sources::claim_document(conn, id, source.id, Some("Ann"), Some(at(0))).await?;
            documents::set_status(conn, id, DocumentStatus::Ready, None, at(2)).await
        })
        .await
        .unwrap();
    assert_eq!(expect().await, id);
    let unread = acme
        .db
        .read(async |conn| documents::without_job(conn).await)
        .await
        .unwrap();
    assert!(unread.is_empty(), "it has no file to read");
    let document = acme
        .db
        .read(async |conn| documents::get(conn, id).await)
        .await
        .unwrap();
    assert_eq!(document.status, DocumentStatus::Ready);
    let remove = acme
        .db
        .transaction(async |conn| sources::remove(conn, source.id).await);
    remove.await.unwrap();
    let gone = acme.db.read(async |conn| documents::get(conn, id).await).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_foreign_tenant_finds_and_changes_no_source() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let source = known(&acme, "https://shop.example/").await;
    let read = page("https://shop.example/", PageOutcome::Page, 1);
    let put = acme
        .db
        .transaction(async |conn| sources::put_page(conn, source.id, &read, &[], false).await);
    put.await.unwrap();

    let db = &globex.db;
    let gone = db.read(async |conn| sources::get(conn, source.id).await).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
    assert!(
        db.read(async |conn| sources::list(conn, acme.space).await)
            .await
            .unwrap()
            .is_empty()
    );
    let pages = db
        .read(async |conn| {
            assert!(
                sources::links(conn, source.id, "https://shop.example/")
                    .await?
                    .is_empty()
            );
            sources::pages(conn, source.id, 0, "", 9).await
        })
        .await;
    assert!(pages.unwrap().is_empty());
    let begun = db
        .transaction(async |conn| sources::begin(conn, source.id, JobId::new()).await)
        .await;
    assert!(matches!(begun, Err(StoreError::NotFound)));
    let put = db
        .transaction(async |conn| sources::put_page(conn, source.id, &read, &["x".to_owned()], true).await)
        .await;
    assert!(put.is_err(), "its key leads nowhere");
    let removed = db
        .transaction(async |conn| sources::remove(conn, source.id).await)
        .await;
    assert!(matches!(removed, Err(StoreError::NotFound)));
    db.transaction(async |conn| {
        sources::fail(conn, source.id, "not mine").await?;
        sources::ask_failed_again(conn, source.id, 1).await?;
        assert!(matches!(
            sources::hold(conn, source.id).await,
            Err(StoreError::NotFound)
        ));
        sources::end(conn, source.id, 9, "complete", at(9)).await
    })
    .await
    .unwrap();
    let document = db
        .read(async |conn| sources::document_of_page(conn, source.id, "https://shop.example/").await)
        .await;
    assert_eq!(document.unwrap(), None);
    let same = acme
        .db
        .read(async |conn| sources::get(conn, source.id).await)
        .await
        .unwrap();
    assert_eq!((same.status, same.pages), (SourceStatus::Queued, 0));
}
