//! Documents on their way to being found: ingestion (`ingest.rs`), and the demo tenants' real
//! documents under their real questions (`demo.rs`).

mod another_model;
mod billing;
mod commands;
mod demo;
mod gaps;
mod golden;
mod hostile;
mod ingest;
mod large;
pub mod places;
mod reasons;
mod removed;
pub mod rest;
mod scan;
mod settings;
mod turns;
mod words_alone;

use std::{sync::Arc, time::Duration};

use parlance::{
    actors::console::Consoles,
    adapters::{
        breaker::BreakerPolicy,
        embed::Embedder,
        llm::{
            gateway::{Gateway, MetricsObserver, ModelRef},
            policy::Policy,
        },
    },
    domain::{
        answering::{answerer::Answerer, cache::AnswerCache, running::RunningCalls},
        billing::{meter::Meter, prices::PriceBook},
        jobs::Bell,
        knowledge::{extract::ExtractLimits, ingest::Ingest, reader::Reader},
        retrieval::Retriever,
    },
    kernel::{
        clock::{Clock, SystemClock},
        tasks::Tasks,
    },
};
use parlance_store::{
    TenantDb,
    control::NewUser,
    db::Db,
    ids::{SpaceId, TenantId, UserId},
    queries::spaces::{self, NewSpace},
    testing::{self, TestDb},
};
use serde_json::json;

use crate::support::Words;

async fn database() -> TestDb {
    TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap()
}

fn ingest(embedder: Arc<dyn Embedder>) -> Ingest {
    Ingest {
        embedder,
        meter: Meter::default(),
        clock: Arc::new(SystemClock),
        reader: Reader::here(ExtractLimits::default()),
    }
}

/// One that has no model to ask.
fn answerer(db: &Db) -> Arc<Answerer> {
    Arc::new(Answerer {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        retriever: Retriever::new(Arc::new(Words), Meter::default()),
        gateway: Gateway::new(
            [],
            Policy::default(),
            BreakerPolicy::default(),
            Arc::new(MetricsObserver),
        ),
        last_resort: ModelRef::new("nobody", "nothing"),
        prices: Arc::new(PriceBook::builtin().unwrap()),
        window: Duration::from_millis(20),
        running: RunningCalls::default(),
        public_url: String::new(),
        cache: AnswerCache::new(0, Duration::ZERO, Arc::new(SystemClock)),
    })
}

/// Nobody's is open.
fn consoles(db: &Db) -> Consoles {
    Consoles::new(
        db.clone(),
        Arc::new(SystemClock),
        Bell::default(),
        Tasks::default(),
    )
}

/// A tenant of this name with an empty space.
async fn tenant(db: &Db, name: &str) -> (TenantDb, SpaceId) {
    let (tenant, space, at) = (TenantId::new(), SpaceId::new(), SystemClock.now());
    let owner = NewUser {
        id: UserId::new(),
        email: format!("owner@{name}.example"),
        name: "Olive Owner".to_owned(),
        password_hash: "none".to_owned(),
        at,
    };
    db.control().sign_up(tenant, name, owner).await.unwrap();
    let new = NewSpace {
        id: space,
        slug: name.to_owned(),
        name: name.to_owned(),
        public_key: format!("pk_{space}"),
        settings: json!({}),
        published: true,
        allowed_origins: Vec::new(),
        at,
    };
    let scoped = db.tenant(tenant);
    scoped
        .transaction(async |conn| spaces::create(conn, new).await)
        .await
        .unwrap();
    (scoped, space)
}
