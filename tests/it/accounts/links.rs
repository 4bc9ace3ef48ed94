//! Links to another password.

use chrono::TimeDelta;
use serde_json::json;

use super::{Answer, Person, STRONG, STRONGER, log_in, mail_to, mails, post, recorded, still, token_of};
use crate::support::TestApp;

async fn forgot(app: &TestApp, email: &str) -> Answer {
    post(app, "/api/auth/forgot-password", &json!({ "email": email })).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    post(app, "/api/auth/reset-password", &body).await
}

#[tokio::test]
async fn another_password_by_a_link_ends_all_sessions_and_is_told() {
    let app = TestApp::start().await;
    let ada = Person::signed_up(&app, "ada@keller.example").await;
    assert_eq!(forgot(&app, " ADA@keller.example ").await.status, 202);
    let mail = mail_to(&app, "ada@keller.example", "another password").await;
    let token = token_of(&mail);
    assert!(
        mail["links"][0]
            .as_str()
            .unwrap()
            .contains("/app/reset-password#token=")
    );
    assert_eq!(
        reset(&app, &token, "password1234").await.code(),
        (422, "weak_password")
    );
    assert_eq!(
        reset(&app, &token, STRONGER).await.status,
        204,
        "the link still worked"
    );
    assert_eq!(reset(&app, &token, STRONG).await.code(), (410, "link_over"));
    assert_eq!(log_in(&app, &ada.email, STRONG).await.status, 401);
    assert!(!ada.goes_on().await);
    let again = Person::of(&app, &log_in(&app, &ada.email, STRONGER).await);
    let me = again.gets("/api/auth/me").await;
    assert_eq!(
        me["user"]["email_verified"], true,
        "whoever read the mail has the address"
    );
    mail_to(&app, "ada@keller.example", "was changed").await;
    assert_eq!(recorded(&app).await, ["account.sign_up", "password.reset"]);
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = TestApp::start().await;
    Person::signed_up(&app, "ada@keller.example").await;
    mail_to(&app, "ada@keller.example", "Confirm").await;
    let known = forgot(&app, "ada@keller.example").await;
    let unknown = forgot(&app, "bob@keller.example").await;
    assert_eq!((known.status, &known.body), (202, &unknown.body));
    assert_eq!(unknown.status, 202);
    mail_to(&app, "ada@keller.example", "another password").await;
    assert!(
        mails(&app)
            .await
            .iter()
            .all(|mail| mail["to"] == "ada@keller.example")
    );
    assert_eq!(forgot(&app, "no address").await.code(), (400, "invalid_request"));
}

#[tokio::test]
async fn a_link_lives_an_hour_and_the_next_one_ends_it() {
    let (app, clock) = still().await;
    Person::signed_up(&app, "ada@keller.example").await;
    forgot(&app, "ada@keller.example").await;
    let first = token_of(&mail_to(&app, "ada@keller.example", "another password").await);
    forgot(&app, "ada@keller.example").await;
    let second = async || {
        let token = token_of(&mail_to(&app, "ada@keller.example", "another password").await);
        (token != first).then_some(token)
    };
    let second = crate::support::eventually(second).await;
    assert_eq!(reset(&app, &first, STRONGER).await.code(), (410, "link_over"));
    clock.advance(TimeDelta::minutes(60));
    assert_eq!(reset(&app, &second, STRONGER).await.code(), (410, "link_over"));
}

#[tokio::test]
async fn a_link_is_good_for_its_purpose_alone() {
    let app = TestApp::start().await;
    Person::signed_up(&app, "ada@keller.example").await;
    let verify = token_of(&mail_to(&app, "ada@keller.example", "Confirm").await);
    assert_eq!(reset(&app, &verify, STRONGER).await.code(), (410, "link_over"));
    forgot(&app, "ada@keller.example").await;
    let other = token_of(&mail_to(&app, "ada@keller.example", "another password").await);
    let verified = post(&app, "/api/auth/verify-email", &json!({ "token": other })).await;
    assert_eq!(verified.code(), (410, "link_over"));
    assert_eq!(
        reset(&app, &other, STRONGER).await.status,
        204,
        "it was not used up"
    );
}

#[tokio::test]
async fn no_secret_waits_in_a_table() {
    let app = TestApp::start().await;
    Person::signed_up(&app, "ada@keller.example").await;
    forgot(&app, "ada@keller.example").await;
    let token = token_of(&mail_to(&app, "ada@keller.example", "another password").await);
    for query in [
        "SELECT payload::text || key || coalesce(error, '') AS said FROM jobs",
        "SELECT l::text AS said FROM mail_tokens l",
        "SELECT a::text AS said FROM audit_events a",
    ] {
        let rows = app.db().rows(query).await.unwrap();
        assert!(!rows.is_empty(), "{query}");
        assert!(
            rows.iter()
                .all(|row| !row["said"].as_str().unwrap().contains(&token)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn mails_that_strangers_ask_for_are_limited() {
    let (app, clock) = still().await;
    Person::signed_up(&app, "ada@keller.example").await;
    let asked = async || {
        let rows = app
            .db()
            .rows("SELECT count(*) AS jobs FROM jobs WHERE payload->'errand'->>'mail' = 'reset'")
            .await;
        rows.unwrap()[0]["jobs"].as_i64().unwrap()
    };
    // One that waits is one with the next: each is sent before the next is asked for.
    for n in 1..=3 {
        assert_eq!(forgot(&app, "ada@keller.example").await.status, 202);
        let sent = async || {
            let all = mails(&app).await;
            let about =
                |mail: &&serde_json::Value| mail["subject"].as_str().unwrap().contains("another password");
            (all.iter().filter(about).count() == n).then_some(())
        };
        crate::support::eventually(sent).await;
    }
    let mut statuses = Vec::new();
    for _ in 0..18 {
        statuses.push(forgot(&app, "ada@keller.example").await.status);
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 202).count(),
        17,
        "{statuses:?}"
    );
    assert_eq!(statuses.last(), Some(&429), "the address has had its share");
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(forgot(&app, "bob@keller.example").await.status, 202);
    assert_eq!(asked().await, 3);
}

#[tokio::test]
async fn a_link_confirms_nothing_that_is_confirmed_or_not_theirs_any_more() {
    let app = TestApp::start().await;
    let verify = async |token: &str| post(&app, "/api/auth/verify-email", &json!({ "token": token })).await;
    Person::signed_up(&app, "ada@keller.example").await;
    let first = token_of(&mail_to(&app, "ada@keller.example", "Confirm").await);
    forgot(&app, "ada@keller.example").await;
    let token = token_of(&mail_to(&app, "ada@keller.example", "another password").await);
    assert_eq!(reset(&app, &token, STRONGER).await.status, 204);
    assert_eq!(
        verify(&first).await.code(),
        (410, "link_over"),
        "proven by the other"
    );

    let bob = Person::signed_up(&app, "bob@keller.example").await;
    let first = token_of(&mail_to(&app, "bob@keller.example", "Confirm").await);
    let wish = json!({ "password": STRONG, "email": "new@keller.example" });
    assert_eq!(bob.posts("/api/auth/change-email", wish).await.status, 202);
    let change = token_of(&mail_to(&app, "new@keller.example", "Confirm your new").await);
    assert_eq!(verify(&change).await.status, 200);
    let left = app
        .db()
        .rows("SELECT kind FROM mail_tokens WHERE kind = 'verify' AND email LIKE 'bob@%'");
    assert!(left.await.unwrap().is_empty());
    assert_eq!(verify(&first).await.code(), (410, "link_over"));
    assert!(!recorded(&app).await.contains(&"email.verify".to_owned()));
}
