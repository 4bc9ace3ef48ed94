//! Who sees the plan is told at 80 percent of a limit and at it, once in a period.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::moves_to;
use crate::{
    accounts::mail_to,
    spaces::Owner,
    support::{Setup, Socket, TestApp, Workspace},
};

async fn asks(owner: &Owner<'_>, acme: &Workspace, times: usize) {
    for _ in 0..times {
        let query = json!({ "space": acme.space, "text": "warranty" });
        owner.asks(Method::POST, "/api/query", query).await;
    }
}

/// To whom mail was put in line, and about how much.
async fn told(app: &TestApp) -> Vec<(String, i64)> {
    let rows = "SELECT u.email, (j.payload #>> '{errand,percent}')::bigint AS percent FROM jobs j \
                JOIN users u ON u.id::text = j.payload #>> '{errand,user}' \
                WHERE j.payload #>> '{errand,mail}' = 'quota' ORDER BY j.created_at, percent, u.email";
    let rows = app.db().rows(rows).await.unwrap();
    let row = |row: &Value| {
        (
            row["email"].as_str().unwrap().to_owned(),
            row["percent"].as_i64().unwrap(),
        )
    };
    rows.iter().map(row).collect()
}

/// How often it was found that somebody is to be told.
async fn noticed(app: &TestApp) -> i64 {
    let rows = "SELECT count(*) AS n FROM quota_notices";
    app.db().rows(rows).await.unwrap()[0]["n"].as_i64().unwrap()
}

#[tokio::test]
async fn owners_and_admins_are_mailed_once_for_each_level_and_consoles_are_told() {
    let app = Setup::default().limited(&[("queries_per_day", 5)]).start().await;
    let acme = app.workspace("acme").await;
    app.colleague(&acme, Role::Agent).await;
    app.colleague(&acme, Role::Admin).await;
    let owner = Owner::of(&app, &acme).await;
    let token = app.log_in(&acme.email).await;
    let mut console = Socket::open(&app.console_url()).await;
    console.send(&json!({ "type": "hello", "token": token })).await;
    console.next_of("job.all").await;
    asks(&owner, &acme, 3).await;
    assert_eq!(noticed(&app).await, 0);
    asks(&owner, &acme, 1).await;
    let mail = mail_to(&app, "owner@acme.example", "acme: 4 of 5 queries a day are used").await;
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("4 of the 5 queries a day that the plan of acme gives are used."),
        "{text}"
    );
    assert!(
        mail["links"][0].as_str().unwrap().ends_with("/app/billing"),
        "{mail}"
    );
    console.next_of("usage").await;

    asks(&owner, &acme, 3).await;
    mail_to(
        &app,
        "owner@acme.example",
        "acme: the limit of 5 queries a day is reached",
    )
    .await;
    assert_eq!(
        noticed(&app).await,
        2,
        "once for each level, also of what is refused"
    );
    let mut all = told(&app).await;
    all.sort();
    let [admin, owner] = ["admin@acme.example", "owner@acme.example"].map(str::to_owned);
    assert_eq!(
        all,
        [
            (admin.clone(), 80),
            (admin, 100),
            (owner.clone(), 80),
            (owner, 100)
        ]
    );
}

#[tokio::test]
async fn the_next_period_tells_anew_and_a_larger_plan_nothing() {
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let setup = Setup::default()
        .clock(clock.clone())
        .limited(&[("queries_per_day", 1)]);
    let app = setup.start().await;
    let acme = app.workspace("acme").await;
    let owner = Owner::of(&app, &acme).await;
    asks(&owner, &acme, 2).await;
    assert_eq!(noticed(&app).await, 1);
    clock.advance(TimeDelta::hours(16) - TimeDelta::seconds(1));
    let owner = Owner::of(&app, &acme).await;
    asks(&owner, &acme, 1).await;
    assert_eq!(noticed(&app).await, 1);
    clock.advance(TimeDelta::seconds(1));
    let owner = Owner::of(&app, &acme).await;
    asks(&owner, &acme, 1).await;
    assert_eq!(noticed(&app).await, 2);
    moves_to(&app, &acme, "enterprise").await;
    asks(&owner, &acme, 9).await;
    assert_eq!(noticed(&app).await, 2);
}
