//! Counters are what they count, and who runs the server hears of it where they are not.

use std::process::Output;

use chrono::TimeDelta;
use parlance::domain::insight::keeping::{self, Look};
use tokio::process::Command;

use super::{asks, at_night, late, pointer};
use crate::{
    spaces::Owner,
    support::{TestApp, eventually},
};

const FORGET: &str = "DELETE FROM rollup_deltas; DELETE FROM rollups; DELETE FROM rollup_visitors; \
                      DELETE FROM rollup_checks";

#[tokio::test]
async fn what_is_older_than_the_counters_is_counted_after_the_start() {
    let (_, mut app, acme, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty last?").await;
    let owner = Owner::of(&app, &acme).await;
    let before = owner.gets("/api/analytics/overview").await;
    app.stop().await;
    app.db().run(FORGET).await.unwrap();
    app.restart().await;
    let owner = Owner::of(&app, &acme).await;
    let again = eventually(async || {
        let overview = owner.gets("/api/analytics/overview").await;
        (pointer(&overview, "/totals/visitors") == 1).then_some(overview)
    })
    .await;
    for part in [
        "messages",
        "answers",
        "grounding",
        "first_response",
        "conversations",
    ] {
        assert_eq!(again["totals"][part], before["totals"][part], "{part}");
    }
}

#[tokio::test]
async fn a_counter_that_was_changed_is_found_within_a_day() {
    let (_, app, acme, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty last?").await;
    let db = app.services.db.tenant(acme.tenant);
    let look = async |hours: i64| {
        keeping::look(&db, late() + TimeDelta::hours(hours))
            .await
            .unwrap()
    };
    // What is there was counted as it happened.
    assert!(matches!(look(0).await, Look::Begun(0)));
    assert!(matches!(look(23).await, Look::NotDue));
    keeping::fold(&db).await.unwrap();
    app.db()
        .run("UPDATE rollups SET n = n + 2 WHERE metric = 'messages.visitor'")
        .await
        .unwrap();
    let Look::Found(found) = look(24).await else {
        panic!("a day has gone by");
    };
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].counted, found[0].there), (3, 1));
    assert!(keeping::cause(&found[0]).starts_with("counted more than there is"));
}

async fn parlance(app: &TestApp, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    command
        .env_clear()
        .current_dir(folder.path())
        .env("DATABASE_URL", app.db().url())
        .args(arguments)
        .kill_on_drop(true);
    command.output().await.unwrap()
}

#[tokio::test]
async fn whoever_runs_it_can_prove_and_repair_them() {
    let (_, app, _, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty last?").await;
    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let sound = parlance(&app, &["rollups", "--check"]).await;
    assert!(sound.status.success(), "{sound:?}");
    assert!(
        said(&sound).contains("every counter is what it counts"),
        "{sound:?}"
    );

    app.db().run(FORGET).await.unwrap();
    let unsound = parlance(&app, &["rollups", "--check"]).await;
    assert!(!unsound.status.success());
    let told = said(&unsound);
    assert!(
        told.contains("messages.visitor") && told.contains("counting was off"),
        "{told}"
    );
    let repaired = parlance(&app, &["rollups", "--check", "--repair"]).await;
    assert!(repaired.status.success(), "{repaired:?}");
    assert!(parlance(&app, &["rollups", "--check"]).await.status.success());
    assert!(!parlance(&app, &["rollups", "--repair"]).await.status.success());
}
