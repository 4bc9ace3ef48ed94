//! However events come, twice, at once, out of order or only when they are replayed, what is known in the end is
//! what comes of them in order.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use parlance::kernel::clock::ManualClock;
use proptest::{
    prelude::{Strategy, any},
    sample::Index,
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use super::{
    double::{self, Double, SECRET, event, send},
    post,
};
use crate::support::{TestApp, Workspace};

const STORIES: usize = 24;
const STATUSES: &[&str] = &[
    "trialing",
    "active",
    "past_due",
    "unpaid",
    "incomplete",
    "paused",
    "canceled",
];
const PRICES: &[&str] = &["price_pro", "price_enterprise"];
const KINDS: &[&str] = &[
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
];

/// A change at the provider, and how its event is delivered: so many times, after so many further changes, with
/// the others of that moment at once or one by one. None at all: only when it is replayed.
#[derive(Clone, Debug)]
struct Change {
    status: Index,
    price: Index,
    cancels: bool,
    kind: Index,
    times: usize,
    later: usize,
    at_once: bool,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = (
        any::<(Index, Index, bool, Index)>(),
        0..4_usize,
        0..4_usize,
        any::<bool>(),
    );
    let change = change.prop_map(|((status, price, cancels, kind), times, later, at_once)| Change {
        status,
        price,
        cancels,
        kind,
        times,
        later,
        at_once,
    });
    proptest::collection::vec(change, 1..8)
}

async fn goes_to_pay(app: &TestApp, name: &str) -> (Workspace, String) {
    let workspace = app.workspace(name).await;
    let owner = app.log_in(&workspace.email).await;
    post(app, &owner, "/api/billing/checkout", json!({ "plan": "pro" })).await;
    let query = format!(
        "SELECT customer FROM subscriptions WHERE tenant_id = '{}'",
        workspace.tenant
    );
    let rows = app.db().rows(&query).await.unwrap();
    let customer = rows[0]["customer"].as_str().unwrap().to_owned();
    (workspace, customer)
}

/// All that is known of a workspace's subscription, but who it is and how often it was asked for.
async fn known(app: &TestApp, workspace: &Workspace) -> Value {
    let query = format!(
        "SELECT s.status, s.plan, s.granted, s.current_period_end, s.cancel_at_period_end, s.grace_until, \
                t.plan AS has FROM subscriptions s JOIN tenants t ON t.id = s.tenant_id WHERE t.id = '{}'",
        workspace.tenant
    );
    app.db().rows(&query).await.unwrap().remove(0)
}

#[tokio::test]
async fn deliveries_in_any_order_end_where_those_in_order_do() {
    let start: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
    let stripe = Double::start().await;
    let app = stripe
        .setup()
        .clock(Arc::new(ManualClock::at(start)))
        .start()
        .await;
    let (ordered, in_order) = goes_to_pay(&app, "acme").await;
    let (shuffled, by_chance) = goes_to_pay(&app, "globex").await;
    let mut runner = TestRunner::deterministic();
    for story in 0..STORIES {
        let changes = changes().new_tree(&mut runner).unwrap().current();
        let mut waiting: Vec<(usize, String, bool)> = Vec::new();
        for (n, change) in changes.iter().enumerate() {
            let (status, price) = (change.status.get(STATUSES), change.price.get(PRICES));
            let mut now = double::subscription(&format!("sub_{story}"), status, price);
            now["cancel_at_period_end"] = json!(change.cancels);
            for customer in [&in_order, &by_chance] {
                stripe.known().subscriptions.insert(customer.clone(), now.clone());
            }
            let kind = change.kind.get(KINDS);
            let id = format!("evt_{story}_{n}");
            assert_eq!(
                send(&app, &event(&format!("{id}_ordered"), kind, &in_order), SECRET).await,
                200
            );
            let body = event(&id, kind, &by_chance);
            waiting.extend((0..change.times).map(|_| (n + change.later, body.clone(), change.at_once)));
            let (due, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(due, ..)| *due <= n);
            waiting = rest;
            let (at_once, one_by_one): (Vec<_>, Vec<_>) = due.into_iter().partition(|(.., at_once)| *at_once);
            join_all(at_once.iter().map(|(_, body, _)| send(&app, body, SECRET))).await;
            for (_, body, _) in one_by_one.iter().rev() {
                assert_eq!(send(&app, body, SECRET).await, 200);
            }
        }
        // What is late comes at last; what was dropped is delivered again by the provider, as it does for days.
        for (_, body, _) in waiting.iter().rev() {
            assert_eq!(send(&app, body, SECRET).await, 200);
        }
        for (n, change) in changes.iter().enumerate().filter(|(_, change)| change.times == 0) {
            let kind: &&str = change.kind.get(KINDS);
            let body = event(&format!("evt_{story}_{n}"), kind, &by_chance);
            assert_eq!(send(&app, &body, SECRET).await, 200);
        }
        assert_eq!(
            known(&app, &shuffled).await,
            known(&app, &ordered).await,
            "{story}: {changes:?}"
        );
    }
}
