//! A space that becomes large: its indexes are a job, put in line with what makes it large.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use parlance::{
    adapters::{
        embed::vector_model,
        web::{SystemResolver, Web, WebLimits},
    },
    domain::{
        billing::{meter::Meter, plans::Plans},
        jobs::{Bell, Takes},
        knowledge::web::Crawler,
        tickets::categories::Classifiers,
    },
    jobs::{Tools, Worker},
    kernel::clock::{Clock, SystemClock},
};
use parlance_store::{
    StoreError,
    db::Db,
    queries::{
        bulk::{self, WholeDocument},
        jobs::{self, Job, JobState},
        large::{self, Step},
    },
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{answerer, consoles, database, ingest, tenant};
use crate::support::{Words, eventually, post};

fn tools(db: &Db) -> Tools {
    let limits = WebLimits {
        connect: Duration::from_secs(5),
        headers: Duration::from_secs(5),
        whole: Duration::from_secs(5),
    };
    let web = Web::new(Arc::new(SystemResolver), "".parse().unwrap(), None, limits).unwrap();
    Tools {
        post: post(),
        registry: None,
        plans: Arc::new(Plans::builtin().unwrap()),
        ingest: ingest(Arc::new(Words)),
        answerer: answerer(db),
        crawler: Crawler::new(Arc::new(web)),
        clock: Arc::new(SystemClock),
        bell: Bell::default(),
        consoles: consoles(db),
        classifiers: Classifiers::new(Arc::new(Words), Meter::default()),
        turn: Duration::from_secs(300),
    }
}

#[tokio::test]
async fn many_publishes_make_one_build_and_a_kill_in_the_midst_of_it_is_repaired() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let (ingest, model) = (ingest(Arc::new(Words)), vector_model(&Words));
    let publish = async |name: &str| {
        let (document, _) = ingest
            .put(
                &db,
                space,
                name,
                None,
                format!("# {name}\n\nIt is new.").as_bytes(),
            )
            .await
            .unwrap();
        ingest.run(&db, document).await.unwrap();
    };
    let building = async || {
        let listed = db.read(async |conn| jobs::list(conn, None, 99).await).await;
        listed.unwrap()
    };
    publish("first.md").await;
    assert!(building().await.is_empty(), "it is small");
    let passages = usize::try_from(large::LARGE).unwrap() - 2;
    let texts: Vec<String> = (0..passages)
        .map(|n| format!("word{} other{}", n, n % 90))
        .collect();
    let vectors: Vec<Vec<f32>> = (0..passages)
        .map(|n| (0..64).map(|i| ((n * (i + 1)) as f32).sin()).collect())
        .collect();
    for (n, (texts, vectors)) in texts.chunks(2_500).zip(vectors.chunks(2_500)).enumerate() {
        let whole = WholeDocument {
            space,
            name: &format!("whole{n}.txt"),
            texts,
            vectors,
            model: &model,
            at: SystemClock.now(),
        };
        db.transaction(async |conn| bulk::add(conn, &whole).await)
            .await
            .unwrap();
    }
    publish("second.md").await;
    publish("third.md").await;
    let jobs = building().await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(
        (jobs[0].kind.as_str(), jobs[0].state),
        ("index_space", JobState::Queued)
    );

    // Another process takes it up, and is killed when the table is made.
    let past = SystemClock.now() - TimeDelta::seconds(1);
    let (owner, kinds) = (Uuid::new_v4(), Takes::Building.kinds());
    let taken = db.transaction(async |conn| jobs::claim(conn, &kinds, owner, SystemClock.now(), past).await);
    assert!(taken.await.unwrap().is_some());
    let step = async |step| {
        db.transaction(async |conn| large::index(conn, space, &model, step).await)
            .await
            .unwrap()
    };
    assert!(step(Step::Build).await && step(Step::Bind).await);
    publish("fourth.md").await;

    let stopping = CancellationToken::new();
    let worker = Worker::new(test.db().clone(), tools(test.db()), Takes::Building, 1).run(stopping.clone());
    let ended = eventually(async || {
        let jobs = building().await;
        jobs.iter()
            .all(|job: &Job| job.ended_at.is_some())
            .then_some(jobs)
    });
    let jobs = tokio::select! {
        () = worker => panic!("the worker works until it is stopped"),
        jobs = ended => jobs,
    };
    assert!(jobs.iter().all(|job| job.state == JobState::Done), "{jobs:?}");
    let counted = db
        .read(async |conn| {
            assert!(large::is_indexed(conn, space, &model).await?);
            large::terms(conn, space, "new").await
        })
        .await;
    let counted: Result<Vec<i64>, StoreError> =
        counted.map(|terms| terms.iter().map(|term| term.passages).collect());
    assert_eq!(counted.unwrap(), [4], "all that was published is in it");

    publish("fifth.md").await;
    assert_eq!(building().await.len(), jobs.len(), "it has indexes");
}
