//! A workspace's own budget: at it no model is asked, people are brought in, and what costs nothing goes on.

use parlance::adapters::llm::extractive::Extractive;
use reqwest::Method;
use serde_json::{Value, json};

use super::{refusal, used};
use crate::{
    accounts::mail_to,
    spaces::Owner,
    support::{Setup, TestApp},
};

const QUESTION: &str = "How long does the warranty of a robot last?";
const OTHER: &str = "When are refunds paid?";

async fn budget(owner: &Owner<'_>, nanos: Option<i64>) -> Value {
    let body = json!({ "monthly_nanos": nanos });
    let (status, view) = owner.asks(Method::PUT, "/api/billing/budget", body).await;
    assert_eq!((status, &view["monthly_nanos"]), (200, &json!(nanos)), "{view}");
    view
}

async fn rows(app: &TestApp, what: &str) -> Vec<Value> {
    app.db().rows(what).await.unwrap()
}

#[tokio::test]
async fn at_the_budget_people_are_brought_in_and_what_costs_nothing_goes_on() {
    let (app, acme, visitor) = Setup::default()
        .set("ANSWER_CACHE_MB", "8")
        .limited(&[("messages_per_month", 9)])
        .chat()
        .await;
    let owner = Owner::of(&app, &acme).await;
    let answer = visitor.asks(None, QUESTION).await;
    assert!(answer["model"].is_string(), "{answer}");
    let (spent, limit) = used(&owner, "cost_per_month").await;
    assert!(spent > 0 && limit.is_none());
    let cost = rows(&app, "SELECT sum(cost_nanos)::bigint AS n FROM reservations").await;
    assert_eq!(cost, [json!({ "n": spent })]);

    let view = budget(&owner, Some(spent)).await;
    assert_eq!(view["used_nanos"], spent);
    let conversation = visitor.conversation().await;
    let refused = visitor.asks(Some(&conversation), OTHER).await;
    assert_eq!(
        (&refused["state"], &refused["model"]),
        (&json!("complete"), &Value::Null)
    );
    let said = refused["text"].as_str().unwrap();
    assert!(said.starts_with("Thank you for your message."), "{said}");
    let (ready, _) = visitor.resumes(&conversation, 0).await;
    assert_eq!(ready["conversation"]["status"], "waiting");
    assert_eq!(app.upstream.totals().requests, 1);
    assert_eq!(used(&owner, "cost_per_month").await, (spent, Some(spent)));
    assert_eq!(
        used(&owner, "messages_per_month").await.0,
        1,
        "what is not answered is given back to the plan"
    );
    let open = "SELECT id FROM reservations WHERE state = 'open'";
    assert!(rows(&app, open).await.is_empty());

    // From memory, and small talk.
    let next = app.visitor(&acme).await;
    let again = next.asks(None, QUESTION).await;
    assert_eq!(
        (&again["cached"], &again["text"]),
        (&json!(true), &answer["text"])
    );
    let hello = next.asks(None, "Hello").await;
    assert_ne!(hello["text"], refused["text"]);

    let draft = format!("/api/conversations/{conversation}/draft");
    let summary = json!({ "kind": "summary" });
    let (_, problem) = owner.asks(Method::POST, &draft, summary.clone()).await;
    assert_eq!(
        refusal(&problem),
        json!([402, "plan_limit", "cost_per_month", spent, spent])
    );
    assert!(problem["resets_at"].is_string(), "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("budget of $") && detail.contains("it begins anew at"),
        "{detail}"
    );
    mail_to(
        &app,
        "owner@acme.example",
        &format!(
            "acme: the limit of ${} for models a month is reached",
            dollars(spent)
        ),
    )
    .await;

    // A larger one counts at once, for everybody.
    budget(&owner, Some(spent + 1_000_000_000)).await;
    let (status, drafted) = owner.asks(Method::POST, &draft, summary).await;
    assert_eq!(status, 200, "{drafted}");
    let answer = app.visitor(&acme).await.asks(None, OTHER).await;
    assert!(answer["model"].is_string(), "{answer}");
    let recorded = rows(&app, "SELECT sum(cost_nanos)::bigint AS n FROM reservations").await;
    assert_eq!(recorded, [json!({ "n": used(&owner, "cost_per_month").await.0 })]);
}

/// As mails tell it.
fn dollars(nanos: i64) -> String {
    parlance::domain::billing::ledger::dollars(nanos)
}

#[tokio::test]
async fn a_space_that_only_quotes_needs_no_budget() {
    let app = Setup::default().model(Extractive::new(0)).start().await;
    let ai = json!({ "ai": { "models": ["extractive"] } });
    let acme = app.workspace_with("acme", ai, &[]).await;
    let owner = Owner::of(&app, &acme).await;
    budget(&owner, Some(0)).await;
    let answer = app.visitor(&acme).await.asks(None, QUESTION).await;
    assert_eq!(
        (&answer["model"], &answer["state"]),
        (&json!("extractive"), &json!("complete"))
    );
    assert_eq!(used(&owner, "cost_per_month").await, (0, Some(0)));
}

#[tokio::test]
async fn a_budget_is_an_amount_or_none_and_on_record() {
    let app = Setup::default().start().await;
    let acme = app.workspace("acme").await;
    let owner = Owner::of(&app, &acme).await;
    for wrong in [
        json!({}),
        json!({ "monthly_nanos": -1 }),
        json!({ "monthly_nanos": 1_000_000_000_000_001_i64 }),
        json!({ "monthly_nanos": 1.5 }),
        json!({ "monthly_nanos": "20" }),
        json!({ "monthly_nanos": 1, "currency": "USD" }),
    ] {
        let (status, problem) = owner
            .asks(Method::PUT, "/api/billing/budget", wrong.clone())
            .await;
        assert_eq!(
            (status, &problem["code"]),
            (400, &json!("invalid_request")),
            "{wrong}"
        );
    }
    budget(&owner, Some(7)).await;
    budget(&owner, Some(7)).await;
    budget(&owner, None).await;
    let view = owner.gets("/api/billing/budget").await;
    assert_eq!(
        (&view["monthly_nanos"], &view["used_nanos"]),
        (&Value::Null, &json!(0))
    );
    let acts = owner.gets("/api/audit?action=billing.budget").await;
    let told: Vec<_> = acts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| (&act["before"], &act["after"]))
        .collect();
    let was = |nanos: Value| json!({ "monthly_nanos": nanos });
    assert_eq!(
        told,
        [
            (&was(json!(7)), &was(Value::Null)),
            (&was(Value::Null), &was(json!(7)))
        ]
    );
}
