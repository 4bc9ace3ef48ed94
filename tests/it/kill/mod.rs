//! `kill -9` at random points of many turns: no acknowledged message is lost or doubled, no turn is
//! left open, and the books agree with what the upstream told. The same while files come in, and, in `chaos`, while
//! everything else goes wrong that may.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a failure is found again by its seed; visitors are no tasks of the server"
)]

mod agents;
mod away;
mod books;
mod chaos;
mod drain;
mod files;
mod left_over;
mod postgres;
mod process;
mod proxy;
mod ready;
mod skew;
mod story;
mod troubles;
mod uploads;
mod visitors;

use std::sync::Arc;

use parlance::{
    adapters::embed::{MiniLm, MiniLmOptions},
    config::{Config, Embeddings},
    kernel::clock::SystemClock,
};
use parlance_store::testing::{self, TestDb};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::sync::watch;

use self::{
    process::{Place, Server},
    story::Story,
    visitors::{Progress, Talk},
};
use crate::support::{PLAN_FILE, Workspace, mock, paced};

/// How often the server is killed.
const ROUNDS: u64 = 8;
const VISITORS: u64 = 12;
/// Frames that reach visitors before the next kill, at most: two answers each.
const FRAMES: u64 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_points_nothing_is_lost_or_doubled_and_the_books_agree() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut luck = StdRng::seed_from_u64(seed);
    let db = TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap();
    let upstream = mock(paced(80.0)).await;
    let Embeddings::MiniLm(model) = Config::from_env().unwrap().embeddings else {
        panic!("the tests embed with MiniLM");
    };
    let acme = workspace(&db, &model, "acme").await;
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        database_url: db.url().to_owned(),
        upstream_url: upstream.base_url(),
        data_dir: folder.path().to_owned(),
        model_dir: model,
        plan_file: PLAN_FILE.into(),
        skew: None,
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
                luck: StdRng::seed_from_u64(seed.wrapping_add(n + 1)),
                bursts: n % 3 == 0,
                stops: n % 3 == 1,
                roams: false,
            };
            tokio::task::spawn(talk.run())
        })
        .collect();
    for round in 0..ROUNDS {
        let server = Server::start(&place).await;
        base.send_replace(Some(server.base.clone()));
        let frames = luck.random_range(1..FRAMES);
        progress.frames(frames).await;
        println!("round {round}: killed after {frames} frames");
        base.send_replace(None);
        server.kill().await;
    }
    let server = Server::start(&place).await;
    base.send_replace(Some(server.base.clone()));
    finish.send_replace(true);
    let mut stories: Vec<Story> = Vec::new();
    for talk in talks {
        stories.extend(talk.await.unwrap());
    }
    for story in &stories {
        story.agrees_with(&server.base).await;
    }
    is_measured(&server).await;
    server.stop().await;
    books::agree(&db, &upstream.requests(), &stories).await;
}

async fn workspace(db: &TestDb, model: &std::path::Path, name: &str) -> Workspace {
    workspace_with(db, model, name, json!({})).await
}

async fn workspace_with(db: &TestDb, model: &std::path::Path, name: &str, settings: Value) -> Workspace {
    let embedder = MiniLm::load(model, MiniLmOptions::default()).unwrap();
    let clock = Arc::new(SystemClock);
    Workspace::create(db.db().clone(), clock, Arc::new(embedder), name, settings, &[]).await
}

/// Each thing an operator watches has its name, once it has happened.
async fn is_measured(server: &Server) {
    let answer = reqwest::get(format!("{}/metrics", server.base)).await.unwrap();
    let told = answer.text().await.unwrap();
    for name in [
        "parlance_conversations_active",
        "parlance_sockets",
        "parlance_first_text_seconds",
        "parlance_llm_first_token_seconds",
        "parlance_llm_attempts_total",
        "parlance_tokens_total",
        "parlance_ledger_lag_seconds",
        "parlance_pool_connections",
        "parlance_pool_available",
        "parlance_pool_waiting",
        "parlance_tasks",
    ] {
        assert!(told.contains(name), "{name} is not measured");
    }
}
