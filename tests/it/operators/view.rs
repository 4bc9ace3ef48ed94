//! What operators see of all workspaces: every figure against one that was worked out by hand.

use chrono::TimeDelta;
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};

use super::{Entered, entered, still};
use crate::support::{TestApp, Workspace};

/// Since when a workspace pays for what.
async fn pays(app: &TestApp, workspace: &Workspace, at: &str, price: Option<(&str, &str)>) {
    let (plan, price) = price.map_or_else(
        || ("NULL".to_owned(), "NULL, NULL".to_owned()),
        |(plan, price)| (format!("'{plan}'"), format!("{price}, 'USD'")),
    );
    let row = format!(
        "INSERT INTO paid_plans (tenant_id, at, plan, price, currency) VALUES ('{}', '{at}', {plan}, {price})",
        workspace.tenant
    );
    app.db().run(&row).await.unwrap();
}

async fn costs(app: &TestApp, workspace: &Workspace, day: &str, nanos: i64) {
    let row = format!(
        "INSERT INTO usage_daily (tenant_id, day, space_id, model, kind, calls, input, output, cache_write_5m, \
             cache_write_1h, cache_read, cost_nanos) \
         VALUES ('{}', '{day}', '{}', 'm', 'chat', 1, 1, 1, 0, 0, 0, {nanos})",
        workspace.tenant, workspace.space
    );
    app.db().run(&row).await.unwrap();
}

async fn answered(app: &TestApp, workspace: &Workspace, month: &str, n: i64) {
    let row = format!(
        "INSERT INTO quota_counters (tenant_id, quota, period, used) \
         VALUES ('{}', 'messages_per_month', '{month}', {n})",
        workspace.tenant
    );
    app.db().run(&row).await.unwrap();
}

/// Of a month, the fields that are compared.
fn told(month: &Value) -> Value {
    json!([
        month["month"],
        month["active"],
        month["paying"],
        month["paying_before"],
        month["churned"],
        month["churn"],
        month["income"],
        month["cost"],
    ])
}

/// It is the 15th of January 2027, 8:00:30 in the morning by UTC.
#[tokio::test]
async fn months_say_what_was_paid_who_left_and_what_it_cost() {
    let (app, clock) = still().await;
    let operator = entered(&app, &clock).await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let initech = app.workspace("initech").await;
    // Acme pays since the middle of November, and more since the middle of December (31 days, 15.5 of them).
    pays(&app, &acme, "2026-11-16T00:00:00Z", Some(("pro", "49"))).await;
    pays(&app, &acme, "2026-12-16T12:00:00Z", Some(("enterprise", "199"))).await;
    // Globex pays for November, and leaves in December.
    pays(&app, &globex, "2026-11-01T00:00:00Z", Some(("pro", "49"))).await;
    pays(&app, &globex, "2026-12-11T10:00:00Z", None).await;
    costs(&app, &acme, "2026-11-30", 1_000_000_001).await;
    costs(&app, &globex, "2026-11-30", 2).await;
    costs(&app, &acme, "2027-01-01", 5_000_000_000).await;
    answered(&app, &acme, "2026-12-01", 7).await;
    answered(&app, &initech, "2026-12-01", 0).await;
    answered(&app, &initech, "2027-01-01", 3).await;

    let overview = operator.gets("/api/operator/overview?months=3").await;
    let months: Vec<Value> = overview["months"].as_array().unwrap().iter().map(told).collect();
    let usd = |mrr: &str, revenue: &str| json!([{ "currency": "USD", "mrr": mrr, "revenue": revenue }]);
    // 49 for 15 of 30 days, and 49.
    let november = json!([
        "2026-11-01",
        0,
        2,
        1,
        0,
        0,
        usd("98.000", "73.500"),
        "1.000000003"
    ]);
    assert_eq!(months[0], november);
    // 49 and 199 for 15.5 of 31 days each, and 49 for 10 days and 10 hours of them.
    let december = json!([
        "2026-12-01",
        1,
        1,
        2,
        1,
        5_000,
        usd("199.000", "140.465"),
        "0.000000000"
    ]);
    assert_eq!(months[1], december);
    // 199 for 14 days, 8 hours and 30 seconds of 31 days.
    let january = json!([
        "2027-01-01",
        1,
        1,
        1,
        0,
        0,
        usd("199.000", "92.013"),
        "5.000000000"
    ]);
    assert_eq!(months[2], january);

    let detail = operator
        .gets(&format!("/api/operator/tenants/{}?months=2", globex.tenant))
        .await;
    assert_eq!(detail["tenant"]["mrr"], "0.000");
    let income = usd("0.000", "16.465");
    assert_eq!(detail["months"][0]["income"], income);
    assert_eq!(detail["months"][1]["income"], json!([]));
    let detail = operator
        .gets(&format!("/api/operator/tenants/{}", acme.tenant))
        .await;
    assert_eq!(detail["months"].as_array().unwrap().len(), 12);
    let now = &detail["months"][11];
    assert_eq!(now["income"], usd("199.000", "92.013"));
    assert_eq!(
        (&now["cost"], &now["messages"]),
        (&json!("5.000000000"), &json!(0))
    );
    assert_eq!(detail["tenant"]["revenue"], "92.013");
    let nobody = format!("/api/operator/tenants/{}", uuid::Uuid::now_v7());
    assert_eq!(
        operator
            .asks(reqwest::Method::GET, &nobody, json!({}))
            .await
            .status(),
        404
    );
}

async fn names(operator: &Entered<'_>, query: &str) -> Vec<String> {
    let found = operator.gets(&format!("/api/operator/tenants?{query}")).await;
    let items = found["items"].as_array().unwrap();
    items
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn workspaces_are_searched_sorted_paged_and_exported() {
    let (app, clock) = still().await;
    let operator = entered(&app, &clock).await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    app.db()
        .run(&format!(
            "UPDATE tenants SET name = '=Aaa, \"Inc\"' WHERE id = '{}'",
            globex.tenant
        ))
        .await
        .unwrap();
    pays(&app, &globex, "2026-11-01T00:00:00Z", Some(("pro", "49"))).await;
    costs(&app, &acme, "2027-01-02", 3_000_000_000).await;
    assert_eq!(names(&operator, "").await, ["=Aaa, \"Inc\"", "acme", "platform"]);
    assert_eq!(
        names(&operator, "descending=true").await,
        ["platform", "acme", "=Aaa, \"Inc\""]
    );
    assert_eq!(names(&operator, "search=AAA").await, ["=Aaa, \"Inc\""]);
    assert_eq!(names(&operator, "search=%25").await, [""; 0], "no pattern");
    assert_eq!(
        names(&operator, &format!("search={}", acme.tenant)).await,
        ["acme"]
    );
    assert_eq!(
        names(&operator, "sort=mrr&descending=true&limit=1").await,
        ["=Aaa, \"Inc\""]
    );
    assert_eq!(
        names(&operator, "sort=cost&descending=true&limit=1").await,
        ["acme"]
    );
    assert_eq!(names(&operator, "limit=2&page=2").await, ["platform"]);
    assert_eq!(names(&operator, "page=3").await, [""; 0]);
    assert_eq!(names(&operator, "plan=pro").await, [""; 0]);
    assert_eq!(names(&operator, "subscription=active").await, [""; 0]);
    let found = operator.gets("/api/operator/tenants?limit=1").await;
    assert_eq!(found["total"], 3);
    for wrong in ["sort=secret", "subscription=paid", "limit=0", "page=-1"] {
        let path = format!("/api/operator/tenants?{wrong}");
        let refused = operator.asks(reqwest::Method::GET, &path, json!({})).await;
        assert_eq!(refused.status(), 400, "{wrong}");
    }
    let csv = operator
        .gets("/api/operator/tenants/export?sort=mrr&descending=true")
        .await;
    let lines: Vec<&str> = csv.as_str().unwrap().lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("id,name,status,created_at"), "{}", lines[0]);
    assert!(
        lines[1].contains(",\"'=Aaa, \"\"Inc\"\"\",active,"),
        "{}",
        lines[1]
    );
    assert!(lines[1].contains(",49.000,"), "{}", lines[1]);
}

/// Who tries a plan pays nothing; who pays does from that moment.
#[tokio::test]
async fn a_trial_is_not_counted_and_a_payment_is() {
    let (app, clock) = still().await;
    let operator = entered(&app, &clock).await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    let page = async |path: &str, body: Value| {
        let request = app.http.post(app.url(path)).bearer_auth(&owner).json(&body);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        page["url"].as_str().unwrap().to_owned()
    };
    let pushes = async |page: &str, act: &str| {
        let browser = Client::builder().redirect(Policy::none()).build().unwrap();
        browser
            .post(page)
            .body(format!("act={act}"))
            .send()
            .await
            .unwrap();
    };
    let is = async || {
        let tenant = operator
            .gets(&format!("/api/operator/tenants/{}", acme.tenant))
            .await["tenant"]
            .clone();
        json!([tenant["plan"], tenant["subscription"], tenant["mrr"]])
    };
    assert_eq!(is().await, json!(["free", null, "0.000"]));
    let checkout = page("/api/billing/checkout", json!({ "plan": "pro" })).await;
    pushes(&checkout, "pay").await;
    assert_eq!(is().await, json!(["pro", "trialing", "0.000"]));
    let plans = operator.gets("/api/operator/overview").await["plans"].clone();
    let pro = json!({ "plan": "pro", "name": "Pro", "tenants": 1, "paying": 0, "trialing": 1 });
    assert!(plans.as_array().unwrap().contains(&pro), "{plans}");
    let portal = page("/api/billing/portal", json!({})).await;
    pushes(&portal, "turn").await;
    assert_eq!(is().await, json!(["pro", "active", "49.000"]));
    clock.advance(TimeDelta::seconds(1));
    // Not paid, and kept for the grace.
    pushes(&portal, "card_declined").await;
    pushes(&portal, "turn").await;
    assert_eq!(is().await, json!(["pro", "past_due", "49.000"]));
    pushes(&portal, "card_works").await;
    pushes(&portal, "change&plan=enterprise").await;
    assert_eq!(is().await, json!(["enterprise", "active", "199.000"]));
    clock.advance(TimeDelta::seconds(1));
    pushes(&portal, "cancel").await;
    pushes(&portal, "turn").await;
    assert_eq!(is().await, json!(["free", "canceled", "0.000"]));
    let rows = app
        .db()
        .rows("SELECT plan FROM paid_plans ORDER BY id")
        .await
        .unwrap();
    let plans: Vec<&Value> = rows.iter().map(|row| &row["plan"]).collect();
    assert_eq!(
        plans,
        [&json!("pro"), &json!("enterprise"), &Value::Null],
        "once each"
    );
}

#[tokio::test]
async fn health_counts_what_waits_and_what_failed() {
    let (app, clock) = still().await;
    let operator = entered(&app, &clock).await;
    let event = "INSERT INTO billing_events (provider, id, kind, body, received_at, retry_at, tries, error) \
                 VALUES ('stripe', 'evt_1', 'x', '', '2027-01-15T07:00:00Z', '2999-01-01', 2, 'away')";
    app.db().run(event).await.unwrap();
    let health = operator.gets("/api/operator/health").await;
    let check = |what: &str| {
        let mut checks = health["checks"].as_array().unwrap().iter();
        checks.find(|check| check["what"] == what).unwrap().clone()
    };
    let failed = check("billing_events_failed");
    assert_eq!((&failed["count"], &failed["bad"]), (&json!(1), &json!(true)));
    assert_eq!(failed["since"], "2027-01-15T07:00:00Z");
    assert_eq!(check("counts_wrong")["bad"], false);
    assert!(health["version"].is_string());
    assert_eq!(health["reconciliation"], Value::Null);
    let kept = "INSERT INTO reconciliations (day, at, source, models, counts, differences) VALUES \
                ('2027-01-13', '2027-01-14T02:00:00Z', NULL, '[]', '{\"unpriced\": 9}', '[]'), \
                ('2027-01-14', '2027-01-15T02:00:00Z', 'anthropic', '[]', '{\"never_settled\": 2, \"estimated\": 3}', '[]')";
    app.db().run(kept).await.unwrap();
    let health = operator.gets("/api/operator/health").await;
    let last = json!({
        "day": "2027-01-14", "at": "2027-01-15T02:00:00Z", "source": "anthropic",
        "differences": [
            { "cause": "never_settled", "count": 2, "bad": true },
            { "cause": "estimated", "count": 3, "bad": false },
        ],
    });
    assert_eq!(health["reconciliation"], last, "the last day that was looked at");
}
