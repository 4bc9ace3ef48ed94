//! Where the provider and what is known here disagree: another price, another account, another provider, no event.

use std::sync::Arc;

use chrono::TimeDelta;
use parlance::kernel::clock::{Clock, ManualClock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    call,
    double::{self, Double, SECRET, event, send},
    plan, post,
    stripe::{customer, subscribed},
    subscription,
};
use crate::support::eventually;

const CHANGE: &str = "/api/billing/subscription";

#[tokio::test]
async fn who_pays_an_older_price_has_the_plan_and_an_unknown_one_takes_none_away() {
    let stripe = Double::start().await;
    let prices = "pro=price_new,pro=price_pro,enterprise=price_enterprise";
    let app = stripe.setup().set("STRIPE_PRICES", prices).start().await;
    let (acme, owner, customer) = subscribed(&app, &stripe).await;
    let asked = &stripe.posts("/v1/checkout/sessions")[0];
    assert_eq!(
        asked.fields["line_items[0][price]"], "price_new",
        "the first is sold"
    );
    for (number, (status, has)) in [("active", "pro"), ("canceled", "free")].into_iter().enumerate() {
        let unknown = double::subscription("sub_1", status, "price_of_somebody");
        stripe.known().subscriptions.insert(customer.clone(), unknown);
        let told = event(
            &format!("evt_u{number}"),
            "customer.subscription.updated",
            &customer,
        );
        assert_eq!(send(&app, &told, SECRET).await, 200);
        assert_eq!(plan(&app, acme.tenant).await, has);
    }
    post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
}

#[tokio::test]
async fn a_change_is_made_only_of_what_is_paid_and_a_cheaper_plan_is_credited() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let (_, owner, customer) = subscribed(&app, &stripe).await;
    post(&app, &owner, CHANGE, json!({ "plan": "enterprise" })).await;
    let told = post(&app, &owner, CHANGE, json!({ "plan": "pro", "preview": true })).await;
    assert_eq!(told["due_now"], json!({ "amount": "-75.120", "currency": "USD" }));

    let unpaid = double::subscription("sub_1", "past_due", "price_enterprise");
    stripe.known().subscriptions.insert(customer.clone(), unpaid);
    let told = event("evt_f", "invoice.payment_failed", &customer);
    assert_eq!(send(&app, &told, SECRET).await, 200);
    let (status, refused) = call(&app, &owner, Method::POST, CHANGE, json!({ "plan": "pro" })).await;
    assert_eq!(status, 409, "{refused}");
    assert!(
        refused["detail"].as_str().unwrap().contains("pay it first"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_customer_that_is_gone_loses_the_plan_and_another_one_may_pay() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let (acme, owner, before) = subscribed(&app, &stripe).await;
    stripe.known().gone.insert(before.clone());
    let told = event("evt_g", "customer.subscription.updated", &before);
    assert_eq!(send(&app, &told, SECRET).await, 200);
    assert_eq!(plan(&app, acme.tenant).await, "free");
    post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    let after = customer(&app, acme.tenant).await;
    assert_ne!(after, before);
    let new = double::subscription("sub_2", "active", "price_pro");
    stripe.known().subscriptions.insert(after.clone(), new);
    let told = event("evt_n", "checkout.session.completed", &after);
    assert_eq!(send(&app, &told, SECRET).await, 200);
    assert_eq!(plan(&app, acme.tenant).await, "pro");
}

#[tokio::test]
async fn who_has_paid_has_the_plan_though_no_event_ever_tells_of_it() {
    let stripe = Double::start().await;
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let app = stripe.setup().clock(clock.clone()).start().await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    post(&app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    let new = double::subscription("sub_1", "active", "price_pro");
    let customer = customer(&app, acme.tenant).await;
    stripe.known().subscriptions.insert(customer, new);
    assert_eq!(subscription(&app, &owner).await["status"], Value::Null);
    clock.advance(TimeDelta::minutes(16));
    eventually(async || (plan(&app, acme.tenant).await == "pro").then_some(())).await;
}

#[tokio::test]
async fn what_was_changed_is_not_said_to_have_failed() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let (_, owner, _) = subscribed(&app, &stripe).await;
    stripe.known().silent_after_change = true;
    let (status, told) = call(
        &app,
        &owner,
        Method::POST,
        CHANGE,
        json!({ "plan": "enterprise" }),
    )
    .await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(stripe.posts("/v1/subscriptions/sub_1").len(), 1);
}

#[tokio::test]
async fn what_the_mock_gave_ends_where_people_pay() {
    let stripe = Double::start().await;
    let app = stripe.setup().start().await;
    let acme = app.workspace("acme").await;
    let given = format!(
        "UPDATE tenants SET plan = 'pro' WHERE id = '{0}'; \
         INSERT INTO subscriptions (tenant_id, provider, customer, subscription, status, plan, granted, look_at) \
         VALUES ('{0}', 'mock', 'cus_mock', 'sub_mock', 'active', 'pro', 'pro', now())",
        acme.tenant
    );
    app.db().run(&given).await.unwrap();
    eventually(async || (plan(&app, acme.tenant).await == "free").then_some(())).await;
    let owner = app.log_in(&acme.email).await;
    assert_eq!(
        subscription(&app, &owner).await["status"],
        Value::Null,
        "it is not Stripe's"
    );
}
