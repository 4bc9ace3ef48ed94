//! Corpora of any size and how fast they are searched: `parlance bench-data`. Needs no model: text and
//! vectors come out of a seed ([`corpus`]). What is measured ([`measure`]) is the product's own search,
//! at its own database. How many calls a second get into the books: `parlance bench-ledger` ([`ledger`]).
//!
//! Start at [`make`]. The figures are in `docs/BENCHMARKS.md`.

pub mod corpus;
pub mod ledger;
pub mod measure;

use std::time::{Duration, Instant};

use anyhow::Result;
use parlance_store::{
    TenantDb,
    control::NewUser,
    db::Db,
    ids::{SpaceId, TenantId, UserId},
    queries::{
        bulk::{self, WholeDocument},
        large, spaces,
    },
};

use self::corpus::Corpus;
use crate::{
    domain::{jobs::progress::Progress, retrieval::indexing},
    kernel::clock::{Clock, SystemClock},
};

/// What the vectors are kept under.
pub const MODEL: &str = "made";
/// Passages of a document: one statement each.
const DOCUMENT: usize = 500;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub tenants: usize,
    /// Passages of each tenant, in one space.
    pub passages: usize,
    pub seed: u64,
    /// Whether visitors can chat there: the spaces are published as `bench-0`, `bench-1` …, answer whatever is found, and
    /// their vectors pass for those of the embedder that is configured.
    pub published: bool,
}

/// A tenant with a corpus.
pub struct Filled {
    pub db: TenantDb,
    pub space: SpaceId,
    pub corpus: Corpus,
    /// How long its indexes took, where it is large enough for them.
    pub indexing: Option<Duration>,
}

/// Makes the tenants and their corpora, and the indexes of those that are large. `model` is whose vectors they pass for.
///
/// # Errors
/// When the database fails, or what is published was published before.
pub async fn make(db: &Db, size: Size, model: &str) -> Result<Vec<Filled>> {
    let mut filled = Vec::with_capacity(size.tenants);
    for number in 0..size.tenants {
        let corpus = Corpus {
            seed: size.seed.wrapping_add(number as u64),
            passages: size.passages,
        };
        let slug = size.published.then(|| format!("bench-{number}"));
        filled.push(fill(db, corpus, slug, model).await?);
    }
    Ok(filled)
}

async fn fill(db: &Db, corpus: Corpus, published: Option<String>, model: &str) -> Result<Filled> {
    let (db, space) = tenant(db, published).await?;
    let numbers: Vec<usize> = (0..corpus.passages).collect();
    for (document, numbers) in numbers.chunks(DOCUMENT).enumerate() {
        let made = numbers.iter().map(|number| corpus.passage(*number));
        let (texts, vectors): (Vec<_>, Vec<_>) = made.map(|made| (made.text, made.vector)).unzip();
        let name = format!("{document}.txt");
        let whole = WholeDocument {
            space,
            name: &name,
            texts: &texts,
            vectors: &vectors,
            model,
            at: SystemClock.now(),
        };
        db.transaction(async |conn| bulk::add(conn, &whole).await).await?;
    }
    let started = Instant::now();
    let is_large = i64::try_from(corpus.passages).unwrap_or(i64::MAX) >= large::LARGE;
    let indexed = is_large && indexing::index(&db, space, model, &Progress::default()).await?;
    Ok(Filled {
        db,
        space,
        corpus,
        indexing: indexed.then(|| started.elapsed()),
    })
}

async fn tenant(db: &Db, published: Option<String>) -> Result<(TenantDb, SpaceId)> {
    let (id, space) = (TenantId::new(), SpaceId::new());
    let owner = NewUser {
        id: UserId::new(),
        email: format!("{id}@bench.invalid"),
        name: "Bench".to_owned(),
        password_hash: "none".to_owned(),
        at: SystemClock.now(),
    };
    db.control().sign_up(id, "Bench", owner).await?;
    let tenant = db.tenant(id);
    let new = spaces::NewSpace {
        id: space,
        published: published.is_some(),
        slug: published.unwrap_or_else(|| format!("bench-{space}")),
        name: "Bench".to_owned(),
        public_key: format!("pk_{space}"),
        settings: serde_json::json!({"ai": {"floor": 0.0}}),
        allowed_origins: Vec::new(),
        at: SystemClock.now(),
    };
    tenant
        .transaction(async |conn| spaces::create(conn, new).await)
        .await?;
    Ok((tenant, space))
}
