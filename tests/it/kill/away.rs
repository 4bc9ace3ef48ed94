//! A database that takes what it is told and never answers: a dead line, or a machine that has gone.

use std::time::Duration;

use parlance::config::{Config, Embeddings};
use parlance_store::testing::TestDb;
use tokio::time::Instant;

use super::{
    postgres::OwnPostgres,
    process::{Place, Server},
    proxy::Reach,
};
use crate::support::{PLAN_FILE, eventually};

/// A call to the database would end after 20 s, and nobody who asks whether a server is ready waits for that.
const TOLD_WITHIN: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_does_not_wait_for_a_database_that_is_silent() {
    let postgres = OwnPostgres::start().await;
    let db = TestDb::new(&postgres.admin_url()).await.unwrap();
    let Embeddings::MiniLm(model_dir) = Config::from_env().unwrap().embeddings else {
        panic!("the tests embed with MiniLM");
    };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&Place {
        database_url: postgres.wired_url(&db),
        upstream_url: "http://127.0.0.1:9".to_owned(),
        data_dir: folder.path().to_owned(),
        model_dir,
        plan_file: PLAN_FILE.into(),
        skew: None,
    })
    .await;
    let ready = async || {
        let answer = reqwest::get(format!("{}/readyz", server.base)).await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(ready().await, 200);
    postgres.reach(Reach::Silent);
    let asked = Instant::now();
    assert_eq!(ready().await, 503);
    assert!(asked.elapsed() < TOLD_WITHIN, "told after {:?}", asked.elapsed());
    postgres.reach(Reach::Open);
    eventually(async || (ready().await == 200).then_some(())).await;
    server.stop().await;
    drop(db);
    postgres.stop().await;
}
