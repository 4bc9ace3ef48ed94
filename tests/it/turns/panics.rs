//! A fault of ours: what was shown stays, the visitor is told in their language, what was sent is
//! paid for, and the conversation goes on.

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use parlance::adapters::{
    embed::{EmbedError, Embedded, Embedder, Purpose},
    llm::{ChatModel, ChatRequest, Chunk, ChunkStream, LlmError},
};
use serde_json::{Value, json};

use crate::support::{Reader, Setup, TestApp, Words, says};

const QUESTION: &str = "How long does the warranty last?";
const APOLOGY: &str = "Entschuldigung, wegen einer technischen Störung";

/// Panics in the place of the upstream: at once, or after it said something.
#[derive(Debug)]
struct Broken {
    says: &'static [&'static str],
}

#[async_trait]
impl ChatModel for Broken {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError> {
        assert!(!self.says.is_empty(), "the adapter breaks");
        let started = Chunk::Started {
            model: request.model.clone(),
        };
        let words = self.says.iter().map(|text| Chunk::Text((*text).to_owned()));
        let said = stream::iter(std::iter::once(started).chain(words)).map(Ok);
        let breaks = stream::poll_fn(|_| panic!("the adapter breaks in mid-answer"));
        Ok(Box::pin(said.chain(breaks)))
    }
}

/// Reads documents, and panics at a question.
#[derive(Debug)]
struct Unasked;

#[async_trait]
impl Embedder for Unasked {
    fn model(&self) -> &str {
        Words.model()
    }

    fn dimensions(&self) -> usize {
        Words.dimensions()
    }

    fn is_upstream(&self) -> bool {
        Words.is_upstream()
    }

    fn count_tokens(&self, text: &str) -> usize {
        Words.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        assert!(purpose != Purpose::Query, "the embedder breaks");
        Words.embed(texts, purpose).await
    }
}

/// The durable answers to the same question, asked twice in one conversation of a German space.
async fn asked_twice(setup: Setup) -> (TestApp, [Value; 2]) {
    let app = setup.start().await;
    let acme = app.workspace_with("acme", json!({ "locale": "de" }), &[]).await;
    let visitor = app.visitor(&acme).await;
    let (_, mut socket) = visitor.connects().await;
    let (mut reader, mut answers) = (Reader::default(), Vec::new());
    for _ in 0..2 {
        socket.send(&says(QUESTION)).await;
        while !reader.take(&socket.next().await.unwrap()) {}
        answers.push(reader.log.last().unwrap().clone());
    }
    (app, answers.try_into().unwrap())
}

/// What is booked; nothing is reserved any more.
async fn booked(app: &TestApp) -> Vec<Value> {
    let db = app.db();
    let open = db
        .rows("SELECT id FROM reservations WHERE state = 'open'")
        .await
        .unwrap();
    assert!(open.is_empty(), "{open:?}");
    app.services.ledger.flush().await;
    db.rows("SELECT estimated, input, output FROM usage_events")
        .await
        .unwrap()
}

#[tokio::test]
async fn before_the_first_word_it_ends_in_an_apology() {
    let (app, answers) = asked_twice(Setup::default().model(Broken { says: &[] })).await;
    for answer in answers {
        assert_eq!(answer["state"], "failed");
        assert!(answer["text"].as_str().unwrap().starts_with(APOLOGY), "{answer}");
        assert_eq!(answer["citations"], json!([]));
    }
    let usage = booked(&app).await;
    assert_eq!(usage.len(), 2, "what was sent may be billed: {usage:?}");
    let counted = |row: &Value| row["estimated"] == true && row["input"].as_i64() > Some(0);
    assert!(usage.iter().all(counted), "{usage:?}");
}

#[tokio::test]
async fn in_mid_answer_what_was_shown_stays() {
    let says = &["The warranty lasts ", "24 months [S1]. ", "It beg"];
    let (app, answers) = asked_twice(Setup::default().model(Broken { says })).await;
    for answer in answers {
        assert_eq!(answer["state"], "failed");
        let (shown, apology) = answer["text"].as_str().unwrap().split_once("\n\n").unwrap();
        assert_eq!(shown, "The warranty lasts 24 months [S1]. It beg");
        assert!(apology.starts_with(APOLOGY), "{apology}");
        assert_eq!(answer["citations"][0]["n"], 1);
    }
    let usage = booked(&app).await;
    assert_eq!(usage.len(), 2, "{usage:?}");
    let counted = |row: &Value| {
        row["estimated"] == true && row["input"].as_i64() > Some(0) && row["output"].as_i64() > Some(5)
    };
    assert!(usage.iter().all(counted), "{usage:?}");
}

#[tokio::test]
async fn before_any_model_is_asked_nothing_is_paid() {
    let (app, answers) = asked_twice(Setup::default().embedder(Unasked)).await;
    for answer in answers {
        assert_eq!(answer["state"], "failed");
        assert!(answer["text"].as_str().unwrap().starts_with(APOLOGY), "{answer}");
    }
    assert_eq!(app.upstream.requests().len(), 0);
    assert!(booked(&app).await.is_empty());
}
