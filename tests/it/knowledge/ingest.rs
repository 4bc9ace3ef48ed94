//! Ingestion where it is hard: a crash at any point, a broken file, what must not be lost, and
//! what must not be paid twice.

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
};

use parlance::{
    adapters::embed::{CachedQueries, EmbedError, Embedded, Embedder, Purpose},
    domain::{
        billing::meter::Meter,
        knowledge::ingest::{Ingest, IngestError, Resumed},
        retrieval::{RetrievalSettings, Retriever, floor::Floor},
    },
};
use parlance_store::queries::{
    documents::{self, DocumentStatus},
    passages,
};

use super::{database, ingest, tenant};
use crate::support::{TestApp, Words};

/// `Words` that remembers what it was asked to embed.
#[derive(Debug, Default)]
struct Counted(Mutex<Vec<String>>);

impl Counted {
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[async_trait::async_trait]
impl Embedder for Counted {
    fn model(&self) -> &str {
        Words.model()
    }

    fn dimensions(&self) -> usize {
        Words.dimensions()
    }

    fn is_upstream(&self) -> bool {
        false
    }

    fn count_tokens(&self, text: &str) -> usize {
        Words.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        self.0.lock().unwrap().extend_from_slice(texts);
        Words.embed(texts, purpose).await
    }
}

#[tokio::test]
async fn what_was_asked_of_late_and_what_comes_twice_is_not_embedded_again() {
    let (app, acme, _) = TestApp::chat().await;
    let counted = Arc::new(Counted::default());
    let embedder: Arc<dyn Embedder> = Arc::new(CachedQueries::new(counted.clone(), 1 << 20));
    let ingest = Ingest {
        embedder: embedder.clone(),
        ..app.services.ingest.clone()
    };
    let asked = embedder.question("asked", None).await.unwrap();
    assert_eq!(counted.taken(), ["asked"]);
    let texts = ["new", "asked", "other", "new"].map(str::to_owned);
    let db = app.services.db.tenant(acme.tenant);
    let vectors = ingest
        .vectors(&db, acme.space, &texts, Purpose::Passage)
        .await
        .unwrap();
    assert_eq!(counted.taken(), ["new", "other"]);
    let own = Words.embed(&texts, Purpose::Passage).await.unwrap().vectors;
    assert_eq!((&vectors, &vectors[1]), (&own, &asked), "each in its place");
}

/// A guide of so many chapters, each long enough for a passage of its own.
fn guide(chapters: usize) -> String {
    let chapter = |n| {
        format!(
            "## Chapter {n}\n\n{}\n\n",
            format!("Step {n} is done with care. ").repeat(30)
        )
    };
    format!("# Guide\n\n{}", (0..chapters).map(chapter).collect::<String>())
}

/// Runs `work` until it was polled so often, then drops it as a crash would. `None` when dropped.
async fn crashed_after<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_crash_at_any_step_is_taken_up_without_loss_or_double() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let ingest = ingest(Arc::new(Words));
    let guide = guide(40);
    let (whole, _) = ingest
        .put(&db, space, "whole.md", None, guide.as_bytes())
        .await
        .unwrap();
    let expected = ingest.run(&db, whole).await.unwrap();
    assert!(expected.passages > 32, "more than one batch");
    let live = async || {
        db.read(async |conn| passages::count_live(conn, space).await)
            .await
            .unwrap()
    };
    let (mut crashes, mut polls) = (0, 0);
    loop {
        let before = live().await;
        let name = format!("crash-{polls}.md");
        let (document, _) = ingest
            .put(&db, space, &name, None, guide.as_bytes())
            .await
            .unwrap();
        let finished = crashed_after(polls, ingest.run(&db, document)).await;
        if finished.is_some() {
            break;
        }
        crashes += 1;
        assert!(
            [before, before + 40].contains(&live().await),
            "half a document is never searched"
        );
        ingest.resume(&db).await.unwrap();
        let status = db
            .read(async |conn| documents::get(conn, document).await)
            .await
            .unwrap()
            .status;
        assert_eq!(status, DocumentStatus::Ready, "after {polls} polls");
        assert_eq!(live().await - before, i64::try_from(expected.passages).unwrap());
        polls = (polls + 1) * 5 / 4;
    }
    assert!(crashes > 8, "{crashes} crashes");
}

#[tokio::test]
async fn a_broken_file_is_a_failed_document_with_a_reason_and_the_version_before_stays() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let ingest = ingest(Arc::new(Words));
    let (document, _) = ingest
        .put(&db, space, "manual.pdf", None, b"# Fine for now\n\nText.")
        .await
        .unwrap();
    ingest.run(&db, document).await.unwrap();
    let whole = include_bytes!("../../../demo/acme/docs/arm-a1-guide.pdf");
    let cut = whole.get(..whole.len() / 3).unwrap();
    for broken in [
        b"%PDF-1.7\nthis is no PDF".as_slice(),
        cut,
        b"%PDF-1.4\n\xff\xfe\x00 trailer << /Root 1 0 R >>",
    ] {
        let (same, queued) = ingest.put(&db, space, "manual.pdf", None, broken).await.unwrap();
        assert!(queued && same == document);
        let error = ingest.run(&db, document).await.unwrap_err();
        assert!(matches!(error, IngestError::Unreadable(_)), "{error:?}");
        let failed = db
            .read(async |conn| documents::get(conn, document).await)
            .await
            .unwrap();
        assert_eq!(failed.status, DocumentStatus::Failed);
        assert!(failed.error.is_some_and(|reason| !reason.is_empty()));
        let live = db
            .read(async |conn| passages::count_live(conn, space).await)
            .await
            .unwrap();
        assert_eq!(live, 1, "the version before is still searched");
    }
    assert_eq!(
        ingest.resume(&db).await.unwrap(),
        Resumed::default(),
        "what failed is not tried again by itself"
    );
}

#[tokio::test]
async fn pages_and_headings_come_back_with_a_passage() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let ingest = ingest(Arc::new(Words));
    let pdf = include_bytes!("../../../demo/acme/docs/arm-a1-guide.pdf");
    let page =
        b"# Returns\n\n## Refunds\n\n### By card\n\nA refund to a credit card takes five working days.\n";
    let mut version = 0;
    for (name, content) in [("guide.pdf", pdf.as_slice()), ("returns.md", page)] {
        let (document, _) = ingest.put(&db, space, name, None, content).await.unwrap();
        version = ingest.run(&db, document).await.unwrap().knowledge_version;
    }
    let settings = RetrievalSettings {
        floor: Floor::NONE,
        ..RetrievalSettings::default()
    };
    let retriever = Retriever::new(Arc::new(Words), Meter::default());
    let ask = async |question| {
        let found = retriever
            .retrieve(&db, space, version, question, &settings)
            .await
            .unwrap();
        found.passages.into_iter().next().unwrap()
    };
    let refund = ask("How long does a refund to a credit card take?").await;
    assert_eq!(refund.heading, ["Returns", "Refunds", "By card"]);
    assert_eq!(refund.page, None);
    assert!(refund.text.contains("five working days"), "{}", refund.text);
    let inspection =
        ask("When is an inspection of the arm due, every 12 months or 4,000 operating hours?").await;
    assert_eq!(inspection.name, "guide.pdf");
    assert!(
        inspection.page.is_some_and(|page| page > 1),
        "{:?}",
        inspection.page
    );
    assert!(inspection.end_char > inspection.start_char);
}

#[tokio::test]
async fn what_has_not_changed_costs_no_embedding() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let counted = Arc::new(Counted::default());
    let ingest = ingest(counted.clone());
    let put = async |text: &str| {
        ingest
            .put(&db, space, "guide.md", None, text.as_bytes())
            .await
            .unwrap()
    };
    let first = guide(12);
    let (document, queued) = put(&first).await;
    assert!(queued);
    let ingested = ingest.run(&db, document).await.unwrap();
    assert_eq!(counted.taken().len(), ingested.passages);
    let (_, queued) = put(&first).await;
    assert!(!queued, "the same bytes are no work");
    let changed = first.replace("## Chapter 7\n\n", "## Chapter 7\n\nThis chapter is new. ");
    let (_, queued) = put(&changed).await;
    assert!(queued);
    let ingested = ingest.run(&db, document).await.unwrap();
    let embedded = counted.taken();
    assert_eq!(embedded.len(), 1, "{embedded:#?}");
    assert!(embedded.iter().all(|text| text.contains("Chapter 7")));
    assert_eq!(ingested.embedded, 1);
}
