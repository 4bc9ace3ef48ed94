//! Spaces over their life: made, set, published, given another key, put away, removed.

mod archiving;
mod creating;
mod experiments;
mod keys;
mod publishing;
mod removing;
mod setting;
mod versions;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Setup, TestApp, Workspace};

/// Somebody who may change spaces.
pub struct Owner<'a> {
    app: &'a TestApp,
    token: String,
}

/// Acme has a published space with a document, and an owner who is logged in.
pub async fn acme(setup: Setup) -> (TestApp, Workspace) {
    let app = setup.start().await;
    let acme = app.workspace("acme").await;
    (app, acme)
}

impl<'a> Owner<'a> {
    pub async fn of(app: &'a TestApp, workspace: &Workspace) -> Self {
        let token = app.log_in(&workspace.email).await;
        Self { app, token }
    }

    pub async fn asks(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.asks_if(method, path, body, None).await
    }

    async fn asks_if(&self, method: Method, path: &str, body: Value, tag: Option<&str>) -> (u16, Value) {
        let mut request = self.app.http.request(method, self.app.url(path));
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or(Value::Null),
        )
    }

    /// What must be there.
    pub async fn gets(&self, path: &str) -> Value {
        let (status, body) = self.asks(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn makes(&self, body: Value) -> (u16, Value) {
        self.asks(Method::POST, "/api/chat-spaces", body).await
    }

    pub async fn changes(&self, space: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/chat-spaces/{space}");
        self.asks(Method::PATCH, &path, body).await
    }

    /// `POST /api/chat-spaces/{space}/{what}`.
    pub async fn does(&self, space: &str, what: &str) -> (u16, Value) {
        let path = format!("/api/chat-spaces/{space}/{what}");
        self.asks(Method::POST, &path, Value::Null).await
    }

    pub async fn space(&self, space: &str) -> Value {
        self.gets(&format!("/api/chat-spaces/{space}")).await
    }

    pub async fn pastes(&self, space: &str) -> (u16, Value) {
        let path = format!("/api/chat-spaces/{space}/documents/text");
        let body = json!({ "title": "Returns", "text": "You may return a robot within 30 days." });
        self.asks(Method::POST, &path, body).await
    }

    /// Actions on record that are about this, the newest first.
    pub async fn record(&self, target: &str) -> Vec<String> {
        let record = self.gets(&format!("/api/audit?target={target}")).await;
        let acts = record["items"].as_array().unwrap().iter();
        acts.map(|act| act["action"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// What the widget gets under this name.
pub async fn widget(app: &TestApp, name: &str) -> StatusCode {
    let url = app.url(&format!("/api/widget/{name}/config"));
    app.http.get(url).send().await.unwrap().status()
}

/// The fields that a refusal names.
pub fn named(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| error["field"].as_str().unwrap()).collect()
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}
