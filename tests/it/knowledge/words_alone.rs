//! The embedder is down: what words find is found, and where they tell little the bot abstains.

use std::sync::Arc;

use parlance::{
    adapters::embed::{EmbedError, Embedded, Embedder, Purpose},
    domain::{
        billing::meter::Meter,
        retrieval::{RetrievalSettings, Retriever},
    },
};

use super::{database, ingest, tenant};
use crate::support::Words;

/// `Words` whose questions fail.
#[derive(Debug)]
struct Down;

#[async_trait::async_trait]
impl Embedder for Down {
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
        match purpose {
            Purpose::Query => Err(EmbedError::Busy),
            Purpose::Passage => Words.embed(texts, purpose).await,
        }
    }
}

#[tokio::test]
async fn words_alone_find_what_they_say_and_nothing_else() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let ingest = ingest(Arc::new(Down));
    let text = "# Help\n\n## Refunds\n\nRefunds are paid within five working days after the return has arrived.\n\n\
                ## Shipping\n\nShipping takes two to four working days.\n";
    let (document, _) = ingest
        .put(&db, space, "help.md", None, text.as_bytes())
        .await
        .unwrap();
    let version = ingest.run(&db, document).await.unwrap().knowledge_version;
    let retriever = Retriever::new(Arc::new(Down), Meter::default());
    let settings = RetrievalSettings::default();
    let ask = async |question| {
        retriever
            .retrieve(&db, space, version, question, &settings)
            .await
            .unwrap()
    };
    let found = ask("Are refunds paid within five days?").await;
    assert!(found.passages[0].text.contains("Refunds are paid"), "{found:?}");
    assert!(found.passages.iter().all(|passage| passage.cosine == 0.0));
    for question in [
        "How many days off do I get?",
        "Is working there fun?",
        "Who is the king of Spain?",
    ] {
        assert!(ask(question).await.abstained, "{question}");
    }
}
