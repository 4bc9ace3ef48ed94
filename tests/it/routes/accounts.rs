//! Logging in: what tells nothing, what rotates, what ends.

use reqwest::{Response, header::SET_COOKIE};
use serde_json::{Value, json};

use super::problem;
use crate::support::{PASSWORD, Setup, TestApp};

async fn log_in(app: &TestApp, email: &str, password: &str) -> Response {
    let body = json!({ "email": email, "password": password });
    app.http
        .post(app.url("/api/auth/login"))
        .json(&body)
        .send()
        .await
        .unwrap()
}

async fn refresh(app: &TestApp, cookie: &str) -> Response {
    let request = app
        .http
        .post(app.url("/api/auth/refresh"))
        .header("cookie", cookie);
    request.send().await.unwrap()
}

/// `name=value` of the cookie that was set.
fn cookie(answer: &Response) -> String {
    let set = answer.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/auth"] {
        assert!(set.contains(part), "{set}");
    }
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_are_the_same_answer() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let mut answers = Vec::new();
    for (email, password) in [
        (acme.email.as_str(), "wrong"),
        ("nobody@acme.example", PASSWORD),
        ("", ""),
    ] {
        let answer = log_in(&app, email, password).await;
        assert!(answer.headers().get(SET_COOKIE).is_none());
        answers.push((answer.status(), answer.text().await.unwrap()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(answers[0].1.contains("invalid_credentials"));
}

/// Behind a proxy that ends TLS and rewrites `Host`.
#[tokio::test]
async fn the_public_address_is_our_own_and_says_whether_the_cookie_is_secure() {
    for (public, secure) in [("https://chat.example", true), ("http://chat.example", false)] {
        let app = Setup::default().set("PUBLIC_URL", public).start().await;
        let acme = app
            .workspace_with("acme", json!({}), &["https://shop.example"])
            .await;
        let session = app.url(&format!("/api/widget/{}/session", acme.slug));
        for (origin, status) in [
            (public, 200),
            ("https://shop.example", 200),
            ("https://evil.example", 403),
        ] {
            let asked = app.http.post(&session).header("origin", origin).json(&json!({}));
            assert_eq!(asked.send().await.unwrap().status(), status, "{public} {origin}");
        }
        let logged_in = log_in(&app, &acme.email, PASSWORD).await;
        let set = logged_in.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
        assert_eq!(set.contains("; Secure"), secure, "{set}");
    }
}

#[tokio::test]
async fn the_owner_logs_in_and_is_known() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let logged_in: Value = log_in(&app, &acme.email, PASSWORD).await.json().await.unwrap();
    assert_eq!(
        (
            &logged_in["tenant"]["id"],
            &logged_in["tenant"]["role"],
            &logged_in["expires_in"]
        ),
        (&json!(acme.tenant), &json!("owner"), &json!(900))
    );
    let token = logged_in["access_token"].as_str().unwrap();
    let me = app
        .http
        .get(app.url("/api/auth/me"))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let me: Value = me.json().await.unwrap();
    assert_eq!(me["user"], logged_in["user"]);
    assert_eq!(me["user"]["email"], json!(acme.email));
}

#[tokio::test]
async fn refresh_rotates_and_a_cookie_used_twice_ends_every_session_of_it() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let first = cookie(&log_in(&app, &acme.email, PASSWORD).await);
    let elsewhere = cookie(&log_in(&app, &acme.email, PASSWORD).await);
    let answer = refresh(&app, &first).await;
    let second = cookie(&answer);
    assert_ne!(first, second);
    let again: Value = answer.json().await.unwrap();
    assert!(again["access_token"].is_string());
    let third = cookie(&refresh(&app, &second).await);

    let reused = problem(refresh(&app, &first).await).await;
    assert_eq!(reused, (401, "refresh_reused".to_owned()));
    let ended = problem(refresh(&app, &third).await).await;
    assert_eq!(ended.0, 401, "the newest cookie of that family is dead too");
    assert!(
        refresh(&app, &elsewhere).await.status().is_success(),
        "another login is not"
    );
}

#[tokio::test]
async fn a_session_that_was_logged_out_is_over() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let session = cookie(&log_in(&app, &acme.email, PASSWORD).await);
    let out = app
        .http
        .post(app.url("/api/auth/logout"))
        .header("cookie", &session)
        .send()
        .await
        .unwrap();
    assert_eq!(out.status().as_u16(), 204);
    assert_eq!(problem(refresh(&app, &session).await).await.0, 401);
    let none = app.http.post(app.url("/api/auth/refresh")).send().await.unwrap();
    assert_eq!(problem(none).await, (401, "unauthenticated".to_owned()));
}
