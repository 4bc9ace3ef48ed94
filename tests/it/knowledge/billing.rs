//! Embedding by an upstream is in the ledger: every call once, as the upstream counted it.

use std::{sync::Arc, time::Duration};

use parlance::{
    adapters::{
        breaker::BreakerPolicy,
        embed::{CachedQueries, EmbedError, Embedded, Embedder, Guarded, OpenAi, OpenAiOptions, Purpose},
    },
    domain::{
        billing::{meter::Meter, prices::PriceBook},
        retrieval::{RetrievalSettings, Retriever},
    },
    kernel::{clock::SystemClock, tasks::Tasks},
};
use parlance_loadtest::upstream::{Behaviour, MockUpstream};
use parlance_store::{TenantDb, ids::SpaceId, queries::ledger, testing::TestDb};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{database, ingest, tenant};

const QUESTION: &str = "When are refunds paid?";
const BOOKED: &str = "SELECT kind, state, input, estimate_input, estimated, cost_nanos > 0 AS cost, \
                      sent_at IS NOT NULL AS sent FROM reservations ORDER BY created_at";

fn metered(tasks: &Tasks) -> Meter {
    let prices = Arc::new(PriceBook::builtin().unwrap());
    Meter::new(prices, Arc::new(SystemClock), tasks.clone())
}

/// What is booked when all that runs has ended.
async fn booked(test: &TestDb, tasks: &Tasks) -> Vec<Value> {
    assert!(tasks.stop(Duration::from_secs(30)).await);
    test.rows(BOOKED).await.unwrap()
}

fn openai(base_url: &str) -> OpenAi {
    let options = OpenAiOptions {
        base_url: format!("{base_url}/v1"),
        api_key: "a key".to_owned().into(),
        ..OpenAiOptions::default()
    };
    OpenAi::new(reqwest::Client::new(), options)
}

async fn asks(retriever: &Retriever, db: &TenantDb, space: SpaceId) {
    let settings = RetrievalSettings::default();
    retriever
        .retrieve(db, space, 0, QUESTION, &settings)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_the_upstream_counted_is_what_is_recorded() {
    let upstream = MockUpstream::start(Behaviour::default()).await.unwrap();
    let (test, tasks) = (database().await, Tasks::default());
    let (db, space) = tenant(test.db(), "acme").await;
    let mut ingest = ingest(Arc::new(openai(&upstream.base_url())));
    ingest.meter = metered(&tasks);
    let text = "# Guide\n\nRefunds are paid within five working days after the return has arrived.\n";
    let (document, _) = ingest
        .put(&db, space, "guide.md", None, text.as_bytes())
        .await
        .unwrap();
    let done = ingest.run(&db, document).await.unwrap();
    let now = ingest.clock.now();
    let (recorded, again, totals) = db
        .transaction(async |conn| {
            let recorded = ledger::record_settled(conn, 100, now).await?;
            let again = ledger::record_settled(conn, 100, now).await?;
            let day = now.date_naive();
            Ok::<_, parlance_store::StoreError>((
                recorded,
                again,
                ledger::usage_totals(conn, day, day).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((recorded, again), (1, 0));
    assert!(done.tokens > 0);
    assert_eq!(u64::try_from(totals.input).unwrap(), done.tokens);
    assert_eq!(upstream.totals().embedding_tokens, done.tokens);
    assert!(totals.cost_nanos > 0);
}

#[tokio::test]
async fn a_question_is_paid_once_however_often_it_is_asked() {
    let upstream = MockUpstream::start(Behaviour::default()).await.unwrap();
    let (test, tasks) = (database().await, Tasks::default());
    let (db, space) = tenant(test.db(), "acme").await;
    let embedder = CachedQueries::new(Arc::new(openai(&upstream.base_url())), 1 << 20);
    let retriever = Retriever::new(Arc::new(embedder), metered(&tasks));
    tokio::join!(asks(&retriever, &db, space), asks(&retriever, &db, space));
    asks(&retriever, &db, space).await;
    let told = upstream.totals();
    let booked = booked(&test, &tasks).await;
    assert_eq!((told.embedding_requests, booked.len()), (1, 1), "{booked:?}");
    assert_eq!(
        (&booked[0]["state"], &booked[0]["input"], &booked[0]["estimated"]),
        (&json!("settled"), &json!(told.embedding_tokens), &json!(false))
    );
    assert_eq!(
        (&booked[0]["kind"], &booked[0]["cost"]),
        (&json!("embedding"), &json!(true))
    );
}

/// Answers one request as OpenAI does, but tells no usage.
async fn answer_taciturnly(listener: TcpListener) {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"}") {
        socket.read_buf(&mut read).await.unwrap();
    }
    let body = json!({ "data": [{ "index": 0, "embedding": vec![1.0; 1536] }] }).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(answer.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn what_is_not_told_is_counted_here_and_says_so() {
    let (test, tasks) = (database().await, Tasks::default());
    let (db, space) = tenant(test.db(), "acme").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let embedder = Arc::new(openai(&format!("http://{address}")));
    let counted = embedder.count_tokens(QUESTION);
    let retriever = Retriever::new(embedder, metered(&tasks));
    tokio::join!(answer_taciturnly(listener), asks(&retriever, &db, space));
    let booked = booked(&test, &tasks).await;
    assert_eq!(
        (&booked[0]["input"], &booked[0]["estimated"]),
        (&json!(counted), &json!(true))
    );
}

/// An upstream that never answers.
#[derive(Debug)]
struct Silent;

#[async_trait::async_trait]
impl Embedder for Silent {
    fn model(&self) -> &'static str {
        "text-embedding-3-small"
    }

    fn dimensions(&self) -> usize {
        1
    }

    fn is_upstream(&self) -> bool {
        true
    }

    fn count_tokens(&self, _: &str) -> usize {
        7
    }

    async fn embed(&self, _: &[String], _: Purpose) -> Result<Embedded, EmbedError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_call_whose_caller_leaves_stays_open_to_be_settled_from_its_estimate() {
    let (test, tasks) = (database().await, Tasks::default());
    let (db, space) = tenant(test.db(), "acme").await;
    let retriever = Retriever::new(Arc::new(Silent), metered(&tasks));
    let booked = async {
        loop {
            let booked = test.rows(BOOKED).await.unwrap();
            if !booked.is_empty() {
                return booked;
            }
        }
    };
    let booked: Vec<Value> = tokio::select! {
        () = asks(&retriever, &db, space) => panic!("nobody answered"),
        booked = booked => booked,
    };
    assert_eq!(
        (
            &booked[0]["state"],
            &booked[0]["sent"],
            &booked[0]["estimate_input"]
        ),
        (&json!("open"), &json!(true), &json!(7))
    );
}

#[tokio::test]
async fn a_call_that_is_not_waited_for_is_booked_as_estimated() {
    let (test, tasks) = (database().await, Tasks::default());
    let (db, space) = tenant(test.db(), "acme").await;
    let guarded = Guarded::new(
        Arc::new(Silent),
        Duration::from_millis(1),
        BreakerPolicy::default(),
    );
    asks(&Retriever::new(Arc::new(guarded), metered(&tasks)), &db, space).await;
    let booked = booked(&test, &tasks).await;
    assert_eq!(
        (&booked[0]["state"], &booked[0]["input"], &booked[0]["estimated"]),
        (&json!("settled"), &json!(7), &json!(true))
    );
}

#[tokio::test]
async fn a_model_in_the_process_is_in_no_book() {
    let (test, tasks) = (database().await, Tasks::default());
    let (db, space) = tenant(test.db(), "acme").await;
    asks(
        &Retriever::new(Arc::new(crate::support::Words), metered(&tasks)),
        &db,
        space,
    )
    .await;
    assert_eq!(test.rows(BOOKED).await.unwrap(), [] as [Value; 0]);
}
