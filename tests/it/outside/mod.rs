//! Accounts that an identity provider keeps: what its tokens open, and what they do not.

mod attacks;
mod belonging;
mod keys;
mod organisations;
mod people;

use reqwest::{Method, Response};
use serde_json::Value;

use crate::support::TestApp;

/// What `token` gets at `path`.
async fn call(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = app.http.request(method, app.url(path)).bearer_auth(token);
    answered(request.json(&body).send().await.unwrap()).await
}

async fn answered(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Who the server takes `token` to be.
async fn me(app: &TestApp, token: &str) -> (u16, Value) {
    let request = app.http.get(app.url("/api/auth/me")).bearer_auth(token);
    answered(request.send().await.unwrap()).await
}

/// The same, who must be somebody.
async fn somebody(app: &TestApp, token: &str) -> Value {
    let (status, body) = me(app, token).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// How many rows a table has.
async fn rows(app: &TestApp, table: &str) -> usize {
    app.db()
        .rows(&format!("SELECT 1 AS one FROM {table}"))
        .await
        .unwrap()
        .len()
}
