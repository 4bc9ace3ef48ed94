//! Those who run the installation: how they enter, what they see of all workspaces, and acting as one.

mod acting;
mod entry;
mod view;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance::kernel::clock::ManualClock;
use parlance_store::control::operators::list;
use reqwest::{Method, Response, header::SET_COOKIE};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::support::{PASSWORD, Setup, TestApp, Workspace};

fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A server whose time stands still.
async fn still() -> (TestApp, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(start_of_time()));
    (Setup::default().clock(clock.clone()).start().await, clock)
}

/// An authenticator app.
struct Phone(String);

impl Phone {
    fn code(&self, at: DateTime<Utc>) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(at.timestamp()).unwrap()).to_string()
    }
}

/// Turns on two-factor login for somebody with the usual password; the code of now is used up.
async fn phone_of(app: &TestApp, email: &str) -> Phone {
    let token = app.log_in(email).await;
    let post = async |path: &str, body: Value| {
        let request = app.http.post(app.url(path)).bearer_auth(&token).json(&body);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let proposed = post("/api/auth/second-factor", json!({})).await;
    let phone = Phone(proposed["secret"].as_str().unwrap().to_owned());
    let now = app.services.clock.now();
    let proof = json!({ "password": PASSWORD, "code": phone.code(now) });
    let enabled = post("/api/auth/second-factor/enable", proof).await;
    assert!(enabled["recovery_codes"].is_array(), "{enabled}");
    phone
}

async fn code_of(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

async fn tries(app: &TestApp, email: &str, password: &str, code: Option<&str>) -> Response {
    let body = json!({ "email": email, "password": password, "code": code });
    let request = app.http.post(app.url("/api/operator/session")).json(&body);
    request.send().await.unwrap()
}

async fn makes_operator(app: &TestApp, email: &str) {
    let added = list::add(app.db().url(), email, app.services.clock.now()).await;
    assert!(added.unwrap().added, "{email}");
}

/// An operator at a browser.
struct Entered<'a> {
    app: &'a TestApp,
    email: String,
    cookie: String,
}

/// The owner of a workspace of their own, who has entered as an operator.
async fn entered<'a>(app: &'a TestApp, clock: &ManualClock) -> Entered<'a> {
    let home = app.workspace("platform").await;
    let phone = phone_of(app, &home.email).await;
    makes_operator(app, &home.email).await;
    clock.advance(TimeDelta::seconds(30));
    enters(app, &home.email, &phone).await
}

async fn enters<'a>(app: &'a TestApp, email: &str, phone: &Phone) -> Entered<'a> {
    let code = phone.code(app.services.clock.now());
    let answer = tries(app, email, PASSWORD, Some(&code)).await;
    assert_eq!(answer.status(), 200);
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/operator"] {
        assert!(set.contains(part), "{set}");
    }
    Entered {
        app,
        email: email.to_owned(),
        cookie: set.split(';').next().unwrap().to_owned(),
    }
}

impl Entered<'_> {
    async fn asks(&self, method: Method, path: &str, body: Value) -> Response {
        let request = self.app.http.request(method, self.app.url(path));
        let request = request.header("cookie", &self.cookie).json(&body);
        request.send().await.unwrap()
    }

    /// What is there, which must be.
    async fn gets(&self, path: &str) -> Value {
        let answer = self.asks(Method::GET, path, json!({})).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    async fn posts(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.asks(Method::POST, path, body).await;
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// Acts as a workspace; which time it is, and its token.
    async fn acts_as(&self, workspace: &Workspace, may_write: bool) -> (String, String) {
        let path = format!("/api/operator/tenants/{}/access", workspace.tenant);
        let why = json!({ "reason": "Ticket 4711: answers are slow", "minutes": 30, "may_write": may_write });
        let (status, begun) = self.posts(&path, why).await;
        assert_eq!(status, 201, "{begun}");
        let id = begun["id"].as_str().unwrap().to_owned();
        let (status, token) = self
            .posts(&format!("/api/operator/access/{id}/token"), json!({}))
            .await;
        assert_eq!(status, 200, "{token}");
        (id, token["access_token"].as_str().unwrap().to_owned())
    }
}
