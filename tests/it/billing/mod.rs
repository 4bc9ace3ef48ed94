//! What a plan gives: taken with what it pays for, told, and refused kindly where nothing is left.

mod budget;
mod chat;
mod ledger;
mod limits;
mod notices;
mod reconciliation;

use parlance::domain::{accounts::caller::Caller, billing::subscription::change_plan};
use parlance_store::StoreError;
use serde_json::{Value, json};

use crate::{
    spaces::Owner,
    support::{TestApp, Workspace},
};

/// Puts a workspace on another plan, as a payment does.
async fn moves_to(app: &TestApp, acme: &Workspace, plan: &str) {
    let (services, caller) = (&app.services, Caller::system(acme.tenant));
    let plan = services.plans.get(plan).unwrap();
    let db = services.db.tenant(acme.tenant);
    let changed = db.transaction(async |conn| change_plan(conn, &caller, plan, services.clock.now()).await);
    let changed: Result<(), StoreError> = changed.await;
    changed.unwrap();
}

/// How much of a quota is used, and how much there may be.
async fn used(owner: &Owner<'_>, quota: &str) -> (i64, Option<i64>) {
    let usage = owner.gets("/api/billing/usage").await;
    let limits = usage["limits"].as_array().unwrap().clone();
    let standing = limits.into_iter().find(|one| one["quota"] == quota).unwrap();
    (standing["used"].as_i64().unwrap(), standing["limit"].as_i64())
}

/// The refusal of a quota, without what only people read.
fn refusal(problem: &Value) -> Value {
    json!([
        problem["status"],
        problem["code"],
        problem["quota"],
        problem["limit"],
        problem["used"]
    ])
}
