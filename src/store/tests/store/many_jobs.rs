//! A tenant with 100,000 jobs: every look at them reads a few rows and no more.

use parlance_store::{
    StoreError, TenantConn,
    queries::jobs::{self, Ended, Lease},
    testing,
};
use uuid::Uuid;

use crate::support::{admin, at, chat, database};

const JOBS: i64 = 100_000;

/// Fails the transaction when it has read more rows of the jobs than this.
async fn has_read_few(conn: &mut TenantConn<'_>, most: i64) -> Result<(), StoreError> {
    let look = format!(
        "DO $$ DECLARE rows bigint; BEGIN
           SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) INTO rows
           FROM pg_stat_xact_user_tables WHERE relname = 'jobs';
           IF rows > {most} THEN RAISE EXCEPTION '% rows were read', rows; END IF;
         END $$"
    );
    testing::sql_in(conn, &look).await
}

#[tokio::test]
async fn whoever_looks_at_them_reads_a_few() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (tenant, space) = (acme.db.tenant_id(), acme.space);
    // Half have ended; of those that wait one in a thousand is of another kind, the last in line. Statistics are of
    // every row, so that no sample decides how it is looked for.
    let fill = format!(
        "ALTER TABLE jobs SET (autovacuum_enabled = off);
         SET default_statistics_target = 1000;
         INSERT INTO jobs (tenant_id, id, space_id, kind, key, payload, state, priority, due_at, created_at, ended_at)
         SELECT '{tenant}', gen_random_uuid(), '{space}', CASE WHEN n % 1000 = 0 THEN 'rare' ELSE 'test' END,
                'document:' || n, '{{}}', CASE WHEN n % 2 = 0 THEN 'queued' ELSE 'done' END,
                CASE WHEN n % 1000 = 0 THEN -1 ELSE n % 2 END, '{due}'::timestamptz + n * interval '1 us',
                '{due}', CASE WHEN n % 2 = 1 THEN '{due}'::timestamptz END
         FROM generate_series(1, {JOBS}) n; ANALYZE jobs",
        due = at(1).to_rfc3339(),
    );
    admin(&test).await.batch_execute(&fill).await.unwrap();
    for kinds in [&["test"][..], &["rare"], &["test", "rare"], &["none"]] {
        acme.db
            .transaction(async |conn| {
                let owner = Uuid::now_v7();
                let claimed = jobs::claim(conn, kinds, owner, at(9), at(24)).await?;
                assert_eq!(claimed.is_some(), *kinds != ["none"], "{kinds:?}");
                if let Some(job) = claimed {
                    jobs::end(conn, Lease { job: job.id, owner }, &Ended::Done, at(9)).await?;
                }
                has_read_few(conn, 20).await
            })
            .await
            .unwrap();
    }
    for space in [None, Some(space)] {
        acme.db
            .read(async |conn| {
                assert_eq!(jobs::list(conn, space, 100).await?.len(), 100);
                has_read_few(conn, 400).await
            })
            .await
            .unwrap();
    }
    acme.db
        .read(async |conn| {
            let active = jobs::active(conn, 201).await?;
            assert_eq!(active.len(), 201);
            let ids: Vec<_> = active.iter().take(50).map(|job| job.id).collect();
            jobs::lately(conn, &ids, at(0), 200).await?;
            has_read_few(conn, 1_000).await
        })
        .await
        .unwrap();
    acme.db
        .transaction(async |conn| {
            assert_eq!(jobs::forget_ended(conn, at(5), 1_000).await?, 1_000);
            has_read_few(conn, 3_000).await
        })
        .await
        .unwrap();
    let due = test.db().control().tenants_with_due_jobs(&["rare"], at(9)).await;
    let due: Vec<_> = due
        .unwrap()
        .into_iter()
        .map(|waiting| waiting.tenant_id)
        .collect();
    assert_eq!(due, [tenant]);
}
