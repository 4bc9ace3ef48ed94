//! What Stripe is asked, in its words, and what its answers and events come to.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance::kernel::clock::ManualClock;
use parlance_store::ids::TenantId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    call,
    double::{self, Double, OLD_SECRET, SECRET, event, send},
    notices, plan, post, subscription,
};
use crate::support::{TestApp, Workspace, eventually};

/// The customer of a workspace that has gone to the checkout.
pub async fn customer(app: &TestApp, tenant: TenantId) -> String {
    let rows = app
        .db()
        .rows(&format!(
            "SELECT customer FROM subscriptions WHERE tenant_id = '{tenant}'"
        ))
        .await;
    rows.unwrap()[0]["customer"].as_str().unwrap().to_owned()
}

/// A workspace that pays for Pro, and its owner's token.
pub async fn subscribed(app: &TestApp, stripe: &Double) -> (Workspace, String, String) {
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    post(app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    let customer = customer(app, acme.tenant).await;
    let new = double::subscription("sub_1", "active", "price_pro");
    stripe.known().subscriptions.insert(customer.clone(), new);
    assert_eq!(
        send(
            app,
            &event("evt_1", "checkout.session.completed", &customer),
            SECRET
        )
        .await,
        200
    );
    assert_eq!(plan(app, acme.tenant).await, "pro");
    (acme, owner, customer)
}

#[tokio::test]
async fn a_checkout_is_asked_for_in_stripes_words_and_once_however_often_it_is_sent() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    stripe.known().loses_answer = true;
    let page = post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    assert_eq!(page["url"], "https://checkout.stripe.test/cs_1");
    let made = stripe.posts("/v1/customers");
    assert_eq!(made.len(), 2, "what was lost is sent again");
    assert_eq!(made[0].key, made[1].key);
    assert_eq!(made[0].fields["metadata[tenant]"], acme.tenant.to_string());
    let asked = &stripe.posts("/v1/checkout/sessions")[0];
    for (field, value) in [
        ("mode", "subscription"),
        ("customer", "cus_1"),
        ("client_reference_id", acme.tenant.to_string().as_str()),
        ("line_items[0][price]", "price_pro"),
        ("line_items[0][quantity]", "1"),
        ("subscription_data[trial_period_days]", "14"),
        ("tax_id_collection[enabled]", "true"),
        (
            "success_url",
            "https://chat.shop.example/app/billing?checkout=paid",
        ),
        ("cancel_url", "https://chat.shop.example/app/billing"),
    ] {
        assert_eq!(
            asked.fields.get(field).map(String::as_str),
            Some(value),
            "{field}"
        );
    }
    assert!(!asked.fields.contains_key("allow_promotion_codes"));
    // A second visit closes the page of the first, and makes no second customer.
    post(
        &app,
        &owner,
        "/api/billing/checkout",
        json!({ "plan": "enterprise" }),
    )
    .await;
    assert_eq!(stripe.posts("/v1/customers").len(), 2);
    assert_eq!(stripe.posts("/v1/checkout/sessions/cs_open/expire").len(), 2);
    let (status, refused) = call(
        &app,
        &owner,
        Method::POST,
        "/api/billing/checkout",
        json!({ "plan": "free" }),
    )
    .await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (400, Some("invalid_request")),
        "{refused}"
    );
}

#[tokio::test]
async fn what_fails_for_a_moment_is_tried_again_and_what_does_not_is_told() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let (_acme, owner, _) = subscribed(&app, &stripe).await;
    let cancel = async || {
        call(
            &app,
            &owner,
            Method::POST,
            "/api/billing/subscription/cancel",
            json!({}),
        )
        .await
    };
    stripe.known().failing.extend([(500, None), (429, Some(0))]);
    assert_eq!(cancel().await.0, 200);
    stripe.known().failing.extend([(503, None); 3]);
    let (status, told) = cancel().await;
    assert_eq!((status, told["code"].as_str()), (503, Some("busy")), "{told}");
    // Who is to wait for a minute is not waited for.
    stripe.known().failing.extend([(429, Some(60))]);
    assert_eq!(cancel().await.0, 503);
    assert!(stripe.known().failing.is_empty());
    stripe.known().declines = true;
    let change = json!({ "plan": "enterprise" });
    let (status, told) = call(&app, &owner, Method::POST, "/api/billing/subscription", change).await;
    assert_eq!(status, 409, "{told}");
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("Your card was declined."),
        "{told}"
    );
}

#[tokio::test]
async fn a_plan_is_changed_with_its_price_told_before_cancelled_and_taken_up_again() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let (acme, owner, _) = subscribed(&app, &stripe).await;
    let path = "/api/billing/subscription";
    let told = post(
        &app,
        &owner,
        path,
        json!({ "plan": "enterprise", "preview": true }),
    )
    .await;
    assert_eq!(told["due_now"], json!({ "amount": "75.120", "currency": "USD" }));
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    post(&app, &owner, path, json!({ "plan": "enterprise" })).await;
    assert_eq!(plan(&app, acme.tenant).await, "enterprise");
    let asked = &stripe.posts("/v1/subscriptions/sub_1")[0];
    assert_eq!(asked.fields["proration_behavior"], "always_invoice");
    let after = post(&app, &owner, "/api/billing/subscription/cancel", json!({})).await;
    assert_eq!(
        (&after["cancel_at_period_end"], &after["status"]),
        (&json!(true), &json!("active"))
    );
    let after = post(&app, &owner, "/api/billing/subscription/resume", json!({})).await;
    assert_eq!(after["cancel_at_period_end"], false);
    let portal = post(&app, &owner, "/api/billing/portal", json!({})).await;
    assert_eq!(portal["url"], "https://billing.stripe.test/p_1");
    let (_, invoices) = call(&app, &owner, Method::GET, "/api/billing/invoices", Value::Null).await;
    let invoices = invoices["invoices"].as_array().unwrap().clone();
    assert_eq!(invoices.len(), 1, "a draft is none");
    assert_eq!(
        (&invoices[0]["amount"], &invoices[0]["number"]),
        (&json!("49.000"), &json!("A-2"))
    );
    let again = json!({ "plan": "pro" });
    let (status, _) = call(&app, &owner, Method::POST, "/api/billing/checkout", again).await;
    assert_eq!(status, 409, "it pays already");
}

#[tokio::test]
async fn an_event_is_taken_once_under_either_secret_and_never_without() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let (acme, _, customer) = subscribed(&app, &stripe).await;
    let cancelled = double::subscription("sub_1", "canceled", "price_pro");
    stripe.known().subscriptions.insert(customer.clone(), cancelled);
    let body = event("evt_2", "customer.subscription.deleted", &customer);
    assert_eq!(send(&app, &body, "whsec_other").await, 400);
    let url = app.url("/api/billing/webhooks/stripe");
    assert_eq!(
        app.http
            .post(&url)
            .body(body.clone())
            .send()
            .await
            .unwrap()
            .status(),
        400
    );
    assert_eq!(
        plan(&app, acme.tenant).await,
        "pro",
        "an unsigned event changes nothing"
    );
    assert_eq!(send(&app, &body, OLD_SECRET).await, 200);
    assert_eq!(plan(&app, acme.tenant).await, "free");
    // Known: it is not asked for again, whatever has become of it meanwhile.
    let active = double::subscription("sub_1", "active", "price_pro");
    stripe.known().subscriptions.insert(customer.clone(), active);
    assert_eq!(send(&app, &body, SECRET).await, 200);
    assert_eq!(plan(&app, acme.tenant).await, "free");
    // Of nobody known here, or of a type that nothing follows from: kept.
    assert_eq!(
        send(&app, &event("evt_3", "invoice.paid", "cus_of_nobody"), SECRET).await,
        200
    );
    assert_eq!(
        send(&app, &event("evt_4", "charge.refunded", &customer), SECRET).await,
        200
    );
    assert_eq!(send(&app, "{}", SECRET).await, 400);
    let kept = app
        .db()
        .rows("SELECT id FROM billing_events WHERE handled_at IS NOT NULL")
        .await
        .unwrap();
    assert_eq!(kept.len(), 4);
    let other = app.url("/api/billing/webhooks/mock");
    assert_eq!(
        app.http.post(&other).body(body).send().await.unwrap().status(),
        404
    );
    assert_eq!(
        app.http
            .get(app.url("/billing/mock/portal/x.y"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    // Replayed, it is asked for anew.
    app.services
        .db
        .control()
        .replay_billing_events("stripe", Some("evt_2"), app.services.clock.now())
        .await
        .unwrap();
    eventually(async || (plan(&app, acme.tenant).await == "pro").then_some(())).await;
}

#[tokio::test]
async fn an_event_that_comes_while_stripe_is_away_is_handled_later() {
    let start: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let stripe = Double::start().await;
    let app = stripe.setup().clock(clock.clone()).start().await;
    let (acme, _, customer) = subscribed(&app, &stripe).await;
    let cancelled = double::subscription("sub_1", "canceled", "price_pro");
    stripe.known().subscriptions.insert(customer.clone(), cancelled);
    stripe.known().failing.extend([(503, None); 3]);
    assert_eq!(
        send(
            &app,
            &event("evt_2", "customer.subscription.deleted", &customer),
            SECRET
        )
        .await,
        200
    );
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    clock.advance(TimeDelta::seconds(31));
    eventually(async || (plan(&app, acme.tenant).await == "free").then_some(())).await;
}

#[tokio::test]
async fn what_is_not_paid_is_kept_for_the_grace_and_owners_are_told() {
    let start: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::at(start));
    let stripe = Double::start().await;
    let app = stripe
        .setup()
        .set("BILLING_GRACE_DAYS", "7")
        .clock(clock.clone())
        .start()
        .await;
    let (acme, owner, customer) = subscribed(&app, &stripe).await;
    let now_is = |status: &str| {
        let one = double::subscription("sub_1", status, "price_pro");
        stripe.known().subscriptions.insert(customer.clone(), one);
    };
    now_is("past_due");
    send(&app, &event("evt_2", "invoice.payment_failed", &customer), SECRET).await;
    let known = subscription(&app, &owner).await;
    assert_eq!(
        (&known["status"], &known["grace_until"]),
        (&json!("past_due"), &json!("2026-03-09T10:00:00Z"))
    );
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    clock.advance(TimeDelta::days(5));
    eventually(async || (notices(&app).await == ["payment_failed", "grace_ending"]).then_some(())).await;
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    clock.advance(TimeDelta::days(2));
    eventually(async || (plan(&app, acme.tenant).await == "free").then_some(())).await;
    now_is("active");
    send(&app, &event("evt_3", "invoice.paid", &customer), SECRET).await;
    assert_eq!(plan(&app, acme.tenant).await, "pro");
    assert_eq!(
        notices(&app).await,
        ["payment_failed", "grace_ending", "plan_ended", "paid_again"]
    );
}
