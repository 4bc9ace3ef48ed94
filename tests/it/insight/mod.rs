//! What happened, as those see it who run the business; and that it is what happened.

mod proof;
mod ratings;
mod seen;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance::kernel::clock::ManualClock;
use serde_json::{Value, json};

use crate::{
    spaces::Owner,
    support::{Setup, TestApp, TestVisitor, Workspace, eventually, says},
};

/// Half past eleven at night in UTC, and the next morning in Tokyo.
fn late() -> DateTime<Utc> {
    "2027-01-15T23:30:00Z".parse().unwrap()
}

async fn at_night() -> (Arc<ManualClock>, TestApp, Workspace, TestVisitor) {
    let clock = Arc::new(ManualClock::at(late()));
    let (app, acme, visitor) = Setup::default().clock(clock.clone()).chat().await;
    (clock, app, acme, visitor)
}

async fn asks(visitor: &TestVisitor, text: &str) {
    let (_, mut socket) = visitor.connects().await;
    socket.send(&says(text)).await;
    socket.until_answer().await;
}

fn pointer<'a>(of: &'a Value, path: &str) -> &'a Value {
    of.pointer(path).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn what_was_just_said_is_in_the_figures() {
    let (_, app, acme, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty of my robot last?").await;
    let owner = Owner::of(&app, &acme).await;
    // The ledger counts in a moment; from then on nothing changes.
    let overview = eventually(async || {
        app.services.ledger.flush().await;
        let overview = owner.gets("/api/analytics/overview").await;
        (pointer(&overview, "/totals/usage/calls") == 1).then_some(overview)
    })
    .await;
    for (path, n) in [
        ("/totals/conversations", 1),
        ("/totals/visitors", 1),
        ("/totals/messages/visitor", 1),
        ("/totals/messages/assistant", 1),
        ("/totals/answers/given", 1),
        ("/totals/grounding/count", 1),
        ("/totals/first_response/count", 1),
        ("/totals/handoffs/total", 0),
        ("/totals/sentiment/neutral", 1),
        ("/totals/sentiment/angry", 0),
    ] {
        assert_eq!(pointer(&overview, path), n, "{path}: {overview}");
    }
    assert!(pointer(&overview, "/totals/grounding/mean").as_f64().unwrap() > 0.5);
    assert_eq!(
        (&overview["from"], &overview["to"], &overview["step"]),
        (&json!("2026-12-17"), &json!("2027-01-15"), &json!("day"))
    );
    let series = overview["series"].as_array().unwrap();
    assert_eq!((series.len(), &series[29]["at"]), (30, &json!("2027-01-15")));
    assert_eq!(series[29]["figures"], overview["totals"]);
    assert_eq!(pointer(&series[28], "/figures/messages/visitor"), 0);
    let spaces = overview["spaces"].as_array().unwrap();
    assert_eq!(
        (spaces.len(), &spaces[0]["id"], &spaces[0]["totals"]),
        (1, &json!(acme.space), &overview["totals"])
    );

    let space = format!("/api/chat-spaces/{}/analytics", acme.space);
    let of_space = owner.gets(&space).await;
    assert_eq!(of_space["totals"], overview["totals"]);
    assert!(of_space.get("spaces").is_none());

    // It began in the widget; what is of no conversation is in neither channel.
    for (channel, there) in [("widget", 1), ("mail", 0)] {
        let path = format!("/api/analytics/overview?channel={channel}");
        let told = owner.gets(&path).await;
        assert_eq!(pointer(&told, "/totals/messages/visitor"), there, "{channel}");
        assert_eq!(pointer(&told, "/totals/visitors"), there, "{channel}");
        assert_eq!(
            pointer(&told, "/spaces/0/totals/conversations"),
            there,
            "{channel}"
        );
    }

    let cost = pointer(&overview, "/totals/usage/cost_nanos").as_i64();
    assert!(cost.is_some_and(|cost| cost > 0), "{overview}");

    // Another workspace sees nothing of it.
    let globex = app.workspace("globex").await;
    let stranger = Owner::of(&app, &globex).await;
    let theirs = stranger.gets("/api/analytics/overview").await;
    assert_eq!(pointer(&theirs, "/totals/messages/visitor"), 0);
    let (status, _) = stranger.asks(reqwest::Method::GET, &space, Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_day_is_one_of_the_zone_that_is_asked_for() {
    let (_, app, acme, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty last?").await;
    let owner = Owner::of(&app, &acme).await;
    let said = async |query: &str| {
        let path = format!("/api/analytics/overview?{query}");
        owner.gets(&path).await
    };
    for (query, there) in [
        ("from=2027-01-15&to=2027-01-15", 1),
        ("from=2027-01-16&to=2027-01-16&tz=Asia/Tokyo", 1),
        ("from=2027-01-15&to=2027-01-15&tz=Asia/Tokyo", 0),
        ("from=2027-01-16&to=2027-01-16&tz=Asia/Kathmandu", 1),
    ] {
        let overview = said(query).await;
        assert_eq!(pointer(&overview, "/totals/messages/visitor"), there, "{query}");
        assert_eq!(overview["step"], "hour");
    }
    let hours = said("from=2027-01-16&to=2027-01-16&tz=Asia/Kathmandu").await;
    let hours = hours["series"].as_array().unwrap();
    assert_eq!(hours[5]["at"], "2027-01-16T05:00:00+05:45");
    assert_eq!(pointer(&hours[5], "/figures/messages/visitor"), 1);
    for wrong in [
        "tz=Mars/Olympus",
        "from=2027-01-16&to=2027-01-15",
        "from=2025-01-01&to=2027-01-15",
        "from=yesterday",
        "compare=next",
        "channel=fax",
    ] {
        let path = format!("/api/analytics/overview?{wrong}");
        let (status, refused) = owner.asks(reqwest::Method::GET, &path, Value::Null).await;
        assert_eq!(
            (status, &refused["code"]),
            (400, &json!("invalid_request")),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn the_days_before_are_told_apart() {
    let (clock, app, acme, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty last?").await;
    clock.advance(TimeDelta::days(1));
    let other = app.visitor(&acme).await;
    for question in ["And the battery?", "And the wheels?"] {
        asks(&other, question).await;
    }
    let owner = Owner::of(&app, &acme).await;
    let path = "/api/analytics/overview?from=2027-01-16&to=2027-01-16&compare=previous";
    let overview = owner.gets(path).await;
    let said = |of: &Value| of.pointer("/totals/messages/visitor").cloned();
    assert_eq!(
        (said(&overview), said(&overview["previous"])),
        (Some(json!(2)), Some(json!(1)))
    );
    assert_eq!(pointer(&overview, "/previous/from"), "2027-01-15");
    let both = owner
        .gets("/api/analytics/overview?from=2027-01-15&to=2027-01-16")
        .await;
    assert_eq!(
        (said(&both), pointer(&both, "/totals/visitors"), &both["previous"]),
        (Some(json!(3)), &json!(2), &Value::Null)
    );
}

#[tokio::test]
async fn a_table_has_a_line_for_each_day() {
    let (_, app, acme, visitor) = at_night().await;
    asks(&visitor, "How long does the warranty last?").await;
    let token = app.log_in(&acme.email).await;
    let asked = app
        .http
        .get(app.url("/api/analytics/overview?from=2027-01-13&to=2027-01-15"))
        .header("accept", "text/csv")
        .bearer_auth(token);
    let answer = asked.send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"analytics-2027-01-13-2027-01-15.csv\""
    );
    let table = answer.text().await.unwrap();
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 4);
    let column = |name: &str| lines[0].iter().position(|column| *column == name).unwrap();
    let days: Vec<&str> = lines[1..].iter().map(|line| line[0]).collect();
    assert_eq!(days, ["2027-01-13", "2027-01-14", "2027-01-15"]);
    assert_eq!(
        (lines[3][column("visitors")], lines[1][column("visitors")]),
        ("1", "0")
    );
    assert_eq!(lines[1][column("csat_mean")], "", "none is not nought");
    let sentiment =
        ["sentiment_mean", "messages_neutral"].map(|name| (lines[1][column(name)], lines[3][column(name)]));
    assert_eq!((sentiment[0].0, sentiment[1]), ("", ("0", "1")));
}
