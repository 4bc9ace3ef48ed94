//! The accounts of people, over the real server: signing up, sessions, links by mail, the second
//! factor, and mail itself.

mod alone;
mod door;
mod hostage;
mod invitations;
mod links;
mod mail;
mod profile;
mod races;
mod second_factor;
mod sessions;
mod signup;
mod smtp;
mod stranger;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parlance::kernel::clock::ManualClock;
use reqwest::{Method, Response, header::SET_COOKIE};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Setup, TestApp, eventually};

const STRONG: &str = "wibble frost lantern 47";
const STRONGER: &str = "granite owl umbrella 93";

fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A server whose time stands still.
async fn still() -> (TestApp, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(start_of_time()));
    (Setup::default().clock(clock.clone()).start().await, clock)
}

/// What came of a request.
struct Answer {
    status: u16,
    body: Value,
    /// `name=value` of the cookie that was set.
    cookie: Option<String>,
    retry_after: Option<String>,
}

impl Answer {
    async fn of(answer: Response) -> Self {
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let (cookie, retry_after) = (header(SET_COOKIE.as_str()), header("retry-after"));
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        Self {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            cookie: cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned()),
            retry_after,
        }
    }

    fn code(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }
}

/// Somebody at a browser.
#[derive(Clone)]
struct Person<'a> {
    app: &'a TestApp,
    email: String,
    token: String,
    cookie: String,
}

async fn post(app: &TestApp, path: &str, body: &Value) -> Answer {
    let sent = app.http.post(app.url(path)).json(body).send().await;
    Answer::of(sent.unwrap()).await
}

async fn sign_up(app: &TestApp, email: &str) -> Answer {
    let body =
        json!({ "email": email, "password": STRONG, "name": "Ada Keller", "workspace": "Keller Tools" });
    post(app, "/api/auth/signup", &body).await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    post(
        app,
        "/api/auth/login",
        &json!({ "email": email, "password": password }),
    )
    .await
}

async fn refresh(app: &TestApp, cookie: &str) -> Answer {
    let sent = app
        .http
        .post(app.url("/api/auth/refresh"))
        .header("cookie", cookie);
    Answer::of(sent.send().await.unwrap()).await
}

impl<'a> Person<'a> {
    /// Whom an answer has logged in.
    fn of(app: &'a TestApp, answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self {
            app,
            email: answer.body["user"]["email"].as_str().unwrap().to_owned(),
            token: answer.body["access_token"].as_str().unwrap().to_owned(),
            cookie: answer.cookie.clone().unwrap(),
        }
    }

    async fn signed_up(app: &'a TestApp, email: &str) -> Self {
        Self::of(app, &sign_up(app, email).await)
    }

    /// The same with an address that is proven.
    async fn confirmed(app: &'a TestApp, email: &str) -> Self {
        let person = Self::signed_up(app, email).await;
        let prove = format!("UPDATE users SET email_verified_at = created_at WHERE email = '{email}'");
        app.db().run(&prove).await.unwrap();
        person
    }

    /// The owner of a workspace that was made beforehand.
    async fn owner(app: &'a TestApp, email: &str) -> Self {
        Self::of(app, &log_in(app, email, PASSWORD).await)
    }

    async fn asks(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.app.http.request(method, self.app.url(path));
        let request = request.bearer_auth(&self.token).header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        );
        Answer::of(request.json(&body).send().await.unwrap()).await
    }

    async fn posts(&self, path: &str, body: Value) -> Answer {
        self.asks(Method::POST, path, body).await
    }

    async fn gets(&self, path: &str) -> Value {
        let answer = self.asks(Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Whether the refresh cookie still works; it is used up.
    async fn goes_on(&self) -> bool {
        refresh(self.app, &self.cookie).await.status == 200
    }
}

/// All mails that stayed, the newest first.
async fn mails(app: &TestApp) -> Vec<Value> {
    let request = app
        .http
        .get(app.url("/dev/outbox"))
        .header("accept", "application/json");
    let listed: Value = request.send().await.unwrap().json().await.unwrap();
    listed["items"].as_array().unwrap().clone()
}

/// The newest mail to this address whose subject has these words, once it is there.
pub async fn mail_to(app: &TestApp, to: &str, words: &str) -> Value {
    let found = async || {
        let all = mails(app).await;
        let about = |mail: &&Value| mail["to"] == to && mail["subject"].as_str().unwrap().contains(words);
        all.iter().find(about).cloned()
    };
    eventually(found).await
}

/// The token in the link of a mail.
pub fn token_of(mail: &Value) -> String {
    let link = mail["links"][0].as_str().unwrap();
    link.split_once("#token=").unwrap().1.to_owned()
}

/// What was recorded, by action, the oldest first.
async fn recorded(app: &TestApp) -> Vec<String> {
    let rows = app
        .db()
        .rows("SELECT action FROM audit_events WHERE action <> 'space.create' ORDER BY at, id")
        .await;
    let action = |row: &Value| row["action"].as_str().unwrap().to_owned();
    rows.unwrap().iter().map(action).collect()
}
