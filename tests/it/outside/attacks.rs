//! Tokens that must open nothing, each made as its attacker would.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{me, rows, somebody};
use crate::support::{
    TestApp,
    provider::{Key, Provider, RSA_1_PUBLIC, SHARED, signed},
};

/// A token of these claims under `algorithm`, in the name of the key `one`.
fn under(algorithm: Algorithm, key: &EncodingKey, claims: &Value) -> String {
    let mut header = Header::new(algorithm);
    header.kid = Some("one".to_owned());
    jsonwebtoken::encode(&header, claims, key).unwrap()
}

fn unsigned(claims: &Value) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({ "alg": "none", "typ": "JWT", "kid": "one" });
    format!("{}.{}.", part(&head), part(claims))
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Insists that none of `tokens` opens anything, and that nobody was made of them.
async fn none_opens(app: &TestApp, tokens: &[(&str, String)]) {
    for (what, token) in tokens {
        let (status, body) = me(app, token).await;
        assert_eq!(
            (status, &body["code"]),
            (401, &json!("unauthenticated")),
            "{what}: {body}"
        );
    }
    assert_eq!(rows(app, "identities").await, 0);
    assert_eq!(rows(app, "users").await, 0);
}

#[tokio::test]
async fn no_forged_token_is_of_clerk() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    provider.knows("ada", true);
    let claims = provider.claims(&app, "ada");
    let now = app.services.clock.now().timestamp();
    let ours = |claims: Value| signed(Key::Rsa1, "one", &claims);
    let of = |name: &str, value: Value| ours(with(claims.clone(), name, value));
    let lacking = |name: &str| ours(without(claims.clone(), name));
    let public = EncodingKey::from_secret(RSA_1_PUBLIC);
    let set = Key::Rsa1.public("one");
    let modulus = EncodingKey::from_secret(set["n"].as_str().unwrap().as_bytes());
    let mut tampered = ours(claims.clone());
    tampered.insert(tampered.rfind('.').unwrap() - 2, 'A');

    let tokens = [
        ("no token", String::new()),
        ("no JWT", "a.b.c".to_owned()),
        ("unsigned", unsigned(&claims)),
        (
            "a public key as a secret",
            under(Algorithm::HS256, &public, &claims),
        ),
        (
            "a modulus as a secret",
            under(Algorithm::HS256, &modulus, &claims),
        ),
        (
            "another algorithm of the same key",
            under(Algorithm::RS512, &Key::Rsa1.signing(), &claims),
        ),
        (
            "another padding of the same key",
            under(Algorithm::PS256, &Key::Rsa1.signing(), &claims),
        ),
        (
            "another kind of key",
            under(Algorithm::ES256, &Key::Ec.signing(), &claims),
        ),
        ("another's key in its name", signed(Key::Rsa2, "one", &claims)),
        ("a key that is not in the set", signed(Key::Rsa2, "two", &claims)),
        (
            "no kid",
            jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &Key::Rsa1.signing()).unwrap(),
        ),
        ("tampered with", tampered),
        ("expired", of("exp", json!(now - 6))),
        ("without an end", lacking("exp")),
        ("an end that is no time", of("exp", json!(i64::MAX))),
        ("an end that is no number", of("exp", json!("2040"))),
        ("not yet valid", of("nbf", json!(now + 60))),
        ("issued in the future", of("iat", json!(now + 60))),
        (
            "of another issuer",
            of("iss", json!("https://clerk.attacker.example")),
        ),
        (
            "of an issuer that begins so",
            of("iss", json!(format!("{}.attacker.example", provider.base))),
        ),
        ("without an issuer", lacking("iss")),
        ("for another site", of("azp", json!("https://attacker.example"))),
        ("for no site", lacking("azp")),
        ("of nobody", of("sub", json!(""))),
        ("of somebody with a line in their name", of("sub", json!("a\nb"))),
        ("of somebody with a long name", of("sub", json!("x".repeat(256)))),
        ("of nobody at all", lacking("sub")),
        ("a session with something left to do", of("sts", json!("pending"))),
        (
            "somebody in the person's place",
            of("act", json!({ "sub": "user_456" })),
        ),
        (
            "an organisation without a name",
            of("o", json!({ "id": "", "rol": "admin" })),
        ),
        (
            "an organisation without a role",
            of("o", json!({ "id": "org_1" })),
        ),
        ("too long", of("padding", json!("x".repeat(20_000)))),
    ];
    none_opens(&app, &tokens).await;
    // The same without the fault, and with the last end that there is.
    somebody(&app, &of("exp", json!(8_210_266_876_799_i64))).await;
    assert_eq!(
        somebody(&app, &ours(claims)).await["user"]["email"],
        "ada@shop.example"
    );
}

#[tokio::test]
async fn no_token_of_ours_opens_what_clerk_keeps() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    let acme = app.workspace("acme").await;
    let login = app
        .services
        .db
        .control()
        .login_by_email(&acme.email)
        .await
        .unwrap()
        .unwrap();
    let claims = parlance::domain::accounts::token::UserClaims {
        user: login.user.id,
        tenant: acme.tenant,
        session: parlance_store::ids::FamilyId::new(),
        role: "owner".to_owned(),
    };
    let token = app.services.tokens.user(claims).unwrap();
    assert_eq!(me(&app, &token).await.0, 401);
}

#[tokio::test]
async fn no_forged_token_is_of_supabase() {
    let provider = Provider::start().await;
    provider.known().keys = vec![Key::Ec.public("one"), Key::Ed.public("two")];
    let app = provider
        .supabase()
        .set("SUPABASE_JWT_SECRET", SHARED)
        .start()
        .await;
    provider.knows_person("ada", "ada@shop.example");
    let claims = provider.access(&app, "ada");
    let now = app.services.clock.now().timestamp();
    let ours = |claims: Value| signed(Key::Ec, "one", &claims);
    let of = |name: &str, value: Value| ours(with(claims.clone(), name, value));
    let shared = EncodingKey::from_secret(SHARED.as_bytes());
    let guessed = EncodingKey::from_secret(b"super-secret-jwt-token-with-at-least-32-characters-long");
    let set = Key::Ec.public("one");
    let point = EncodingKey::from_secret(set["x"].as_str().unwrap().as_bytes());

    let tokens = [
        ("unsigned", unsigned(&claims)),
        (
            "under a secret that everybody knows",
            under(Algorithm::HS256, &guessed, &claims),
        ),
        (
            "a public key as a secret",
            under(Algorithm::HS256, &point, &claims),
        ),
        (
            "another algorithm of the secret",
            under(Algorithm::HS512, &shared, &claims),
        ),
        ("the key of the service", of("role", json!("service_role"))),
        (
            "the key that pages have",
            under(
                Algorithm::HS256,
                &shared,
                &json!({
                    "iss": "supabase", "ref": "x", "role": "anon", "iat": now, "exp": now + 3600,
                }),
            ),
        ),
        ("for another audience", of("aud", json!("anon"))),
        ("for other audiences", of("aud", json!(["anon", "x"]))),
        ("of somebody without an account", of("is_anonymous", json!(true))),
        (
            "of another project",
            of("iss", json!("https://other.supabase.co/auth/v1")),
        ),
        ("expired", of("exp", json!(now - 6))),
        ("issued in the future", of("iat", json!(now + 60))),
        (
            "another key in its name",
            under(Algorithm::EdDSA, &Key::Ed.signing(), &claims),
        ),
    ];
    none_opens(&app, &tokens).await;
    for token in [
        ours(claims.clone()),
        signed(Key::Ed, "two", &claims),
        under(
            Algorithm::HS256,
            &shared,
            &with(claims.clone(), "aud", json!(["authenticated"])),
        ),
    ] {
        assert_eq!(somebody(&app, &token).await["user"]["email"], "ada@shop.example");
    }
    assert_eq!(rows(&app, "users").await, 1);
}

/// Without a shared secret no token under one is even looked at.
#[tokio::test]
async fn a_project_with_signing_keys_has_no_shared_secret() {
    let provider = Provider::start().await;
    let app = provider.supabase().start().await;
    let claims = provider.access(&app, "ada");
    let tokens = [
        (
            "an empty secret",
            under(Algorithm::HS256, &EncodingKey::from_secret(b""), &claims),
        ),
        (
            "a secret",
            under(
                Algorithm::HS256,
                &EncodingKey::from_secret(SHARED.as_bytes()),
                &claims,
            ),
        ),
    ];
    none_opens(&app, &tokens).await;
}
