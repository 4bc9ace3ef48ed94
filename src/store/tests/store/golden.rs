//! Golden questions: runs go on where they were, are compared with the one before, and are never
//! another tenant's.

use parlance_store::{
    StoreError, TenantDb,
    ids::{GoldenQuestionId, JobId, SpaceId},
    queries::golden::{self, GoldenCause, GoldenRun, GoldenWords, NewGoldenResult, NewGoldenRun},
};

use crate::support::{at, chat, database};

async fn add(db: &TenantDb, space: SpaceId, question: &str) -> GoldenQuestionId {
    let id = GoldenQuestionId::new();
    let facts = ["24 months".to_owned()];
    let words = GoldenWords {
        question,
        source: Some("warranty.md"),
        facts: &facts,
    };
    db.transaction(async |conn| golden::add(conn, id, space, words, at(1)).await)
        .await
        .unwrap();
    id
}

async fn begin(db: &TenantDb, space: SpaceId, id: JobId, now: i64) -> Vec<GoldenQuestionId> {
    begin_of(db, space, id, now, None).await
}

async fn begin_of(
    db: &TenantDb,
    space: SpaceId,
    id: JobId,
    now: i64,
    version: Option<i64>,
) -> Vec<GoldenQuestionId> {
    let new = NewGoldenRun {
        id,
        space,
        cause: GoldenCause::Asked,
        answers: false,
        knowledge_version: 7,
        version,
        conditions: "as they are".to_owned(),
        at: at(now),
    };
    db.transaction(async |conn| golden::begin(conn, new).await)
        .await
        .unwrap()
}

fn result(question: GoldenQuestionId, passed: bool) -> NewGoldenResult {
    NewGoldenResult {
        question,
        passed,
        abstained: false,
        source_place: passed.then_some(1),
        missing: Vec::new(),
        answer: None,
        grounding: None,
        cost_nanos: None,
    }
}

async fn runs(db: &TenantDb, space: SpaceId, now: i64, found: &[NewGoldenResult], kept: i32) -> GoldenRun {
    let run = JobId::new();
    begin(db, space, run, now).await;
    db.transaction(async |conn| {
        for result in found {
            golden::found(conn, run, result).await?;
        }
        golden::finish(conn, run, kept, at(now + 1)).await
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_run_says_what_got_worse_since_the_one_before() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (a, b, c) = (
        add(&acme.db, acme.space, "a?").await,
        add(&acme.db, acme.space, "b?").await,
        add(&acme.db, acme.space, "c?").await,
    );
    let first = runs(&acme.db, acme.space, 10, &[result(a, true), result(b, false)], 9).await;
    assert_eq!(
        (
            first.questions,
            first.passed,
            first.regressed,
            first.compared_with
        ),
        (2, 1, 0, None)
    );

    let now = [result(a, false), result(b, true), result(c, false)];
    let second = runs(&acme.db, acme.space, 20, &now, 9).await;
    assert_eq!(
        (second.questions, second.passed, second.regressed, second.mended),
        (3, 1, 1, 1)
    );
    assert_eq!(second.compared_with, Some(first.id));
    let found = acme
        .db
        .read(async |conn| golden::results(conn, second.id).await)
        .await
        .unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|found| (found.question.id, found.passed, found.passed_before))
        .collect();
    assert_eq!(
        told,
        [(a, false, Some(true)), (c, false, None), (b, true, Some(false))]
    );

    // A question that was changed is another one, and one that was removed is gone.
    let words = GoldenWords {
        question: "b, really?",
        source: Some("warranty.md"),
        facts: &[],
    };
    acme.db
        .transaction(async |conn| {
            golden::change(conn, b, words, at(25)).await?;
            golden::remove(conn, c).await
        })
        .await
        .unwrap();
    let third = runs(
        &acme.db,
        acme.space,
        30,
        &[result(a, false), result(b, false), result(c, true)],
        2,
    )
    .await;
    assert_eq!((third.questions, third.passed, third.regressed), (2, 0, 0));
    let kept = acme
        .db
        .read(async |conn| golden::runs(conn, acme.space, 9).await)
        .await
        .unwrap();
    let kept: Vec<_> = kept.iter().map(|run| run.id).collect();
    assert_eq!(kept, [third.id, second.id], "the oldest is forgotten");
}

#[tokio::test]
async fn runs_of_old_versions_do_not_push_out_those_that_are_compared_with() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let present = runs(&acme.db, acme.space, 10, &[], 1).await;
    for (version, now) in [(1, 20), (2, 30), (2, 40)] {
        let run = JobId::new();
        begin_of(&acme.db, acme.space, run, now, Some(version)).await;
        let finish = acme
            .db
            .transaction(async |conn| golden::finish(conn, run, 1, at(now + 1)).await);
        finish.await.unwrap();
    }
    let kept = acme.db.read(async |conn| golden::runs(conn, acme.space, 9).await);
    let kept: Vec<_> = kept.await.unwrap().iter().map(|run| run.version).collect();
    assert_eq!(kept, [Some(2), None], "the newest of each");
    let next = runs(&acme.db, acme.space, 50, &[], 1).await;
    assert_eq!(next.compared_with, Some(present.id));
}

#[tokio::test]
async fn a_run_that_was_cut_off_goes_on_and_nothing_expected_is_no_question() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let a = add(&acme.db, acme.space, "a?").await;
    let run = JobId::new();
    assert!(begin(&acme.db, acme.space, run, 10).await.is_empty());
    for passed in [true, false] {
        // The second time it is known.
        acme.db
            .transaction(async |conn| golden::found(conn, run, &result(a, passed)).await)
            .await
            .unwrap();
    }
    assert_eq!(begin(&acme.db, acme.space, run, 12).await, [a]);
    // Under other conditions all is asked again.
    let changed = NewGoldenRun {
        id: run,
        space: acme.space,
        cause: GoldenCause::Knowledge,
        answers: false,
        knowledge_version: 8,
        version: None,
        conditions: "others".to_owned(),
        at: at(12),
    };
    acme.db
        .transaction(async |conn| {
            assert!(golden::begin(conn, changed).await?.is_empty());
            golden::found(conn, run, &result(a, true)).await
        })
        .await
        .unwrap();
    let ended = acme
        .db
        .transaction(async |conn| golden::finish(conn, run, 9, at(13)).await)
        .await
        .unwrap();
    assert_eq!(
        (ended.passed, ended.started_at, ended.knowledge_version),
        (1, at(12), 8)
    );

    let nothing = GoldenWords {
        question: "b?",
        source: None,
        facts: &[],
    };
    for (words, constraint) in [
        (nothing, "golden_questions_expect"),
        (
            GoldenWords {
                question: "a?",
                source: Some("x"),
                facts: &[],
            },
            "golden_questions_once",
        ),
    ] {
        let id = GoldenQuestionId::new();
        let refused = acme
            .db
            .transaction(async |conn| golden::add(conn, id, acme.space, words, at(2)).await)
            .await;
        assert!(
            matches!(&refused, Err(StoreError::Conflict { constraint: named, .. }) if named == constraint),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_foreign_tenant_reads_and_changes_no_golden_question() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let question = add(&acme.db, acme.space, "a?").await;
    let run = runs(&acme.db, acme.space, 10, &[result(question, true)], 9).await;
    let words = GoldenWords {
        question: "stolen?",
        source: Some("x"),
        facts: &[],
    };
    globex
        .db
        .transaction(async |conn| {
            let absent = |outcome: Result<(), StoreError>| matches!(outcome, Err(StoreError::NotFound));
            assert!(absent(golden::get(conn, question).await.map(|_| ())));
            assert!(absent(golden::run(conn, run.id).await.map(|_| ())));
            assert!(absent(golden::change(conn, question, words, at(9)).await));
            assert!(absent(golden::remove(conn, question).await));
            assert!(absent(golden::finish(conn, run.id, 1, at(9)).await.map(|_| ())));
            assert!(golden::list(conn, acme.space).await?.is_empty());
            assert_eq!(golden::count(conn, acme.space).await?, 0);
            assert!(golden::runs(conn, acme.space, 9).await?.is_empty());
            assert!(golden::results(conn, run.id).await?.is_empty());
            // Its question is none here, so nothing is written.
            golden::found(conn, run.id, &result(question, false)).await
        })
        .await
        .unwrap();
    let new = NewGoldenRun {
        id: JobId::new(),
        space: acme.space,
        cause: GoldenCause::Knowledge,
        answers: true,
        knowledge_version: 1,
        version: None,
        conditions: String::new(),
        at: at(9),
    };
    let refused = globex
        .db
        .transaction(async |conn| golden::begin(conn, new).await)
        .await;
    assert!(refused.is_err());
    let kept = acme.db.read(async |conn| golden::run(conn, run.id).await).await;
    assert_eq!(kept.unwrap(), run);
}
