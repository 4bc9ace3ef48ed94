//! Jobs: in line once, done by one at a time, taken up again where a lease ends, never another
//! tenant's.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use parlance_store::{
    StoreError, TenantDb,
    ids::{JobId, SpaceId},
    queries::jobs::{self, Ended, Heard, Job, JobState, Lease, NewJob},
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{admin, at, chat, database};

async fn queue(db: &TenantDb, space: SpaceId, key: &str, priority: i16, due: i64) -> JobId {
    let new = NewJob {
        id: JobId::new(),
        space_id: Some(space),
        kind: "test",
        key,
        payload: json!({ "key": key }),
        priority,
        due_at: at(due),
        at: at(1),
    };
    db.transaction(async |conn| jobs::enqueue(conn, new).await)
        .await
        .unwrap()
}

async fn claim(db: &TenantDb, now: i64) -> Option<(Job, Lease)> {
    let owner = Uuid::now_v7();
    let claimed =
        db.transaction(async |conn| jobs::claim(conn, &["test"], owner, at(now), at(now + 15)).await);
    let job = claimed.await.unwrap()?;
    let lease = Lease { job: job.id, owner };
    Some((job, lease))
}

async fn end(db: &TenantDb, lease: Lease, ended: Ended) -> bool {
    db.transaction(async |conn| jobs::end(conn, lease, &ended, at(9)).await)
        .await
        .unwrap()
}

async fn state(db: &TenantDb, id: JobId) -> JobState {
    let job = db.read(async |conn| jobs::get(conn, id).await).await;
    job.unwrap().state
}

fn time(seconds: i64) -> DateTime<Utc> {
    at(seconds)
}

#[tokio::test]
async fn a_key_waits_once_and_runs_once() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let first = queue(&acme.db, acme.space, "document:1", 0, 5).await;
    assert_eq!(queue(&acme.db, acme.space, "document:1", 1, 3).await, first);
    assert!(claim(&acme.db, 2).await.is_none(), "not due yet");
    let (job, lease) = claim(&acme.db, 3).await.unwrap();
    assert_eq!((job.id, job.priority, job.attempts), (first, 1, 1));

    let second = queue(&acme.db, acme.space, "document:1", 0, 3).await;
    assert_ne!(second, first, "asked for again while it runs");
    assert!(claim(&acme.db, 4).await.is_none(), "one of a key at a time");
    assert!(end(&acme.db, lease, Ended::Done).await);
    assert_eq!(claim(&acme.db, 4).await.unwrap().0.id, second);
    let done = acme
        .db
        .read(async |conn| jobs::get(conn, first).await)
        .await
        .unwrap();
    assert_eq!(
        (done.state, done.progress, done.ended_at),
        (JobState::Done, 100, Some(time(9)))
    );
}

#[tokio::test]
async fn many_workers_take_each_job_once_by_priority_and_time() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    for n in 0..30 {
        queue(
            &acme.db,
            acme.space,
            &format!("document:{n}"),
            i16::from(n == 29),
            2,
        )
        .await;
    }
    assert_eq!(claim(&acme.db, 3).await.unwrap().0.key, "document:29");
    let claimed = join_all((0..40).map(|_| claim(&acme.db, 3))).await;
    let mut keys: Vec<String> = claimed.into_iter().flatten().map(|(job, _)| job.key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 29);
}

#[tokio::test]
async fn a_lease_that_ends_is_anothers_and_the_former_owner_is_not_heard() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let id = queue(&acme.db, acme.space, "document:1", 0, 1).await;
    let (_, crashed) = claim(&acme.db, 1).await.unwrap();
    let report = async |lease, until| {
        let report = acme
            .db
            .transaction(async |conn| jobs::report(conn, lease, 40, time(until)).await);
        report.await.unwrap()
    };
    assert_eq!(report(crashed, 20).await, Heard::GoOn);
    assert!(claim(&acme.db, 16).await.is_none(), "the lease was renewed");
    let (again, lease) = claim(&acme.db, 20).await.unwrap();
    assert_eq!((again.id, again.attempts, again.progress), (id, 2, 0));
    assert_eq!(report(crashed, 99).await, Heard::Lost);
    assert!(!end(&acme.db, crashed, Ended::Done).await);
    assert_eq!(state(&acme.db, id).await, JobState::Running);

    let later = Ended::Again {
        due_at: at(60),
        error: "upstream away".to_owned(),
    };
    assert!(end(&acme.db, lease, later).await);
    assert!(claim(&acme.db, 59).await.is_none());
    let (third, lease) = claim(&acme.db, 60).await.unwrap();
    assert_eq!(
        (third.attempts, third.error.as_deref()),
        (3, Some("upstream away"))
    );
    assert!(end(&acme.db, lease, Ended::GivenBack).await);
    let (_, lease) = claim(&acme.db, 61).await.unwrap();
    let dead = Ended::Dead {
        error: "no".to_owned(),
    };
    assert!(end(&acme.db, lease, dead).await);
    let dead = acme
        .db
        .read(async |conn| jobs::get(conn, id).await)
        .await
        .unwrap();
    assert_eq!(
        (dead.state, dead.attempts, dead.error.as_deref()),
        (JobState::Dead, 3, Some("no"))
    );
}

#[tokio::test]
async fn what_failed_makes_room_for_the_one_asked_for_meanwhile() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let first = queue(&acme.db, acme.space, "document:1", 0, 1).await;
    let (_, lease) = claim(&acme.db, 1).await.unwrap();
    let second = queue(&acme.db, acme.space, "document:1", 0, 1).await;
    assert!(end(&acme.db, lease, Ended::GivenBack).await);
    assert_eq!(state(&acme.db, first).await, JobState::Cancelled);
    assert_eq!(claim(&acme.db, 2).await.unwrap().0.id, second);
}

#[tokio::test]
async fn a_job_is_called_off_at_once_where_it_waits_and_told_where_it_runs() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let cancel = async |id| {
        let cancelled = acme
            .db
            .transaction(async |conn| jobs::cancel(conn, id, time(5)).await);
        cancelled.await.unwrap()
    };
    let waiting = queue(&acme.db, acme.space, "document:1", 0, 1).await;
    let (cancelled, waited) = cancel(waiting).await;
    assert_eq!((cancelled.state, waited), (JobState::Cancelled, true));
    assert!(claim(&acme.db, 2).await.is_none());

    queue(&acme.db, acme.space, "document:2", 0, 1).await;
    let (job, lease) = claim(&acme.db, 2).await.unwrap();
    let (told, waited) = cancel(job.id).await;
    assert_eq!((told.state, waited), (JobState::Running, false));
    let report = acme
        .db
        .transaction(async |conn| jobs::report(conn, lease, 1, time(30)).await);
    assert_eq!(report.await.unwrap(), Heard::Cancel);
    assert!(end(&acme.db, lease, Ended::Cancelled).await);
    assert_eq!(cancel(job.id).await.0.state, JobState::Cancelled);
}

#[tokio::test]
async fn who_has_work_is_known_across_tenants_and_nothing_else_is() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let due = async |now| {
        test.db()
            .control()
            .tenants_with_due_jobs(&["test"], time(now))
            .await
            .unwrap()
            .into_iter()
            .map(|waiting| waiting.tenant_id)
            .collect::<Vec<_>>()
    };
    for n in 0..50 {
        queue(&acme.db, acme.space, &format!("document:{n}"), 0, 5).await;
    }
    let id = queue(&globex.db, globex.space, "document:1", 0, 7).await;
    assert!(due(4).await.is_empty());
    assert_eq!(due(6).await, [acme.db.tenant_id()]);
    assert_eq!(due(7).await.len(), 2);

    let (_, lease) = claim(&globex.db, 7).await.unwrap();
    assert_eq!(due(8).await, [acme.db.tenant_id()], "leased");
    assert_eq!(due(22).await.len(), 2, "the lease has ended");

    let foreign = acme.db.read(async |conn| jobs::get(conn, id).await).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
    let foreign = acme
        .db
        .transaction(async |conn| jobs::cancel(conn, id, time(9)).await)
        .await;
    assert!(matches!(foreign, Err(StoreError::NotFound)));
    let report = acme
        .db
        .transaction(async |conn| jobs::report(conn, lease, 50, time(99)).await);
    assert_eq!(report.await.unwrap(), Heard::Lost);
    assert!(!end(&acme.db, lease, Ended::Done).await);
    let listed = acme
        .db
        .read(async |conn| jobs::list(conn, None, 100).await)
        .await
        .unwrap();
    assert!(listed.len() == 50 && listed.iter().all(|job| job.id != id));
    let spaces = acme
        .db
        .read(async |conn| jobs::list(conn, Some(globex.space), 100).await)
        .await;
    assert!(spaces.unwrap().is_empty());
    let forgotten = acme
        .db
        .transaction(async |conn| jobs::forget_ended(conn, time(999), 9).await);
    assert_eq!(forgotten.await.unwrap(), 0, "none of its own has ended");
    assert_eq!(state(&globex.db, id).await, JobState::Running);
}

#[tokio::test]
async fn who_is_suspended_or_has_other_work_is_not_looked_at() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    for chat in [&acme, &globex] {
        queue(&chat.db, chat.space, "document:1", 0, 1).await;
    }
    let due = async |kinds: &[&str]| {
        let due = test.db().control().tenants_with_due_jobs(kinds, time(2)).await;
        due.unwrap()
    };
    assert_eq!(due(&["test"]).await.len(), 2);
    assert_eq!(due(&["other", "test"]).await.len(), 2, "each once");
    assert!(due(&["other"]).await.is_empty());
    let suspend = format!(
        "UPDATE tenants SET status = 'suspended' WHERE id = '{}'",
        globex.db.tenant_id()
    );
    admin(&test).await.batch_execute(&suspend).await.unwrap();
    let left: Vec<_> = due(&["test"])
        .await
        .into_iter()
        .map(|waiting| (waiting.tenant_id, waiting.plan))
        .collect();
    assert_eq!(left, [(acme.db.tenant_id(), "free".to_owned())]);
}

#[tokio::test]
async fn those_who_watch_see_what_runs_first_then_the_line_and_what_ended_lately() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    queue(&globex.db, globex.space, "document:1", 0, 1).await;
    let mut ids = Vec::new();
    for (n, (priority, due)) in [(0, 5), (1, 9), (0, 4), (0, 3)].into_iter().enumerate() {
        ids.push(queue(&acme.db, acme.space, &format!("document:{n}"), priority, due).await);
    }
    let (running, lease) = claim(&acme.db, 3).await.unwrap();
    assert_eq!(running.id, ids[3]);
    let seen = async |limit| {
        let active = acme.db.read(async |conn| jobs::active(conn, limit).await).await;
        active.unwrap().iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(seen(9).await, [ids[3], ids[1], ids[2], ids[0]]);
    assert_eq!(seen(2).await, [ids[3], ids[1]]);
    let gone = Ended::Moot {
        error: "the document was removed".to_owned(),
    };
    assert!(end(&acme.db, lease, gone).await);
    let lately = async |ids: Vec<JobId>, since| {
        let lately = acme
            .db
            .read(async |conn| jobs::lately(conn, &ids, time(since), 9).await);
        lately.await.unwrap()
    };
    let ended = lately(vec![ids[0]], 8).await;
    assert_eq!(
        ended.iter().map(|job| job.id).collect::<Vec<_>>(),
        [ids[3], ids[0]]
    );
    assert_eq!(
        (ended[0].state, ended[0].error.as_deref()),
        (JobState::Cancelled, Some("the document was removed"))
    );
    assert!(lately(Vec::new(), 9).await.is_empty());
    for forgotten in [1, 0] {
        let forget = acme
            .db
            .transaction(async |conn| jobs::forget_ended(conn, time(99), 1).await);
        assert_eq!(forget.await.unwrap(), forgotten);
    }
}
