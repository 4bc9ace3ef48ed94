//! Another embedding model, or another way to cut: documents are read anew while what there is of
//! them is searched.

use std::sync::Arc;

use parlance::{
    adapters::embed::{EmbedError, Embedded, Embedder, Purpose},
    domain::{
        billing::meter::Meter,
        knowledge::ingest::Resumed,
        retrieval::{RetrievalSettings, Retriever},
    },
};
use parlance_store::queries::{documents, passages};
use serde_json::json;

use super::{database, ingest, tenant};
use crate::support::{TestApp, Words};

/// A model of the same name as `Words`, but elsewhere and with vectors of its own length.
#[derive(Debug)]
struct Elsewhere {
    down: bool,
}

#[async_trait::async_trait]
impl Embedder for Elsewhere {
    fn model(&self) -> &str {
        Words.model()
    }

    fn dimensions(&self) -> usize {
        Words.dimensions() + 1
    }

    fn is_upstream(&self) -> bool {
        true
    }

    fn count_tokens(&self, text: &str) -> usize {
        Words.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        if self.down {
            return Err(EmbedError::Upstream {
                spent: 0,
                retryable: true,
                detail: "down".into(),
            });
        }
        let mut embedded = Words.embed(texts, purpose).await?;
        embedded.vectors.iter_mut().for_each(|vector| vector.push(0.0));
        Ok(embedded)
    }
}

#[tokio::test]
async fn a_document_of_another_model_is_found_by_words_until_it_is_read_anew() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let before = ingest(Arc::new(Words));
    let text = "# Help\n\nRefunds are paid within five working days after the return has arrived.\n";
    let (document, _) = before
        .put(&db, space, "help.md", None, text.as_bytes())
        .await
        .unwrap();
    before.run(&db, document).await.unwrap();
    assert_eq!(
        before.resume(&db).await.unwrap(),
        Resumed::default(),
        "nothing is stale"
    );

    let retriever = Retriever::new(Arc::new(Elsewhere { down: false }), Meter::default());
    let settings = RetrievalSettings::default();
    let best = async |version| {
        let question = "Are refunds paid within five days?";
        let found = retriever
            .retrieve(&db, space, version, question, &settings)
            .await
            .unwrap();
        found.passages.into_iter().next().unwrap()
    };
    let failing = ingest(Arc::new(Elsewhere { down: true }));
    let failed = failing.resume(&db).await.unwrap();
    assert_eq!(failed, Resumed { ready: 0, left: 1 });
    let (old, live) = (best(1).await, async || {
        db.read(async |conn| passages::count_live(conn, space).await)
            .await
            .unwrap()
    });
    assert_eq!((old.cosine, live().await), (0.0, 1), "found by words");

    let after = ingest(Arc::new(Elsewhere { down: false }));
    assert_eq!(after.resume(&db).await.unwrap(), Resumed { ready: 1, left: 0 });
    let new = best(2).await;
    assert!(
        new.cosine > 0.5 && new.id != old.id && new.text == old.text,
        "{new:?}"
    );
    assert_eq!(live().await, 1, "the version before is gone");
    assert_eq!(after.resume(&db).await.unwrap(), Resumed::default());
    let status = db
        .read(async |conn| documents::get(conn, document).await)
        .await
        .unwrap()
        .status;
    assert_eq!(status, documents::DocumentStatus::Ready);
}

/// The server does it by itself, and does not wait for it.
#[tokio::test]
async fn a_server_reads_at_its_start_what_was_made_another_way() {
    let mut app = TestApp::start().await;
    app.workspace("acme").await;
    app.db()
        .run("UPDATE document_versions SET recipe = 'of old'")
        .await
        .unwrap();
    app.restart().await;
    let recipes = "SELECT recipe = 'of old' AS old FROM document_versions WHERE live";
    while app.db().rows(recipes).await.unwrap() != [json!({ "old": false })] {
        tokio::task::yield_now().await;
    }
}
