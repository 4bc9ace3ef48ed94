//! Reading the web by turns: a site is gone on with where it was, and one tenant leaves room for
//! others.

use std::{sync::Arc, time::Duration};

use parlance::{
    adapters::web::{SystemResolver, Web, WebLimits},
    domain::{
        accounts::caller::Caller,
        billing::{meter::Meter, plans::Plans},
        jobs::{Bell, Takes},
        knowledge::{
            places::{self, Place},
            web::{Crawler, Plan, Scope},
        },
        tickets::categories::Classifiers,
    },
    jobs::{Tools, Worker},
    kernel::clock::{Clock, SystemClock},
};
use parlance_store::{
    TenantDb,
    ids::{JobId, SpaceId},
    queries::{
        documents,
        jobs::{self, Job, JobState},
        sources,
    },
    testing::TestDb,
};
use tokio_util::sync::CancellationToken;

use super::{answerer, consoles, database, ingest, tenant};
use crate::{
    support::{Words, eventually},
    web::{
        page,
        site::{Answer, Site},
    },
};

const LIMITS: WebLimits = WebLimits {
    connect: Duration::from_secs(5),
    headers: Duration::from_secs(60),
    whole: Duration::from_secs(60),
};

/// Works on crawls, `slots` at once, in turns of this length, until `work` is done.
async fn worked<T>(
    test: &TestDb,
    site: &Site,
    slots: usize,
    turn: Duration,
    work: impl Future<Output = T>,
) -> T {
    let allow = site.address.to_string().parse().unwrap();
    let web = Web::new(Arc::new(SystemResolver), allow, None, LIMITS).unwrap();
    let tools = Tools {
        post: crate::support::post(),
        registry: None,
        plans: Arc::new(Plans::builtin().unwrap()),
        ingest: ingest(Arc::new(Words)),
        answerer: answerer(test.db()),
        crawler: Crawler::new(Arc::new(web)),
        clock: Arc::new(SystemClock),
        bell: Bell::default(),
        consoles: consoles(test.db()),
        classifiers: Classifiers::new(Arc::new(Words), Meter::default()),
        turn,
    };
    let stopping = CancellationToken::new();
    let worker = Worker::new(test.db().clone(), tools, Takes::Waiting, slots).run(stopping.clone());
    tokio::select! {
        () = worker => panic!("the worker works until it is stopped"),
        done = work => done,
    }
}

async fn reads(db: &TenantDb, space: SpaceId, site: &Site, path: &str, scope: Scope) -> places::Made {
    let place = Place {
        plan: Plan::new(site.url("127.0.0.1", path), scope),
        every_hours: None,
    };
    places::know(
        db,
        &Caller::system(db.tenant_id()),
        space,
        &place,
        SystemClock.now(),
    )
    .await
    .unwrap()
}

async fn ended(db: &TenantDb, id: JobId) -> Job {
    eventually(async || {
        let job = db.read(async |conn| jobs::get(conn, id).await).await.unwrap();
        job.ended_at.is_some().then_some(job)
    })
    .await
}

#[tokio::test]
async fn a_site_is_read_an_address_a_turn_and_none_is_asked_for_twice() {
    // What is left out leads on too, and so does what only a sitemap lists.
    let hub = "<!doctype html><title>Hub</title><meta name=robots content=noindex>\
               <main><h1>Hub</h1><p>Only links are here.</p><a href='/b'>b</a></main>";
    let map =
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/listed</loc></url></urlset>";
    let site = Site::start()
        .await
        .at("/", page("Front", &["/a", "/old", "/hub", "/none"]))
        .at("/a", page("A", &[]))
        .at("/old", Answer::redirect("/new"))
        .at("/new", page("New", &["/c"]))
        .at("/hub", Answer::html(hub))
        .at("/b", page("B", &[]))
        .at("/c", page("C", &[]))
        .at("/none", Answer::status(404))
        .at("/listed", page("Listed", &[]));
    let whole = map.replace("/listed", site.url("127.0.0.1", "/listed").as_str());
    site.put("/named-sitemap.xml", Answer::of("application/xml", whole));
    let named = site.url("127.0.0.1", "/named-sitemap.xml");
    site.put("/robots.txt", Answer::text(&format!("Sitemap: {named}\n")));
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let made = reads(&db, space, &site, "/", Scope::Site).await;
    let job = worked(&test, &site, 1, Duration::ZERO, ended(&db, made.job)).await;
    assert_eq!((job.state, job.attempts), (JobState::Done, 1), "{:?}", job.error);

    let mut asked = site.paths();
    asked.sort();
    assert_eq!(
        asked,
        ["/", "/a", "/b", "/c", "/hub", "/listed", "/new", "/none", "/old"]
    );
    let (source, names) = db
        .read(async |conn| {
            let source = sources::get(conn, made.source.id).await?;
            Ok::<_, parlance_store::StoreError>((source, documents::list(conn, space, "", 99).await?))
        })
        .await
        .unwrap();
    assert_eq!((source.pages, source.ended.as_deref()), (6, Some("complete")));
    assert_eq!(names.len(), 6, "{names:?}");
}

#[tokio::test]
async fn one_tenant_leaves_room_for_others() {
    let site = Site::start()
        .await
        .at("/slow", Answer::Stalled)
        .at("/slower", Answer::Stalled)
        .at("/quick", page("Quick", &[]));
    let test = database().await;
    let (acme, acmes) = tenant(test.db(), "acme").await;
    let (globex, globexs) = tenant(test.db(), "globex").await;
    reads(&acme, acmes, &site, "/slow", Scope::Page).await;
    reads(&acme, acmes, &site, "/slower", Scope::Page).await;
    let story = async {
        eventually(async || site.paths().first().cloned()).await;
        let made = reads(&globex, globexs, &site, "/quick", Scope::Page).await;
        let job = ended(&globex, made.job).await;
        assert_eq!(job.state, JobState::Done);
        let waits = acme.read(async |conn| jobs::list(conn, None, 9).await).await;
        let running = |job: &&Job| job.state == JobState::Running;
        assert_eq!(
            waits.unwrap().iter().filter(running).count(),
            1,
            "half of the places"
        );
    };
    Box::pin(worked(&test, &site, 2, Duration::from_secs(300), story)).await;
}
