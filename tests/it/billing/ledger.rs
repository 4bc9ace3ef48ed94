//! What models cost, as their payer reads it: the same in groups, call by call, as a table and of a conversation.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    accounts::mail_to,
    spaces::Owner,
    support::{Setup, TestApp, Workspace},
};

async fn asked(setup: Setup) -> (TestApp, Workspace, [String; 2]) {
    let (app, acme, visitor) = setup.chat().await;
    let mut conversations = Vec::new();
    for questions in [
        &["How long does the warranty last?", "When are refunds paid?"][..],
        &["How long does the warranty last?"],
    ] {
        let conversation = visitor.conversation().await;
        for question in questions {
            visitor.asks(Some(&conversation), question).await;
        }
        conversations.push(conversation);
    }
    app.services.ledger.flush().await;
    (app, acme, conversations.try_into().unwrap())
}

async fn total(app: &TestApp, whose: &str) -> (i64, i64) {
    let sum = format!(
        "SELECT count(*) AS calls, coalesce(sum(cost_nanos), 0)::bigint AS cost FROM usage_events {whose}"
    );
    let rows = app.db().rows(&sum).await.unwrap();
    (
        rows[0]["calls"].as_i64().unwrap(),
        rows[0]["cost"].as_i64().unwrap(),
    )
}

fn told(figure: &Value) -> (i64, i64) {
    (
        figure["calls"].as_i64().unwrap(),
        figure["cost_nanos"].as_i64().unwrap(),
    )
}

#[tokio::test]
async fn groups_pages_tables_and_conversations_are_the_same_calls() {
    let (app, acme, conversations) = Box::pin(asked(Setup::default())).await;
    let owner = Owner::of(&app, &acme).await;
    let (calls, cost) = total(&app, "").await;
    assert!(calls >= 3 && cost > 0);
    for by in ["", "day", "model,kind", "day,space,model,kind"] {
        let ledger = owner.gets(&format!("/api/billing/ledger?by={by}")).await;
        assert_eq!(told(&ledger["total"]), (calls, cost), "{by}");
        let groups = ledger["groups"].as_array().unwrap();
        let sum = groups
            .iter()
            .map(told)
            .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        assert_eq!(sum, (calls, cost), "{by}");
        assert_eq!(groups[0]["day"].is_string(), by.contains("day"));
        assert_eq!(ledger["month"]["cost_nanos"], cost);
        assert!(ledger["month"]["estimate_nanos"].as_i64().unwrap() >= cost);
        assert_eq!(ledger["unpriced"], json!([]));
    }
    let spaces = owner.gets("/api/billing/ledger?by=space").await;
    assert_eq!(spaces["groups"][0]["space"]["id"], json!(acme.space));

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = owner
            .gets(&format!("/api/billing/ledger/events?limit=1{cursor}"))
            .await;
        seen.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(i64::try_from(seen.len()).unwrap(), calls);
    let sum: i64 = seen
        .iter()
        .map(|event| event["cost_nanos"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, cost);

    for conversation in &conversations {
        let own = owner
            .gets(&format!("/api/conversations/{conversation}/cost"))
            .await;
        let raw = total(&app, &format!("WHERE conversation_id = '{conversation}'")).await;
        assert_eq!(told(&own["total"]), raw);
        let page = format!("/api/billing/ledger/events?conversation={conversation}");
        let events = owner.gets(&page).await["items"].as_array().unwrap().len();
        assert_eq!(i64::try_from(events).unwrap(), raw.0);
    }

    let csv = app
        .http
        .get(app.url("/api/billing/ledger?by=model,kind"))
        .bearer_auth(app.log_in(&acme.email).await)
        .header("accept", "text/csv")
        .send()
        .await
        .unwrap();
    assert!(
        csv.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .contains("ledger-")
    );
    let csv = csv.text().await.unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column =
        |name: &str, headers: &csv::StringRecord| headers.iter().position(|header| header == name).unwrap();
    let headers = reader.headers().unwrap().clone();
    let nanos = column("cost_nanos", &headers);
    let sum: i64 = reader
        .records()
        .map(|row| row.unwrap()[nanos].parse::<i64>().unwrap())
        .sum();
    assert_eq!(sum, cost);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_what_is_anothers_is_not_there() {
    let (app, acme, [conversation, _]) = Box::pin(asked(Setup::default())).await;
    let owner = Owner::of(&app, &acme).await;
    for wrong in [
        "by=planet",
        "from=2026-02-02&to=2026-02-01",
        "from=2020-01-01&to=2026-01-01",
        "kind=x",
        "space=7",
    ] {
        let (status, problem) = owner
            .asks(Method::GET, &format!("/api/billing/ledger?{wrong}"), Value::Null)
            .await;
        assert_eq!(
            (status, &problem["code"]),
            (400, &json!("invalid_request")),
            "{wrong}"
        );
    }
    let (status, _) = owner
        .asks(Method::GET, "/api/billing/ledger/events?cursor=zzz", Value::Null)
        .await;
    assert_eq!(status, 400);
    let globex = app.workspace("globex").await;
    let other = Owner::of(&app, &globex).await;
    assert_eq!(told(&other.gets("/api/billing/ledger").await["total"]), (0, 0));
    let theirs = format!("/api/billing/ledger/events?conversation={conversation}");
    assert_eq!(other.gets(&theirs).await["items"], json!([]));
    let cost = format!("/api/conversations/{conversation}/cost");
    assert_eq!(other.asks(Method::GET, &cost, Value::Null).await.0, 404);
}

#[tokio::test]
async fn of_a_model_without_a_price_is_told_by_mail_and_in_figures() {
    let folder = TempDir::new().unwrap();
    let book = folder.path().join("prices.toml");
    fs::write(
        &book,
        "[[price]]\nmodel = \"another\"\nfrom = \"2020-01-01\"\ninput = \"1\"\noutput = \"2\"\n",
    )
    .unwrap();
    let (app, acme, _) = Box::pin(asked(Setup::default().set("PRICES", book.to_str().unwrap()))).await;
    let owner = Owner::of(&app, &acme).await;
    let ledger = owner.gets("/api/billing/ledger?by=model").await;
    let unpriced = ledger["unpriced"].as_array().unwrap();
    let model = unpriced[0].as_str().unwrap();
    assert_eq!(ledger["total"]["unpriced"], ledger["total"]["calls"]);
    assert_eq!(
        owner.gets("/api/billing/usage").await["unpriced"],
        ledger["unpriced"]
    );
    let subject = format!("acme: calls to {model} have no price");
    let mail = mail_to(&app, "owner@acme.example", &subject).await;
    assert!(
        mail["links"][0]
            .as_str()
            .unwrap()
            .ends_with("/app/billing/ledger"),
        "{mail}"
    );
    // Nothing is free because it is unknown: it counts at the dearest price there is.
    let budget = owner.gets("/api/billing/budget").await;
    assert!(budget["used_nanos"].as_i64().unwrap() > 0, "{budget}");
    let told = app
        .db()
        .rows("SELECT count(*) AS n FROM unpriced_notices")
        .await
        .unwrap();
    assert_eq!(told, [json!({ "n": 1 })]);
}
