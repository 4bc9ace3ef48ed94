//! The mock: an owner pays on its page, does not pay, pays again and cancels, with no script and no money.

use reqwest::{Client, redirect::Policy};
use serde_json::json;

use super::{notices, plan, post, subscription};
use crate::support::Setup;

/// A browser that tells where it is sent to.
fn browser() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

/// Pushes a button of a page: the status, and where it leads or what it shows.
async fn pushes(page: &str, fields: &str) -> (u16, String) {
    let request = browser().post(page).body(fields.to_owned());
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let to = answer
        .headers()
        .get("location")
        .map(|to| to.to_str().unwrap().to_owned());
    match to {
        Some(to) => (status, to),
        None => (status, answer.text().await.unwrap()),
    }
}

#[tokio::test]
async fn an_owner_upgrades_is_past_due_pays_and_cancels() {
    // The built-in plans.
    let mut app = Setup::default().set("PLAN_FILE", "").start().await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    let none = subscription(&app, &owner).await;
    assert_eq!(
        (&none["status"], &none["provider"]),
        (&json!(null), &json!("mock"))
    );
    assert_eq!(none["sold"], json!(["pro", "enterprise"]));
    let page = post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    let checkout = page["url"].as_str().unwrap().to_owned();
    assert!(checkout.starts_with(&app.base), "{checkout}");

    let shown = app.http.get(&checkout).send().await.unwrap();
    let policy = shown.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script-src"),
        "{policy}"
    );
    let shown = shown.text().await.unwrap();
    assert!(
        shown.contains("14 days free, then 49 USD a month") && !shown.contains("<script"),
        "{shown}"
    );
    let (status, shown) = pushes(&checkout, "act=decline").await;
    assert!(
        status == 200 && shown.contains("the card was declined"),
        "{status} {shown}"
    );
    assert_eq!(plan(&app, acme.tenant).await, "free");
    let (_, left) = pushes(&checkout, "act=leave").await;
    assert!(left.ends_with("/app/billing"), "{left}");
    let (status, to) = pushes(&checkout, "act=pay").await;
    assert!(
        status == 303 && to.ends_with("/app/billing?checkout=paid"),
        "{status} {to}"
    );
    let known = subscription(&app, &owner).await;
    assert_eq!(
        (&known["status"], &known["plan"]),
        (&json!("trialing"), &json!("pro"))
    );
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    assert_eq!(
        pushes(&checkout, "act=pay").await.0,
        404,
        "a checkout is paid once"
    );

    // What the mock knows outlives the server.
    app.restart().await;
    let owner = app.log_in(&acme.email).await;
    let page = post(&app, &owner, "/api/billing/portal", json!({})).await;
    let portal = page["url"].as_str().unwrap().to_owned();
    pushes(&portal, "act=turn").await;
    assert_eq!(subscription(&app, &owner).await["status"], "active");
    pushes(&portal, "act=card_declined").await;
    pushes(&portal, "act=turn").await;
    let known = subscription(&app, &owner).await;
    assert_eq!(known["status"], "past_due");
    assert!(known["grace_until"].is_string());
    assert_eq!(plan(&app, acme.tenant).await, "pro", "it is kept for the grace");
    pushes(&portal, "act=card_works").await;
    assert_eq!(subscription(&app, &owner).await["status"], "active");
    assert_eq!(notices(&app).await, ["payment_failed", "paid_again"]);

    pushes(&portal, "act=change&plan=enterprise").await;
    assert_eq!(plan(&app, acme.tenant).await, "enterprise");
    pushes(&portal, "act=cancel").await;
    assert_eq!(subscription(&app, &owner).await["cancel_at_period_end"], true);
    pushes(&portal, "act=turn").await;
    assert_eq!(subscription(&app, &owner).await["status"], "canceled");
    assert_eq!(plan(&app, acme.tenant).await, "free");
    assert_eq!(notices(&app).await.last().unwrap(), "plan_ended");
    let shown = app.http.get(&portal).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Enterprise is canceled"), "{shown}");

    // Who has paid before has no second trial.
    let page = post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    pushes(page["url"].as_str().unwrap(), "act=pay").await;
    assert_eq!(subscription(&app, &owner).await["status"], "active");
}

#[tokio::test]
async fn a_page_is_its_workspaces_and_a_body_that_nobody_signed_is_refused() {
    let app = Setup::default().set("PLAN_FILE", "").start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let (owner, other) = (app.log_in(&acme.email).await, app.log_in(&globex.email).await);
    let page = post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    let checkout = page["url"].as_str().unwrap();
    let secret = checkout.rsplit('.').next().unwrap();
    let foreign = format!(
        "{}/billing/mock/checkout/{}.{secret}",
        app.base,
        globex.tenant.0.simple()
    );
    assert_eq!(pushes(&foreign, "act=pay").await.0, 404);
    let guessed = format!(
        "{}/billing/mock/checkout/{}.{}",
        app.base,
        acme.tenant.0.simple(),
        "0".repeat(32)
    );
    assert_eq!(pushes(&guessed, "act=pay").await.0, 404);
    let nobody = format!("{}/billing/mock/portal/{}.{secret}", app.base, "f".repeat(32));
    assert_eq!(pushes(&nobody, "act=cancel").await.0, 404);
    let looked = app
        .http
        .get(&nobody)
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(looked.status(), 404);
    assert!(looked.text().await.unwrap().contains("There is no page here"));
    let kept = app.db().rows("SELECT tenant_id FROM mock_billing").await.unwrap();
    assert_eq!(
        kept.len(),
        1,
        "nobody leaves something behind by an address that was made up"
    );
    assert_eq!(pushes(checkout, "act=give").await.0, 400);
    let url = app.url("/api/billing/webhooks/mock");
    let customer = format!("cus_mock_{}", acme.tenant.0.simple());
    let body = super::double::event("evt_1", "invoice.paid", &customer);
    let forged = app
        .http
        .post(&url)
        .header("stripe-signature", "t=1,v1=00")
        .body(body);
    assert_eq!(forged.send().await.unwrap().status(), 400);
    pushes(checkout, "act=pay").await;
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    assert_eq!(plan(&app, globex.tenant).await, "free");
    assert_eq!(subscription(&app, &other).await["status"], json!(null));
}
