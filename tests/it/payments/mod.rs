//! Payments: by Stripe, whose double is on a real socket, and by the mock.

mod chance;
mod double;
mod doubt;
mod localstripe;
mod mock;
mod stripe;

use parlance_store::ids::TenantId;
use reqwest::Method;
use serde_json::Value;

use crate::support::TestApp;

/// What `token` gets at `path`.
async fn call(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = app.http.request(method, app.url(path)).bearer_auth(token);
    let answer = request.json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// What it posts, which must be done.
async fn post(app: &TestApp, token: &str, path: &str, body: Value) -> Value {
    let (status, answer) = call(app, token, Method::POST, path, body).await;
    assert_eq!(status, 200, "{path} {answer}");
    answer
}

async fn subscription(app: &TestApp, token: &str) -> Value {
    let (status, answer) = call(app, token, Method::GET, "/api/billing/subscription", Value::Null).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// The plan that a workspace is on.
async fn plan(app: &TestApp, tenant: TenantId) -> String {
    let rows = app
        .db()
        .rows(&format!("SELECT plan FROM tenants WHERE id = '{tenant}'"))
        .await;
    rows.unwrap()[0]["plan"].as_str().unwrap().to_owned()
}

/// Notices that were mailed of payments, in order.
async fn notices(app: &TestApp) -> Vec<String> {
    let query = "SELECT payload->'errand'->>'notice' AS notice FROM jobs \
                 WHERE payload->'errand'->>'mail' = 'billing' ORDER BY id";
    let rows = app.db().rows(query).await.unwrap();
    rows.iter()
        .map(|row| row["notice"].as_str().unwrap().to_owned())
        .collect()
}
