//! Programs with a key: what it opens, for how long and how often, and that nobody else knows it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance::kernel::clock::ManualClock;
use parlance_store::{control::Role, testing};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Setup, TestApp};

fn morning() -> DateTime<Utc> {
    "2026-11-22T10:10:00Z".parse().unwrap()
}

async fn asks(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> Response {
    let request = app.http.request(method, app.url(path)).bearer_auth(token);
    let request = if body.is_null() {
        request
    } else {
        request.json(&body)
    };
    request.send().await.unwrap()
}

async fn reads(app: &TestApp, token: &str, path: &str) -> u16 {
    asks(app, token, Method::GET, path, Value::Null)
        .await
        .status()
        .as_u16()
}

/// The key and its id.
async fn makes(app: &TestApp, token: &str, scopes: &[&str]) -> (String, String) {
    let body = json!({ "name": "Sync", "scopes": scopes });
    let made = asks(app, token, Method::POST, "/api/keys", body).await;
    assert_eq!(
        (made.status().as_u16(), &made.headers()["cache-control"]),
        (201, &"no-store".parse().unwrap())
    );
    let made: Value = made.json().await.unwrap();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("key"), text("id"))
}

async fn listed(app: &TestApp, token: &str) -> Vec<Value> {
    let answer = asks(app, token, Method::GET, "/api/keys", Value::Null).await;
    let list: Value = answer.json().await.unwrap();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_say_in_its_workspace() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = app.log_in(&acme.email).await;
    let (key, _) = makes(&app, &owner, &["knowledge:read"]).await;
    let documents = format!("/api/chat-spaces/{}/documents", acme.space);
    assert_eq!(reads(&app, &key, &documents).await, 200);
    let query = json!({ "space": acme.space, "text": "warranty" });
    assert_eq!(
        asks(&app, &key, Method::POST, "/api/query", query).await.status(),
        200
    );
    for path in ["/api/chat-spaces", "/api/team/members", "/api/keys", "/api/audit"] {
        assert_eq!(reads(&app, &key, path).await, 403, "{path}");
    }
    assert_eq!(reads(&app, &key, "/api/auth/me").await, 401, "not a person");
    let foreign = format!("/api/chat-spaces/{}/documents", globex.space);
    assert_eq!(reads(&app, &key, &foreign).await, 404);
    let mut other = key.clone();
    other.replace_range(20..21, if &key[20..21] == "a" { "b" } else { "a" });
    for token in [&other, &key[..11], "sk_"] {
        assert_eq!(reads(&app, token, &documents).await, 401, "{token}");
    }
    let record = asks(&app, &owner, Method::GET, "/api/audit", Value::Null).await;
    let record = record.text().await.unwrap();
    assert!(record.contains("api_key.create") && !record.contains(&key));
}

#[tokio::test]
async fn a_key_is_shown_once_and_kept_nowhere() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    let (key, id) = makes(&app, &owner, &["spaces:read", "knowledge:read", "spaces:read"]).await;
    assert_eq!(reads(&app, &key, "/api/chat-spaces").await, 200);
    app.services.keys.note_used().await;
    let list = listed(&app, &owner).await;
    assert_eq!(list.len(), 1);
    assert_eq!(
        (&list[0]["id"], &list[0]["prefix"]),
        (&json!(id), &json!(&key[..11]))
    );
    assert_eq!(list[0]["scopes"], json!(["spaces:read", "knowledge:read"]));
    assert!(list[0]["last_used_at"].is_string() && list[0]["key"].is_null());
    let db = app.services.db.tenant(acme.tenant);
    let kept = format!(
        "DO $$ BEGIN IF EXISTS (SELECT FROM api_keys k, api_key_index i \
            WHERE k::text LIKE '%{0}%' OR i::text LIKE '%{0}%' OR i.mac = '{0}'::bytea) \
         THEN RAISE EXCEPTION 'it is kept'; END IF; END $$",
        &key[11..]
    );
    db.transaction(async |conn| testing::sql_in(conn, &kept).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_revoked_key_is_over_at_once() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = app.log_in(&acme.email).await;
    let stranger = app.log_in(&globex.email).await;
    let (key, id) = makes(&app, &owner, &["spaces:read"]).await;
    assert_eq!(reads(&app, &key, "/api/chat-spaces").await, 200);
    let revoke = async |token: &str| {
        let path = format!("/api/keys/{id}");
        asks(&app, token, Method::DELETE, &path, Value::Null)
            .await
            .status()
            .as_u16()
    };
    assert_eq!(revoke(&stranger).await, 404);
    assert_eq!(reads(&app, &key, "/api/chat-spaces").await, 200);
    assert_eq!((revoke(&owner).await, revoke(&owner).await), (204, 204));
    assert_eq!(reads(&app, &key, "/api/chat-spaces").await, 401);
    assert!(listed(&app, &owner).await[0]["revoked_at"].is_string());
    assert!(listed(&app, &stranger).await.is_empty());
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let admin = app.colleague(&acme, Role::Admin).await;
    let agent = app.colleague(&acme, Role::Agent).await;
    let make = async |token: &str, body: Value| {
        let answer = asks(&app, token, Method::POST, "/api/keys", body).await;
        answer.status().as_u16()
    };
    let name = |scopes: &[&str]| json!({ "name": "Sync", "scopes": scopes });
    assert_eq!(make(&agent, name(&["spaces:read"])).await, 403);
    for scopes in [
        &["team:write"][..],
        &["keys:write"],
        &["workspace:write"],
        &["everything"],
        &[],
    ] {
        assert_eq!(make(&admin, name(scopes)).await, 400, "{scopes:?}");
    }
    assert_eq!(
        make(&admin, json!({ "name": " ", "scopes": ["spaces:read"] })).await,
        400
    );
    let past = json!({ "name": "Sync", "scopes": ["spaces:read"], "expires_at": "2020-01-01T00:00:00Z" });
    assert_eq!(make(&admin, past).await, 400);
    assert_eq!(make(&admin, name(&["audit:read", "knowledge:write"])).await, 201);
}

#[tokio::test]
async fn a_key_has_the_calls_of_its_plan_and_ends_at_its_time() {
    let clock = Arc::new(ManualClock::at(morning()));
    let app = Setup::default().clock(clock.clone()).start().await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    let ends = morning() + TimeDelta::minutes(55);
    let body = json!({ "name": "Sync", "scopes": ["spaces:read"], "expires_at": ends });
    let made: Value = asks(&app, &owner, Method::POST, "/api/keys", body)
        .await
        .json()
        .await
        .unwrap();
    let key = made["key"].as_str().unwrap();
    let call = async || asks(&app, key, Method::GET, "/api/chat-spaces", Value::Null).await;
    let field = |answer: &Response, name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let first = call().await;
    assert_eq!(field(&first, "ratelimit-policy"), "\"hour\";q=50;w=3600");
    assert_eq!(field(&first, "ratelimit"), "\"hour\";r=49;t=3000");
    for _ in 0..49 {
        assert_eq!(call().await.status(), 200);
    }
    let refused = call().await;
    assert_eq!(
        (refused.status().as_u16(), field(&refused, "retry-after")),
        (429, "3000".to_owned())
    );
    assert_eq!(field(&refused, "ratelimit"), "\"hour\";r=0;t=3000");
    let told: Value = refused.json().await.unwrap();
    let resets = (morning() + TimeDelta::minutes(50)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!((&told["limit"], &told["used"]), (&json!(50), &json!(50)));
    assert_eq!(
        (&told["resets_at"], &told["quota"]),
        (&json!(resets), &Value::Null)
    );
    let (other, _) = makes(&app, &owner, &["spaces:read"]).await;
    assert_eq!(
        reads(&app, &other, "/api/chat-spaces").await,
        200,
        "each key its own"
    );
    let person = asks(&app, &owner, Method::GET, "/api/chat-spaces", Value::Null).await;
    assert!(person.status() == 200 && !person.headers().contains_key("ratelimit"));
    clock.advance(TimeDelta::minutes(50));
    assert_eq!(call().await.status(), 200, "another hour");
    clock.advance(TimeDelta::minutes(5));
    assert_eq!(call().await.status(), 401, "its end");
}

#[tokio::test]
async fn whoever_guesses_keys_is_not_listened_to() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let (good, _) = makes(&app, &app.log_in(&acme.email).await, &["spaces:read"]).await;
    assert_eq!(reads(&app, &good, "/api/chat-spaces").await, 200);
    let mut last = 0;
    for n in 0..61 {
        let guess = format!("sk_{n:040}");
        last = reads(&app, &guess, "/api/chat-spaces").await;
        assert!(last == 401 || n == 60, "{n}: {last}");
    }
    assert_eq!(last, 429);
    // Whoever else is behind the address is.
    assert_eq!(reads(&app, &good, "/api/chat-spaces").await, 200);
}
