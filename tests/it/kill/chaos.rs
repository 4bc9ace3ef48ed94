//! The books after a run in which everything goes wrong that may: the upstream refuses, cuts, stalls and says what
//! cannot be read, visitors stop and the server is killed. `parlance reconcile` is the judge, over the mock's usage
//! API, and what it finds is held against what the mock knows of each request.

use std::sync::Arc;

use parlance::config::{Config, Embeddings};
use parlance_loadtest::{
    ledger::{Chaos, Rates, judge},
    upstream::Behaviour,
};
use parlance_store::testing::{self, TestDb};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio::sync::watch;

use super::{
    process::{Place, Server, reconcile},
    visitors::{Progress, Talk},
    workspace_with,
};
use crate::support::{mock, paced};

const SEED: u64 = 7;
const VISITORS: u64 = 8;
/// Frames that reach visitors before each kill.
const KILLS: [u64; 3] = [60, 150, 110];
/// Requests that the upstream does something to.
const FAULTS: usize = 60;
const MODEL: &str = "claude-sonnet-5-5";
/// Its price since October 2026.
const RATES: Rates = Rates {
    input: 2_000,
    output: 10_000,
    cache_write_5m: 2_500,
    cache_read: 100,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_are_the_upstreams_own_to_the_token_and_the_nano_dollar() {
    let db = TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap();
    let upstream = mock(paced(80.0)).await;
    let faults = Chaos::new(SEED).take(FAULTS);
    upstream.queue(faults.map(|fault| Behaviour { fault, ..paced(80.0) }));
    let Embeddings::MiniLm(model) = Config::from_env().unwrap().embeddings else {
        panic!("the tests embed with MiniLM");
    };
    // The bot goes on whatever happened before.
    let handoff = json!({ "handoff": { "on_failure": false, "after_abstentions": 0 } });
    let acme = workspace_with(&db, &model, "acme", handoff).await;
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        database_url: db.url().to_owned(),
        upstream_url: upstream.base_url(),
        data_dir: folder.path().to_owned(),
        model_dir: model,
    };
    let (base, server_at) = watch::channel(None);
    let progress = Arc::new(Progress::default());
    let (finish, finishing) = watch::channel(false);
    let talks: Vec<_> = (0..VISITORS)
        .map(|n| {
            let talk = Talk {
                slug: acme.slug.clone(),
                server_at: server_at.clone(),
                progress: progress.clone(),
                finishing: finishing.clone(),
                luck: StdRng::seed_from_u64(SEED + n),
                bursts: n % 3 == 0,
                stops: n % 2 == 1,
            };
            tokio::task::spawn(talk.run())
        })
        .collect();
    for frames in KILLS {
        let server = Server::start(&place).await;
        base.send_replace(Some(server.base.clone()));
        progress.frames(frames).await;
        base.send_replace(None);
        server.kill().await;
    }
    let server = Server::start(&place).await;
    base.send_replace(Some(server.base.clone()));
    finish.send_replace(true);
    for talk in talks {
        talk.await.unwrap();
    }
    server.stop().await;

    let requests = upstream.requests();
    let day = requests.first().unwrap().day;
    assert_eq!(requests.last().unwrap().day, day, "run it again: midnight passed");
    let (code, report) = reconcile(&place, day).await;
    let verdict = judge(&report, &requests, MODEL, RATES).unwrap();
    println!("{verdict:?}");
    assert!(verdict.told > 0 && verdict.estimated > 0);
    assert_eq!(code, Some(3), "estimates alone differ");
}
