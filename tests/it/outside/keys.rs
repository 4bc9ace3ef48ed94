//! The published keys: rotated, taken away, out of reach.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use parlance::kernel::clock::ManualClock;
use serde_json::json;

use super::{me, rows, somebody};
use crate::support::{
    TestApp,
    provider::{Key, Provider, signed},
};

const KEYS: &str = "/.well-known/jwks.json";

async fn still() -> (Provider, TestApp, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let provider = Provider::start().await;
    let app = provider.clerk().clock(clock.clone()).start().await;
    provider.knows("ada", true);
    (provider, app, clock)
}

#[tokio::test]
async fn a_new_key_is_asked_for_and_no_flood_of_others_is() {
    let (provider, app, clock) = still().await;
    somebody(&app, &provider.token(&app, "ada")).await;
    provider.known().keys.push(Key::Ec.public("two"));
    let new = |app: &TestApp| signed(Key::Ec, "two", &provider.claims(app, "ada"));
    let made_up = |app: &TestApp, n: i32| signed(Key::Rsa2, &format!("k{n}"), &provider.claims(app, "ada"));
    for n in 0..20 {
        assert_eq!(me(&app, &made_up(&app, n)).await.0, 401);
    }
    assert_eq!(me(&app, &new(&app)).await.0, 401);
    assert_eq!(provider.asked(KEYS), 1);

    clock.advance(TimeDelta::seconds(61));
    somebody(&app, &new(&app)).await;
    for n in 0..20 {
        assert_eq!(me(&app, &made_up(&app, n)).await.0, 401);
    }
    assert_eq!(provider.asked(KEYS), 2);
    // The key before it is still good.
    somebody(&app, &provider.token(&app, "ada")).await;
}

#[tokio::test]
async fn a_key_that_was_taken_away_opens_nothing_after_ten_minutes() {
    let (provider, app, clock) = still().await;
    somebody(&app, &provider.token(&app, "ada")).await;
    provider.known().keys = vec![Key::Ed.public("two")];
    clock.advance(TimeDelta::minutes(9));
    somebody(&app, &provider.token(&app, "ada")).await;
    clock.advance(TimeDelta::minutes(2));
    assert_eq!(me(&app, &provider.token(&app, "ada")).await.0, 401);
    somebody(&app, &signed(Key::Ed, "two", &provider.claims(&app, "ada"))).await;
}

#[tokio::test]
async fn what_is_known_goes_on_for_a_day_without_the_provider() {
    let (provider, app, clock) = still().await;
    provider.known().is_down = true;
    let (status, body) = me(&app, &provider.token(&app, "ada")).await;
    assert_eq!((status, &body["code"]), (503, &json!("busy")), "{body}");
    // It is not asked again at once.
    assert_eq!(me(&app, &provider.token(&app, "ada")).await.0, 503);
    assert_eq!(provider.asked(KEYS), 1);
    clock.advance(TimeDelta::seconds(6));
    provider.known().is_down = false;
    somebody(&app, &provider.token(&app, "ada")).await;

    provider.known().is_down = true;
    clock.advance(TimeDelta::hours(23));
    somebody(&app, &provider.token(&app, "ada")).await;
    // Whether a key is new cannot be told.
    let new = signed(Key::Ec, "two", &provider.claims(&app, "ada"));
    assert_eq!(me(&app, &new).await.0, 503);
    clock.advance(TimeDelta::hours(2));
    assert_eq!(me(&app, &provider.token(&app, "ada")).await.0, 503);
}

#[tokio::test]
async fn many_who_come_at_once_are_one_asking_and_one_person() {
    let (provider, app, _clock) = still().await;
    let token = provider.token(&app, "ada");
    let answers = join_all((0..16).map(|_| me(&app, &token))).await;
    for (status, body) in &answers {
        assert_eq!(*status, 200, "{body}");
        assert_eq!(body["tenant"], answers[0].1["tenant"]);
    }
    assert_eq!(provider.asked(KEYS), 1);
    for table in ["users", "tenants", "identities", "spaces"] {
        assert_eq!(rows(&app, table).await, 1, "{table}");
    }
}

#[tokio::test]
async fn keys_that_may_not_sign_are_passed_over() {
    let (provider, app, _clock) = still().await;
    let mut encrypts = Key::Rsa1.public("encrypts");
    encrypts["use"] = json!("enc");
    let mut other = Key::Rsa1.public("other");
    other["alg"] = json!("RS512");
    let mut nameless = Key::Rsa1.public("x");
    nameless.as_object_mut().unwrap().remove("kid");
    provider.known().keys = vec![
        json!("no key"),
        json!({ "kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0" }),
        encrypts,
        other,
        nameless,
        Key::RsaShort.public("short"),
        Key::Rsa1.public("one"),
    ];
    let claims = provider.claims(&app, "ada");
    for token in [
        signed(Key::Rsa1, "encrypts", &claims),
        signed(Key::Rsa1, "other", &claims),
        signed(Key::RsaShort, "short", &claims),
    ] {
        assert_eq!(me(&app, &token).await.0, 401);
    }
    somebody(&app, &provider.token(&app, "ada")).await;
}
