//! Who comes in as an operator, and how long they are in.

use chrono::TimeDelta;
use parlance_store::{
    control::operators::list::{self, Added},
    testing,
};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{code_of, entered, enters, makes_operator, phone_of, start_of_time, still, tries};
use crate::{
    routes::table::{For, routes},
    support::{PASSWORD, TestApp},
};

#[tokio::test]
async fn the_command_line_alone_makes_operators_and_a_second_factor_is_needed() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let refused = tries(&app, &acme.email, PASSWORD, None).await;
    assert_eq!(
        code_of(refused).await,
        (403, "forbidden".to_owned()),
        "no operator"
    );
    let url = app.db().url();
    let none = list::add(url, "nobody@acme.example", start_of_time())
        .await
        .unwrap();
    assert_eq!((none.known, none.added), (false, false));
    let unproven = format!(
        "UPDATE users SET email_verified_at = NULL WHERE email = '{}'",
        acme.email
    );
    app.db().run(&unproven).await.unwrap();
    let unproven = list::add(url, &acme.email, start_of_time()).await.unwrap();
    let nothing = Added {
        known: true,
        proven: false,
        added: false,
    };
    assert_eq!(unproven, nothing);
    let proven = unproven_no_more(&acme.email);
    app.db().run(&proven).await.unwrap();
    makes_operator(&app, &acme.email.to_uppercase()).await;
    assert!(
        !list::add(url, &acme.email, start_of_time()).await.unwrap().added,
        "once"
    );

    let wrong = tries(&app, &acme.email, "wrong", None).await;
    assert_eq!(code_of(wrong).await.1, "invalid_credentials");
    let refused = tries(&app, &acme.email, PASSWORD, None).await;
    assert_eq!(
        code_of(refused).await,
        (403, "forbidden".to_owned()),
        "no second factor"
    );
    let phone = phone_of(&app, &acme.email).await;
    let refused = tries(&app, &acme.email, PASSWORD, None).await;
    assert_eq!(code_of(refused).await.1, "code_required");
    let used = phone.code(start_of_time());
    for wrong in ["000000", &used] {
        let refused = tries(&app, &acme.email, PASSWORD, Some(wrong)).await;
        assert_eq!(
            code_of(refused).await,
            (401, "invalid_code".to_owned()),
            "{wrong}"
        );
    }
    clock.advance(TimeDelta::seconds(30));
    let operator = enters(&app, &acme.email, &phone).await;
    let who = operator.gets("/api/operator/session").await;
    assert_eq!(who["email"], acme.email);
    let again = phone.code(start_of_time() + TimeDelta::seconds(30));
    let again = tries(&app, &acme.email, PASSWORD, Some(&again)).await;
    assert_eq!(code_of(again).await.1, "invalid_code", "a code opens once");
    let log = operator.gets("/api/operator/log").await;
    let acts: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["action"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["operator.enter", "operator.add"]);
    let everyone = list::all(url).await.unwrap();
    assert!(everyone.len() == 1 && everyone[0].second_factor, "{everyone:?}");
}

fn unproven_no_more(email: &str) -> String {
    format!("UPDATE users SET email_verified_at = created_at WHERE email = '{email}'")
}

/// What the server's role may do, whoever it is told to do it by.
#[tokio::test]
async fn the_server_cannot_make_operators_or_change_their_record() {
    let app = TestApp::start().await;
    app.workspace("acme").await;
    for statement in [
        "INSERT INTO operators (user_id, added_at) SELECT id, now() FROM users",
        "DELETE FROM operators",
        "UPDATE operator_acts SET email = ''",
        "DELETE FROM operator_acts",
        "DELETE FROM operator_requests",
        "UPDATE operator_access SET expires_at = now()",
        "SELECT * FROM operator_paid()",
    ] {
        let done = testing::sql_on_pool(&app.services.db, statement).await;
        assert!(done.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let (app, _) = still().await;
    let acme = app.workspace("acme").await;
    phone_of(&app, &acme.email).await;
    makes_operator(&app, &acme.email).await;
    let mut answers = Vec::new();
    for guess in 0..7 {
        let answer = tries(&app, &acme.email, PASSWORD, Some(&format!("{guess:06}"))).await;
        answers.push(answer.status().as_u16());
    }
    assert_eq!(answers.first(), Some(&401));
    assert_eq!(answers.last(), Some(&429), "{answers:?}");
}

#[tokio::test]
async fn an_entry_ends() {
    let (app, clock) = still().await;
    let operator = entered(&app, &clock).await;
    let is_in = async |cookie: &str| {
        let request = app
            .http
            .get(app.url("/api/operator/session"))
            .header("cookie", cookie);
        request.send().await.unwrap().status() == 200
    };
    assert!(is_in(&operator.cookie).await);
    let again = async || {
        // With another phone each time.
        app.db()
            .run("DELETE FROM second_factors; DELETE FROM operators")
            .await
            .unwrap();
        clock.advance(TimeDelta::minutes(5));
        let phone = phone_of(&app, &operator.email).await;
        makes_operator(&app, &operator.email).await;
        clock.advance(TimeDelta::seconds(30));
        enters(&app, &operator.email, &phone).await
    };

    let left = operator
        .asks(Method::DELETE, "/api/operator/session", json!({}))
        .await;
    assert_eq!(left.status(), 204);
    assert!(!is_in(&operator.cookie).await, "who leaves");

    let second = again().await;
    assert!(
        list::remove(app.db().url(), &second.email, clock_now(&app))
            .await
            .unwrap()
    );
    assert!(!is_in(&second.cookie).await, "who is no operator any more");
    makes_operator(&app, &second.email).await;
    assert!(
        !is_in(&second.cookie).await,
        "nor with the old entry when they are one again"
    );

    let third = again().await;
    app.db().run("DELETE FROM second_factors").await.unwrap();
    assert!(!is_in(&third.cookie).await, "without the second factor");

    let fourth = again().await;
    let token = app
        .services
        .db
        .control()
        .login_by_email(&fourth.email)
        .await
        .unwrap()
        .unwrap();
    let (tenant, user) = (token.memberships[0].tenant_id, token.user.id);
    let db = app.services.db.tenant(tenant);
    let at = clock_now(&app);
    // As a change of the password does.
    let ended = db
        .transaction(async |conn| parlance_store::control::sessions::end_others(conn, user, None, at).await);
    let ended: Result<usize, parlance_store::StoreError> = ended.await;
    ended.unwrap();
    assert!(!is_in(&fourth.cookie).await, "with all other sessions");

    let fifth = again().await;
    clock.advance(TimeDelta::hours(8) - TimeDelta::seconds(1));
    assert!(is_in(&fifth.cookie).await);
    clock.advance(TimeDelta::seconds(1));
    assert!(!is_in(&fifth.cookie).await, "after eight hours");
}

fn clock_now(app: &TestApp) -> chrono::DateTime<chrono::Utc> {
    app.services.clock.now()
}

#[tokio::test]
async fn nothing_but_an_entry_opens_a_route_of_operators() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let operator = entered(&app, &clock).await;
    let owner = app.log_in(&acme.email).await;
    let key = json!({ "name": "Sync", "scopes": ["spaces:read", "knowledge:write"] });
    let made = app.http.post(app.url("/api/keys")).bearer_auth(&owner).json(&key);
    let made: serde_json::Value = made.send().await.unwrap().json().await.unwrap();
    let key = made["key"].as_str().unwrap().to_owned();
    let visitor = app.visitor(&acme).await.token;
    let (_, acting) = operator.acts_as(&acme, true).await;
    let login = json!({ "email": acme.email, "password": PASSWORD });
    let login = app
        .http
        .post(app.url("/api/auth/login"))
        .json(&login)
        .send()
        .await
        .unwrap();
    let refresh = login.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let secret = refresh.split_once('=').unwrap().1;
    let mut tried = 0;
    for (method, path) in routes(For::Operator) {
        let url = app.url(&path.replace("{id}", &Uuid::now_v7().to_string()));
        let ask = || {
            app.http
                .request(method.clone(), &url)
                .json(&json!({ "reason": "because I can, I say" }))
        };
        for token in [&owner, &key, &visitor, &acting, "x"] {
            let answer = ask().bearer_auth(token).send().await.unwrap();
            assert_eq!(
                code_of(answer).await,
                (401, "unauthenticated".to_owned()),
                "{method} {path}"
            );
        }
        for cookie in [
            refresh.clone(),
            format!("parlance_operator={secret}"),
            "parlance_operator=".to_owned(),
        ] {
            let answer = ask().header("cookie", cookie).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{method} {path}");
        }
        let elsewhere = ask()
            .header("cookie", &operator.cookie)
            .header("sec-fetch-site", "cross-site");
        let elsewhere = elsewhere.send().await.unwrap();
        assert_eq!(
            code_of(elsewhere).await.1,
            "origin_not_allowed",
            "{method} {path}"
        );
        let own = if method == Method::DELETE {
            continue;
        } else {
            ask().header("cookie", &operator.cookie)
        };
        let status = own.send().await.unwrap().status().as_u16();
        assert!(
            ![401, 403, 405, 500].contains(&status),
            "{method} {path}: {status}"
        );
        tried += 1;
    }
    assert!(tried >= 10, "{tried}");
    // And an entry opens nothing of a workspace.
    let me = app
        .http
        .get(app.url("/api/chat-spaces"))
        .header("cookie", &operator.cookie);
    assert_eq!(me.send().await.unwrap().status(), 401);
}
