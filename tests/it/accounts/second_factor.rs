//! Two-factor login: on, at the door, off.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance::{domain::accounts::totp, kernel::clock::ManualClock};
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::{Answer, Person, STRONG, mail_to, post, recorded, start_of_time, still};
use crate::support::{Setup, TestApp};

/// An authenticator app.
struct Phone(String);

impl Phone {
    fn code(&self, at: DateTime<Utc>) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(at.timestamp()).unwrap()).to_string()
    }
}

async fn log_in(app: &TestApp, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "password": STRONG, "code": code });
    post(app, "/api/auth/login", &body).await
}

/// Somebody with a phone, and their recovery codes. The code of now is used up.
async fn with_phone<'a>(app: &'a TestApp, email: &str) -> (Person<'a>, Phone, Vec<String>) {
    let ada = Person::confirmed(app, email).await;
    let proposed = ada.posts("/api/auth/second-factor", Value::Null).await.body;
    let phone = Phone(proposed["secret"].as_str().unwrap().to_owned());
    let proof = json!({ "password": STRONG, "code": phone.code(start_of_time()) });
    let enabled = ada.posts("/api/auth/second-factor/enable", proof).await;
    assert_eq!(enabled.status, 200, "{}", enabled.body);
    let codes = enabled.body["recovery_codes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
    (ada, phone, codes)
}

/// The code of so many steps from the start.
fn step(phone: &Phone, steps: i32) -> String {
    phone.code(start_of_time() + TimeDelta::seconds(30) * steps)
}

fn turn(clock: &Arc<ManualClock>, steps: i32) {
    clock.advance(TimeDelta::seconds(30) * steps);
}

#[tokio::test]
async fn it_is_asked_for_once_a_code_was_seen_and_each_code_opens_once() {
    let (app, clock) = still().await;
    let ada = Person::confirmed(&app, "ada@keller.example").await;
    let proposed = ada.posts("/api/auth/second-factor", Value::Null).await.body;
    assert!(
        proposed["url"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/Parlance:ada")
    );
    assert!(proposed["qr"]["path"].as_str().unwrap().starts_with("M4 4"));
    let phone = Phone(proposed["secret"].as_str().unwrap().to_owned());
    assert_eq!(
        super::log_in(&app, &ada.email, STRONG).await.status,
        200,
        "not asked for yet"
    );

    let enable = async |password: &str, code: &str| {
        let proof = json!({ "password": password, "code": code });
        ada.posts("/api/auth/second-factor/enable", proof).await
    };
    assert_eq!(
        enable("wrong", &step(&phone, 0)).await.code(),
        (401, "invalid_credentials")
    );
    assert_eq!(enable(STRONG, "000000").await.code(), (401, "invalid_code"));
    let enabled = enable(STRONG, &step(&phone, 0)).await;
    assert_eq!(
        enabled.body["recovery_codes"].as_array().unwrap().len(),
        totp::RECOVERY_CODES
    );
    assert_eq!(enable(STRONG, &step(&phone, 1)).await.code(), (409, "conflict"));
    let again = ada.posts("/api/auth/second-factor", Value::Null).await;
    assert_eq!(
        again.code(),
        (409, "conflict"),
        "it cannot be replaced by the way"
    );

    assert_eq!(
        super::log_in(&app, &ada.email, STRONG).await.code(),
        (401, "code_required")
    );
    assert_eq!(log_in(&app, &ada.email, " ").await.code(), (401, "code_required"));
    let wrong = json!({ "email": ada.email, "password": "wrong", "code": step(&phone, 1) });
    let wrong = post(&app, "/api/auth/login", &wrong);
    assert_eq!(
        wrong.await.code(),
        (401, "invalid_credentials"),
        "the password comes first"
    );
    turn(&clock, 10);
    assert_eq!(
        log_in(&app, &ada.email, &step(&phone, 8)).await.code(),
        (401, "invalid_code"),
        "too old"
    );
    let inside = log_in(&app, &ada.email, &step(&phone, 10)).await;
    assert_eq!(inside.body["user"]["second_factor"], true);
    assert_eq!(
        log_in(&app, &ada.email, &step(&phone, 10)).await.code(),
        (401, "invalid_code"),
        "used up"
    );
    assert_eq!(
        log_in(&app, &ada.email, &step(&phone, 9)).await.code(),
        (401, "invalid_code"),
        "and all before"
    );
    assert_eq!(log_in(&app, &ada.email, &step(&phone, 11)).await.status, 200);
    mail_to(&app, &ada.email, "is on").await;
    assert_eq!(recorded(&app).await, ["account.sign_up", "second_factor.enable"]);
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_others_take_their_place() {
    let (app, clock) = still().await;
    let (ada, phone, codes) = with_phone(&app, "ada@keller.example").await;
    assert_eq!(
        log_in(&app, &ada.email, &codes[0].to_uppercase().replace('-', " "))
            .await
            .status,
        200
    );
    assert_eq!(
        log_in(&app, &ada.email, &codes[0]).await.code(),
        (401, "invalid_code")
    );
    let status = ada.gets("/api/auth/second-factor").await;
    assert_eq!(status, json!({ "enabled": true, "recovery_codes": 9 }));
    turn(&clock, 10);
    let proof = json!({ "password": STRONG, "code": step(&phone, 10) });
    let renewed = ada
        .posts("/api/auth/second-factor/recovery-codes", proof.clone())
        .await;
    assert_eq!(renewed.status, 200);
    let again = ada.posts("/api/auth/second-factor/recovery-codes", proof).await;
    assert_eq!(again.code(), (401, "invalid_code"), "the code was used");
    turn(&clock, 10);
    assert_eq!(
        log_in(&app, &ada.email, &codes[1]).await.code(),
        (401, "invalid_code"),
        "gone with the others"
    );
    let fresh = renewed.body["recovery_codes"][0].as_str().unwrap();
    assert_eq!(log_in(&app, &ada.email, fresh).await.status, 200);
}

#[tokio::test]
async fn it_goes_off_with_the_password_and_a_code() {
    let (app, clock) = still().await;
    let (ada, phone, _) = with_phone(&app, "ada@keller.example").await;
    turn(&clock, 1);
    let disable = async |password: &str, code: &str| {
        let proof = json!({ "password": password, "code": code });
        ada.posts("/api/auth/second-factor/disable", proof).await
    };
    assert_eq!(
        disable("wrong", &step(&phone, 1)).await.code(),
        (401, "invalid_credentials")
    );
    assert_eq!(disable(STRONG, "000000").await.code(), (401, "invalid_code"));
    assert_eq!(disable(STRONG, &step(&phone, 1)).await.status, 204);
    assert_eq!(disable(STRONG, &step(&phone, 2)).await.code(), (409, "conflict"));
    assert_eq!(super::log_in(&app, &ada.email, STRONG).await.status, 200);
    mail_to(&app, &ada.email, "is off").await;
    assert_eq!(
        recorded(&app).await,
        ["account.sign_up", "second_factor.enable", "second_factor.disable"]
    );
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let (app, clock) = still().await;
    let (ada, phone, codes) = with_phone(&app, "ada@keller.example").await;
    turn(&clock, 10);
    let mut answers = Vec::new();
    for n in 0..6 {
        answers.push(log_in(&app, &ada.email, &format!("00000{n}")).await.status);
    }
    assert_eq!(answers, [401, 401, 401, 401, 401, 429]);
    assert_eq!(
        log_in(&app, &ada.email, &codes[0]).await.status,
        200,
        "recovery codes have room of their own"
    );
    turn(&clock, 2);
    assert_eq!(log_in(&app, &ada.email, &step(&phone, 12)).await.status, 200);
}

#[tokio::test]
async fn a_guesser_elsewhere_does_not_use_up_the_owners_codes() {
    let clock = Arc::new(ManualClock::at(start_of_time()));
    let setup = Setup::default().clock(clock.clone()).set("BEHIND_PROXY", "on");
    let app = setup.start().await;
    let from = async |path: &str, token: Option<&str>, body: Value, address: &str| {
        let request = app.http.post(app.url(path)).json(&body);
        let request = request.header("x-forwarded-for", address);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Answer::of(request.send().await.unwrap()).await
    };
    let (home, away) = ("203.0.113.1", "198.51.100.1");
    let new =
        json!({ "email": "ada@keller.example", "password": STRONG, "name": "Ada", "workspace": "Keller" });
    let ada = Person::of(&app, &from("/api/auth/signup", None, new, home).await);
    let proven = "UPDATE users SET email_verified_at = created_at";
    app.db().run(proven).await.unwrap();
    let proposed = from("/api/auth/second-factor", Some(&ada.token), Value::Null, home).await;
    let phone = Phone(proposed.body["secret"].as_str().unwrap().to_owned());
    let proof = json!({ "password": STRONG, "code": step(&phone, 0) });
    let enabled = from("/api/auth/second-factor/enable", Some(&ada.token), proof, home).await;
    assert_eq!(enabled.status, 200, "{}", enabled.body);
    turn(&clock, 20);
    let logs_in = async |code: &str, address: &str| {
        let body = json!({ "email": ada.email, "password": STRONG, "code": code });
        from("/api/auth/login", None, body, address).await.status
    };
    let mut answers = Vec::new();
    for n in 0..6 {
        answers.push(logs_in(&format!("00000{n}"), away).await);
    }
    assert_eq!(answers, [401, 401, 401, 401, 401, 429]);
    assert_eq!(logs_in("000000", "198.51.100.2").await, 429, "nor from the next");
    let code = enabled.body["recovery_codes"][0].as_str().unwrap();
    assert_eq!(logs_in(code, away).await, 200, "nobody guesses these");
    let proof = json!({ "password": STRONG, "code": step(&phone, 20) });
    let off = from("/api/auth/second-factor/disable", Some(&ada.token), proof, home).await;
    assert_eq!(off.status, 204, "{}", off.body);
}

/// The secret is sealed for one person: another's row does not open with it.
#[tokio::test]
async fn what_is_stored_is_sealed_and_of_one_person() {
    let (app, clock) = still().await;
    let (ada, phone, _) = with_phone(&app, "ada@keller.example").await;
    let (bob, _, _) = with_phone(&app, "bob@keller.example").await;
    let plain = hex::encode(Secret::try_from_base32(&phone.0).unwrap().as_ref());
    let stored = app
        .db()
        .rows("SELECT encode(secret, 'hex') AS secret FROM second_factors")
        .await
        .unwrap();
    assert!(
        stored
            .iter()
            .all(|row| !row["secret"].as_str().unwrap().contains(&plain))
    );
    let theirs = format!(
        "UPDATE second_factors SET last_step = 0, secret = (SELECT secret FROM second_factors f JOIN users u ON u.id = f.user_id \
         WHERE u.email = '{}')",
        ada.email
    );
    app.db().run(&theirs).await.unwrap();
    turn(&clock, 10);
    assert_eq!(log_in(&app, &bob.email, &step(&phone, 10)).await.status, 500);
    assert_eq!(log_in(&app, &ada.email, &step(&phone, 10)).await.status, 200);
}

#[tokio::test]
async fn a_refresh_asks_for_no_code() {
    let (app, _) = still().await;
    let (ada, _, _) = with_phone(&app, "ada@keller.example").await;
    assert!(ada.goes_on().await);
    let nothing = ada
        .asks(Method::GET, "/api/auth/second-factor", Value::Null)
        .await;
    assert!(!nothing.body.to_string().contains("secret"));
}
