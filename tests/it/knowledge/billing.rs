//! Embedding by an upstream is in the ledger: every call once, as the upstream counted it.

use std::sync::Arc;

use parlance::{
    adapters::embed::{OpenAi, OpenAiOptions},
    domain::{billing::prices::PriceBook, knowledge::meter::Meter},
};
use parlance_loadtest::upstream::{Behaviour, MockUpstream};
use parlance_store::queries::ledger;

use super::{database, ingest, tenant};

#[tokio::test]
async fn what_the_upstream_counted_is_what_is_recorded() {
    let upstream = MockUpstream::start(Behaviour::default()).await.unwrap();
    let options = OpenAiOptions {
        base_url: format!("{}/v1", upstream.base_url()),
        api_key: "a key".to_owned().into(),
        ..OpenAiOptions::default()
    };
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let mut ingest = ingest(Arc::new(OpenAi::new(reqwest::Client::new(), options)));
    ingest.meter = Meter::new(Arc::new(PriceBook::builtin().unwrap()));
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
