use jsonwebtoken::{EncodingKey, Header};
use proptest::prelude::*;

use super::*;

const SECRET: &str = "a secret of the space";
const NOW: i64 = 1_800_000_000;
/// Made for this test, with openssl.
const PRIVATE: &str = include_str!("proof_tests_rsa.pem");
const PUBLIC: &str = include_str!("proof_tests_rsa.pub");

fn key(algorithm: IdentityAlgorithm, material: &str) -> Key {
    Key {
        id: IdentityKeyId::new(),
        algorithm,
        material: material.as_bytes().to_vec(),
    }
}

fn secret() -> Key {
    key(IdentityAlgorithm::Hs256, SECRET)
}

fn claims() -> Value {
    json!({ "sub": "u-1", "exp": NOW + 300, "name": "Ann", "email": "ann@shop.example", "attributes": { "plan": "pro" } })
}

fn with(field: &str, value: Value) -> Value {
    let mut all = claims();
    all[field] = value;
    all
}

fn signed(header: &Header, signing: &EncodingKey, claims: &Value) -> Identity {
    let token = jsonwebtoken::encode(header, claims, signing).unwrap();
    presented(token)
}

fn presented(token: String) -> Identity {
    Identity {
        token: Some(token),
        ..Identity::default()
    }
}

fn hs256(secret: &str, claims: &Value) -> Identity {
    signed(
        &Header::new(Algorithm::HS256),
        &EncodingKey::from_secret(secret.as_bytes()),
        claims,
    )
}

fn checked(keys: &[Key], identity: &Identity) -> Result<Proof, Refused> {
    let names = Names {
        slug: "shop",
        public_key: "pk_12345678",
        old_key: Some("pk_87654321"),
        origins: &[
            "https://shop.example".to_owned(),
            "https://*.shop.example".to_owned(),
        ],
    };
    check(keys, names, identity, DateTime::from_timestamp(NOW, 0).unwrap())
}

#[test]
fn a_token_of_the_spaces_secret_says_who_it_is() {
    let key = secret();
    let proof = checked(std::slice::from_ref(&key), &hs256(SECRET, &claims())).unwrap();
    assert_eq!((proof.external_id.as_str(), proof.key), ("u-1", key.id));
    assert_eq!(proof.person.name.as_deref(), Some("Ann"));
    assert_eq!(proof.attributes, json!({ "plan": "pro" }));
    let other = checked(&[key], &hs256("another space's", &claims()));
    assert_eq!(other, Err(Refused::Signature));
    assert_eq!(checked(&[], &hs256(SECRET, &claims())), Err(Refused::NoKey));
}

#[test]
fn the_key_says_the_algorithm_and_never_the_token() {
    let rsa = key(IdentityAlgorithm::Rs256, PUBLIC);
    let private = EncodingKey::from_rsa_pem(PRIVATE.as_bytes()).unwrap();
    let rs256 = signed(&Header::new(Algorithm::RS256), &private, &claims());
    assert_eq!(
        checked(std::slice::from_ref(&rsa), &rs256).unwrap().external_id,
        "u-1"
    );
    // Key confusion: the public key, which everybody may know, taken for a secret.
    for bytes in [PUBLIC.to_owned(), PUBLIC.trim().to_owned()] {
        let forged = hs256(&bytes, &claims());
        assert_eq!(
            checked(std::slice::from_ref(&rsa), &forged),
            Err(Refused::Algorithm)
        );
        assert_eq!(
            checked(&[rsa.clone(), secret()], &forged),
            Err(Refused::Signature)
        );
    }
    let mut named = Header::new(Algorithm::HS256);
    named.kid = Some(rsa.id.to_string());
    let forged = signed(&named, &EncodingKey::from_secret(PUBLIC.as_bytes()), &claims());
    assert_eq!(
        checked(&[rsa.clone(), secret()], &forged),
        Err(Refused::Algorithm)
    );
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let other = signed(
            &Header::new(algorithm),
            &EncodingKey::from_secret(SECRET.as_bytes()),
            &claims(),
        );
        assert_eq!(checked(&[secret()], &other), Err(Refused::Algorithm));
    }
    let other = signed(&Header::new(Algorithm::RS512), &private, &claims());
    assert_eq!(checked(&[rsa], &other), Err(Refused::Algorithm));
}

#[test]
fn an_unsigned_token_proves_nothing() {
    let Some(token) = hs256(SECRET, &claims()).token else {
        panic!()
    };
    let (rest, _) = token.rsplit_once('.').unwrap();
    let payload = rest.split_once('.').unwrap().1;
    // {"alg":"none"} and spellings of it.
    for header in [
        "eyJhbGciOiJub25lIn0",
        "eyJhbGciOiJOb25lIn0",
        "eyJhbGciOiJOT05FIiwidHlwIjoiSldUIn0",
        "e30",
    ] {
        for signature in ["", "x"] {
            let forged = presented(format!("{header}.{payload}.{signature}"));
            assert_eq!(checked(&[secret()], &forged), Err(Refused::Malformed));
        }
    }
    assert_eq!(
        checked(&[secret()], &presented(format!("{rest}."))),
        Err(Refused::Signature)
    );
    for text in [
        String::new(),
        "x".to_owned(),
        "a.b.c".to_owned(),
        "x".repeat(20_000),
    ] {
        assert_eq!(checked(&[secret()], &presented(text)), Err(Refused::Malformed));
    }
}

#[test]
fn the_kid_picks_the_key_and_without_one_their_order_does() {
    let (new, old) = (
        key(IdentityAlgorithm::Hs256, "new"),
        key(IdentityAlgorithm::Hs256, "old"),
    );
    let keys = [new.clone(), old.clone()];
    let by = |kid: &str, secret: &str| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(kid.to_owned());
        signed(&header, &EncodingKey::from_secret(secret.as_bytes()), &claims())
    };
    assert_eq!(
        checked(&keys, &by(&old.id.to_string(), "old")).unwrap().key,
        old.id
    );
    assert_eq!(
        checked(&keys, &by(&new.id.to_string(), "old")),
        Err(Refused::Signature)
    );
    assert_eq!(checked(&keys, &by("another", "old")), Err(Refused::UnknownKey));
    assert_eq!(checked(&keys, &hs256("old", &claims())).unwrap().key, old.id);
    let mut critical = Header::new(Algorithm::HS256);
    critical.crit = Some(vec!["b64".to_owned()]);
    let critical = signed(&critical, &EncodingKey::from_secret(b"new"), &claims());
    assert_eq!(checked(&keys, &critical), Err(Refused::Malformed));
}

#[test]
fn a_token_counts_for_a_day_at_most_and_to_its_end() {
    let at = |claims: &Value| checked(&[secret()], &hs256(SECRET, claims)).map(|proof| proof.external_id);
    let day = 24 * 60 * 60;
    for (exp, expected) in [
        (NOW - 59, None),
        (NOW - 60, Some(Refused::Expired)),
        (NOW + day + 60, None),
        (NOW + day + 61, Some(Refused::TooLong)),
    ] {
        assert_eq!(at(&with("exp", exp.into())).err(), expected, "{exp}");
    }
    let mut long = with("exp", (NOW + 365 * day).into());
    long["iat"] = (NOW - day).into();
    assert!(at(&long).is_ok(), "made within the last day");
    long["iat"] = (NOW - day - 61).into();
    assert_eq!(at(&long), Err(Refused::TooLong));
    for field in ["iat", "nbf"] {
        assert!(at(&with(field, (NOW + 60).into())).is_ok());
        assert_eq!(at(&with(field, (NOW + 61).into())), Err(Refused::NotYet));
    }
    assert!(
        at(&with("exp", (NOW as f64 + 0.5).into())).is_ok(),
        "seconds may have a fraction"
    );
}

#[test]
fn what_names_an_audience_or_issuer_names_this_space() {
    let at = |field, value| checked(&[secret()], &hs256(SECRET, &with(field, value))).map(|_| ());
    for good in [
        json!("shop"),
        json!("pk_12345678"),
        json!(["else", "shop"]),
        Value::Null,
    ] {
        assert_eq!(at("aud", good), Ok(()));
    }
    for wrong in [json!("another"), json!([]), json!(["another"]), json!("")] {
        assert_eq!(at("aud", wrong), Err(Refused::Audience));
    }
    assert_eq!(at("aud", json!("pk_87654321")), Ok(()), "the key before");
    for good in [
        "shop",
        "pk_12345678",
        "pk_87654321",
        "https://shop.example",
        "https://help.shop.example",
    ] {
        assert_eq!(at("iss", good.into()), Ok(()));
    }
    for wrong in [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://help.shop.example",
        "https://evilshop.example",
    ] {
        assert_eq!(at("iss", wrong.into()), Err(Refused::Issuer), "{wrong}");
    }
    assert!(at("aud", json!(1)).is_err() && at("iss", json!([])).is_err());
}

#[test]
fn every_claim_has_its_type_and_bounds() {
    let field = |field: &str, value: Value| match checked(&[secret()], &hs256(SECRET, &with(field, value))) {
        Err(Refused::Wrong(wrong)) => wrong.field,
        other => panic!("{field}: {other:?}"),
    };
    for wrong in [
        Value::Null,
        json!(""),
        json!(" "),
        json!("x".repeat(201)),
        json!(7),
        json!("a\0"),
    ] {
        assert_eq!(field("sub", wrong), "sub");
    }
    for wrong in [Value::Null, json!("soon")] {
        assert_eq!(field("exp", wrong), "exp");
    }
    assert_eq!(field("name", json!("x".repeat(201))), "name");
    assert_eq!(field("email", json!("nobody")), "email");
    assert_eq!(field("avatar", json!("http://x.example/a.png")), "avatar");
    assert_eq!(field("attributes", json!([])), "attributes");
}

fn hmac(secret: &str, id: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap()
        .chain_update(id);
    hex::encode(mac.finalize().into_bytes())
}

fn by_id(id: &str, signature: &str) -> Identity {
    Identity {
        id: Some(id.to_owned()),
        email: Some("ann@shop.example".to_owned()),
        signature: Some(signature.to_owned()),
        ..Identity::default()
    }
}

#[test]
fn a_signature_proves_the_id_and_nothing_beside_it() {
    let keys = [secret(), key(IdentityAlgorithm::Hmac, "migrated")];
    let proof = checked(&keys, &by_id("u-1", &hmac("migrated", "u-1"))).unwrap();
    assert_eq!(
        (proof.external_id.as_str(), &proof.person),
        ("u-1", &Person::default())
    );
    assert!(checked(&keys, &by_id("u-1", &hmac("migrated", "u-1").to_uppercase())).is_ok());
    for wrong in [
        hmac("migrated", "u-2"),
        hmac("other", "u-1"),
        String::new(),
        "zz".to_owned(),
        "00".repeat(32),
    ] {
        assert_eq!(
            checked(&keys, &by_id("u-1", &wrong)),
            Err(Refused::Signature),
            "{wrong}"
        );
    }
    assert_eq!(
        checked(&[secret()], &by_id("u-1", &hmac(SECRET, "u-1"))),
        Err(Refused::NoKey)
    );
}

/// A user of the host may choose their own id, and have it signed.
#[test]
fn a_signed_id_that_looks_like_a_token_is_none() {
    let key = key(IdentityAlgorithm::Hmac, "migrated");
    let token = hs256("migrated", &claims()).token.unwrap();
    assert_eq!(
        checked(std::slice::from_ref(&key), &presented(token.clone())),
        Err(Refused::NoKey)
    );
    assert_eq!(
        checked(&[key, secret()], &presented(token)),
        Err(Refused::Signature)
    );
}

proptest! {
    #[test]
    fn a_token_that_was_changed_anywhere_proves_nothing(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let token = hs256(SECRET, &claims()).token.unwrap();
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != token);
        prop_assert!(checked(&[secret()], &presented(changed)).is_err());
    }

    #[test]
    fn whatever_is_presented_is_answered(token in "\\PC{0,200}", id in "\\PC{0,30}", signature in "\\PC{0,70}") {
        let keys = [secret(), key(IdentityAlgorithm::Hmac, "migrated")];
        prop_assert!(checked(&keys, &presented(token)).is_err());
        prop_assert!(checked(&keys, &by_id(&id, &signature)).is_err());
    }
}
