//! Every refusal over the wire, and that each is the space's own affair.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{TestApp, hmac, jwt, jwt_of};

const PRIVATE: &str = include_str!("../../../src/domain/contacts/proof_tests_rsa.pem");
const PUBLIC: &str = include_str!("../../../src/domain/contacts/proof_tests_rsa.pub");

#[tokio::test]
async fn what_proves_nothing_is_refused_and_makes_nobody() {
    let (app, acme, _) = TestApp::chat().await;
    let (_, before) = app.session(&acme, &json!({ "identity": { "token": "x" } })).await;
    assert!(before["detail"].as_str().unwrap().contains("no key"), "{before}");
    let (kid, secret) = app.identity_key(&acme, json!({})).await;
    let now = app.services.clock.now().timestamp();
    let soon = now + 300;
    let unsigned = {
        let signed = jwt(&app, &secret, "u-1");
        let payload = signed.split('.').nth(1).unwrap().to_owned();
        format!("eyJhbGciOiJub25lIn0.{payload}.")
    };
    for (token, why) in [
        (String::new(), "not a JWT"),
        (unsigned, "not a JWT"),
        (jwt(&app, "another secret", "u-1"), "signature"),
        (jwt(&app, &kid, "u-1"), "signature"),
        (
            jwt_of(&secret, &json!({ "sub": "u-1", "exp": now - 61 })),
            "expired",
        ),
        (
            jwt_of(&secret, &json!({ "sub": "u-1", "exp": now + 90_000 })),
            "24 hours",
        ),
        (jwt_of(&secret, &json!({ "sub": "u-1" })), "exp"),
        (jwt_of(&secret, &json!({ "exp": soon })), "sub"),
        (
            jwt_of(&secret, &json!({ "sub": "u-1", "exp": soon, "aud": "globex" })),
            "audience",
        ),
        (
            jwt_of(&secret, &json!({ "sub": "u-1", "exp": soon, "iss": "globex" })),
            "issuer",
        ),
        (
            jwt_of(&secret, &json!({ "sub": "u-1", "exp": soon, "email": "?" })),
            "email",
        ),
    ] {
        let body = json!({ "identity": { "token": token } });
        let (status, refused) = app.session(&acme, &body).await;
        assert_eq!(
            (status, &refused["code"]),
            (StatusCode::UNAUTHORIZED, &json!("identity_invalid")),
            "{why}: {refused}"
        );
        assert!(
            refused["detail"].as_str().unwrap().contains(why),
            "{why}: {refused}"
        );
    }
    assert_eq!(
        app.db().rows("SELECT id FROM contacts").await.unwrap(),
        [] as [Value; 0]
    );
    for wrong in [
        json!({ "email": "?" }),
        json!({ "id": "" }),
        json!({ "name": "x".repeat(201) }),
        json!("x"),
    ] {
        let (status, refused) = app.session(&acme, &json!({ "identity": wrong })).await;
        assert_eq!(
            (status, &refused["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_request"))
        );
    }
}

#[tokio::test]
async fn a_public_key_proves_and_is_no_secret() {
    let (app, acme, _) = TestApp::chat().await;
    let (kid, secret) = app.identity_key(&acme, json!({ "public_key": PUBLIC })).await;
    assert_eq!(secret, "");
    let claims = json!({ "sub": "u-1", "name": "Ann", "exp": app.services.clock.now().timestamp() + 300 });
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(kid);
    let signing = EncodingKey::from_rsa_pem(PRIVATE.as_bytes()).unwrap();
    let token = jsonwebtoken::encode(&header, &claims, &signing).unwrap();
    let (_, session) = app.comes(&acme, &json!({ "identity": { "token": token } })).await;
    assert_eq!(session["visitor"]["verified"], true);
    for bytes in [PUBLIC, PUBLIC.trim()] {
        let forged = json!({ "identity": { "token": jwt_of(bytes, &claims) } });
        assert_eq!(app.session(&acme, &forged).await.1["code"], "identity_invalid");
    }
}

#[tokio::test]
async fn a_signature_proves_the_id_and_the_rest_stays_hearsay() {
    let (app, acme, _) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({ "algorithm": "HMAC" })).await;
    let mut identity =
        json!({ "id": "u-1", "email": "ann@shop.example", "name": "Ann", "signature": hmac(&secret, "u-1") });
    let (visitor, session) = app.comes(&acme, &json!({ "identity": identity })).await;
    assert_eq!(session["visitor"]["verified"], true);
    let seen = app.sees(&acme, &visitor.id).await;
    assert_eq!(seen["contact"]["external_id"], "u-1");
    assert_eq!(
        (&seen["contact"]["email"], &seen["contact"]["name"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        seen["said"],
        json!({ "id": "u-1", "email": "ann@shop.example", "name": "Ann" })
    );
    for (id, signature) in [
        ("u-2", hmac(&secret, "u-1")),
        ("u-1", hmac("x", "u-1")),
        ("u-1", String::new()),
        ("u-1", "zz".to_owned()),
    ] {
        identity["id"] = id.into();
        identity["signature"] = signature.into();
        assert_eq!(
            app.session(&acme, &json!({ "identity": identity })).await.1["code"],
            "identity_invalid"
        );
    }
    let as_token = json!({ "identity": { "token": jwt(&app, &secret, "u-1") } });
    assert_eq!(
        app.session(&acme, &as_token).await.1["code"],
        "identity_invalid",
        "what signs ids signs no token"
    );
}

#[tokio::test]
async fn what_is_only_said_opens_nothing_and_is_shown_as_such() {
    let (app, acme, _) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (ann, _) = app.identifies(&acme, &secret, "u-1", None).await;
    let spoken = ann.conversation().await;
    ann.frame(&spoken, &crate::support::says("my order is number 5511"))
        .await;
    let claims = json!({ "identity": { "id": "u-1", "email": "ann@shop.example", "plan": "pro" } });
    let (liar, session) = app.comes(&acme, &claims).await;
    assert_eq!(
        (&session["visitor"]["verified"], &session["conversation"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!((liar.reads(&spoken).await, liar.past().await.len()), (404, 0));
    let seen = app.sees(&acme, &liar.id).await;
    assert_eq!(
        (&seen["verified"], &seen["contact"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(seen["said"], json!({ "id": "u-1", "email": "ann@shop.example" }));
}

#[tokio::test]
async fn a_space_may_be_for_those_alone_who_are_proven() {
    let app = TestApp::start().await;
    let acme = app
        .workspace_with("acme", json!({ "identity": "required" }), &[])
        .await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    for body in [
        json!({}),
        json!({ "identity": { "id": "u-1" } }),
        json!({ "token": "x" }),
    ] {
        let (status, refused) = app.session(&acme, &body).await;
        assert_eq!(
            (status, &refused["code"]),
            (StatusCode::FORBIDDEN, &json!("identity_required"))
        );
    }
    let (ann, session) = app.identifies(&acme, &secret, "u-1", None).await;
    assert_eq!(session["config"]["identity"], "required");
    let (_, renewed) = app.comes(&acme, &json!({ "token": ann.token })).await;
    assert_eq!(renewed["visitor"], session["visitor"]);
}

/// A secret is of one space, and an id of one workspace.
#[tokio::test]
async fn a_proof_counts_in_its_space_and_a_person_in_their_workspace() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let (_, ours) = app.identity_key(&acme, json!({})).await;
    let (_, theirs) = app.identity_key(&globex, json!({})).await;
    let (ann, _) = app.identifies(&acme, &ours, "u-1", None).await;
    let spoken = ann.conversation().await;
    ann.frame(&spoken, &crate::support::says("hello")).await;
    let crossed = json!({ "identity": { "token": jwt(&app, &ours, "u-1") } });
    assert_eq!(app.session(&globex, &crossed).await.1["code"], "identity_invalid");
    // The token of one space is as good as none in the other.
    let (namesake, session) = app.identifies(&globex, &theirs, "u-1", Some(&ann)).await;
    assert_eq!(session["conversation"], Value::Null);
    assert_ne!(namesake.id, ann.id);
    assert_eq!(
        (namesake.reads(&spoken).await, namesake.past().await.len()),
        (404, 0)
    );
    let contacts = app
        .db()
        .rows("SELECT tenant_id FROM contacts WHERE external_id = 'u-1'")
        .await
        .unwrap();
    assert_eq!(contacts.len(), 2);
}
